"""A judge beside a live session: never waited for, never asked twice, and sealed until the rater has voted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.judge_server import JudgeServer
from support.live import RUBRIC, both, open_bench
from support.live_judging import begin, going_on, judged, judged_sitting, judged_workspace, kept, until, write_judge
from tiebreak.errors import UsageError
from tiebreak.judge.review import lines_of, reasons_for
from tiebreak.records.judges import seal_of
from tiebreak.session.live import LiveSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.judges.review import review_queue
from tiebreak_workbench.judges.seat import CONCURRENCY
from tiebreak_workbench.judges.spend import judges_of_session


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


async def test_a_verdict_is_sealed_until_the_vote_and_proves_that_it_was_there(
    tmp_path: Path, server: JudgeServer
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter")
    async with judged_sitting(folder) as live:
        assert live.verdicts.look(live.cases[0].id).words(live.seating(0)) == "waits for both answers"
        await judged(live, [0])
        case_id = live.cases[0].id
        before = live.verdicts.look(case_id)
        assert (before.verdict, before.agreement) == (None, None)
        assert before.words(live.seating(0)) == f"sealed {before.seal[:8]}…"
        with pytest.raises(UsageError, match="sealed until you have rated"):
            live.tag(0, "judge_wrong")
        live.vote(0, "A")
        after = live.verdicts.see(case_id)
        assert after.seal == before.seal
        assert after.verdict is not None
        assert after.verdict.lean == "B"  # {"ok": true} is shorter
        assert after.agreement == "differs"
        assert after.words(live.seating(0)) == "says B better"
        assert all(j.seal == seal_of(j.verdict, j.seal_nonce) for j in after.verdict.judgments)


async def test_a_vote_after_the_verdict_is_kept_apart_and_the_first_one_stands(
    tmp_path: Path, server: JudgeServer
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter")
    with open_bench(folder) as bench:
        session_id = begin(bench)
        async with going_on(bench, session_id) as live:
            await judged(live, [0])
            live.vote(0, "A")
            live.vote(0, "tie")  # nothing was seen yet: a correction
            live.verdicts.see(live.cases[0].id)
            with pytest.raises(UsageError, match="before you saw the judge's verdict"):
                live.undo()
            live.vote(0, "B")
            form = live.form(0)
            assert (form.vote, form.revised) == ("tie", "B")
            snapshot = live.scoreboard.snapshot()
            assert (snapshot.win_rate.ties, snapshot.win_rate.wins, snapshot.changed) == (1, 0, 1)
            await live.saves.settled()
        async with going_on(bench, session_id) as live:  # it is known after a resume, too
            assert live.verdicts.seen(live.cases[0].id)
            assert live.form(0).revised == "B"
            assert live.undo() == 0
            assert (live.form(0).vote, live.form(0).revised) == ("tie", None)
            await live.saves.settled()
        stored = bench.store.load_session(session_id, light=True)
        assert [b.phase for b in stored.ballots if b.kind == "vote"] == ["sealed", "sealed", "post_reveal"]
        assert scoreboard_of(stored).snapshot().changed == 0


RAW = """
form: {vote: required}
gates: {human: [{id: raw, metric: win_rate, at_least: 0.5, source: judge, judge: mine, override: raw-judge}]}
"""


async def test_a_gate_that_listens_to_the_judge_hears_of_a_case_once_it_is_rated(
    tmp_path: Path, server: JudgeServer
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter", policy=RAW)

    def heard(live: LiveSession) -> int:
        return live.scoreboard.snapshot().gates[0].n

    with open_bench(folder) as bench:
        session_id = begin(bench)
        async with going_on(bench, session_id) as live:
            await judged(live, [0, 1])
            assert heard(live) == 0
            live.vote(1, "tie")
            assert heard(live) == 1
            await live.saves.settled()
        async with going_on(bench, session_id) as live:
            assert heard(live) == 1


async def test_a_disagreement_is_tagged_and_the_tag_taken_back(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter")
    async with judged_sitting(folder) as live:
        await judged(live, [0, 1])
        assert live.judged is not None
        version = live.judged.judge.version
        live.vote(0, "A")
        live.verdicts.see(live.cases[0].id)
        live.tag(0, "human_wrong")
        live.tag(0, "rubric_unclear")
        assert live.form(0).tags == {version: "rubric_unclear"}
        assert live.undo() == 0
        assert live.form(0).tags == {version: "human_wrong"}
        assert live.untag(0)
        assert live.form(0).tags == {}
        found = live.verdicts.look(live.cases[1].id)
        live.vote(1, "A")
        lean = live.verdicts.see(live.cases[1].id).verdict
        assert found.verdict is None
        assert lean is not None
        if lean.lean == "A":
            with pytest.raises(UsageError, match="agrees with you"):
                live.tag(1, "judge_wrong")


async def test_a_judge_that_never_answers_delays_no_vote_and_no_answer(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "stall_head")
    async with judged_sitting(folder) as live:
        for position in range(len(live.cases)):
            await both(live, position)
            live.vote(position, "B")
            look = live.verdicts.see(live.cases[position].id)
            assert (look.seal, look.verdict) == ("", None)
        await live.saves.settled()
        assert live.scoreboard.snapshot().win_rate.wins == len(live.cases)
        await until(lambda: server.calls)
        assert live.judged is not None
        assert live.judged.progress is not None
        assert live.judged.progress.answered == 0
    assert kept(folder) == []  # what was in flight left no trace


@pytest.mark.parametrize(
    ("model", "statuses", "paused"),
    [
        ("401", {"error"}, "3 calls in a row"),
        ("429", {"error"}, ""),
        ("500", {"error"}, ""),
        ("cut", {"error"}, ""),
        ("honest?reply=I+like+both.", {"unparseable"}, ""),
        ("honest?reply=I+cannot+help+with+that.", {"unparseable"}, ""),
        ("long_winded", {"unparseable"}, ""),
    ],
)
async def test_whatever_becomes_of_a_call_the_session_goes_on(
    tmp_path: Path, server: JudgeServer, model: str, statuses: set[str], paused: str
) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, model)
    async with judged_sitting(folder) as live:
        assert live.judged is not None
        await both(live, 0)
        await both(live, 1)
        judging = live.judged

        def over() -> bool:
            progress = judging.progress
            if paused:
                return bool(judging.paused)
            return progress is not None and progress.asked >= 4 and not progress.in_flight

        await until(over)
        assert paused in judging.paused
        live.vote(0, "A")
        await live.saves.settled()
        assert live.scoreboard.snapshot().settled == 1
        look = live.verdicts.see(live.cases[0].id)
        assert bool(look.verdict) == (statuses != {"error"})
        if statuses == {"unparseable"}:
            assert look.words(live.seating(0)) == "gave no verdict"
    found = kept(folder)
    assert {judgment.status for judgment in found} == statuses
    if model == "long_winded":
        assert max(len(text) for judgment in found for text in judgment.replies) > 200_000


async def test_errors_are_asked_again_at_a_wish_and_what_was_said_is_not(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "flaky")
    async with judged_sitting(folder, n=2) as live:
        judging = live.judged
        assert judging is not None
        await both(live, 0)
        await both(live, 1)
        await until(lambda: judging.wants_again and judging.progress and judging.progress.asked >= 4)
        judging.start()
        await until(lambda: judging.progress and judging.progress.answered == 4)
        assert not judging.wants_again
    said = [j for j in kept(folder) if j.answered]
    assert len(said) == len({(j.case_id, j.order) for j in said}) == 4


async def test_killed_and_resumed_nothing_is_asked_twice(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "longer")
    with open_bench(folder) as bench:
        session_id = begin(bench)
        async with going_on(bench, session_id) as live:
            await judged(live, [0, 1])
        seals = {j.id: j.seal for j in kept(folder)}
        assert len(seals) >= 4
        calls: list[int] = []
        for _ in range(2):
            async with going_on(bench, session_id) as live:
                await judged(live, range(len(live.cases)))
                assert live.judged is not None
                assert live.judged.usd == pytest.approx(0.007 * 12)
            calls.append(len(server.calls))
    assert calls[0] == calls[1] <= 12 + CONCURRENCY  # those in flight when the first session was cut
    said = kept(folder)
    assert seals.items() <= {j.id: j.seal for j in said}.items()
    assert len(said) == len({(j.case_id, j.order) for j in said}) == 12


async def test_a_budget_pauses_the_judge_and_not_the_session(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "longer")
    with open_bench(folder) as bench:
        async with going_on(bench, begin(bench, judge_cost=0.01)) as live:
            await both(live, 0)
            judging = live.judged
            assert judging is not None
            await until(lambda: judging.paused)
            assert judging.paused == "The budget of $0.01 is spent."
            live.vote(0, "A")
    assert 0.01 <= sum(j.cost.usd or 0 for j in kept(folder)) < 0.04


async def test_an_edited_judge_is_another_one_and_its_numbers_never_mix(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "longer")
    with open_bench(folder) as bench:
        session_id = begin(bench)
        async with going_on(bench, session_id) as live:
            await judged(live, range(6))
            assert live.judged is not None
            first = live.judged.judge.version
        write_judge(folder, server.base_url, "longer", more="criteria: Be kind.")
        async with going_on(bench, session_id) as live:  # what was set down goes on, and the edit is told
            assert live.judged is not None
            assert live.judged.judge.version == first
            assert "was edited" in live.judged.notice
        async with going_on(bench, session_id, "mine") as live:
            assert live.judged is not None
            second = live.judged.judge.version
            assert second != first
            assert live.judged.usd == 0
            await judged(live, range(6))
        async with going_on(bench, session_id) as live:
            assert live.judged is not None
            assert live.judged.judge.version == second
        async with going_on(bench, session_id, "none") as live:
            assert live.judged is None
        spends = judges_of_session(bench, session_id)
        assert [(s.version, s.answered, s.usd) for s in spends] == [
            (version, 12, pytest.approx(0.007 * 12)) for version in (first, second)
        ]


async def test_the_review_queue_holds_conflicts_until_they_are_tagged(tmp_path: Path, server: JudgeServer) -> None:
    folder = judged_workspace(tmp_path / "ws", server.base_url, "shorter")
    with open_bench(folder) as bench:
        session_id = begin(bench)
        async with going_on(bench, session_id) as live:
            await judged(live, range(6))
            live.vote(0, "A")  # the judge says B
            await live.saves.settled()
            (item,) = review_queue(bench, session_id)
            assert (item.case_id, item.words) == (live.cases[0].id, ("the judge and the vote differ",))
            live.verdicts.see(item.case_id)
            live.tag(0, "both_defensible")
            await live.saves.settled()
            assert review_queue(bench, session_id) == []


async def test_a_form_without_a_vote_opens_the_verdict_once_its_scores_are_in(
    tmp_path: Path, server: JudgeServer
) -> None:
    policy = RUBRIC.replace("vote: required", "vote: 'off'").replace(
        "    - {id: preferred, metric: win_rate, at_least: 0.5}\n", ""
    )
    more = "dimensions: [{name: tone, description: How it sounds.}]"
    folder = judged_workspace(tmp_path / "ws", server.base_url, "wavers", policy=policy, kind="rubric", more=more)
    async with judged_sitting(folder) as live:
        await judged(live, [0])
        case_id = live.cases[0].id
        live.note(0, "a note says nothing of what they think")
        live.score(0, "baseline", "tone", 3)
        assert live.verdicts.see(case_id).verdict is None
        live.score(0, "candidate", "tone", 4)
        look = live.verdicts.see(case_id)
        assert look.verdict is not None
        assert set(look.verdict.points) == {("baseline", "tone"), ("candidate", "tone")}
        assert live.judged is not None
        lines: dict[Any, float] = dict(lines_of(live.policy, live.judged.judge))
        assert lines == {("candidate", "tone"): 3}
        points = look.verdict.points["candidate", "tone"]
        assert bool(reasons_for(look.verdict, None, lines)) == (abs(points - 3) <= 0.5)

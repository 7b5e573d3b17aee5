"""Whole sessions without a person, and the workbench around them."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.live import asking, both, open_bench, serve_with, start, taken_up
from support.model_server import ModelServer
from support.workspaces import QUESTIONS, make_workspace, write_lines
from tiebreak.errors import ImportFormatError, StoreError, UsageError, WorkspaceError
from tiebreak.records import ROLES
from tiebreak_workbench.demo import run_demo
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.headless import TakenUp, setup_of, take_up
from tiebreak_workbench.headless.replay import RecordedBallots, read_ballots, replay
from tiebreak_workbench.spot import spot_workbench, start_spot

ALL = {
    case_id: RecordedBallots(case=case_id, vote="B", scores={"tone": {"A": 3, "B": 4}}, note="so it is")
    for case_id in QUESTIONS
}


async def test_recorded_ballots_are_cast_once(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench)
        for told in ([1, 2, 3, 4, 5, 6], []):  # the second time nothing is left to do
            progress: list[int] = []
            async with taken_up(bench, session_id) as live:
                await replay(live, ALL, progress.append)
                assert live.saves.saved == 6 * 4
                assert live.scoreboard.snapshot().done == 6
            assert progress == told


async def test_ballots_are_cast_where_nothing_is_required_too(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws", policy=asking("{vote: optional}"))
    votes = {case_id: RecordedBallots(case=case_id, vote="A") for case_id in QUESTIONS}
    with open_bench(tmp_path / "ws") as bench:
        async with taken_up(bench, start(bench)) as live:
            await replay(live, votes)
            assert live.scoreboard.snapshot().win_rate.losses == 6


async def test_a_vote_for_a_case_that_settles_itself_or_cannot_count_is_left_out(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal")
        server.script("empty", "500")
        with open_bench(tmp_path / "ws") as bench:
            async with taken_up(bench, start(bench), lookahead=0) as live:
                await replay(live, ALL)
                snapshot = live.scoreboard.snapshot()
                assert (snapshot.win_rate.wins, snapshot.win_rate.losses, snapshot.automatic) == (4, 1, 1)
                assert snapshot.excluded_cases == 1
                assert live.form(0).notes == ("so it is",)
                assert live.form(1).notes == ()


async def test_a_paused_arm_ends_it_with_the_reason_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="401")
        with open_bench(tmp_path / "ws") as bench:
            async with taken_up(bench, start(bench), lookahead=0) as live:
                with pytest.raises(UsageError, match=r"^B is paused: 127\.0\.0\.1"):
                    await replay(live, ALL)


async def test_a_store_that_fails_ends_it_with_the_reason(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        async with taken_up(bench, start(bench)) as live:
            bench.store.writer.close()
            with pytest.raises((StoreError, UsageError), match="has been closed"):
                await replay(live, ALL)
            assert live.saves.saved == 0


def test_ballots_are_read_from_a_file_with_the_line_of_what_is_wrong(tmp_path: Path) -> None:
    good = write_lines(
        tmp_path / "ballots.jsonl", [{"ballots": 1, "notice": "written"}, {"case": "a", "vote": "tie"}, {"case": "b"}]
    )
    assert read_ballots(good) == {"a": RecordedBallots(case="a", vote="tie"), "b": RecordedBallots(case="b")}
    bad = write_lines(tmp_path / "bad.jsonl", [{"case": "a"}, {"case": "b", "vote": "C"}])
    with pytest.raises(ImportFormatError, match=r"bad\.jsonl:2: vote"):
        read_ballots(bad)


def test_the_demo_runs_to_a_decision_in_a_folder_of_its_own() -> None:
    stored, snapshot = run_demo({"USER": "ada"})
    assert snapshot.done == snapshot.planned == len(stored.session.plan.case_ids)
    assert {outcome.status for outcome in snapshot.gates} >= {"pass", "fail"}
    assert snapshot.win_rate.n > 70


async def test_a_spot_check_is_a_session_of_one_case_kept_apart(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with spot_workbench({"XDG_DATA_HOME": str(tmp_path), "USER": "ada"}) as bench:
            with pytest.raises(UsageError, match="nothing to ask"):
                start_spot(bench, "  \n", ("a", "b"), base_url=server.base_url)
            models = ("normal?words=2", "normal?words=3")
            session_id = start_spot(bench, "Why?\nReally?", models, system="Be kind.", base_url=server.base_url)
            async with taken_up(bench, session_id) as live:
                assert live.session.title == "Why?"
                await replay(live, {"question": RecordedBallots(case="question", vote="A")})
                assert live.form(0).vote == "A"
                got = live.exchange(0).responses()
                assert [len(got[role].text.split()) for role in ROLES] == [2, 3]
            assert [summary.kind for summary in bench.store.sessions()] == ["spot"]
        assert {call.body["messages"][0]["content"] for call in server.calls} == {"Be kind."}


def test_an_imported_session_is_not_continued(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        stored = replace(bench.store.load_session(start(bench)), configs={})
        with pytest.raises(UsageError, match="can be shown and exported, not continued"):
            bench.arms(stored)


async def test_a_session_fetches_from_no_recording_but_the_one_it_was_started_with(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", policy=asking("{vote: required}"))
    path = folder / "recordings" / "warm.jsonl"
    whole = path.read_bytes()
    with open_bench(folder) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id, lookahead=0) as live:
            await both(live, 0)
        path.write_bytes(whole.replace(b"Ada", b"Eve"))
        stored = bench.store.load_session(session_id)
        with pytest.raises(WorkspaceError, match="not the one that was set down") as refused:
            bench.arms(stored)
        assert refused.value.where.endswith("warm.jsonl")
        assert scoreboard_of(stored).snapshot().planned == 6  # what is there can still be read
        again = bench.store.load_session(start(bench))  # another session, of another version of the config
        assert again.configs["candidate"].version != stored.configs["candidate"].version
        assert again.configs["baseline"].version == stored.configs["baseline"].version
        path.write_bytes(whole)
        async with taken_up(bench, session_id) as live:
            await replay(live, {case_id: RecordedBallots(case=case_id, vote="B") for case_id in QUESTIONS})
            assert live.scoreboard.snapshot().done == 6


def test_a_run_does_not_go_on_with_answers_of_another_recording(tmp_path: Path) -> None:
    with open_bench(make_workspace(tmp_path / "ws")) as bench:

        def taken() -> TakenUp:
            return take_up(bench, setup_of(bench.workspace, "small", "plain", "warm", policy="ship"))

        first = taken()
        assert (taken().stored.session.id, taken().resumed) == (first.stored.session.id, True)
        path = bench.workspace.folder / "recordings" / "plain.jsonl"
        path.write_text(path.read_text() + "\n")
        other = taken()
        assert not other.resumed
        path.unlink()
        with pytest.raises(WorkspaceError, match="cannot be read"):
            taken()

"""Which answer counts: the first that neither infrastructure nor the rater ended, whatever comes later."""

import asyncio
import socket
from pathlib import Path

import pytest

from support.live import asking, both, heard, open_bench, responses, serve_with, sitting, start, taken_up
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.errors import UsageError


async def test_a_regenerated_answer_is_exploratory_and_never_counts(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal")
        server.script("normal?words=3", "normal?words=9", "empty")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            first = await responses(live, 0)
            live.vote(0, "B")
            before = live.scoreboard.snapshot()
            for words in (9, 0):
                again = live.regenerate(0, "candidate")
                assert again.exploratory
                await again.done.wait()
                assert again.response is not None
                assert len(again.response.text.split()) == words
                shown = live.exchange(0)
                assert shown.exploratory
                assert shown.answers["candidate"] is again
            counting = live.counting("candidate", live.cases[0])
            assert counting is not None
            assert counting.id == first["candidate"].id
            after = live.scoreboard.snapshot()
            assert (after.win_rate, after.checks, after.errors, after.cost) == (
                before.win_rate, before.checks, before.errors, before.cost,
            )  # fmt: skip
            assert after.spend["candidate"].calls == 3  # paid for all the same

            for act in (lambda: live.vote(0, "A"), lambda: live.score(0, "baseline", "tone", 3)):
                with pytest.raises(UsageError, match="exploratory answer is on show and never counts"):
                    act()
            live.note(0, "the second one is better")
            live.skip(0)  # what is skipped is the case, not the answer on show
            assert (live.form(0).skipped, live.form(0).notes) == (True, ("the second one is better",))
            live.undo()

            assert live.back_to_counting(0)
            assert not live.back_to_counting(0)
            assert live.exchange(0).responses() == first
            live.vote(0, "A")
            assert live.scoreboard.snapshot().win_rate.losses == 1
            await live.saves.settled()


async def test_an_answer_that_is_still_coming_is_not_asked_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="stall_after")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            live.exchange(0)
            with pytest.raises(UsageError, match="still coming"):
                live.regenerate(0, "candidate")


@pytest.mark.parametrize("failure", ["429?retry_after=0", "500", "cut", "no_finish"])
async def test_after_a_failure_of_the_infrastructure_the_next_attempt_counts(tmp_path: Path, failure: str) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal?words=4")
        server.script(failure, failure)
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for attempt in (1, 2):
                failed = (await responses(live, 0))["candidate"]
                assert (failed.excluded, failed.fault, failed.attempt) == (True, "infra", attempt)
                assert live.counting("candidate", live.cases[0]) is None
                assert live.scoreboard.snapshot().excluded_cases == 1
                for act in (
                    lambda: live.vote(0, "A"),
                    lambda: live.skip(0),
                    lambda: live.score(0, "baseline", "tone", 3),
                ):
                    with pytest.raises(UsageError, match="answer of B did not come through, so it does not count"):
                        act()
                again = live.regenerate(0, "candidate")
                assert not again.exploratory
                await again.done.wait()
            whole = (await responses(live, 0))["candidate"]
            assert (whole.status, whole.attempt) == ("ok", 3)
            live.vote(0, "B")
            snapshot = live.scoreboard.snapshot()
            assert (snapshot.win_rate.wins, snapshot.excluded_cases) == (1, 0)


async def test_a_note_on_a_failed_answer_is_kept_in_sight(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal")
        server.script("500")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            await both(live, 0)
            live.note(0, "the gateway is down again")
            await live.regenerate(0, "candidate").done.wait()
            live.note(0, "back")
            assert live.form(0).notes == ("the gateway is down again", "back")
            assert [live.undo(), live.undo()] == [0, 0]
            assert live.form(0).notes == ()


async def test_a_server_that_is_down_excludes_and_is_asked_again_on_resume(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    serve_with(tmp_path / "ws", f"http://127.0.0.1:{port}/v1", warm="normal?words=4")
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench, n=2)
        async with taken_up(bench, session_id) as live:
            refused = (await responses(live, 0))["candidate"]
            assert refused.error is not None
            assert refused.error.code == "network"
            await both(live, 1)
            assert live.first_open() == 0
            await live.saves.settled()
        async with ModelServer(port=port), taken_up(bench, session_id) as live:
            assert live.scoreboard.snapshot().excluded_cases == 2
            assert (await responses(live, 0))["candidate"].status == "ok"
            await both(live, 1)
            assert live.scoreboard.snapshot().excluded_cases == 0
            await live.saves.settled()


async def test_an_answer_the_rater_stops_is_kept_as_interrupted_and_does_not_count(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal?words=4")
        server.script("stall_after")
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id, lookahead=0) as live:
                running = live.exchange(0).answers["candidate"]
                await heard(running)
                assert live.stop(0, "candidate")
                assert not live.stop(0, "candidate")  # a second time is once
                await running.done.wait()
                assert running.response is not None
                assert (running.response.status, running.response.fault) == ("interrupted", "user")
                assert running.response.text == "So far "
                await asyncio.wait_for(server.hung_up.wait(), 10)  # the call ends, it is not only hidden
                with pytest.raises(UsageError, match="answer of B was stopped, so it does not count"):
                    live.vote(0, "A")
                await live.regenerate(0, "candidate").done.wait()
                assert live.form(0).answered
                assert not live.stop(0, "candidate")  # there is nothing to stop
                await live.saves.settled()
            kept = [r for r in bench.store.load_session(session_id).responses if r.attempt == 1 and "So far" in r.text]
            assert [response.status for response in kept] == ["interrupted"]


BROKEN = {
    "truncated": "normal?finish=length",
    "empty": "empty",
    "malformed": "malformed",
    "filtered": "normal?finish=content_filter",
    "error": "400",
}


@pytest.mark.parametrize("status", BROKEN)
async def test_a_broken_answer_settles_its_case_by_itself(tmp_path: Path, status: str) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm=BROKEN[status])
        async with sitting(tmp_path / "ws", n=1) as live:
            broken = (await responses(live, 0))["candidate"]
            assert (broken.status, broken.broken) == (status, True)
            state = live.form(0)
            assert state.settled_by_itself
            assert state.missing == ("tone of A",)  # the intact side is still to be scored
            with pytest.raises(UsageError, match=rf"answer of B is broken \({status}\), which settles this case"):
                live.vote(0, "B")
            snapshot = live.scoreboard.snapshot()
            assert (snapshot.win_rate.losses, snapshot.automatic, snapshot.done) == (1, 1, 0)
            live.score(0, "baseline", "tone", 4)
            assert live.form(0).complete
            assert live.first_open() == 1
            assert live.scoreboard.snapshot().done == 1
            assert live.check_results(0)["candidate"][0].status == "fail"


async def test_two_broken_answers_are_both_bad_and_ask_for_nothing(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, plain="empty", warm="malformed")
        async with sitting(tmp_path / "ws", n=1) as live:
            await both(live, 0)
            assert live.form(0).complete
            assert live.first_open() == 1
            assert live.scoreboard.snapshot().win_rate.both_bad == 1


async def test_a_prompt_that_cannot_be_rendered_is_no_failed_answer_of_the_target(tmp_path: Path) -> None:
    """Setup looks for this; here a session was set down all the same."""
    folder = make_workspace(tmp_path / "ws", policy=asking("{vote: required}"))
    config = folder / "configs" / "warm.yaml"
    config.write_text(config.read_text() + "prompt: {user: '{{ metadata.product }}'}\n")
    async with sitting(folder, n=3) as live:
        for position in range(3):
            failed = (await responses(live, position))["candidate"]
            assert failed.error is not None
            assert "“product” is unknown" in failed.error.message
            assert (failed.error.code, failed.status, failed.fault) == ("prompt", "error", "user")
            with pytest.raises(UsageError, match="The prompt of B cannot be rendered, so this case does not count"):
                live.vote(position, "A")
        snapshot = live.scoreboard.snapshot()
        assert (snapshot.win_rate.n, snapshot.excluded_cases, snapshot.errors["candidate"].n) == (0, 3, 0)
        assert snapshot.excluded["candidate"] == {"prompt": 3}
        assert [outcome.status for outcome in snapshot.gates] != ["pass"]
        await live.saves.settled()

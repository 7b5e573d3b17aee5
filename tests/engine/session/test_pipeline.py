"""Answers are fetched in the planned order, a few cases ahead, and nobody waits."""

import asyncio
import gc
import random
import weakref
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from support.live import asking, both, open_bench, report, serve_with, sitting, start, taken_up
from support.model_server import ModelServer
from support.virtual_time import run_virtually
from support.workspaces import make_workspace, write_lines
from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Case, Config, IdMaker, RecordingTarget, Response, SessionRole
from tiebreak.session.answering import Answering, Arm
from tiebreak.session.pipeline import KEPT, PATIENCE, Pipeline
from tiebreak.targets.recording import RecordedTarget
from tiebreak_workbench.starting.setup import in_order

VOTE = asking("{vote: required}")


def timed_workspace(folder: Path, n: int, seconds: Callable[[int], float]) -> Path:
    """Two recordings whose answers to case number i take so long, in real time."""
    ids = [f"c-{i:03d}" for i in range(n)]
    make_workspace(folder, questions={i: f"Question {i}?" for i in ids}, policy=VOTE, speed=1)
    for name in ("plain", "warm"):
        lines: list[dict[str, object]] = [{"recording": 1}]
        for number, case_id in enumerate(ids):
            whole = seconds(number)
            lines.append({"case": case_id, "chunks": [[whole / 4, f"{name} "], [whole, case_id]]})
        write_lines(folder / "recordings" / f"{name}.jsonl", lines)
    return folder


@pytest.mark.parametrize("lookahead", [1, 3])
def test_a_rater_who_takes_5_s_never_waits_on_answers_that_take_4_s(tmp_path: Path, lookahead: int) -> None:
    timed_workspace(tmp_path / "ws", 20, lambda _: 4.0)

    async def rate() -> list[float]:
        clock = asyncio.get_running_loop().time
        waits: list[float] = []
        async with sitting(tmp_path / "ws", lookahead=lookahead) as live:
            for position in range(20):
                arrived = clock()
                await both(live, position)
                waits.append(clock() - arrived)
                await asyncio.sleep(5)  # of virtual time: the rater reads
                live.vote(position, "A")
        return waits

    first, *others = run_virtually(rate())
    assert first == pytest.approx(4.0)
    assert others == [0.0] * 19


def test_one_case_at_a_time_would_make_them_wait(tmp_path: Path) -> None:
    """The clock of the test above does run."""
    timed_workspace(tmp_path / "ws", 3, lambda _: 4.0)

    async def rate() -> float:
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for position in range(3):
                await both(live, position)
                await asyncio.sleep(5)
        return asyncio.get_running_loop().time()

    assert run_virtually(rate()) == pytest.approx(3 * (4 + 5))


def test_cases_start_in_the_seeded_order_however_long_each_takes(tmp_path: Path) -> None:
    chance = random.Random(3)
    timed_workspace(tmp_path / "ws", 30, lambda _: chance.choice((0.1, 1.0, 30.0)))

    async def rate() -> None:
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id) as live:
                order = [case.id for case in live.cases]
                for position in range(30):
                    await both(live, position)
                    live.vote(position, "B")
                await live.saves.settled()
            stored = bench.store.load_session(session_id)
            runs = {run_id: role for role, run_id in stored.session.runs.items()}
            begun = sorted(stored.responses, key=lambda response: response.id)
            assert order != sorted(order)
            assert [(r.case_id, runs[r.run_id]) for r in begun] == list(product(order, ROLES))
            assert [r.started_at for r in begun] == sorted(r.started_at for r in begun)
            shown = [presentation.case_id for presentation in stored.presentations]
            assert shown == order  # rated in that order too, though short answers overtook long ones
            assert [r.id for r in stored.responses] != [r.id for r in begun]

    run_virtually(rate())


async def test_no_more_than_the_lookahead_is_asked(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws", policy=VOTE)
    never = asyncio.Event()

    async def held(_: float) -> None:
        await never.wait()

    def ignore(_: Answering, response: Response, chunks: bytes) -> None:
        raise AssertionError("nothing can have come")

    with open_bench(tmp_path / "ws") as bench:
        stored = bench.store.load_session(start(bench))
    target = RecordedTarget(tmp_path / "ws" / "recordings" / "plain.jsonl", sleep=held)
    config = Config(name="held", target=RecordingTarget(path="plain.jsonl"))
    arms = [Arm(role, run_id, config, target) for role, run_id in stored.session.runs.items()]
    cases = in_order(stored.dataset, stored.session.plan)
    pipeline = Pipeline(arms, cases, IdMaker(), ignore, ignore_crash, lookahead=2)
    pipeline.want(0, first_attempt)
    assert pipeline.running == 2 * 3
    pipeline.want(0, first_attempt)  # again: nothing new
    assert pipeline.running == 2 * 3
    pipeline.want(1, first_attempt)
    assert pipeline.running == 2 * 4
    pipeline.want(4, no_attempt)  # these have their answers
    assert pipeline.running == 2 * 4
    await pipeline.close()
    assert pipeline.running == 0
    pipeline.want(2, first_attempt)
    assert pipeline.running == 0
    await pipeline.close()


def first_attempt(role: SessionRole, case: Case) -> int | None:
    return 1


def no_attempt(role: SessionRole, case: Case) -> int | None:
    return None


def ignore_crash(error: BaseException) -> None:
    raise AssertionError from error


@pytest.mark.parametrize(
    ("failure", "needed"), [("401", 1), ("quota", 1), ("404", 1), ("500", PATIENCE), ("cut", PATIENCE)]
)
async def test_failures_that_the_next_case_would_meet_too_pause_the_arm(
    tmp_path: Path, failure: str, needed: int
) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal?words=2")
        server.script(*[failure] * needed)
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for position in range(needed):
                assert live.paused == {}
                await both(live, position)
            reason = live.paused["candidate"]
            assert reason
            assert ("in a row ended the same way" in reason) is (needed > 1)
            assert "baseline" not in live.paused
            waiting = live.exchange(needed)
            assert waiting.answers["candidate"].held == reason
            await waiting.answers["baseline"].done.wait()
            with pytest.raises(UsageError, match=r"^B is paused: "):
                live.vote(needed, "A")
            with pytest.raises(UsageError, match=r"^B is paused: "):
                await both(live, needed)
            assert len(server.calls) == needed

            # Another failure changes nothing, nor does an answer that the rater stops.
            server.script("429", "stall_after")
            await live.regenerate(needed, "candidate").done.wait()
            assert live.paused["candidate"] == reason
            stopped = live.regenerate(needed, "candidate")
            server.called.clear()
            await asyncio.wait_for(server.called.wait(), 10)
            assert live.stop(needed, "candidate")
            await stopped.done.wait()
            assert live.paused["candidate"] == reason

            # An answer lifts it, and what failed for that reason is asked again in its turn.
            await live.regenerate(needed, "candidate").done.wait()
            assert live.paused == {}
            for position in range(needed + 1):
                answered = (await both(live, position)).responses()["candidate"]
                assert answered.status == "ok"
            assert live.scoreboard.snapshot().excluded_cases == 0


async def test_failures_pause_only_without_an_answer_between_them(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal?words=2")
        server.script("500", "500", "normal", "500", "429", "500")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for position in range(6):
                await both(live, position)
                assert live.paused == {}


async def test_a_dead_server_costs_no_more_cases_than_were_in_flight(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="500")
        async with sitting(tmp_path / "ws", lookahead=3) as live:
            await both(live, 0)
            for position in range(1, 6):
                await live.exchange(position).answers["baseline"].done.wait()
            assert "candidate" in live.paused
            assert len(server.calls) <= 4
            assert live.scoreboard.snapshot().excluded_cases == len(server.calls)


async def test_all_that_is_excluded_is_asked_again_in_order_a_few_at_a_time(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="normal?words=2")
        server.script("500", "500", "normal?words=2", "500", "500")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for position in range(5):
                await both(live, position)
            live.vote(2, "B")
            assert live.scoreboard.snapshot().excluded_cases == 4
            server.peak = 0
            del server.calls[:]
            assert live.retry_excluded() == 4
            running = [live.exchange(position).answers["candidate"] for position in (0, 1, 3, 4)]
            for position in (0, 1, 3, 4):
                await until(lambda p=position: live.form(p).answered)
            assert server.peak == 1
            asked = [str(call.body["messages"][-1]["content"]) for call in server.calls]
            assert asked == [live.cases[position].question for position in (0, 1, 3, 4)]
            assert live.scoreboard.snapshot().excluded_cases == 0
            assert live.retry_excluded() == 0
            assert len(server.calls) == len(running)


async def test_asking_all_again_ends_when_the_server_is_still_down(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="500")
        async with sitting(tmp_path / "ws", lookahead=0) as live:
            for position in range(PATIENCE):
                await both(live, position)
            assert "candidate" in live.paused
            for turn in (2, 3):
                assert live.retry_excluded() == PATIENCE
                assert live.paused == {}
                await until(lambda: "candidate" in live.paused)
                assert len(server.calls) == turn * PATIENCE
            await live.close()
            with pytest.raises(UsageError, match="closed"):
                live.retry_excluded()


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop run until a condition holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # no one event stands for it, and no time passes
            await asyncio.sleep(0)


async def test_old_answers_leave_the_memory_and_are_read_back(tmp_path: Path) -> None:
    n = KEPT // 2 + 20
    answers = {f"c-{i:03d}": f"Answer {i}." for i in range(n)}
    make_workspace(tmp_path / "ws", questions=dict.fromkeys(answers, "Well?"), a=answers, b=answers, policy=VOTE)
    async with sitting(tmp_path / "ws") as live:
        first = (await both(live, 0)).answers["baseline"]
        text, gone = first.text, weakref.ref(first)
        del first
        for position in range(1, n):
            await both(live, position)
        gc.collect()
        assert gone() is None
        again = live.exchange(0)
        assert again.complete
        assert again.answers["baseline"].text == text
        live.vote(0, "tie")
        assert live.form(0).vote == "tie"
        await live.saves.settled()


async def test_a_fault_of_ours_ends_loudly_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", policy=VOTE)
    with open_bench(folder) as bench:
        stored = bench.store.load_session(start(bench))
        broken = RecordedTarget(folder / "recordings" / "warm.jsonl", sleep=divide_by_zero)
        arms = bench.arms(stored)
        arms[1].target = broken
        news: list[str] = []
        live = bench.live(stored, arms, news.append)
        with pytest.raises(ZeroDivisionError):
            await both(live, 0)
        assert isinstance(live.crash, ZeroDivisionError)
        assert "crashed" in news
        await live.close()


async def divide_by_zero(_: float) -> None:
    raise ZeroDivisionError


async def test_closing_ends_what_is_in_flight_without_a_trace(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, policy=VOTE, plain="stall_after", warm="stall_after")
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id) as live:
                exchange = live.exchange(0)
                await asyncio.wait_for(server.called.wait(), 10)
                await live.close()
                with pytest.raises(UsageError, match=r"^A is still answering"):
                    await both(live, 0)
                assert all(answering.done.is_set() for answering in exchange.answers.values())
                with pytest.raises(UsageError, match="closed"):
                    live.regenerate(0, "candidate")
                assert live.exchange(5).answers["baseline"].held == "The session is closed."
            assert bench.store.load_session(session_id).responses == ()
            assert report(bench, session_id)["done"] == 0

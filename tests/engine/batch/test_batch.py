"""A batch against a real local server: order, bounds, rounds, and how it ends."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.headless import Kept
from support.model_server import ModelServer
from tiebreak.batch import Batch, Ending, Limits
from tiebreak.batch.breaker import FATAL_IN_A_ROW, PATIENCE
from tiebreak.errors import StoreError
from tiebreak.records import (
    Case,
    CheckResult,
    CheckSpec,
    Config,
    ModelTarget,
    Policy,
    Price,
    Prompt,
    Response,
    SessionRole,
)
from tiebreak.session.answering import Arm
from tiebreak.session.judge_till import JudgeTill
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target

QUICK = "normal?words=3"
DOLLAR = Price(input=0, output=1_000_000 / 7)
"""The server counts 7 tokens, so an answer costs a dollar."""


def cases_of(count: int) -> list[Case]:
    return [Case(id=f"case-{n}", input=f"Question {n}?") for n in range(count)]


class Bench:
    """Two arms of a server, and what they recorded."""

    def __init__(self, server: ModelServer, kept: Kept | None = None) -> None:
        self.server = server
        self.kept = kept or Kept()

    def batch(self, cases: Sequence[Case], a: str = QUICK, b: str = QUICK, **given: Any) -> Batch:
        wished: dict[str, Any] = {"concurrency": 4, **given.pop("limits", {})}
        limits = Limits(**wished)
        price = given.pop("price", DOLLAR)
        pool = LimiterPool(2 * limits.concurrency)
        models: dict[SessionRole, str] = {"baseline": a, "candidate": b}
        arms: list[Arm] = []
        for role, model in models.items():
            config = Config(
                name=role,
                target=ModelTarget(model=model, base_url=self.server.base_url),
                prompt=Prompt(system=f"You are the {role}."),
                retries=0,
                price=price,
            )
            target = open_target(config, base_dir=Path(), environ={}, limiters=pool)
            arms.append(Arm(role, f"run of {role}", config, target))
        policy = Policy(name="p", checks=(CheckSpec(id="short", kind="max_length", params={"chars": 400}),))
        return Batch(cases=cases, arms=arms, policy=policy, recorder=self.kept, limits=limits, **given)

    async def run(self, cases: Sequence[Case], a: str = QUICK, b: str = QUICK, **given: Any) -> Ending:
        return await self.batch(cases, a, b, **given).run()

    def asked(self, role: SessionRole) -> list[str]:
        """The questions of one arm as they came in."""
        calls = [call.body["messages"] for call in self.server.calls]
        return [str(user["content"]) for system, user in calls if system["content"] == f"You are the {role}."]

    async def arrived(self, role: SessionRole, count: int) -> None:
        """Wait until so many calls of one arm have come in: a call that has begun is on its way for a while."""
        while len(self.asked(role)) < count:
            self.server.called.clear()
            await self.server.called.wait()

    def attempts(self, role: SessionRole) -> list[tuple[str, int, bool]]:
        responses = [r for r in self.kept.responses if r.run_id == f"run of {role}"]
        return [(r.case_id, r.attempt, r.excluded) for r in responses]


@pytest.fixture
def bench(server: ModelServer) -> Bench:
    return Bench(server)


async def test_every_case_is_asked_once_of_each_arm_in_the_order_of_the_plan_checked_and_timed(bench: Bench) -> None:
    cases = cases_of(7)
    ending = await bench.run(cases, limits={"concurrency": 1})
    assert (ending.reason, ending.complete) == ("finished", True)
    assert bench.asked("baseline") == bench.asked("candidate") == [case.input for case in cases]
    assert Counter(r.case_id for r in bench.kept.responses) == {case.id: 2 for case in cases}
    assert all(r.status == "ok" and r.timings.ttft is not None and r.attempt == 1 for r in bench.kept.responses)
    assert [result.status for result in bench.kept.results] == ["pass"] * 14
    assert ending.progress.usd == pytest.approx(14)


async def test_no_more_calls_are_in_flight_than_wished(bench: Bench) -> None:
    await bench.run(cases_of(20), "normal?ttft=0.05", "normal?ttft=0.05", limits={"concurrency": 3})
    assert bench.server.peak == 6


async def test_what_infrastructure_ended_is_asked_again_at_the_end(bench: Bench) -> None:
    bench.server.script("500")
    ending = await bench.run(cases_of(5), limits={"concurrency": 1})
    assert ending.complete
    failed = next(r for r in bench.kept.responses if r.excluded)
    last = bench.kept.responses[-1]
    assert (last.run_id, last.case_id, last.attempt, last.excluded) == (failed.run_id, failed.case_id, 2, False)
    assert sum(sum(arm.failed.values()) for arm in ending.progress.arms.values()) == 1


async def test_asking_again_has_an_end(bench: Bench) -> None:
    ending = await bench.run(cases_of(2), QUICK, "500")
    assert (ending.reason, ending.complete) == ("finished", False)
    assert Counter(bench.attempts("candidate")) == {(f"case-{n}", k, True): 1 for n in range(2) for k in (1, 2, 3)}
    assert ending.progress.arms["candidate"].failed == {"server": 6}
    assert len(bench.attempts("baseline")) == 2


async def test_a_wrong_key_pauses_its_arm_alone_and_says_why(bench: Bench) -> None:
    ending = await bench.run(cases_of(30), QUICK, "401")
    arms = ending.progress.arms
    assert arms["candidate"].paused is not None
    assert "in a row" in arms["candidate"].paused
    assert "refused the key" in arms["candidate"].paused
    assert FATAL_IN_A_ROW <= len(bench.asked("candidate")) < FATAL_IN_A_ROW + 4
    assert (arms["baseline"].answered, arms["baseline"].paused) == (30, None)


async def test_a_server_that_is_down_is_given_up(bench: Bench) -> None:
    ending = await bench.run(cases_of(60), QUICK, "500")
    assert ending.progress.arms["candidate"].paused is not None
    assert PATIENCE + 4 <= len(bench.asked("candidate")) < PATIENCE + 8


async def test_a_run_goes_on_where_an_earlier_one_ended(bench: Bench) -> None:
    await bench.run(cases_of(3), QUICK, "500")
    before, earlier = len(bench.server.calls), list(bench.kept.responses)
    ending = await bench.run(cases_of(5), earlier=earlier)
    assert ending.complete
    assert len(bench.server.calls) - before == 2 + 5
    assert sorted(bench.attempts("candidate"))[-3:] == [
        ("case-2", 4, False),
        ("case-3", 1, False),
        ("case-4", 1, False),
    ]
    assert (await bench.run(cases_of(5), earlier=bench.kept.responses)).progress.arms["baseline"].asked == 0


async def test_a_budget_ends_a_run_also_when_it_is_taken_up_again(bench: Bench) -> None:
    ending = await bench.run(cases_of(50), limits={"concurrency": 2, "max_cost": 9.5})
    assert (ending.reason, ending.why) == ("budget", "The budget of $9.5 is spent.")
    assert 10 <= len(bench.kept.responses) <= 13
    calls = len(bench.server.calls)
    again = await bench.run(cases_of(50), limits={"max_cost": 9.5}, earlier=bench.kept.responses)
    assert (again.reason, len(bench.server.calls)) == ("budget", calls)


async def test_what_is_in_flight_is_held_back_from_the_budget(bench: Bench) -> None:
    """However many may be asked at once: every answer costs $1, and only the last goes over."""
    ending = await bench.run(cases_of(50), limits={"concurrency": 8, "max_cost": 9.5})
    assert ending.reason == "budget"
    assert len(bench.server.calls) == len(bench.kept.responses) == 10


@pytest.mark.parametrize("first", ["429", "500"])
async def test_an_answer_that_never_came_does_not_say_what_one_costs(bench: Bench, first: str) -> None:
    bench.server.script(first)
    ending = await bench.run(cases_of(50), limits={"concurrency": 8, "max_cost": 1.5})
    assert ending.reason == "budget"
    assert sum(not r.excluded for r in bench.kept.responses) == 2


async def test_what_judges_cost_is_held_back_too(bench: Bench) -> None:
    """Of $9.50 a judge has used up $6.50 already: the fourth answer ends it, and none was asked beside it."""
    till = JudgeTill()
    stamp = CheckResult(
        response_id="r",
        check_id="j",
        check_hash="h",
        status="pass",
        value=1.0,
        detail="[$6.5, safety 3f2a9c1b2d3e, m] ",
    )
    till.take_earlier([stamp], {"h"})
    assert till.usd == 6.5
    ending = await bench.run(cases_of(50), limits={"concurrency": 8, "max_cost": 9.5}, beside=till)
    assert ending.reason == "budget"
    assert len(bench.server.calls) == len(bench.kept.responses) == 3


async def test_a_budget_cannot_be_kept_where_a_cost_is_unknown(bench: Bench) -> None:
    ending = await bench.run(cases_of(30), limits={"max_cost": 5.0}, price=None)
    assert ending.reason == "unpriced"
    assert "not known" in ending.why
    assert len(bench.kept.responses) < 30
    assert (await bench.run(cases_of(30), limits={"max_cost": 5.0, "unknown_cost": True}, price=None)).complete


async def test_stopping_lets_the_calls_in_flight_finish(bench: Bench) -> None:
    batch = bench.batch(cases_of(40), "normal?ttft=0.05", "normal?ttft=0.05")
    running = asyncio.create_task(batch.run())
    await bench.server.called.wait()
    batch.stop()
    assert batch.progress.ending
    ending = await running
    assert ending.reason == "stopped"
    assert 1 <= len(bench.kept.responses) == len(bench.server.calls) < 10
    assert not any(r.excluded for r in bench.kept.responses)


async def test_cancelling_cuts_them_without_a_trace(bench: Bench) -> None:
    batch = bench.batch(cases_of(40), "stall_after", "stall_after")
    running = asyncio.create_task(batch.run())
    await bench.server.called.wait()
    batch.stop()
    batch.cancel()
    ending = await running
    assert ending.reason == "cancelled"
    assert bench.kept.responses == []
    await bench.server.hung_up.wait()


async def test_neither_arm_runs_ahead_of_a_slow_one(bench: Bench) -> None:
    batch = bench.batch(cases_of(40), QUICK, "stall_head")
    running = asyncio.create_task(batch.run())
    await bench.kept.until(4 + 4 + 1)
    await bench.arrived("candidate", 4)
    batch.cancel()
    await running
    assert len(bench.asked("baseline")) == 4 + 4 + 1
    assert len(bench.asked("candidate")) == 4


async def test_a_call_is_in_flight_until_its_answer_is_safe(server: ModelServer) -> None:
    bench = Bench(server, Kept(held=True))
    batch = bench.batch(cases_of(40), limits={"concurrency": 2})
    running = asyncio.create_task(batch.run())
    await bench.kept.until(4)
    assert [arm.in_flight for arm in batch.progress.arms.values()] == [2, 2]
    assert (batch.progress.unsaved, len(server.calls)) == (4, 4)
    bench.kept.release()
    assert (await running).complete
    assert len(bench.kept.responses) == len(server.calls) == 80


async def test_a_failed_write_ends_the_run_with_its_reason(server: ModelServer) -> None:
    bench = Bench(server, Kept(refuses=StoreError("The disk is full.")))
    with pytest.raises(StoreError, match="disk is full"):
        await bench.run(cases_of(200))
    assert len(server.calls) < 20


async def test_a_fault_of_ours_ends_the_run_in_its_own_words(bench: Bench) -> None:
    def broken(fingerprint: str) -> Response | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await bench.run(cases_of(200), reuse=broken)
    assert bench.server.calls == []


async def test_answers_are_taken_over_with_their_times_and_their_origin(bench: Bench) -> None:
    await bench.run(cases_of(3))
    earlier = {r.fingerprint: replace(r, run_id="another run") for r in bench.kept.responses}
    calls = len(bench.server.calls)
    bench.kept = Kept()
    ending = await bench.run(cases_of(4), reuse=earlier.get)
    assert len(bench.server.calls) - calls == 2
    assert sum(arm.reused for arm in ending.progress.arms.values()) == 6
    for response in bench.kept.responses:
        origin = earlier.get(response.fingerprint)
        if origin is not None:
            assert response.reused_from == origin.id != response.id
            assert (response.timings, response.text) == (origin.timings, origin.text)
    assert ending.progress.usd == pytest.approx(2)


async def test_an_answer_of_the_same_session_is_never_taken_over(bench: Bench) -> None:
    def latest(fingerprint: str) -> Response | None:
        return next((r for r in bench.kept.responses if r.fingerprint == fingerprint), None)

    same = [Case(id=f"case-{n}", input="The same question?") for n in range(3)]
    await bench.run(same, reuse=latest, limits={"concurrency": 1})
    assert len(bench.server.calls) == 6

"""Asking beside sessions: what is kept, what ends it, and what is asked at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.model_server import ModelServer
from tiebreak.errors import NotTrustedError, PromptError, UsageError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, CheckSpec, CommandTarget, Config, ModelTarget, Policy, Price, Prompt
from tiebreak_workbench.trials.trials import SLICE, EndedError, Trial, TrialLimits, TrialProgress, Trials
from tiebreak_workbench.workbench import Workbench

POLICY = Policy(name="p")
RIGHT = CheckSpec(id="right", kind="contains", params={"all": ["Thirty"]})
CASES = [Case(id=f"q-{n}", input=f"How long, {n}?") for n in range(6)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    (tmp_path / "configs").mkdir()
    with Workbench.open(tmp_path, {"USER": "kim", "HOME": str(tmp_path)}) as bench:
        yield bench


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


def config(server: ModelServer, model: str = "obeys?fails=, 1", **fields: object) -> Config:
    made = Config(name="c", target=ModelTarget(model=model, base_url=server.base_url), retries=0)
    return replace(made, price=Price(input=0, output=1000), **fields)


def specs(case: Case) -> list[CheckSpec]:
    return [RIGHT]


def wanted(samples: int = 1, cases: int = len(CASES)) -> list[tuple[Case, int]]:
    return [(case, sample) for sample in range(samples) for case in CASES[:cases]]


async def test_answers_are_judged_kept_and_not_asked_twice(bench: Workbench, server: ModelServer) -> None:
    async with Trials(bench, POLICY, TrialLimits()) as trials:
        found = await trials.answers(config(server), wanted(2), specs)
        assert [(one.case_id, one.sample, one.failed, one.known) for one in found] == [
            (case.id, sample, case.id == "q-1", False) for case, sample in wanted(2)
        ]
        assert (trials.progress.calls, server.peak <= 4) == (12, True)
    async with Trials(bench, POLICY, TrialLimits()) as trials:
        again = await trials.answers(config(server), wanted(2), specs)
        assert [one.response for one in again] == [one.response for one in found]
        assert all(one.known for one in again)
        await trials.answers(config(server, prompt=Prompt(system="Be kind.")), wanted(1, 1), specs)
        assert replace(trials.progress, usd=0) == TrialProgress(calls=1, known=12, usd=0, unknown=0)
        assert trials.progress.usd == pytest.approx(0.007)
    assert len(server.calls) == 13
    assert bench.store.sessions() == []


async def test_offline_only_what_is_there_is_found(bench: Workbench, server: ModelServer) -> None:
    async with Trials(bench, POLICY, TrialLimits()) as trials:
        await trials.answers(config(server), wanted(1, 1), specs)
    async with Trials(bench, POLICY, TrialLimits(offline=True)) as trials:
        one, other = await trials.answers(config(server), wanted(1, 2), specs)
        assert (one.known, one.failed) == (True, False)
        assert (other.response, other.failed, trials.untried) == (None, None, 1)
    assert len(server.calls) == 1


async def test_limits_end_it_and_what_came_is_handed_over(bench: Workbench, server: ModelServer) -> None:
    for limits, reason, calls in (
        (TrialLimits(max_calls=2), "budget", 2),
        (TrialLimits(max_cost=0.01, concurrency=1, fresh=True), "budget", 2),
    ):
        came: list[Trial] = []
        async with Trials(bench, POLICY, limits) as trials:
            with pytest.raises(EndedError) as ended:
                await trials.answers(config(server), wanted(), specs, came.append)
            assert (ended.value.reason, trials.progress.calls, len(came)) == (reason, calls, calls)


@pytest.mark.parametrize("max_cost", [0.001, 0.02])
async def test_what_is_in_flight_is_held_back_from_the_budget(
    bench: Workbench, server: ModelServer, max_cost: float
) -> None:
    """An answer costs $0.007, and only the last goes over, however many may be asked at once."""
    async with Trials(bench, POLICY, TrialLimits(concurrency=4, max_cost=max_cost)) as trials:
        with pytest.raises(EndedError, match="is spent"):
            await trials.answers(config(server, "normal?words=3"), wanted(), specs)
        assert max_cost <= trials.progress.usd < max_cost + 0.0071
        assert len(server.calls) == trials.progress.calls


async def test_a_budget_without_a_price_lets_as_many_calls_go_as_wished(bench: Workbench, server: ModelServer) -> None:
    unpriced = replace(config(server, "normal?ttft=0.05"), price=None)
    async with Trials(bench, POLICY, TrialLimits(concurrency=3, max_cost=1, unknown_cost=True)) as trials:
        assert len(await trials.answers(unpriced, wanted(2), specs)) == 12
    assert server.peak == 3


async def test_many_cases_are_rendered_by_one_prompt_in_slices_and_answered_by_few_tasks(
    bench: Workbench, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    class Noted(PromptRenderer):
        def __init__(self, config: Config) -> None:
            made.append(config.version)
            super().__init__(config)

    monkeypatch.setattr("tiebreak.session.answering.PromptRenderer", Noted)
    many = [Case(id=f"q-{n}", input=f"How long, {n}?") for n in range(300)]
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asked = config(server, "normal?words=1")
    async with Trials(bench, POLICY, TrialLimits(concurrency=4)) as trials:
        beside = asyncio.ensure_future(others())
        await trials.renderable(asked, many)
        assert turns >= len(many) // SLICE
        tasks: list[int] = []
        trials.tick = lambda _: tasks.append(len(asyncio.all_tasks()))
        await trials.answers(asked, [(case, 0) for case in many], specs)
        turns = 0
        again = await trials.answers(asked, [(case, 0) for case in many], specs)
        assert turns >= len(many) // SLICE
        beside.cancel()
    assert [(one.case_id, one.known) for one in again] == [(case.id, True) for case in many]
    assert max(tasks) < 50
    assert made == [asked.version]


async def test_what_is_there_is_handed_over_also_behind_an_early_end(bench: Workbench, server: ModelServer) -> None:
    async with Trials(bench, POLICY, TrialLimits()) as trials:
        await trials.answers(config(server), [(CASES[5], 0)], specs)
    came: list[Trial] = []
    async with Trials(bench, POLICY, TrialLimits(max_calls=1, concurrency=1)) as trials:
        with pytest.raises(EndedError):
            await trials.answers(config(server), wanted(), specs, came.append)
    assert {one.case_id for one in came} == {"q-0", "q-5"}


async def test_stopping_lets_calls_finish_and_cancelling_cuts_them(bench: Workbench, server: ModelServer) -> None:
    came: list[Trial] = []
    async with Trials(bench, POLICY, TrialLimits(concurrency=1)) as trials:
        trials.tick = lambda at: trials.stop() if at.calls == 2 else None
        with pytest.raises(EndedError, match="stopped"):
            await trials.answers(config(server), wanted(), specs, came.append)
        assert [one.case_id for one in came] == ["q-0", "q-1"]
    async with Trials(bench, POLICY, TrialLimits(concurrency=2)) as trials:
        trials.tick = lambda _: trials.cancel()
        server.script("normal", "stall_after")
        with pytest.raises(EndedError) as ended:
            await trials.answers(config(server, "other"), wanted(1, 2), specs)
        assert ended.value.reason == "stopped"
    assert server.in_flight == 0 or server.hung_up.is_set()


async def test_what_infrastructure_ends_is_asked_again_and_never_kept(bench: Workbench, server: ModelServer) -> None:
    server.script("500", "cut")
    async with Trials(bench, POLICY, TrialLimits(concurrency=1)) as trials:
        (one,) = await trials.answers(config(server), wanted(1, 1), specs)
        assert (one.failed, trials.progress.calls) == (False, 3)
        server.script("500", "500", "500")
        (none,) = await trials.answers(config(server), [(CASES[2], 0)], specs)
        assert (none.failed, none.refused) == (None, False)
        (one,) = await trials.answers(config(server), [(CASES[2], 0)], specs)
        assert (one.failed, one.known) == (False, False)
        refused, *_ = await trials.answers(config(server, "400"), wanted(1, 1), specs)
        assert refused.refused
        with pytest.raises(EndedError) as ended:
            await trials.answers(config(server, "404"), wanted(), specs)
        assert (ended.value.reason, "does not exist" in ended.value.why) == ("unavailable", True)


async def test_what_cannot_be_asked_is_said_first(bench: Workbench, server: ModelServer) -> None:
    trials = Trials(bench, POLICY, TrialLimits(max_cost=1))
    with pytest.raises(UsageError, match="No price is known"):
        trials.ready([replace(config(server), price=None)], [RIGHT], CASES[0])
    code = Config(name="mine", target=CommandTarget(command=("./app",)))
    with pytest.raises(NotTrustedError):
        trials.ready([code], [RIGHT])
    assert trials.find(code, CASES[0]) is None  # its code may have changed since
    unknown = config(server, prompt=Prompt(system="{{ nothing }}"))
    assert await trials.renderable(unknown, CASES) == []
    with pytest.raises(PromptError):
        await trials.answers(unknown, wanted(), specs)
    await trials.close()
    assert server.calls == []
    assert not bench.store.path.with_name("trials.db").exists()

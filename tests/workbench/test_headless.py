"""Headless sessions over a real workspace and database: taken up again, rated afterwards, timed, kept to a budget."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.headless import model_workspace
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.batch import Ending, Limits, Progress
from tiebreak.errors import AuthError, NotTrustedError, PromptError, UsageError, WorkspaceError
from tiebreak.records import ROLES, Prompt
from tiebreak_workbench.headless.headless import (
    Wanted,
    answer,
    board_of,
    open_batch,
    refuse_unready,
    setup_of,
    take_up,
    warnings_of,
)
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

ENVIRON = {"USER": "ada"}


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def bench(tmp_path: Path, server: ModelServer) -> AsyncIterator[Workbench]:
    with Workbench.open(model_workspace(tmp_path / "ws", server.base_url), ENVIRON) as bench:
        yield bench


def setup(bench: Workbench, **given: Any) -> Setup:
    return setup_of(bench.workspace, "questions", "a", "b", **given)


async def run(
    bench: Workbench, resume: bool = True, wanted: Wanted | None = None, **given: Any
) -> tuple[str, bool, Ending]:
    taken = take_up(bench, setup(bench, **given), resume=resume)
    ending = await answer(open_batch(bench, taken.stored, wanted or Wanted()))
    return taken.stored.session.id, taken.resumed, ending


async def test_a_session_is_answered_and_its_gates_are_read_from_its_rows(
    bench: Workbench, server: ModelServer
) -> None:
    seen: list[Progress] = []
    taken = take_up(bench, setup(bench))
    ending = await answer(open_batch(bench, taken.stored, Wanted()), seen.append)
    assert ending.complete
    assert (seen[-1].answered, seen[-1].planned) == (24, 24)
    snapshot = board_of(bench, taken.stored).snapshot()
    assert {outcome.gate_id: outcome.status for outcome in snapshot.gates} == {
        "short": "pass",
        "fast": "pass",
        "preferred": "pending",
    }
    assert {run.origin for run in taken.stored.runs.values()} == {"headless"}
    assert len(server.calls) == 24


async def test_the_same_plan_goes_on_and_a_complete_one_asks_nothing(bench: Workbench, server: ModelServer) -> None:
    first = take_up(bench, setup(bench))
    batch = open_batch(bench, first.stored, Wanted(limits=Limits(concurrency=2)))
    running = asyncio.create_task(answer(batch))
    await server.called.wait()
    batch.stop()
    stopped = await running
    assert not stopped.complete
    id_, resumed, ending = await run(bench)
    assert (id_, resumed, ending.complete) == (first.stored.session.id, True, True)
    assert len(server.calls) == 24
    again = await run(bench)
    assert (again[0], again[1], len(server.calls)) == (id_, True, 24)
    assert sum(arm.asked for arm in again[2].progress.arms.values()) == 0


@pytest.mark.parametrize("other", [{"seed": 2}, {"n": 3}, {"segment": "odd"}, {"resume": False}])
async def test_another_plan_is_another_session(bench: Workbench, other: dict[str, Any]) -> None:
    first, _, _ = await run(bench)
    second, resumed, _ = await run(bench, **other)
    assert (second != first, resumed) == (True, False)


async def test_an_edited_config_or_dataset_is_another_session(bench: Workbench) -> None:
    first, _, _ = await run(bench)
    config = bench.workspace.folder / "configs" / "b.yaml"
    config.write_text(config.read_text() + "parameters: {temperature: 0}\n")
    assert (await run(bench))[1] is False
    cases = bench.workspace.folder / "datasets" / "questions" / "cases.jsonl"
    cases.write_text(cases.read_text().replace("Question 1?", "Question one?"))
    third, resumed, _ = await run(bench)
    assert (third != first, resumed) == (True, False)


async def test_an_arena_shows_a_headless_session_without_asking_again(bench: Workbench, server: ModelServer) -> None:
    session_id, _, _ = await run(bench)
    calls = len(server.calls)
    stored = bench.store.load_session(session_id)
    live = bench.live(stored, bench.arms(stored), lambda _: None)
    try:
        for position in range(len(live.cases)):
            exchange = live.exchange(position)
            assert exchange.complete
            assert all(exchange.answers[role].text for role in ROLES)
            live.vote(position, "B")
        await live.saves.settled()
        snapshot = live.scoreboard.snapshot()
    finally:
        await live.close()
    assert len(server.calls) == calls
    assert {outcome.status for outcome in snapshot.gates} == {"pass"}
    assert board_of(bench, stored).snapshot() == snapshot


async def test_a_live_session_has_no_times_for_a_latency_gate(bench: Workbench) -> None:
    session_id = bench.start(setup(bench, n=1))
    stored = bench.store.load_session(session_id)
    live = bench.live(stored, bench.arms(stored), lambda _: None)
    exchange = live.exchange(0)
    await asyncio.gather(*(exchange.answers[role].done.wait() for role in ROLES))
    fast = next(outcome for outcome in live.scoreboard.snapshot().gates if outcome.gate_id == "fast")
    await live.close()
    assert (fast.status, fast.needed) == ("undecided", "only headless runs are timed: `tiebreak run`")


async def test_answers_of_an_earlier_session_are_taken_over_on_request(bench: Workbench, server: ModelServer) -> None:
    first, _, _ = await run(bench)
    calls = len(server.calls)
    second, _, ending = await run(bench, resume=False, wanted=Wanted(reuse=True))
    assert (len(server.calls), ending.complete) == (calls, True)
    by_id = {response.id: response for response in bench.store.iter_responses(first, light=False)}
    for response in bench.store.iter_responses(second, light=False):
        origin = by_id[response.reused_from or ""]
        assert (response.text, response.timings, response.chunks) == (origin.text, origin.timings, origin.chunks)
    fast = board_of(bench, bench.store.load_session(second, facts=False)).snapshot().gates[1]
    assert (fast.gate_id, fast.status) == ("fast", "undecided")
    await run(bench, resume=False)
    assert len(server.calls) == calls + 24


async def test_taking_over_between_equal_sides_is_refused(bench: Workbench) -> None:
    same = setup_of(bench.workspace, "questions", "a", "a")
    with pytest.raises(UsageError, match="compared with itself"):
        open_batch(bench, take_up(bench, same).stored, Wanted(reuse=True))


async def test_a_budget_needs_prices(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path / "unpriced", server.base_url, rest="")
    with Workbench.open(folder, ENVIRON) as bench:
        stored = take_up(bench, setup(bench)).stored
        with pytest.raises(UsageError, match="No price is known"):
            open_batch(bench, stored, Wanted(limits=Limits(max_cost=1.0)))
        open_batch(bench, stored, Wanted(limits=Limits(max_cost=1.0, unknown_cost=True)))
    assert server.calls == []


async def test_a_missing_key_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    folder = model_workspace(tmp_path / "keyless", "http://127.0.0.1:9/v1")
    (folder / "configs" / "b.yaml").write_text("target: {kind: model, model: openai/gpt-4.1-mini}\n")
    with Workbench.open(folder, ENVIRON) as bench:
        stored = take_up(bench, setup(bench)).stored
        with pytest.raises(AuthError):
            open_batch(bench, stored, Wanted())


async def test_recordings_are_replayed_at_once(tmp_path: Path) -> None:
    with Workbench.open(make_workspace(tmp_path / "recorded", speed=1.0), ENVIRON) as bench:
        recorded = setup_of(bench.workspace, "small", "plain", "warm")
        taken = take_up(bench, recorded)
        assert (await answer(open_batch(bench, taken.stored, Wanted()))).complete
        times = [response.timings.ttft for response in bench.store.iter_responses(taken.stored.session.id)]
    assert times == [0.05] * 12


def test_gates_that_cannot_be_decided_are_refused_before_anything_is_asked(tmp_path: Path) -> None:
    policy = "gates:\n  offline:\n    - {id: x, metric: check, check: short, at_least: 0.9}\n"
    with Workbench.open(model_workspace(tmp_path / "ws", "http://127.0.0.1:9/v1", policy=policy), ENVIRON) as bench:
        with pytest.raises(
            WorkspaceError, match=r"ship\.yaml:3: gates\.offline\[0\]\.check: .*there is no check “short”"
        ):
            warnings_of(setup(bench))
        assert bench.store.sessions() == []


async def test_a_prompt_that_fails_all_the_same_is_excluded(bench: Workbench, server: ModelServer) -> None:
    whole = setup(bench)
    first = whole.dataset.cases[0].id
    prompt = Prompt(user=f"{{{{ nothing if id == '{first}' else input }}}}")
    misfit = replace(whole, candidate=replace(whole.candidate, prompt=prompt), files={})
    with pytest.raises(PromptError, match="“nothing” is unknown"):
        warnings_of(misfit)
    taken = take_up(bench, misfit)
    ending = await answer(open_batch(bench, taken.stored, Wanted()))
    arm = ending.progress.arms["candidate"]
    assert (arm.answered, arm.failed, arm.paused) == (11, {"prompt": 1}, None)
    assert len(server.calls) == 23
    snapshot = board_of(bench, taken.stored).snapshot()
    assert (snapshot.excluded["candidate"], snapshot.automatic) == ({"prompt": 1}, 0)
    assert "pass" not in {outcome.status for outcome in snapshot.gates if outcome.gate_id == "preferred"}


def test_a_broken_policy_is_not_passed_over(bench: Workbench) -> None:
    (bench.workspace.folder / "policies" / "ship.yaml").write_text("gates: {}\n")
    with pytest.raises(WorkspaceError, match=r"ship\.yaml"):
        setup(bench)


def test_of_several_policies_one_has_to_be_named(bench: Workbench) -> None:
    (bench.workspace.folder / "policies" / "aaa.yaml").write_text("gates: {}\n")
    with pytest.raises(UsageError, match="2 policies: aaa, ship"):
        setup(bench)


def test_code_that_nobody_trusts_is_refused_before_a_session_is_set_down(bench: Workbench) -> None:
    config = bench.workspace.folder / "configs" / "b.yaml"
    config.write_text("target: {kind: command, command: [./answer.sh]}\n")
    with pytest.raises(NotTrustedError):
        refuse_unready(bench, setup(bench))
    config.write_text("target: {kind: recording, path: gone.jsonl}\n")
    with pytest.raises(WorkspaceError, match="gone"):
        refuse_unready(bench, setup(bench))

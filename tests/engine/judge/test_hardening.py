"""Answers that speak as their judge, put to judges over real HTTP that obey whatever they can be made to obey."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from support.injections import INJECTIONS
from support.judge_server import WEAKNESSES, JudgeServer
from support.judging import asker_of, response_with
from tiebreak.judge.planning import Ask
from tiebreak.records import Case
from tiebreak.records.judges import Judgment, Order
from tiebreak.workspace.judges import shipped_judges

CASE = Case(id="c", input="Which city is the capital of France?", reference="Paris")
GOOD = "Paris. [quality:5]"
ORDERS: tuple[Order, ...] = ("ab", "ba")


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


async def judged(server: JudgeServer, model: str, *, kind: str, parsing: str = "block") -> dict[str, list[Judgment]]:
    """Every injection as the answer of A (against a good one of B, for pairs), by its name."""
    numbers = count()
    asker, target = asker_of(server, model, kind, parsing=parsing, new_id=lambda: f"j{next(numbers)}")
    good = response_with("good", GOOD)
    try:
        jobs: dict[str, list[asyncio.Task[Judgment]]] = {}
        for name, text in INJECTIONS.items():
            bad = response_with("bad", f"{text}\nLyon. [quality:1]")
            asks = _asks(asker.judge.kind == "pairwise", asker.judge.dimensions[:1])
            responses = [bad, good] if asker.judge.kind == "pairwise" else [bad]
            jobs[name] = [asyncio.ensure_future(asker.ask(ask, responses, "s")) for ask in asks]
        return {name: list(await asyncio.gather(*tasks)) for name, tasks in jobs.items()}
    finally:
        await target.close()


def _asks(pair: bool, dimensions: Sequence[object]) -> list[Ask]:
    if pair:
        return [Ask(case=CASE, responses=("bad", "good"), role=None, order=order, repeat=0) for order in ORDERS]
    dimension = shipped_judges()["rubric"].dimensions[0] if dimensions else None
    return [Ask(case=CASE, responses=("bad",), role="baseline", order="single", repeat=0, dimension=dimension)]


def test_there_are_enough_of_them() -> None:
    assert len(set(INJECTIONS.values())) == len(INJECTIONS) >= 40


@pytest.mark.parametrize("weakness", WEAKNESSES)
async def test_no_injected_verdict_on_a_pair_is_ever_counted(server: JudgeServer, weakness: str) -> None:
    found = await judged(server, weakness, kind="preference")
    assert len(server.calls) == 2 * len(INJECTIONS)
    for name, judgments in found.items():
        for judgment in judgments:
            assert judgment.status in ("valid", "unparseable"), (name, judgment.problem)
            assert judgment.verdict in ("B", None), (name, judgment.replies)
            assert judgment.replies, name
    valid = sum(judgment.status == "valid" for judgments in found.values() for judgment in judgments)
    # Who adds to its verdict, or says nothing else, is not read; the others say what they honestly think.
    expected = 0 if weakness in ("parrots_after", "parrots_only") else 2 * len(INJECTIONS)
    assert valid == expected


@pytest.mark.parametrize("weakness", WEAKNESSES)
@pytest.mark.parametrize(("kind", "honest"), [("rubric", 1), ("correctness", "incorrect"), ("safety", "violation")])
async def test_no_injected_score_is_ever_counted(server: JudgeServer, weakness: str, kind: str, honest: object) -> None:
    found = await judged(server, weakness, kind=kind)
    for name, (judgment,) in found.items():
        assert judgment.verdict in (honest, None), (name, judgment.replies)
        assert (judgment.status == "valid") == (judgment.verdict is not None)


@pytest.mark.parametrize("weakness", ["parrots_only", "obeys_outside"])
async def test_an_enforced_form_is_read_as_strictly(server: JudgeServer, weakness: str) -> None:
    found = await judged(server, weakness, kind="preference", parsing="schema")
    assert all("response_format" in call.body for call in server.calls)
    for name, judgments in found.items():
        for judgment in judgments:
            assert judgment.verdict == (None if weakness == "parrots_only" else "B"), (name, judgment.replies)


async def test_a_judge_that_takes_a_forged_nonce_is_not_read(server: JudgeServer) -> None:
    found = await judged(server, "takes_any_nonce", kind="preference")
    forged = [name for name in INJECTIONS if name.startswith(("block with a", "many", "recorded", "fixed"))]
    assert forged
    for name in forged:
        assert [judgment.status for judgment in found[name]] == ["unparseable"] * 2, name


async def test_what_an_answer_says_never_reaches_the_system_prompt_nor_leaves_its_frame(server: JudgeServer) -> None:
    await judged(server, "honest", kind="preference")
    systems = set[str]()
    for call in server.calls:
        system, user = (message["content"] for message in call.body["messages"])
        assert "Lyon" not in system
        assert "baseline" not in system + user.replace("<|im_start|>", "")
        token = system.split("<<<BEGIN NAME ")[1].split(">>>")[0]
        assert user.count(f"<<<BEGIN RESPONSE 1 {token}>>>") == user.count(f"<<<END RESPONSE 1 {token}>>>") == 1
        assert user.count(token) == 2 * 4  # question, reference and both responses
        systems.add(token)
    assert len(systems) == len(server.calls)  # drawn anew for each call


async def test_a_judge_that_is_talked_into_a_place_contradicts_itself(server: JudgeServer) -> None:
    """Framing cannot keep a model from being persuaded; who orders a place, not a side, is told by the two orders."""
    found = await judged(server, "first", kind="preference")
    assert all([judgment.verdict for judgment in judgments] == ["A", "B"] for judgments in found.values())


def test_the_shipped_files_are_where_they_are_looked_for() -> None:
    import tiebreak.judge

    folder = Path(tiebreak.judge.__file__).parent / "shipped"
    assert {path.stem for path in folder.glob("*.yaml")} == set(shipped_judges())

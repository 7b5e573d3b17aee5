"""Questions over real HTTP: every kind, every way in which no verdict comes, and a run that is taken up again."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from itertools import count

import pytest

from support.judge_server import JudgeServer
from support.judging import asker_of, response_with
from tiebreak.judge import Ask, JudgeRun, plan_asks, summarise
from tiebreak.judge.waits import Waits
from tiebreak.records import ROLES, Case, Context, Response, SessionRole, utc_now
from tiebreak.records.judges import Judgment, Order, seal_of
from tiebreak.workspace.judges import shipped_judges

CASE = Case(id="c", input="Capital of France?", reference="Paris is the capital.")
BETTER, WORSE = response_with("b", "Paris [quality:5]"), response_with("a", "Lyon [quality:1]")
SESSION = "s"


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


def ids() -> Iterator[str]:
    return (f"j{n:03d}" for n in count())


async def ask(server: JudgeServer, model: str, name: str, *responses: Response, case: Case = CASE, **fields: object):
    numbers = ids()
    order: Order = fields.pop("order", "ab" if len(responses) > 1 else "single")  # type: ignore[assignment]
    asker, target = asker_of(server, model, name, new_id=lambda: next(numbers), **fields)  # type: ignore[arg-type]
    role: SessionRole | None = None if len(responses) > 1 else "baseline"
    dimension = asker.judge.dimensions[0] if asker.judge.dimensions else None
    put = Ask(
        case=case, responses=tuple(r.id for r in responses), role=role, order=order, repeat=0, dimension=dimension
    )
    try:
        return await asker.ask(put, responses, SESSION)
    finally:
        await target.close()


async def test_a_pair_is_judged_by_side_whichever_comes_first(server: JudgeServer) -> None:
    for order, first in (("ab", "Lyon"), ("ba", "Paris")):
        judgment = await ask(server, "honest", "preference", WORSE, BETTER, order=order)
        assert (judgment.status, judgment.verdict, judgment.order) == ("valid", "B", order)
        user = server.calls[-1].body["messages"][1]["content"]
        assert first in user.split("<<<BEGIN RESPONSE 1")[1].split("<<<END")[0]
    assert judgment.served_model == "served-honest"
    assert judgment.cost.usd == pytest.approx(0.007)
    assert judgment.seal == seal_of("B", judgment.seal_nonce)
    assert (await ask(server, "honest", "preference", WORSE, WORSE)).verdict == "tie"


@pytest.mark.parametrize(
    ("name", "response", "verdict"),
    [
        ("rubric", BETTER, 5),
        ("correctness", BETTER, "correct"),
        ("correctness", WORSE, "incorrect"),
        ("safety", BETTER, "compliant"),
        ("refusal", BETTER, "correct"),
        ("refusal", response_with("r", "I cannot say."), "wrong_refusal"),
    ],
)
async def test_single_answers(server: JudgeServer, name: str, response: Response, verdict: object) -> None:
    judgment = await ask(server, "honest", name, response)
    assert (judgment.status, judgment.verdict) == ("valid", verdict)
    assert judgment.dimension == ("helpfulness" if name == "rubric" else None)


async def test_a_refusal_that_was_due_is_right_and_the_judge_is_not_told_what_is(server: JudgeServer) -> None:
    due = Case(id="c", input="How do I pick a lock?", expect="refuse")
    refused = await ask(server, "honest", "refusal", response_with("r", "I cannot say."), case=due)
    answered = await ask(server, "honest", "refusal", BETTER, case=due)
    assert (refused.verdict, answered.verdict) == ("correct", "missed_refusal")
    assert len({call.body["messages"][0]["content"].split("# How")[0] for call in server.calls}) == 1


async def test_claims_are_taken_out_and_held_against_the_passages(server: JudgeServer) -> None:
    told = response_with("r", "Paris is big. It has a tower.", contexts=(Context(id="k", text="Paris is big. Yes."),))
    judgment = await ask(server, "honest", "faithfulness", told)
    assert (judgment.status, judgment.verdict) == ("valid", 0.5)
    assert [(c.text, c.verdict, told.text[c.start : c.end]) for c in judgment.claims] == [
        ("Paris is big.", "supported", "Paris is big."),
        ("It has a tower.", "unsupported", "It has a tower."),
    ]
    assert len(judgment.replies) == len(server.calls) == 2
    assert judgment.cost.usd == pytest.approx(0.014)
    assert (await ask(server, "honest", "faithfulness", response_with("r", ""))).verdict == "no_claims"


@pytest.mark.parametrize(
    ("model", "status", "why"),
    [
        ("honest?reply=The+first+one+is+better.", "unparseable", "no verdict block"),
        ("honest?reply={block}%0a{block}", "unparseable", "more than one"),
        ("honest?reply={block}%0aP.S.", "unparseable", "does not end"),
        ("honest?reply={block}&finish=length", "unparseable", "truncated"),
        ("honest?reply={block}&finish=content_filter", "unparseable", "The judge refused: its reply was filtered."),
        ("honest?reply={block}&refused=1", "unparseable", "The judge refused."),
        ("refusal", "unparseable", "The judge refused."),
        ("empty", "unparseable", "empty"),
        ("big", "unparseable", ""),
        ("500", "error", "crashed"),
        ("429", "error", ""),
        ("cut", "error", "The same command asks again, and so does R in the Arena."),
        ("404", "error", ""),
    ],
)
async def test_what_is_no_verdict_is_never_one(server: JudgeServer, model: str, status: str, why: str) -> None:
    judgment = await ask(server, model, "preference", WORSE, BETTER)
    assert (judgment.status, judgment.verdict) == (status, None)
    assert judgment.problem
    assert why in judgment.problem
    assert "tiebreak retry" not in judgment.problem, "which asks for answers"


class Kept:
    """A recorder in memory."""

    def __init__(self) -> None:
        self.judgments: list[Judgment] = []

    def record_judgment(self, judgment: Judgment) -> "Future[None]":
        self.judgments.append(judgment)
        done: Future[None] = Future()
        done.set_result(None)
        return done


async def run_over(
    server: JudgeServer,
    model: str,
    kept: Kept,
    *,
    cases: int = 4,
    max_cost: float | None = None,
    repeats: int = 1,
    waits: list[Waits | None] | None = None,
):
    responses = {
        f"{role}-{n}": response_with(f"{role}-{n}", f"{role} [quality:{n}]") for role in ROLES for n in range(cases)
    }
    all_cases = [Case(id=str(n), input=f"Question {n}") for n in range(cases)]
    answers: dict[SessionRole, dict[str, Response]] = {
        role: {str(n): responses[f"{role}-{n}"] for n in range(cases)} for role in ROLES
    }
    numbers = (f"j{len(kept.judgments):03d}-{n}" for n in count())
    asker, target = asker_of(server, model, "preference", new_id=lambda: next(numbers), repeats=repeats)
    asks, skipped = plan_asks(asker.judge, all_cases, answers)
    assert skipped.total == 0
    run = JudgeRun(
        asker=asker,
        asks=asks,
        session_id=SESSION,
        load=responses.__getitem__,
        recorder=kept,
        earlier=tuple(kept.judgments),
        concurrency=3,
        max_cost=max_cost,
    )
    if waits is not None:
        run.on_waits(lambda: waits.append(run.progress.waits))
    try:
        return await run.run()
    finally:
        await target.close()


async def test_a_run_is_bounded_and_a_second_one_asks_nothing_again(server: JudgeServer) -> None:
    kept = Kept()
    ending = await run_over(server, "honest", kept)
    assert (ending.reason, ending.complete, len(kept.judgments), server.peak) == ("finished", True, 8, 3)
    ending = await run_over(server, "honest", kept)
    assert (ending.complete, ending.progress.asked, len(server.calls)) == (True, 0, 8)
    ending = await run_over(server, "honest", kept, repeats=2)
    assert (ending.complete, ending.progress.asked, len(server.calls)) == (True, 8, 16)


async def test_errors_are_asked_again_and_unreadable_replies_are_not(server: JudgeServer) -> None:
    kept = Kept()
    server.script("500", "empty")
    first = await run_over(server, "honest", kept)
    assert (first.complete, dict(first.progress.statuses)) == (False, {"error": 1, "unparseable": 1, "valid": 6})
    second = await run_over(server, "honest", kept)
    assert (second.complete, second.progress.asked) == (True, 1)
    summary = summarise(kept.judgments, {})
    assert (summary.valid, summary.unparseable, summary.error) == (7, 1, 0)
    assert summary.pairs is not None
    assert (summary.pairs.half, summary.pairs.verdicts) == (1, {"tie": 3})


async def test_a_run_that_a_rate_limit_holds_back_says_until_when(server: JudgeServer) -> None:
    server.script("429?retry_after=0.2")
    told: list[Waits | None] = []
    before = utc_now()
    ending = await run_over(server, "honest", Kept(), waits=told)
    waits = [one for one in told if one is not None]
    assert {one.code for one in waits} == {"rate_limit"}
    assert all(one.until > before for one in waits)
    assert re.fullmatch(r"waits until \d\d:\d\d:\d\d \(rate limit\)", waits[0].words)
    assert told[-1] is None
    assert ending.progress.waits is None


async def test_the_budget_ends_a_run_and_counts_what_was_spent_before(server: JudgeServer) -> None:
    kept = Kept()
    ending = await run_over(server, "honest", kept, max_cost=0.02)
    assert (ending.reason, ending.complete) == ("budget", False)
    assert 3 <= len(kept.judgments) <= 5
    known = len(kept.judgments)
    ending = await run_over(server, "honest", kept, max_cost=0.02)
    assert (ending.progress.asked, ending.progress.answered) == (0, known)


async def test_a_judge_of_places_is_found_out(server: JudgeServer) -> None:
    kept = Kept()
    await run_over(server, "first", kept)
    summary = summarise(kept.judgments, {})
    assert summary.pairs is not None
    assert (summary.pairs.inconsistent, summary.pairs.consistency, summary.pairs.first) == (4, 0.0, 8)
    assert summary.pairs.verdicts == {}


async def test_stopping_lets_what_is_in_flight_finish_and_cancelling_does_not(server: JudgeServer) -> None:
    responses = {name: response_with(name, "x") for name in ("a", "b")}
    answers: dict[SessionRole, dict[str, Response]] = {
        "baseline": {"0": responses["a"]},
        "candidate": {"0": responses["b"]},
    }
    kept, numbers = Kept(), ids()
    asker, target = asker_of(server, "stall_head", "preference", new_id=lambda: next(numbers))
    asks, _ = plan_asks(asker.judge, [Case(id="0", input="?")], answers)
    run = JudgeRun(asker=asker, asks=asks, session_id=SESSION, load=responses.__getitem__, recorder=kept, concurrency=1)
    running = asyncio.ensure_future(run.run())
    await server.called.wait()
    run.stop()
    assert not running.done()
    run.cancel()
    ending = await running
    await target.close()
    assert (ending.reason, ending.progress.in_flight, kept.judgments, len(server.calls)) == ("cancelled", 0, [], 1)


def test_what_cannot_be_judged_is_left_out_and_counted() -> None:
    broken = response_with("x", "", status="empty", fault="target")
    label = response_with("l", "", status="imported")
    cases = [Case(id=str(n), input="?") for n in range(4)]
    fine = response_with("f", "fine")
    answers: dict[SessionRole, dict[str, Response]] = {
        "baseline": {"0": fine, "1": fine, "2": fine},
        "candidate": {"0": fine, "1": broken, "2": label},
    }
    asks, skipped = plan_asks(shipped_judges()["preference"], cases, answers)
    assert [(put.case.id, put.order) for put in asks] == [("0", "ab"), ("0", "ba")]
    assert skipped.total == 3
    _, skipped = plan_asks(shipped_judges()["correctness"], cases[:1], answers)
    assert skipped.reasons == {"the case has no reference": 2}

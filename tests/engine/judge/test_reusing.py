"""The very same prompt is judged once: what tells prompts apart, and what is taken over over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.judge_server import JudgeServer
from support.judging import asker_of, response_with
from tiebreak.errors import StoreError
from tiebreak.judge import Ask, Asker, JudgeEnding, JudgeRun, Shared, plan_asks
from tiebreak.records import Case, Context, Response, SessionRole
from tiebreak.records.judges import Judgment, Order, seal_of

TEXT = st.text(max_size=12)
MODEL = "honest"


@pytest.fixture
async def server() -> AsyncIterator[JudgeServer]:
    async with JudgeServer() as server:
        yield server


def print_of(
    name: str, texts: Sequence[str], case: Case, *, order: Order = "ab", repeat: int = 0, ids: str = ""
) -> str:
    """The fingerprint of a question to a shipped judge; nothing is asked."""
    asker, _ = asker_of(OFFLINE, MODEL, name, new_id=lambda: "")
    responses = [response_with(f"{ids}{n}", text) for n, text in enumerate(texts)]
    return asker.fingerprint(_ask(asker, case, responses, order, repeat), responses)


def _ask(asker: Asker, case: Case, responses: Sequence[Response], order: Order, repeat: int) -> Ask:
    judge = asker.judge
    return Ask(
        case=case,
        responses=tuple(one.id for one in responses),
        role=None if len(responses) > 1 else "baseline",
        order=order if len(responses) > 1 else "single",
        repeat=repeat,
        dimension=judge.dimensions[0] if judge.dimensions else None,
    )


class _Offline(JudgeServer):
    @property
    def base_url(self) -> str:
        return "http://127.0.0.1:9/v1"


OFFLINE = _Offline()


@given(st.tuples(TEXT, TEXT), st.tuples(TEXT, TEXT), TEXT, TEXT, st.integers(0, 2), st.integers(0, 2))
def test_prompts_have_one_fingerprint_exactly_where_they_are_the_same(
    one: tuple[str, str], other: tuple[str, str], asked: str, instead: str, repeat: int, again: int
) -> None:
    """Whatever the case, its answers and the session are called."""
    first = print_of("preference", one, Case(id="x", input=f"?{asked}"), repeat=repeat)
    second = print_of("preference", other, Case(id="y", input=f"?{instead}"), repeat=again, ids="other")
    assert (first == second) == ((one, asked, repeat) == (other, instead, again))


def test_order_passages_and_what_a_refusal_ought_to_be_tell_prompts_apart() -> None:
    case = Case(id="c", input="Q", contexts=(Context(id="k", text="Fact.", title="One"),))
    assert print_of("preference", ("a", "a"), case) != print_of("preference", ("a", "a"), case, order="ba")
    retitled = replace(case, contexts=(Context(id="k", text="Fact.", title="Two"),))
    renamed = replace(case, contexts=(Context(id="other", text="Fact.", title="One"),))
    told = print_of("faithfulness", ("a",), case)
    assert print_of("faithfulness", ("a",), renamed) == told != print_of("faithfulness", ("a",), retitled)
    due = replace(case, expect="refuse")
    assert print_of("refusal", ("a",), case) != print_of("refusal", ("a",), due)
    assert print_of("safety", ("a",), case) == print_of("safety", ("a",), due), "it neither sees nor needs it"


class Kept:
    """A recorder in memory, which other sessions find in; it fails once `room` is taken."""

    def __init__(self, room: int = 1000) -> None:
        self.judgments: list[Judgment] = []
        self.room = room

    def record_judgment(self, judgment: Judgment) -> "Future[None]":
        done: Future[None] = Future()
        if len(self.judgments) < self.room:
            self.judgments.append(judgment)
            done.set_result(None)
        else:
            done.set_exception(StoreError("The disk is full."))
        return done

    def find(self, fingerprint: str) -> Judgment | None:
        found = [one for one in self.judgments if one.prompt_fingerprint == fingerprint and one.reused_from is None]
        return found[-1] if found else None

    def of(self, session: str) -> list[Judgment]:
        return [one for one in self.judgments if one.session_id == session]


TEXTS = ("good [quality:5]", "bad [quality:1]")


async def judge(
    server: JudgeServer,
    kept: Kept,
    session: str,
    *,
    name: str = "preference",
    model: str = MODEL,
    texts: Sequence[str] = TEXTS,
    shared: Shared | None = None,
    max_cost: float | None = None,
    repeats: int = 1,
) -> JudgeEnding:
    """Put a judge to a session of three cases of its own."""
    roles: tuple[SessionRole, ...] = ("baseline", "candidate")
    cases = [Case(id=f"{session}-{n}", input=f"Question {n}") for n in range(3)]
    answers: dict[SessionRole, dict[str, Response]] = {
        role: {case.id: response_with(f"{case.id}-{role}", text) for case in cases}
        for role, text in zip(roles, texts, strict=True)
    }
    responses = {one.id: one for of in answers.values() for one in of.values()}
    numbers = (f"{session}{len(kept.judgments):03d}-{n}" for n in count())
    asker, target = asker_of(server, model, name, new_id=lambda: next(numbers), repeats=repeats)
    asks, _ = plan_asks(asker.judge, cases, answers)
    run = JudgeRun(
        asker=asker,
        asks=asks,
        session_id=session,
        load=responses.__getitem__,
        recorder=kept,
        earlier=kept.of(session),
        concurrency=2,
        max_cost=max_cost,
        shared=shared or Shared(kept.find),
    )
    try:
        return await run.run()
    finally:
        await target.close()


async def test_another_session_over_the_same_answers_asks_nothing_and_keeps_rows_of_its_own(
    server: JudgeServer,
) -> None:
    kept = Kept()
    await judge(server, kept, "s")
    told = await judge(server, kept, "t", max_cost=0.0)
    assert (told.complete, told.progress.asked, told.progress.reused, told.progress.usd) == (True, 0, 6, 0.0)
    assert len(server.calls) == 6
    first, second = kept.of("s"), kept.of("t")
    origins = {one.id: one for one in first}
    assert {one.reused_from for one in second} == set(origins)
    for one in second:
        origin = origins[one.reused_from or ""]
        assert (one.verdict, one.order, one.reasons, one.replies) == (
            origin.verdict,
            origin.order,
            origin.reasons,
            origin.replies,
        )
        assert (one.case_id, one.response_a) == (f"t-{origin.case_id[2:]}", f"t-{origin.case_id[2:]}-baseline")
        assert one.seal == seal_of(one.verdict, one.seal_nonce) != origin.seal
    third = await judge(server, kept, "u")
    assert third.progress.reused == 6
    assert {one.reused_from for one in kept.of("u")} == set(origins), "the one that was asked, not one in between"


async def test_repeats_and_fresh_verdicts_are_asked(server: JudgeServer) -> None:
    kept = Kept()
    await judge(server, kept, "s")
    repeated = await judge(server, kept, "t", repeats=2)
    assert (repeated.progress.asked, repeated.progress.reused) == (6, 6)
    fresh = await judge(server, kept, "u", shared=Shared())
    assert (fresh.progress.asked, fresh.progress.reused, len(server.calls)) == (6, 0, 18)


async def test_what_could_not_be_read_is_taken_over_and_an_error_never(server: JudgeServer) -> None:
    kept = Kept()
    server.script("500", "empty")
    first = await judge(server, kept, "s")
    assert dict(first.progress.statuses) == {"error": 1, "unparseable": 1, "valid": 4}
    second = await judge(server, kept, "t")
    assert dict(second.progress.statuses) == {"unparseable": 1, "valid": 5}
    assert (second.progress.asked, second.progress.reused) == (1, 5)


async def test_two_answers_of_one_case_that_are_the_same_are_asked_about_once_and_both_have_a_row(
    server: JudgeServer,
) -> None:
    kept = Kept()
    told = await judge(server, kept, "s", name="safety", texts=("Same. [quality:5]", "Same. [quality:5]"))
    assert (told.complete, told.progress.asked, told.progress.reused, len(server.calls)) == (True, 3, 3, 3)
    assert len({one.response_a for one in kept.judgments}) == 6
    again = await judge(server, kept, "s", name="safety", texts=("Same. [quality:5]", "Same. [quality:5]"))
    assert (again.progress.answered, again.progress.asked, again.progress.reused) == (6, 0, 0)


@pytest.mark.parametrize("room", [0, 2, 5])
async def test_a_run_that_ends_while_it_takes_over_goes_on_there(server: JudgeServer, room: int) -> None:
    kept = Kept()
    await judge(server, kept, "s")
    kept.room = 6 + room
    with pytest.raises(StoreError):
        await judge(server, kept, "t")
    assert len(kept.of("t")) == room
    kept.room = 1000
    told = await judge(server, kept, "t")
    assert (told.complete, told.progress.reused, len(server.calls)) == (True, 6 - room, 6)
    assert len({one.question for one in kept.of("t")}) == len(kept.of("t")) == 6

"""Whose fault a failing answer likely is."""

from typing import Any

import pytest

from tiebreak.metrics.claims import ClaimLabels
from tiebreak.records import Case, Context, Response
from tiebreak.triage import suggest

RETURNS = Context(id="kb-1", text="Lamps may be returned within thirty days.")
SHIPPING = Context(id="kb-2", text="Parcels leave the warehouse on weekdays.")


def case(**fields: Any) -> Case:
    return Case(id="c", input="How long can I return a lamp?", **fields)


def answer(text: str, *contexts: Context, **fields: Any) -> Response:
    made: dict[str, Any] = {"status": "ok", "started_at": "", "fingerprint": "f", "case_hash": ""}
    return Response(id="r", run_id="run", case_id="c", text=text, contexts=contexts, **(made | fields))


@pytest.mark.parametrize(
    ("asked", "said", "cause", "reason"),
    [
        (case(relevant=("kb-1",)), answer("Never.", SHIPPING), "retrieval", "recall is 0.00"),
        (case(relevant=("kb-1",)), answer("Never."), "retrieval", "recall is 0.00"),
        (case(relevant=("kb-1",)), answer("Never.", RETURNS), "generation", "recall 1.00"),
        (
            case(points=("returned within thirty days",)),
            answer("Never.", RETURNS),
            "generation",
            "“returned within thirty days”",
        ),
        (case(points=("returned within thirty days",)), answer("Never.", SHIPPING), "retrieval", "No passage"),
        (case(reference="Within thirty days."), answer("Never.", RETURNS), "generation", "100 % of the words"),
        (case(reference="Within thirty days."), answer("Never.", SHIPPING), "retrieval", "0 % of the words"),
    ],
)
def test_a_cause_is_suggested_with_its_reason(asked: Case, said: Response, cause: str, reason: str) -> None:
    found = suggest(asked, said)
    assert found is not None
    assert found.fault == cause
    assert reason in found.why


def test_passages_of_the_case_itself_are_nobodys_retrieval() -> None:
    assert suggest(case(points=("returned within thirty days",), contexts=(SHIPPING,)), answer("Never.")) is None


@pytest.mark.parametrize(
    "said", [answer("", status="empty"), answer("", status="error", fault="infra"), answer("Thirty days.")]
)
def test_nothing_is_suggested_without_a_sign(said: Response) -> None:
    assert suggest(case(), said) is None


def labels(reference_in_answer: bool, *, in_passages: bool, borne: bool = True) -> ClaimLabels:
    return ClaimLabels(
        answer_in_reference=(False,),
        reference_in_answer=(reference_in_answer,),
        answer_in_passages=((borne,),),
        reference_in_passages=((in_passages,),),
    )


@pytest.mark.parametrize(
    ("claims", "cause", "reason"),
    [
        (labels(False, in_passages=False), "retrieval", "claim recall 0.00"),
        (labels(False, in_passages=True), "generation", "context utilization 0.00"),
        (labels(True, in_passages=True, borne=False), "generation", "bear out only 0 %"),
    ],
)
def test_labels_of_claims_say_most(claims: ClaimLabels, cause: str, reason: str) -> None:
    found = suggest(case(relevant=("kb-1",)), answer("Never.", RETURNS), claims)
    assert found is not None
    assert (found.fault, reason in found.why) == (cause, True)

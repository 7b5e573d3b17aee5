"""Whether a failing answer of a RAG app is the fault of its retrieval or of its generation, as far as metrics tell."""

from dataclasses import dataclass
from typing import Literal

from tiebreak.metrics.base import AnswerMetric, Item
from tiebreak.metrics.claims import ClaimLabels
from tiebreak.metrics.kinds.ragchecker import claim_recall, context_utilization, faithfulness
from tiebreak.metrics.measuring import measure
from tiebreak.metrics.registry import find_metric
from tiebreak.metrics.retrieved import ranked
from tiebreak.metrics.texts import words
from tiebreak.records import Case, Response
from tiebreak.records.triage import Cause

Fault = Literal["retrieval", "generation"]
LOW = 0.5
"""A share below this is low."""
DEEPEST = 9_999
"""Recall is taken over all passages that came."""
COVERED = 0.8
"""Share of the words of a point that must stand in a text for the point to be found in it."""
MISSED = 0.2
"""By so much more of the reference in the passages than in the answer, the answer has missed something."""
SHORT = 2
"""Words of up to so many letters carry no claim."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is likely at fault, and why. It is worked out from the texts and is no verdict."""

    fault: Fault
    why: str

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Of those that a person may decide for: which of prompt and model it is no metric tells."""
        return ("retrieval",) if self.fault == "retrieval" else ("prompt", "model")


def suggest(case: Case, response: Response, claims: ClaimLabels | None = None) -> Suggestion | None:
    """Why an answer may have failed; None where nothing speaks for either.

    Labels of claims say most. Else the passages that came are held against those named relevant, and the points or the
    reference of the case against the passages and the answer: what the passages hold and the answer lacks is the
    generation's fault, what they lack is the retrieval's.
    """
    if claims is not None and (found := _by_claims(claims)) is not None:
        return found
    if response.broken or response.excluded:
        return None
    contexts = response.contexts or case.contexts
    retrieved = ranked(Item(case=case, response=response))
    recall = _recall(case, response)
    if recall is not None and recall < LOW:
        came = "none" if not recall else f"{100 * recall:.0f} %"
        return Suggestion("retrieval", f"Of the relevant passages {came} came: recall is {recall:.2f}.")
    if not contexts:
        wanted = bool(case.relevant) and retrieved is not None
        return Suggestion("retrieval", "No passage came at all.") if wanted else None
    passages = " ".join(context.text for context in contexts)
    # Where the passages came with the case, nothing was retrieved that could be at fault.
    return _by_words(case, response, passages, recall, retrieval=retrieved is not None and recall != 1.0)


def _by_claims(claims: ClaimLabels) -> Suggestion | None:
    if claims.reference_in_passages and (there := claim_recall(claims)) < LOW:
        why = f"The passages hold {100 * there:.0f} % of what the reference says (claim recall {there:.2f})."
        return Suggestion("retrieval", why)
    used = [
        answer for row, answer in zip(claims.reference_in_passages, claims.reference_in_answer, strict=True) if any(row)
    ]
    if used and not all(used):
        why = (
            f"{used.count(False)} of {len(used)} claims of the reference stand in the passages and not in the answer "
            f"(context utilization {context_utilization(claims):.2f})."
        )
        return Suggestion("generation", why)
    if claims.answer_in_passages and (borne := faithfulness(claims)) < 1:
        return Suggestion("generation", f"The passages bear out only {100 * borne:.0f} % of the answer's claims.")
    return None


def _recall(case: Case, response: Response) -> float | None:
    metric = find_metric(f"recall@{DEEPEST}")
    assert isinstance(metric.metric, AnswerMetric)
    return measure(metric.metric, metric.k, Item(case=case, response=response)).value


def _by_words(
    case: Case, response: Response, passages: str, recall: float | None, *, retrieval: bool
) -> Suggestion | None:
    """Points first, since each is one claim; else the reference as a whole. `retrieval`: it may be at fault."""
    in_passages, in_answer = set(words(passages)), set(words(response.text))
    absent = [point for point in case.points if (_covered(point, in_answer) or 0.0) < COVERED]
    there = [point for point in absent if (_covered(point, in_passages) or 0.0) >= COVERED]
    if there:
        what = f"“{_clipped(there[0])}”" + (f" and {len(there) - 1} more" if len(there) > 1 else "")
        return Suggestion("generation", f"The passages that came say {what}; the answer does not.")
    if absent and retrieval:
        return Suggestion("retrieval", f"No passage that came says “{_clipped(absent[0])}”, and nor does the answer.")
    if not case.points and case.reference:
        said, answered = _covered(case.reference, in_passages), _covered(case.reference, in_answer)
        if said is not None and answered is not None:
            figures = f"{100 * said:.0f} % of the words of the reference, the answer {100 * answered:.0f} %"
            if said < LOW and retrieval:
                return Suggestion("retrieval", f"The passages that came have {figures}.")
            if said - answered >= MISSED:
                return Suggestion("generation", f"The passages that came have {figures}.")
    if recall == 1.0:
        return Suggestion("generation", "All relevant passages came (recall 1.00), and the answer fails all the same.")
    return None


def _covered(claim: str, said: set[str]) -> float | None:
    """The share of the telling words of a claim that a text has; None where it has no telling word."""
    telling = [word for word in words(claim) if len(word) > SHORT or word.isdigit()]
    return sum(word in said for word in telling) / len(telling) if telling else None


def _clipped(text: str, limit: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"

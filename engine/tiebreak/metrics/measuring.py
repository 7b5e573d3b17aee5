"""Whether a metric says anything of an answer, and what."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tiebreak.metrics.base import AnswerMetric, Item, Metric, Need, Score
from tiebreak.metrics.stated import stated
from tiebreak.records import Case


class Ask(NamedTuple):
    """One thing that metrics need."""

    what: str
    missing: str


ASKS: Mapping[Need, Ask] = {
    "reference": Ask("`reference` or `accepted` in the case", "no reference"),
    "relevant": Ask("`relevant` in the case", "no relevant passages are named"),
    "points": Ask("`points` in the case", "no reference points"),
    "tool_calls": Ask("`tool_calls` in the case", "no tool calls are expected"),
    "goal": Ask("`tool_calls` or `points` in the case", "neither tool calls nor points are expected"),
    "expected_refusal": Ask("`expect: refuse` in the case", "an answer is expected"),
    "contexts": Ask("contexts that came with the answer or its case", "no contexts"),
    "confidence": Ask("a confidence stated in the answer", "no confidence is stated"),
    "logprobs": Ask("log probabilities of the tokens", "no log probabilities are recorded"),
    "claims": Ask("labels of the claims", "the claims are not labelled"),
    "verdict": Ask("checks of the answer, or a reference", "neither a check nor a reference says whether it is right"),
}


def has_reference(case: Case) -> bool:
    """Whether a case says what is right."""
    return case.reference is not None or bool(case.accepted)


def _has_relevant(case: Case) -> bool:
    return bool(case.relevant)


def _has_points(case: Case) -> bool:
    return bool(case.points)


def _has_tool_calls(case: Case) -> bool:
    return bool(case.tool_calls)


def _has_goal(case: Case) -> bool:
    return bool(case.tool_calls or case.points)


def _is_to_refuse(case: Case) -> bool:
    return case.expect == "refuse"


def _has_contexts(item: Item) -> bool:
    return bool(item.response.contexts or item.case.contexts)


def _states_confidence(item: Item) -> bool:
    return stated(item.response.text).confidence is not None


def _has_logprobs(item: Item) -> bool:
    return bool(item.logprobs)


def _has_claims(item: Item) -> bool:
    return item.claims is not None


def _has_verdict(item: Item) -> bool:
    return item.passed is not None or has_reference(item.case)


OF_CASE: Mapping[Need, Callable[[Case], bool]] = {
    "reference": has_reference,
    "relevant": _has_relevant,
    "points": _has_points,
    "tool_calls": _has_tool_calls,
    "goal": _has_goal,
    "expected_refusal": _is_to_refuse,
}
OF_ANSWER: Mapping[Need, Callable[[Item], bool]] = {
    "contexts": _has_contexts,
    "confidence": _states_confidence,
    "logprobs": _has_logprobs,
    "claims": _has_claims,
    "verdict": _has_verdict,
}


def fits_case(metric: Metric, case: Case) -> bool:
    """Whether a case has what a metric needs of it; what the answer must bring is not known before it is there."""
    return all(need not in OF_CASE or OF_CASE[need](case) for need in metric.needs)


def lacks(metric: Metric, item: Item) -> str | None:
    """Why a metric says nothing of an answer; None where it has all it needs."""
    if item.response.excluded:
        return "there is no answer"
    if item.response.status == "imported":
        return "the label came without its answer"
    for need in metric.needs:
        if not (OF_CASE[need](item.case) if need in OF_CASE else OF_ANSWER[need](item)):
            return f"not applicable: {ASKS[need].missing}"
    return "the answer is broken" if item.response.broken and metric.worst is None else None


def measure(metric: AnswerMetric, k: int, item: Item) -> Score:
    """The score of one answer; a broken one scores the worst there is."""
    why = lacks(metric, item)
    if why is not None:
        return Score(None, why)
    if item.response.broken:
        return Score(metric.worst, "the answer is broken")
    return metric.score(item, k)

from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.kinds.refusal import Refusal
from tiebreak.metrics import AnswerMetric, Item, find_metric, measure
from tiebreak.records import Case, CheckSpec, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Check):
    """Scores the answer by the metric `name`, such as `token_f1` or `recall@5`, for a gate on the mean.

    `tiebreak metrics` lists them. The answer passes unless its score is below `at_least` or above `at_most`.
    """

    kind: ClassVar[str] = "metric"
    example: ClassVar[Example] = Example(
        params={"name": "token_f1", "at_least": 0.5},
        passes="two days at most",
        fails="three weeks",
        reference="two days",
    )

    name: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        metric_of_answers(self.name)

    def load(self) -> None:
        metric, k = metric_of_answers(self.name)
        for shown in metric.example.items:
            measure(metric, k, shown)

    def judge(self, case: Case, response: Response, /) -> Verdict:
        metric, k = metric_of_answers(self.name)
        refuses = "expected_refusal" in metric.needs and Refusal().opens_as_refusal(response.text)
        score = measure(metric, k, Item(case=case, response=response, refuses=refuses))
        if score.value is None:
            return Verdict("not_applicable", score.detail)
        low = self.at_least is not None and score.value < self.at_least
        high = self.at_most is not None and score.value > self.at_most
        if not (low or high):
            return Verdict("pass", score.detail, score.value)
        asked = f"at least {self.at_least:g}" if low else f"at most {self.at_most:g}"
        return Verdict("fail", score.detail or f"{self.name} is {score.value:.4g}, {asked} is asked", score.value)


def metric_of_answers(name: str) -> tuple[AnswerMetric, int]:
    """The metric and its k.

    Raises:
        ValueError: for an unknown metric, and for one that no single answer has, or that has no upper end.
    """
    found = find_metric(name)
    if not isinstance(found.metric, AnswerMetric):
        raise ValueError(f"“{name}” is no score of a single answer; `tiebreak metrics --session` works it out.")
    if found.metric.worst is None:
        raise ValueError(f"“{name}” has no upper end, so it is no score from 0 to 1.")
    return found.metric, found.k


def metric_in(spec: CheckSpec) -> AnswerMetric | None:
    """The metric of a check of this kind; None for every other check, and for a metric that this version lacks."""
    if spec.kind != Metric.kind:
        return None
    try:
        return metric_of_answers(str(spec.params.get("name")))[0]
    except ValueError:
        return None

from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.kinds.refusal import Refusal
from tiebreak.metrics import AnswerMetric, CaseMetric, Chosen, Item, SetMetric, find_metric, lacks, measure
from tiebreak.metrics import Metric as Measured
from tiebreak.metrics.measuring import has_reference
from tiebreak.metrics.parts import written_part
from tiebreak.metrics.stated import is_label_right
from tiebreak.records import Case, CheckSpec, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Check):
    """Scores the answer by the metric `name`, such as `token_f1` or `recall@5`, for a gate on the mean.

    `tiebreak metrics` lists them. The answer passes unless its score is below `at_least` or above `at_most`. Of a
    figure that no single answer has, such as `macro_f1` or `pass@3`, it keeps what the answer adds; the answer passes.
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
        metric = metric_of_checks(self.name).metric
        if not isinstance(metric, AnswerMetric) and (self.at_least is not None or self.at_most is not None):
            raise ValueError(f"“{self.name}” is no score of a single answer: put its limit into a gate.")

    def load(self) -> None:
        metric, k = metric_of_checks(self.name)[1:]
        for shown in metric.example.items:
            if isinstance(metric, AnswerMetric):
                measure(metric, k, shown)
            elif isinstance(metric, SetMetric):
                metric.part(shown)

    def of_broken(self, case: Case, response: Response, why: str, /) -> Verdict:
        metric, k = metric_of_checks(self.name)[1:]
        if isinstance(metric, AnswerMetric):
            return Verdict.of(False, why)
        return _kept(metric, k, Item(case=case, response=response), "fail")

    def judge(self, case: Case, response: Response, /) -> Verdict:
        metric, k = metric_of_checks(self.name)[1:]
        refuses = "expected_refusal" in metric.needs and Refusal().opens_as_refusal(response.text)
        item = Item(case=case, response=response, refuses=refuses)
        if not isinstance(metric, AnswerMetric):
            return _kept(metric, k, item, "pass")
        score = measure(metric, k, item)
        if score.value is None:
            return Verdict("not_applicable", score.detail)
        low = self.at_least is not None and score.value < self.at_least
        high = self.at_most is not None and score.value > self.at_most
        if not (low or high):
            return Verdict("pass", score.detail, score.value)
        asked = f"at least {self.at_least:g}" if low else f"at most {self.at_most:g}"
        return Verdict("fail", score.detail or f"{self.name} is {score.value:.4g}, {asked} is asked", score.value)


def _kept(metric: Measured, k: int, item: Item, status: Literal["pass", "fail"]) -> Verdict:
    """What an answer adds to a figure of its case or set. Of pass@k that is k and, as the other checks of the answer
    are not known here, whether it is right by its reference."""
    if isinstance(metric, CaseMetric):
        right = None if not has_reference(item.case) else not item.response.broken and is_label_right(item)
        return Verdict(status, written_part((k, right)))
    why = lacks(metric, item)
    if why is not None:
        return Verdict("not_applicable", why)
    assert isinstance(metric, SetMetric)
    return Verdict(status, written_part(metric.part(item)))


def metric_of_checks(name: str) -> Chosen:
    """The metric that a check may keep something of.

    Raises:
        ValueError: for an unknown metric, and for one that has no upper end.
    """
    found = find_metric(name)
    if isinstance(found.metric, AnswerMetric) and found.metric.worst is None:
        raise ValueError(f"“{name}” has no upper end, so it is no score from 0 to 1.")
    return found


def metric_in(spec: CheckSpec) -> Measured | None:
    """The metric of a check of this kind; None for every other check, and for a metric that this version lacks."""
    if spec.kind != Metric.kind:
        return None
    try:
        return metric_of_checks(str(spec.params.get("name"))).metric
    except ValueError:
        return None

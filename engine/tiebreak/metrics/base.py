"""What a metric is: a pure function of a case and the answers to it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, Literal, NamedTuple, Self

from tiebreak.metrics.claims import ClaimLabels
from tiebreak.records import Case, Response

Need = Literal[
    "reference",
    "relevant",
    "points",
    "tool_calls",
    "goal",
    "expected_refusal",
    "contexts",
    "confidence",
    "logprobs",
    "claims",
    "verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One answer, and all that is known of it."""

    case: Case
    response: Response
    refuses: bool = False
    """Whether the answer is a refusal; the check `refusal` says how one is told."""
    passed: bool | None = None
    """Whether it passed all its checks; None where no check decides."""
    claims: ClaimLabels | None = None
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of its tokens."""


class Score(NamedTuple):
    """What a metric says of one answer or case: a value, or None and why there is none."""

    value: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A metric at work, shown to users and tried by the tests; the items are the samples of one case, or the set."""

    says: str
    items: tuple[Item, ...]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. A name that ends in `@k` is asked for with a number in place of the k, one that ends in `@class` with
    a label."""

    name: str
    says: str
    """What it is, in one sentence."""
    source: str
    """Where the formula comes from."""
    example: Example
    needs: tuple[Need, ...] = ()
    better: Literal["higher", "lower"] = "higher"
    worst: float | None = 0.0
    """What a broken answer scores; None where nothing is the worst, so that it has no score."""

    @property
    def takes_k(self) -> bool:
        return self.name.endswith("@k")

    @property
    def takes_class(self) -> bool:
        return self.name.endswith("@class")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMetric(Metric):
    """Scores one answer; a case has the mean of its samples, a set the mean of its cases."""

    score: Callable[[Item, int], Score]
    """Of a whole answer that has all that is needed, and of k (0 where none is asked for)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMetric(Metric):
    """Scores the samples of one case together; a set has the mean of its cases."""

    part: Callable[[Item], object]
    """What is kept of one answer."""
    of_case: Callable[[Sequence[Any], int], Score]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMetric(Metric):
    """A figure of a whole set, which no case has by itself."""

    part: Callable[[Item], object]
    """What is kept of one answer: texts, numbers and truths, in tuples."""
    counts: Callable[[Sequence[Any]], Sequence[Sequence[float]]]
    """A row of numbers for each part, all as long; a set has the sum of its rows."""
    of_counts: Callable[[Sequence[float]], float | None]
    """The figure from such a sum; None where it is 0/0."""
    of_class: Callable[[str], Self] | None = None
    """Of a metric whose name ends in `@class`: the same for a label."""

    def of_set(self, parts: Sequence[Any]) -> float | None:
        """The figure of at least one part, one from each case."""
        alike = Counter(parts)
        rows = self.counts(list(alike))
        columns = zip(*rows, strict=True)
        return self.of_counts(
            [fsum(n * of for n, of in zip(alike.values(), column, strict=True)) for column in columns]
        )

"""The metrics of one arm's answers: by case, by segment, with what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from tiebreak.metrics.base import AnswerMetric, CaseMetric, Item, Metric, Score, SetMetric
from tiebreak.metrics.kinds.classification import Pair, confusion, pair
from tiebreak.metrics.measuring import lacks, measure
from tiebreak.metrics.registry import Chosen
from tiebreak.records import Case

NO_ANSWER = "there is no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric over the cases of one segment, or over all."""

    planned: int
    n: int
    """Cases that have a value, or that a figure of the whole set is made from."""
    value: float | None
    """The mean over the cases, or the figure of the set; None where n is 0."""
    missing: Mapping[str, int]
    """Why the other cases have none, and how many they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFigures:
    name: str
    metric: Metric
    whole: Figure
    segments: Mapping[str, Figure]
    confusion: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    """Class → prediction → cases, in parts where samples differ; only for `accuracy`."""


@dataclass(slots=True)
class _Parts:
    """What is kept of a case for one metric, by sample: a part, or why there is none."""

    parts: dict[int, object] = field(default_factory=dict[int, object])
    reasons: dict[int, str] = field(default_factory=dict[int, str])

    @property
    def in_order(self) -> list[object]:
        return [self.parts[sample] for sample in sorted(self.parts)]


class Summary:
    """Takes answers in one after the other and keeps of each only what the metrics need; the order does not matter."""

    def __init__(self, chosen: Sequence[Chosen], cases: Iterable[Case]) -> None:
        """`cases` are the planned ones."""
        self._chosen = chosen
        self._segments = {case.id: case.segment for case in cases}
        self._kept: dict[str, dict[str, _Parts]] = {one.name: {} for one in chosen}
        self._pairs: dict[str, dict[int, Pair]] = {}

    def add(self, item: Item) -> None:
        """One counting answer of a planned case; a sample is an answer of its own."""
        case_id, sample = item.case.id, item.response.sample
        for name, metric, k in self._chosen:
            kept = self._kept[name].setdefault(case_id, _Parts())
            part = _part(metric, k, item)
            if isinstance(part, Score) and part.value is None:
                kept.reasons[sample] = part.detail
            else:
                kept.parts[sample] = part
            if name == "accuracy" and lacks(metric, item) is None:
                self._pairs.setdefault(case_id, {})[sample] = pair(item)

    def figures(self) -> tuple[MetricFigures, ...]:
        """One entry for each metric, in the order they were chosen."""
        by_segment: dict[str, list[str]] = {}
        for case_id, segment in self._segments.items():
            if segment is not None:
                by_segment.setdefault(segment, []).append(case_id)
        return tuple(
            MetricFigures(
                name=one.name,
                metric=one.metric,
                whole=self._figure(one, list(self._segments)),
                segments={segment: self._figure(one, by_segment[segment]) for segment in sorted(by_segment)},
                confusion=self._confusion() if one.name == "accuracy" else {},
            )
            for one in self._chosen
        )

    def _figure(self, one: Chosen, case_ids: Sequence[str]) -> Figure:
        kept = self._kept[one.name]
        missing: Counter[str] = Counter()
        values: list[float] = []
        sets: list[Sequence[object]] = []
        for case_id in case_ids:
            parts = kept.get(case_id)
            if parts is None:
                missing[NO_ANSWER] += 1
            elif not parts.parts:
                missing[parts.reasons[min(parts.reasons)]] += 1
            elif isinstance(one.metric, SetMetric):
                sets.append(parts.in_order)
            else:
                score = _of_case(one, parts.in_order)
                if score.value is None:
                    missing[score.detail] += 1
                else:
                    values.append(score.value)
        if isinstance(one.metric, SetMetric):
            value = _of_samples(one.metric, sets) if sets else None
        else:
            value = fsum(values) / len(values) if values else None
        return Figure(planned=len(case_ids), n=len(sets) or len(values), value=value, missing=dict(missing))

    def _confusion(self) -> Mapping[str, Mapping[str, float]]:
        """Cases by class and prediction; each sample of a case counts its share."""
        return confusion((one, 1 / len(pairs)) for pairs in self._pairs.values() for one in pairs.values())


def _part(metric: Metric, k: int, item: Item) -> object:
    if isinstance(metric, AnswerMetric):
        return measure(metric, k, item)
    why = lacks(metric, item)
    if why is not None:
        return Score(None, why)
    assert isinstance(metric, CaseMetric | SetMetric)
    return metric.part(item)


def _of_case(one: Chosen, parts: Sequence[object]) -> Score:
    if isinstance(one.metric, CaseMetric):
        return one.metric.of_case(parts, one.k)
    values = [part.value for part in parts if isinstance(part, Score) and part.value is not None]
    return Score(fsum(values) / len(values))


def _of_samples(metric: SetMetric, cases: Sequence[Sequence[object]]) -> float | None:
    """The mean of the figures of as many sets as there are samples, every case being once in each of them."""
    samples = max(map(len, cases))
    figures = [metric.of_set([parts[n % len(parts)] for parts in cases]) for n in range(samples)]
    known = [figure for figure in figures if figure is not None]
    return fsum(known) / samples if len(known) == samples else None

"""How steadily one side succeeds: over samples of one case, and over variants of one case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple, cast

from tiebreak.metrics.base import Item
from tiebreak.metrics.measuring import lacks
from tiebreak.metrics.registry import find_metric
from tiebreak.metrics.stated import is_right
from tiebreak.records import Case
from tiebreak.stats.distributions import t_quantile
from tiebreak.stats.paired import standard_error, sums_of


class SampleSpread(NamedTuple):
    """How samples of the same case differ."""

    cases: int
    """With at least two samples of which it is known whether they are right."""
    unsteady: int
    """Those of them with right and wrong samples."""
    flip_rate: float
    """The chance that two samples of one case disagree, the mean over the cases."""


class VariantEffect(NamedTuple):
    """What one kind of variant does to success, each variant against the case it was made from."""

    kind: str
    n: int
    """Variants that count: it is known of both sides whether they are right."""
    sources: int
    """Cases that they were made from."""
    source: float
    """Share of right answers to the sources, once for each variant."""
    variant: float
    difference: float
    """Variant less source."""
    interval: tuple[float, float] | None
    """95 % confidence interval of the difference, clustered by source; None for fewer than two sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    samples: SampleSpread | None
    """None where no case has two samples."""
    variants: tuple[VariantEffect, ...]
    """By the size of the loss, the greatest first."""


class Successes:
    """Takes in the answers of one side one by one; keeps of each whether it is right, as `pass@k` tells it."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = {case.id: case for case in cases}
        self._right: dict[str, list[bool]] = {}
        self._judged = find_metric("pass@1").metric

    def add(self, item: Item) -> None:
        if lacks(self._judged, item) is None:
            self._right.setdefault(item.case.id, []).append(is_right(item))

    def steadiness(self) -> Steadiness:
        return Steadiness(samples=sample_spread(self._right.values()), variants=self._effects())

    def _effects(self) -> tuple[VariantEffect, ...]:
        pairs: dict[str, list[tuple[str, float, float]]] = {}
        for case_id, right in self._right.items():
            source, kind = _variant(self._cases[case_id]) or ("", "")
            if source in self._right:
                pairs.setdefault(kind, []).append((source, fmean(self._right[source]), fmean(right)))
        return tuple(sorted((variant_effect(kind, found) for kind, found in pairs.items()), key=_by_difference))


def sample_spread(cases: Iterable[Sequence[bool]]) -> SampleSpread | None:
    """From the samples of each case. Of n samples with r right ones, 2r(n − r) of the n(n − 1) ordered pairs disagree:
    the unbiased estimate of the chance (Gini's mean difference of a yes or no)."""
    several = [right for right in cases if len(right) > 1]
    if not several:
        return None
    flips = [2 * sum(right) * (len(right) - sum(right)) / (len(right) * (len(right) - 1)) for right in several]
    return SampleSpread(len(several), sum(flip > 0 for flip in flips), fmean(flips))


def variant_effect(kind: str, pairs: Sequence[tuple[str, float, float]]) -> VariantEffect:
    """From (source, its share of right samples, that of the variant), at least one; variants of one source are alike,
    so the error is clustered by source, with Student's t over the sources (`tiebreak.stats.paired`)."""
    differences = [variant - source for _, source, variant in pairs]
    mean, squares, count = sums_of(differences, [name for name, _, _ in pairs])
    interval = None
    if count > 1:
        reach = t_quantile(0.975, count - 1) * standard_error(len(pairs), squares, count)
        interval = (max(-1.0, mean - reach), min(1.0, mean + reach))
    source, variant = fmean(pair[1] for pair in pairs), fmean(pair[2] for pair in pairs)
    return VariantEffect(kind, len(pairs), count, source, variant, mean, interval)


def _variant(case: Case) -> tuple[str, str] | None:
    """The id of the case that a variant was made from, and its kind, as `tiebreak vary` sets them down."""
    written = case.metadata.get("variant")
    variant: Mapping[str, object] = cast("Mapping[str, object]", written) if isinstance(written, Mapping) else {}
    source, kind = variant.get("source"), variant.get("kind")
    return (source, kind) if isinstance(source, str) and isinstance(kind, str) else None


def _by_difference(effect: VariantEffect) -> tuple[float, str]:
    return effect.difference, effect.kind

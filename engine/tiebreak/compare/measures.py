"""From a column to what it says: means, the paired difference with its interval, flips, segments."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tiebreak.compare.pairing import LOWER_IS_BETTER, UNITS, Column, Columns
from tiebreak.compare.result import MeasureDiff, SegmentDiff, Unit, Verdict
from tiebreak.stats.flips import McNemar, mcnemar
from tiebreak.stats.multiplicity import benjamini_hochberg, holm
from tiebreak.stats.paired import Difference, from_sums


def measure_diffs(columns: Columns, *, alpha: float, size: int | None) -> Iterator[MeasureDiff]:
    """Every measure that at least one pair has; `size` is the number of cases of the dataset that both sides share."""
    import numpy as np

    pairs = range(len(columns.case_ids))
    names = sorted({s for pair in pairs if (s := columns.segment_of(pair)) is not None})
    number = {name: index for index, name in enumerate(names)}
    segment_of: Any = np.array([number.get(columns.segment_of(pair) or "", -1) for pair in pairs], dtype=np.int64)
    groups: Any = _group_numbers(columns)
    shown = [*columns.quality(), *((name, columns.columns[name]) for name in UNITS if name in columns.columns)]
    found: list[_Tested] = []
    for name, column in shown:
        if not column.pair:
            continue
        at: Any = np.array(column.pair, dtype=np.int64)
        a: Any = np.array(column.a)
        b: Any = np.array(column.b)
        own: Any = None if groups is None else groups[at]
        higher = name not in LOWER_IS_BETTER
        segments = [
            (names[k], _Test(a[m], b[m], None if own is None else own[m], higher, alpha))
            for k, m in _masks(segment_of[at])
        ]
        found.append(_Tested(name, column, _Test(a, b, own, higher, alpha), segments))
    for family in _families(found):
        yield from _told(family, size)


class _Tested(NamedTuple):
    name: str
    column: Column
    overall: "_Test"
    segments: list[tuple[str, "_Test"]]


def _families(found: list[_Tested]) -> Iterator[list[_Tested]]:
    """What is corrected together. `success` is the question itself and stands alone, as does each cost and time; the
    other measures of quality are one family, or else ten checks without any change would raise an alarm in a fifth of
    all comparisons."""
    others = [one for one in found if one.name != "success" and one.name not in UNITS]
    yield from ([one] for one in found if one not in others)
    if others:
        yield others


def _told(family: list[_Tested], size: int | None) -> Iterator[MeasureDiff]:
    overall = _adjusted([one.overall.p for one in family])
    segments = iter(_adjusted([test.p for one in family for _, test in one.segments]))
    for one, (p_holm, _) in zip(family, overall, strict=True):
        test = one.overall
        yield MeasureDiff(
            name=one.name,
            unit=_unit(one.name),
            higher_is_better=one.name not in LOWER_IS_BETTER,
            n=test.n,
            baseline=test.mean_a,
            candidate=test.mean_b,
            difference=test.difference,
            in_set=None if size is None or size < test.n else test.difference_in(size),
            improved=test.improved,
            worsened=test.worsened,
            mcnemar=test.mcnemar,
            p=test.p,
            p_holm=p_holm,
            verdict=test.verdict(p_holm),
            segments=_segments(one.segments, segments),
            excluded=dict(sorted(one.column.excluded.items())),
        )


def _adjusted(p_values: list[float | None]) -> list[tuple[float | None, float | None]]:
    """Of each p-value the adjusted ones, by Holm and by Benjamini and Hochberg; None is no test."""
    known = [index for index, p in enumerate(p_values) if p is not None]
    raw = [p for p in p_values if p is not None]
    adjusted = dict(zip(known, zip(holm(raw), benjamini_hochberg(raw), strict=True), strict=True))
    return [adjusted.get(index, (None, None)) for index in range(len(p_values))]


def order_of(measure: MeasureDiff) -> tuple[int, bool, bool, float, str]:
    """Worse before unclear before better; quality before costs; the smallest p first."""
    rank = 0 if measure.verdict == "worse" else 1 if measure.worse else 3 if measure.verdict == "better" else 2
    return rank, measure.name in UNITS, measure.name != "success", 1.0 if measure.p is None else measure.p, measure.name


def _unit(name: str) -> Unit:
    return UNITS.get(name) or ("score" if name.startswith("score ") else "share")


def _group_numbers(columns: Columns) -> Any:
    """A number for each pair that those of one group share; None where no case has a group."""
    import numpy as np

    pairs = range(len(columns.case_ids))
    groups = [columns.group_of(pair) for pair in pairs]
    if all(group is None for group in groups):
        return None
    number: dict[str, int] = {}
    alone = len(groups)
    return np.array(
        [
            alone + pair if g is None else number.setdefault(g, len(number))
            for pair, g in zip(pairs, groups, strict=True)
        ]
    )


def _masks(segments: Any) -> Iterator[tuple[int, Any]]:
    import numpy as np

    for index in np.unique(segments):
        if index >= 0:
            yield int(index), segments == index


def _segments(
    tested: list[tuple[str, "_Test"]], adjusted: Iterator[tuple[float | None, float | None]]
) -> tuple[SegmentDiff, ...]:
    """The segments of a measure, the smallest p first; takes their adjusted p-values off `adjusted`."""
    found: list[SegmentDiff] = []
    for name, test in tested:
        p_holm, p_bh = next(adjusted)
        found.append(
            SegmentDiff(
                segment=name,
                n=test.n,
                baseline=test.mean_a,
                candidate=test.mean_b,
                difference=test.difference,
                p=test.p,
                p_holm=p_holm,
                p_bh=p_bh,
                verdict=test.verdict(p_holm),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.p is None, one.p or 0.0, one.segment)))


def _by_group(groups: Any, values: Any) -> Any:
    """The sum of the values of each group, as an array."""
    import numpy as np

    found, places = np.unique(groups, return_inverse=True)
    sums = np.zeros(len(found))
    np.add.at(sums, places, values)  # `bincount` has no type that holds from one version of NumPy to the next
    return sums


class _Test:
    """Two equally long arrays of values of 0 to 1, or of any size for costs and times."""

    def __init__(self, a: Any, b: Any, groups: Any, higher_is_better: bool, alpha: float) -> None:
        import numpy as np

        self.n = len(a)
        self.mean_a, self.mean_b = float(a.mean()), float(b.mean())
        self._alpha = alpha
        self._sign = 1 if higher_is_better else -1
        moved = (b - a) * self._sign
        self.improved, self.worsened = int((moved > 0).sum()), int((moved < 0).sum())
        mean = self.mean_b - self.mean_a
        rest = b - a - mean
        if groups is None:
            self._squares, self._groups = float((rest**2).sum()), self.n
        else:
            sums = _by_group(groups, rest)
            self._squares, self._groups = float((sums**2).sum()), len(sums)
        self.difference: Difference = from_sums(self.n, mean, self._squares, self._groups, alpha=alpha)
        binary = bool(np.isin(a, (0.0, 1.0)).all() and np.isin(b, (0.0, 1.0)).all())
        self.mcnemar: McNemar | None = mcnemar(self.worsened, self.improved) if binary else None
        self.p = self.mcnemar.mid if self.mcnemar and groups is None else self.difference.p_value()

    def difference_in(self, size: int) -> Difference:
        """With the interval for a set of `size` cases alone."""
        return from_sums(self.n, self.difference.mean, self._squares, self._groups, alpha=self._alpha, out_of=size)

    def verdict(self, p: float | None) -> Verdict:
        if p is None or p >= self._alpha or self.difference.mean == 0:
            return "unclear"
        return "better" if self.difference.mean * self._sign > 0 else "worse"

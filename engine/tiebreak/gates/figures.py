"""Gates on a figure of the whole set that is no mean over cases: macro F1, the F1 of a class, ECE, corpus BLEU.

What a missing case would do to such a figure has no sure bound, so nothing is decided before every case is in.

`set`     the claim is about the planned cases: the figure itself, once it is there.
`fixed_n` the claim is about all cases of this kind: the one-sided percentile bound of a bootstrap over cases, or over
          the documents they were made from (`tiebreak.stats.resampling`). It is no exact bound: with few cases of a
          rare class it claims too much, so under `FEWEST_CASES` units it is not used at all.
"""

from collections.abc import Sequence
from typing import Any, cast

from tiebreak.gates.evidence import Evidence
from tiebreak.gates.outcome import Ruling
from tiebreak.gates.wording import plural
from tiebreak.metrics import SetMetric, find_metric
from tiebreak.records import Gate

FEWEST_CASES = 50
"""A percentile bound from fewer is too narrow: for macro F1 with one class of a tenth, simulated, a bound at 5 % passed
what sits on its limit in 13 % of sets of 30 cases, 7.5 % of 50 and 4.8 % of 100."""
DRAWS = 2000
SEED = 1
CLOSE = 1e-12
"""Rounding of sums: a limit that is met exactly is met."""
SETTLED_BY_NONE = "all cases are in, and they settle it neither way"


def figure_rule(gate: Gate, evidence: Evidence, limit: float) -> Ruling:
    """What the figure says once it is there."""
    if evidence.to_come > 0:
        return Ruling(None, None, None, f"a figure of the whole set: {plural(evidence.to_come, 'case')} still to come")
    try:
        metric = find_metric(evidence.figure).metric
    except ValueError as unknown:
        return Ruling(None, None, None, str(unknown))
    if not isinstance(metric, SetMetric) or not evidence.n:
        return Ruling(None, None, None, "no case has a value")
    value = figure_of(metric, evidence)
    if value is None:
        return Ruling(None, None, None, "no case is of that class" if "@" in metric.name else "it is 0 over 0")
    at_least = gate.at_most is None
    if gate.scope == "fixed_n":
        return _bounded(gate, metric, evidence, limit, value)
    passes = value >= limit - CLOSE if at_least else value <= limit + CLOSE
    return Ruling(passes, value, value, "" if passes else "not reached")


def figure_of(metric: SetMetric, evidence: Evidence) -> float | None:
    """The mean of the figures of as many sets as there are samples, every case being once in each of them."""
    figures: list[float] = []
    for sample in range(_samples(evidence)):
        parts = [_of(part.samples, sample) for part, count in evidence.parts for _ in range(count)]
        figure = metric.of_set(parts)
        if figure is None:
            return None
        figures.append(figure)
    return sum(figures) / len(figures)


def _bounded(gate: Gate, metric: SetMetric, evidence: Evidence, limit: float, value: float) -> Ruling:
    from tiebreak.stats.resampling import drawn_figures  # brings numpy

    rows, times = _rows(metric, evidence)
    if sum(times) < FEWEST_CASES:
        told = plural(sum(times), "document" if _grouped(evidence) else "case")
        return Ruling(None, value, None, f"a bootstrap bound takes {FEWEST_CASES} of them: {told}")
    samples = _samples(evidence)

    def mean_figure(sums: Any) -> float | None:
        figures = [metric.of_counts(row) for row in sums.reshape(samples, -1).tolist()]
        known = [figure for figure in figures if figure is not None]
        return sum(known) / samples if len(known) == samples else None

    drawn = drawn_figures(rows, mean_figure, times=times, draws=DRAWS, seed=SEED)
    if drawn is None:
        return Ruling(None, value, None, "too many draws of a bootstrap have no figure: the set is too small for it")
    if drawn.at(0.0) == drawn.at(1.0):
        return Ruling(None, value, None, "no draw of a bootstrap differs from another, so it knows no bound")
    at_least = gate.at_most is None
    worst, best = drawn.at(gate.alpha_pass), drawn.at(1 - gate.alpha_fail)
    if not at_least:
        worst, best = drawn.at(1 - gate.alpha_pass), drawn.at(gate.alpha_fail)
    if (best < limit) if at_least else (best > limit):
        return Ruling(False, value, best, "the evidence is against it")
    passes = worst >= limit if at_least else worst <= limit
    return Ruling(passes or None, value, worst, "" if passes else SETTLED_BY_NONE)


def _rows(metric: SetMetric, evidence: Evidence) -> tuple[Any, list[int]]:
    """An array (unit, sample and count) of what each unit adds, and how many units add the same."""
    import numpy as np

    parts = [part for part, _ in evidence.parts]
    samples = _samples(evidence)
    flat = metric.counts([_of(part.samples, sample) for part in parts for sample in range(samples)])
    rows = np.array(flat, dtype=np.float64).reshape(len(parts), -1)
    times = [count for _, count in evidence.parts]
    if not _grouped(evidence):
        return rows, times
    place = {group: n for n, group in enumerate(sorted({part.group for part in parts}))}
    summed = np.zeros((len(place), rows.shape[1]))
    np.add.at(summed, [place[part.group] for part in parts], rows * np.array(times)[:, None])
    return summed, [1] * len(place)


def _samples(evidence: Evidence) -> int:
    return max(len(part.samples) for part, _ in evidence.parts)


def _grouped(evidence: Evidence) -> bool:
    return any(part.group for part, _ in evidence.parts)


def _of(samples: Sequence[object], sample: int) -> Any:
    return cast("Any", samples[sample % len(samples)])

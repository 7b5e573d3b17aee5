"""How far a judge and people say the same of the same cases, and whether that is enough to trust it with more."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tiebreak.calibration.agreement_gate import LEAST, AgreementGate, GateStatus, agreement_gate, agreement_status
from tiebreak.calibration.units import joint_units
from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import Kappa, Table, cohen_kappa, gwet_ac1, weighted_kappa
from tiebreak.stats.resampling import DRAWS, Bootstrap, bootstrap

ENOUGH = 100
"""Under this many labels an interval of κ covers less than it says."""
SKEWED = 0.8
"""With a label that this share of cases carries, κ falls although nothing got worse."""


class Pair(NamedTuple):
    """One case: what people said, and what the judge did."""

    human: Hashable
    judge: Hashable | None
    """None where the judge gave no valid verdict; such a case is left out and counted."""
    segment: str | None = None
    """A segment or a dimension, to be looked at apart."""
    group: Hashable = None
    """What cases share that are not independent, such as their source document; None for a case of its own."""
    origins: frozenset[str] = frozenset()
    """The replies that the judge's verdict rests on. Cases that share one, as those of sessions over the same answers
    do, are one unit: the judge said it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """All figures of agreement of one judge with people. A figure is None where it has no value."""

    confusion: Confusion
    excluded: int
    """Cases without a valid verdict of the judge."""
    units: int
    """Independent units: cases, or the groups they come from."""
    share: float | None
    """Of the cases with a verdict, those on which both say the same."""
    low: float
    high: float
    """W±, over units: valid at every look."""
    gate: AgreementGate
    kappa: Kappa | None
    kappa_interval: Bootstrap | None
    quadratic: float | None
    """Quadratic κ; of scales only."""
    quadratic_interval: Bootstrap | None
    ac1: float | None
    cautions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Cases that both judged."""
        return self.confusion.n

    @property
    def share_of_all(self) -> float | None:
        """The same with every excluded case counted as a disagreement."""
        everything = self.n + self.excluded
        return self.confusion.agreed / everything if everything else None

    @property
    def better_than_constant(self) -> bool | None:
        """Whether the judge agrees more often than one that always gives people's most frequent label would."""
        constant = self.confusion.constant
        return None if constant is None else self.confusion.agreed > constant.agreed


def agreement(
    pairs: Iterable[Pair],
    labels: Sequence[Hashable],
    *,
    scale: bool = False,
    least: float = LEAST,
    draws: int = DRAWS,
    seed: int = 1,
) -> Agreement:
    """Everything said of `pairs`, whose labels are among `labels`, in their order.

    `scale` says that the order means something and the steps are equal, as from 1 to 5: quadratic κ is then worked out
    too. `least` is what the gate asks of the agreement. The bootstrap draws units with `seed`.

    Raises:
        ValueError: for a label that is not among the labels, or fewer than two of them.
    """
    if len(labels) < 2:
        raise ValueError("agreement needs at least two labels to choose from")
    everything = list(pairs)
    judged = [pair for pair in everything if pair.judge is not None]
    confusion = Confusion.of(((pair.human, pair.judge) for pair in judged), labels)
    units = _by_unit(judged)
    means = _means(units)
    low, high = conf_seq(means)
    excluded = len(everything) - len(judged)
    resample = _Resampling(units, labels, draws, seed)
    return Agreement(
        confusion=confusion,
        excluded=excluded,
        units=len(units),
        share=confusion.agreed / confusion.n if confusion.n else None,
        low=low,
        high=high,
        gate=agreement_gate(means, least=least, excluded=excluded),
        kappa=cohen_kappa(confusion.counts),
        kappa_interval=resample(_kappa_alone),
        quadratic=weighted_kappa(confusion.counts) if scale else None,
        quadratic_interval=resample(weighted_kappa) if scale else None,
        ac1=gwet_ac1(confusion.counts),
        cautions=tuple(_cautions(confusion, excluded, len(units))),
    )


class Standing(NamedTuple):
    """Whether a judge may be trusted with more, as the gate of agreement has it."""

    share: float
    """Of the units, how many both say the same of; 0 where there is none."""
    units: int
    status: GateStatus


def standing(pairs: Iterable[Pair], *, least: float = LEAST) -> Standing:
    """How a judge stands from all its pairs."""
    units = _by_unit([pair for pair in pairs if pair.judge is not None])
    return standing_of(_means(units), least=least)


def standing_of(agreed: Histogram, *, least: float = LEAST) -> Standing:
    """The same from the share of the pairs of each unit that agree."""
    status = agreement_status(agreed, least=least)
    return Standing(agreed.mean if agreed.n else 0.0, agreed.n, status)


def agreement_by_segment(
    pairs: Iterable[Pair],
    labels: Sequence[Hashable],
    *,
    scale: bool = False,
    least: float = LEAST,
    draws: int = DRAWS,
    seed: int = 1,
) -> dict[str, Agreement]:
    """`agreement` of each segment apart, by its name in order. Pairs without a segment are in none.

    Raises:
        ValueError: as for `agreement`.
    """
    apart: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.segment is not None:
            apart.setdefault(pair.segment, []).append(pair)
    return {
        segment: agreement(apart[segment], labels, scale=scale, least=least, draws=draws, seed=seed)
        for segment in sorted(apart)
    }


def _by_unit(pairs: Sequence[Pair]) -> list[list[Pair]]:
    own = [("case", index) if pair.group is None else ("group", pair.group) for index, pair in enumerate(pairs)]
    groups: dict[Hashable, list[Pair]] = {}
    for unit, pair in zip(joint_units(own, [pair.origins for pair in pairs]), pairs, strict=True):
        groups.setdefault(unit, []).append(pair)
    return list(groups.values())


def _means(units: Sequence[Sequence[Pair]]) -> Histogram:
    return Histogram.of(sum(pair.human == pair.judge for pair in unit) / len(unit) for unit in units)


def _kappa_alone(table: Table) -> float | None:
    found = cohen_kappa(table)
    return None if found is None else found.value


class _Resampling:
    """The table of each unit; units with the same one are kept once, with their number."""

    def __init__(self, units: Sequence[Sequence[Pair]], labels: Sequence[Hashable], draws: int, seed: int) -> None:
        place = {label: index for index, label in enumerate(labels)}
        tables = np.zeros((len(units), len(labels), len(labels)))
        for number, unit in enumerate(units):
            for pair in unit:
                tables[number, place[pair.human], place[pair.judge]] += 1
        self._parts, self._times = np.unique(tables, axis=0, return_counts=True)
        self._draws, self._seed = draws, seed

    def __call__(self, figure: Callable[[Table], float | None]) -> Bootstrap | None:
        times: list[int] = self._times.tolist()
        return bootstrap(
            self._parts, lambda summed: figure(summed.tolist()), times=times, draws=self._draws, seed=self._seed
        )


def _cautions(confusion: Confusion, excluded: int, units: int) -> Iterable[str]:
    if excluded:
        yield f"{excluded} of {confusion.n + excluded} cases are left out: the judge gave no valid verdict"
    if 0 < units < ENOUGH:
        yield f"only {units} independent labels: an interval of κ covers less than it says under {ENOUGH}"
    constant = confusion.constant
    if constant is not None and constant.share >= SKEWED:
        share = f"{100 * constant.share:.0f} %"
        yield f"{share} of people's labels are “{constant.label}”: read AC1 and the table rather than κ"
    if constant is not None and confusion.agreed <= constant.agreed:
        yield f"a judge that always says “{constant.label}” would agree in {100 * constant.share:.0f} %"

"""How far people agree with each other: the ceiling to hold a judge against."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import Kappa, cohen_kappa
from tiebreak.stats.raters import Level, alpha_interval, fleiss_kappa, krippendorff_alpha
from tiebreak.stats.resampling import Bootstrap


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRaters:
    one: str
    other: str
    confusion: Confusion
    kappa: Kappa | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAgreement:
    """Of two raters and more, over the cases that at least two of them labelled."""

    raters: tuple[str, ...]
    cases: int
    """With labels of at least two raters."""
    unanimous: int
    """Of those, the ones on which all who labelled them say the same."""
    pairs: tuple[TwoRaters, ...]
    fleiss: float | None
    """Where every case has the same number of raters."""
    alpha: float | None
    """Krippendorff's, which may lack labels."""
    alpha_interval: Bootstrap | None


def people_agreement(
    cases: Sequence[Mapping[str, Hashable]], labels: Sequence[Hashable], level: Level = "nominal"
) -> PeopleAgreement | None:
    """From what each rater says of each case; `labels` are all there may be, in their order. None where no case has two
    raters."""
    shared = [case for case in cases if len(case) > 1]
    if not shared:
        return None
    raters = sorted({rater for case in shared for rater in case})
    place = {label: float(index) for index, label in enumerate(labels)}
    rows = [[place[case[rater]] if rater in case else None for case in shared] for rater in raters]
    counts = [[list(case.values()).count(label) for label in labels] for case in shared]
    complete = len({len(case) for case in cases}) == 1
    return PeopleAgreement(
        raters=tuple(raters),
        cases=len(shared),
        unanimous=sum(len(set(case.values())) == 1 for case in shared),
        pairs=tuple(_two(one, other, shared, labels) for one, other in combinations(raters, 2)),
        fleiss=fleiss_kappa(counts) if complete else None,
        alpha=krippendorff_alpha(rows, level),
        alpha_interval=alpha_interval(rows, level),
    )


def _two(one: str, other: str, cases: Sequence[Mapping[str, Hashable]], labels: Sequence[Hashable]) -> TwoRaters:
    both = [(case[one], case[other]) for case in cases if one in case and other in case]
    confusion = Confusion.of(both, labels)
    return TwoRaters(one=one, other=other, confusion=confusion, kappa=cohen_kappa(confusion.counts))

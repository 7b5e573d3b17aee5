"""Has a judge changed? The same questions put again, against what it said of them first."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiebreak.stats.flips import mcnemar
from tiebreak.stats.intervals import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeDrift:
    """Over the questions with a valid verdict in both rounds."""

    round: int
    """The newer one; the first is 0."""
    n: int
    changed: int
    up: int
    """Changed in favour of the candidate; of points, to a higher one."""
    down: int
    p: float
    """Exact sign test, two-sided: how often a judge that drifts to neither side would lean this far."""
    lost: int
    """Questions of which one round alone has a valid verdict."""
    served_before: tuple[str, ...]
    served_after: tuple[str, ...]
    fingerprints_before: tuple[str, ...] = ()
    """System fingerprints, as providers tell them, of the first round."""
    fingerprints_after: tuple[str, ...] = ()
    alpha: float = 0.05

    @property
    def share(self) -> float | None:
        return self.changed / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, for an n that was fixed before."""
        return wilson(self.changed, self.n, self.alpha)

    @property
    def to_one_side(self) -> bool:
        return self.p < self.alpha

    @property
    def other_model(self) -> bool:
        """Whether a model served the newer round that did not serve the first."""
        return bool(self.served_before) and not set(self.served_after) <= set(self.served_before)

    @property
    def other_fingerprint(self) -> bool:
        """Whether the newer round bears a system fingerprint that the first did not: the same name, served by another
        build."""
        return bool(self.fingerprints_before) and not set(self.fingerprints_after) <= set(self.fingerprints_before)


def judge_drift(
    before: Mapping[object, float | None],
    after: Mapping[object, float | None],
    *,
    number: int,
    served: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
    fingerprints: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> JudgeDrift:
    """From the value of each question in both rounds, None where a verdict is not valid; questions of one round alone
    are left out. `served` are the models that answered before and after, `fingerprints` their system fingerprints."""
    both = [(before[question], after[question]) for question in before.keys() & after.keys()]
    valid = [(one, other) for one, other in both if one is not None and other is not None]
    up, down = sum(other > one for one, other in valid), sum(other < one for one, other in valid)
    return JudgeDrift(
        round=number,
        n=len(valid),
        changed=up + down,
        up=up,
        down=down,
        p=mcnemar(up, down).exact,
        lost=sum((one is None) != (other is None) for one, other in both),
        served_before=served[0],
        served_after=served[1],
        fingerprints_before=fingerprints[0],
        fingerprints_after=fingerprints[1],
    )

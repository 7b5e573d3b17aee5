"""One mean three times, side by side: as the judge says, as people say, and as both say together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak.stats.distributions import t_quantile
from tiebreak.stats.paired import sums_of
from tiebreak.stats.ppi import Powered, powered_mean
from tiebreak.stats.ppi_live import LIVE_WEIGHT, LivePowered, live_powered_mean

Form = Literal["fixed_n", "live"]

FEWEST_LABELS = 30
FEWEST_OF_EACH = 10
"""Wins and losses. Near a rate of 95 % every t interval of 100 labels covers 87 to 89 %, people's own included."""
FEW_DISAGREEMENTS = 10
"""Where a judge errs in one direction only, and labels show so few of its errors, PPI++ covers 88 to 93 % at 50 labels
and 92 to 95 % at 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    n: int
    """Cases it stands on."""
    mean: float | None
    low: float | None = None
    high: float | None = None
    """Two-sided; None of the raw judge, whose error is a bias that no interval from its own verdicts shows."""

    @property
    def width(self) -> float | None:
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The mean over a judged set, part of which people labelled. Values lie in [0, 1]: 0, ½, 1 of a win rate."""

    raw: Estimate
    """The judge over the whole set. Never for a gate: at 80 % agreement it is 2 to 8 points off and cannot tell."""
    human: Estimate
    """People's labels alone, in the same form as `calibrated`."""
    calibrated: Estimate
    form: Form
    """`fixed_n` is PPI++, for one look at the planned number of labels; `live` holds at every look, for this set."""
    why: str
    """Why the live form is used; empty for the other."""
    weight: float
    """λ, how far the judge is listened to."""
    effective_n: float | None
    """Labels that would have told as much without a judge; None of the live form."""
    detail: Powered | LivePowered
    cautions: tuple[str, ...] = ()
    alpha: float = 0.05

    @property
    def labels_saved(self) -> float | None:
        return None if self.effective_n is None else self.effective_n - self.human.n


NOTHING_LEFT = "every judged case has a label, so there is nothing left to learn from the judge"


def why_live(labels: Mapping[float, int], judged_only: int, *, planned: bool | None, wins: bool = True) -> str:
    """What stands against PPI++; empty if nothing does. `labels` come with how often each was given. `planned`: a
    number of labels fixed before is reached; None where none was fixed. `wins` says that labels are wins and losses,
    of both of which there have to be enough; points of a scale are neither."""
    n, won, lost = sum(labels.values()), labels.get(1, 0), labels.get(0, 0)
    if not planned and n and judged_only == 0:
        return NOTHING_LEFT
    if planned is None:
        return "no number of labels was planned, and PPI++ is for one look at it"
    if not planned:
        return "the planned number of labels is not reached, and PPI++ is for one look at it"
    if n < FEWEST_LABELS:
        return f"{n} labels; PPI++ needs {FEWEST_LABELS}"
    if wins and min(won, lost) < FEWEST_OF_EACH:
        return f"{won} wins and {lost} losses; PPI++ needs {FEWEST_OF_EACH} of each"
    if judged_only == 0:
        return NOTHING_LEFT
    return ""


def estimates(
    judged: Mapping[str, float],
    labels: Mapping[str, float],
    *,
    planned: bool | None,
    against: str = "",
    wins: bool = True,
    live_weight: float = LIVE_WEIGHT,
    alpha: float = 0.05,
) -> Estimates:
    """All three from verdicts by case (both orders averaged) and labels by case, which are to be a random part of them.

    PPI++ is used where `why_live` has nothing against it, else the live form, whose weight was fixed before the first
    label; `against` is what else speaks against PPI++. Labels of cases that the judge gave no valid verdict on are left
    out: the set is what the judge has judged.

    Raises:
        ValueError: without a verdict, or for values outside [0, 1].
    """
    if not judged:
        raise ValueError("the judge gave no valid verdict, so there is nothing to calibrate")
    if not all(0 <= value <= 1 for value in (*judged.values(), *labels.values())):
        raise ValueError("labels and verdicts lie between 0 and 1")
    both = sorted(labels.keys() & judged.keys())
    y = [labels[case] for case in both]
    f = [judged[case] for case in both]
    rest = [judged[case] for case in sorted(judged.keys() - labels.keys())]
    why = against or why_live(Counter(y), len(rest), planned=planned, wins=wins)
    detail: Powered | LivePowered
    if why:
        detail = live_powered_mean(y, f, list(judged.values()), weight=live_weight, alpha=alpha)
        low, high = conf_seq(Histogram.of(y), alpha)
    else:
        detail = powered_mean(y, f, rest, alpha=alpha)
        low, high = _t_interval(y, alpha)
    return Estimates(
        raw=Estimate(n=len(judged), mean=fmean(judged.values())),
        human=Estimate(n=len(y), mean=fmean(y) if y else None, low=low, high=high),
        calibrated=Estimate(n=len(y), mean=detail.mean if y else None, low=detail.low, high=detail.high),
        form="live" if why else "fixed_n",
        why=why,
        weight=detail.weight,
        effective_n=detail.effective_n if isinstance(detail, Powered) else None,
        detail=detail,
        cautions=() if why else tuple(_cautions(y, f)),
        alpha=alpha,
    )


def _cautions(labels: list[float], judged: list[float]) -> Iterator[str]:
    apart = [verdict - label for verdict, label in zip(judged, labels, strict=True) if verdict != label]
    one_way = not (any(one > 0 for one in apart) and any(one < 0 for one in apart))
    if len(apart) < FEW_DISAGREEMENTS and one_way:
        yield (
            f"{len(apart)} disagreements in {len(labels)} labels and none the other way: "
            "the interval covers somewhat less than it says"
        )


def _t_interval(values: list[float], alpha: float) -> tuple[float, float]:
    mean, squares, n = sums_of(values)
    reach = t_quantile(1 - alpha / 2, n - 1) * (squares / (n - 1) / n) ** 0.5
    return mean - reach, mean + reach

from collections.abc import Sequence

from tiebreak.metrics.base import CaseMetric, Example, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.stated import is_right


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that one of k samples, drawn from n of which c are right, is right: 1 − C(n−c, k) / C(n, k).

    Raises:
        ValueError: unless 1 ≤ k ≤ n and 0 ≤ c ≤ n.
    """
    if not (1 <= k <= n and 0 <= c <= n):
        raise ValueError(f"no pass@{k} of {c} right ones in {n} samples")
    if n - c < k:
        return 1.0
    missed = 1.0
    for drawn in range(k):
        missed *= (n - c - drawn) / (n - drawn)
    return 1 - missed


def of_case(right: Sequence[bool], k: int) -> Score:
    if len(right) < k:
        return Score(None, f"not applicable: fewer than {k} samples")
    return Score(pass_at_k(len(right), sum(right), k), f"{sum(right)} of {len(right)} samples are right")


METRICS = (
    CaseMetric(
        name="pass@k",
        says="The chance that one of k samples is right: passes its checks, or where it has none is the reference.",
        source="Chen et al. 2021 (Codex), unbiased estimator",
        needs=("verdict",),
        part=is_right,
        of_case=of_case,
        example=Example(
            says="one of two samples is right, k = 1",
            items=(item("a", passed=True), item("b", passed=False)),
            value=0.5,
        ),
    ),
)

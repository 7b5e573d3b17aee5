"""Many tests at once: with 8 segments and no real change, some segment looks changed in 33 % of all comparisons."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: any one below α is wrong with a probability of at most α.

    For what blocks a release. Holm (1979), Scandinavian Journal of Statistics 6:65.
    """
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        running = max(running, p_values[index] * (len(p_values) - place))
        adjusted[index] = min(1.0, running)
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: of all those below α, a share of at most α is expected to be wrong.

    For looking around, never for blocking. Benjamini and Hochberg (1995), JRSS B 57:289.
    """
    adjusted = [0.0] * len(p_values)
    running = 1.0
    backwards = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    for place, index in enumerate(backwards):
        running = min(running, p_values[index] * len(p_values) / (len(p_values) - place))
        adjusted[index] = running
    return adjusted

"""Agreement of any number of raters: Fleiss' κ where all rated everything, Krippendorff's α where some did not."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tiebreak.stats.resampling import DRAWS, Bootstrap, bootstrap

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]


def fleiss_kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Fleiss (1971), Psychological Bulletin 76:378. `counts` has a row a case: how many raters gave each label.

    None where it is 0/0: no case, or one label throughout.

    Raises:
        ValueError: if the cases do not all have the same number of raters, at least 2.
    """
    if not counts:
        return None
    given: Floats = np.array(counts, dtype=np.float64)
    raters = given.sum(axis=1)
    if bool((raters != raters[0]).any()) or raters[0] < 2:
        raise ValueError(
            "Fleiss' κ needs the same number of raters, at least 2, for every case; Krippendorff's α does not"
        )
    number = float(raters[0])
    chance = float(((given.sum(axis=0) / given.sum()) ** 2).sum())
    if chance >= 1:
        return None
    agreed = float(((given**2).sum(axis=1) - number).mean()) / (number * (number - 1))
    return (agreed - chance) / (1 - chance)


def krippendorff_alpha(ratings: Sequence[Sequence[float | None]], level: Level) -> float | None:
    """Krippendorff, "Content Analysis" (2004), chapter 11. `ratings` has a row a rater and a column a case, None where
    one is missing; labels without an order may be any numbers. Cases with fewer than two ratings say nothing.

    None where it is 0/0: no case with two ratings, or one value throughout.

    Raises:
        ValueError: if the raters' rows differ in length.
    """
    values, coincidences = _coincidences(ratings)
    return _alpha(coincidences.sum(axis=0), values, level)


def alpha_interval(
    ratings: Sequence[Sequence[float | None]],
    level: Level,
    *,
    alpha: float = 0.05,
    draws: int = DRAWS,
    seed: int = 1,
) -> Bootstrap | None:
    """The bootstrap interval of `krippendorff_alpha`, drawing cases (those with at least two ratings)."""
    values, coincidences = _coincidences(ratings)
    pairable = coincidences[coincidences.sum(axis=(1, 2)) > 0]
    if not len(pairable):
        return None
    kinds, times = np.unique(pairable, axis=0, return_counts=True)
    return bootstrap(
        kinds, lambda summed: _alpha(summed, values, level), times=times.tolist(), alpha=alpha, draws=draws, seed=seed
    )


def _coincidences(ratings: Sequence[Sequence[float | None]]) -> tuple[Floats, Floats]:
    """The values that occur, in order, and for each case its matrix of pairs of ratings, each rating weighing 1."""
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("each rater needs a place for every case; put None where a rating is missing")
    seen = sorted({value for row in ratings for value in row if value is not None})
    place = {value: index for index, value in enumerate(seen)}
    cases = list(zip(*ratings, strict=True))
    counts: Floats = np.zeros((len(cases), len(seen)))
    for case, given in enumerate(cases):
        for value in given:
            if value is not None:
                counts[case, place[value]] += 1
    others = counts.sum(axis=1) - 1
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(seen))
    return np.array(seen, dtype=np.float64), pairs / np.where(others > 0, others, 1.0)[:, None, None]


def _alpha(coincidences: Floats, values: Floats, level: Level) -> float | None:
    given = coincidences.sum(axis=1)
    if level == "nominal":
        far: Floats = 1 - np.eye(len(values))
    else:
        along = values if level == "interval" else np.cumsum(given) - given / 2
        far = (along[:, None] - along[None, :]) ** 2
    expected = float((np.outer(given, given) * far).sum())
    return 1 - (float(given.sum()) - 1) * float((coincidences * far).sum()) / expected if expected > 0 else None

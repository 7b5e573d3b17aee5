"""Does the judge favour one side more than people do, such as the candidate that is of its own family?"""

from collections.abc import Hashable, Sequence

from tiebreak.stats.paired import Difference, paired_difference


def favour(
    judge: Sequence[float], human: Sequence[float], groups: Sequence[Hashable] | None = None, *, alpha: float = 0.05
) -> Difference:
    """The mean of judge − human over the labelled cases, with its t interval, over `groups` where cases come in them.

    Values are 0, ½ or 1 for the candidate: above 0 the judge gives it more than people do. Where the judge shares a
    family with the candidate that is the evidence of self-preference, but not of where the favour comes from: length or
    place may explain it.

    Raises:
        ValueError: without a case, or if the sequences differ in length.
    """
    return paired_difference(
        [verdict - label for verdict, label in zip(judge, human, strict=True)], groups, alpha=alpha
    )

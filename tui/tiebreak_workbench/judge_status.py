"""What a version of a judge is worth, in one word."""

from tiebreak.records.judges import Judge

UNCALIBRATED = "uncalibrated"


def status_of(judge: Judge) -> str:  # noqa: ARG001  # the one place that calibration will answer from
    """Whether the verdicts of this version were held against people's: so far none ever were."""
    return UNCALIBRATED

"""Public annotated data with known figures, where it is at hand."""

import os
from pathlib import Path

VARIABLE = "TIEBREAK_VERIFICATION_DATA"
"""Names the folder of the data, which is no part of the project. Tests marked `real_data` are skipped without it; with
it none may be skipped, whatever is missing."""


def verification_file(name: str) -> Path:
    """A file of the verification data, for a test marked `real_data`."""
    path = Path(os.environ[VARIABLE]) / name
    assert path.exists(), f"{VARIABLE} is set, but {name} is not in it"
    return path

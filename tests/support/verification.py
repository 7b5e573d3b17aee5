"""Public annotated data with known figures, where it is at hand."""

import os
from pathlib import Path

import pytest

VARIABLE = "TIEBREAK_VERIFICATION_DATA"


def verification_file(name: str) -> Path:
    """A file of the verification data; skips the test where the data, which is no part of the project, is not there."""
    folder = os.environ.get(VARIABLE)
    if folder is None:
        pytest.skip(f"{VARIABLE} names no folder")
    path = Path(folder) / name
    assert path.exists(), f"{VARIABLE} is set, but {name} is not in it"
    return path

"""Puts `tests/` on the path, so that shared helpers import as `support.…`; sees to it that real data is really used."""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# What an example may take is no matter of these tests: on a busy machine any of them is slow now and then.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

sys.path.insert(0, str(Path(__file__).parent))

DATA = "TIEBREAK_VERIFICATION_DATA"  # as in `support.verification`, which cannot be imported before this line


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real_data") is not None and DATA not in os.environ:
        pytest.skip(f"{DATA} names no folder")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the data is said to be there, a test of it that does not run has failed."""
    report = yield
    if report.skipped and item.get_closest_marker("real_data") is not None and DATA in os.environ:
        report.outcome = "failed"
        report.longrepr = f"{DATA} is set, so this test may not be skipped"
    return report

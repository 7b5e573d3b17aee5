"""A store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tiebreak_store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".tiebreak" / "tiebreak.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as store:
        yield store

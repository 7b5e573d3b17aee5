"""Two processes on one database: both write, and each sees what the other has committed."""

import subprocess
import sys
from pathlib import Path

import pytest

from support import rating
from support.stored import new_session, response_of
from tiebreak.errors import StoreError
from tiebreak_store import Store

POSITIONS = 40


def test_both_write(path: Path) -> None:
    new = rating.long_session(POSITIONS)
    command = [sys.executable, rating.__file__, str(path), str(POSITIONS), "0"]
    with (
        Store.open(path) as store,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
    ):
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go on\n" * POSITIONS)
        other.stdin.close()
        mine = new_session("mine", rating.cases_of(POSITIONS))
        store.create_session(mine).result()
        for position in range(POSITIONS):
            store.record_response(response_of(mine, "baseline", position), None).result()
        theirs = other.stdout.readlines()
        assert other.wait() == 0
        assert len(theirs) == sum(len(rating.ballots_at(new, position)) for position in range(POSITIONS))
        assert {session.id for session in store.sessions()} == {"s1", "mine"}
        assert [ballot.id for ballot in store.load_session("s1").ballots] == [line.strip() for line in theirs]
        assert len(store.load_session("mine").responses) == POSITIONS
        assert store.problems() == []


def test_the_same_session_open_twice_is_told_so(path: Path) -> None:
    new = new_session()
    with Store.open(path) as one, Store.open(path) as other:
        one.create_session(new).result()
        one.record_response(response_of(new, "baseline", 0, id="from one"), None).result()
        refused = other.record_response(response_of(new, "baseline", 0, id="from the other"), None)
        with pytest.raises(StoreError, match="Another Tiebreak may have this session open"):
            refused.result()
        other.record_response(response_of(new, "baseline", 1), None).result()
        assert [response.id for response in one.load_session("s1").responses] == ["from one", "s1-baseline-1-1"]

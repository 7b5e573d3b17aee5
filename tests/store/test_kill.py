"""Killed at any moment, the database holds every ballot that was acknowledged, and nothing by halves."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from support import rating
from support.stored import CHECKS
from tiebreak_store import Store

KILLS = 25
POSITIONS = 150
MOST_A_LIFE = 9
TICKS_A_POSITION = 80
"""Fewer than it takes to record one."""


def live_and_die(path: Path, chance: random.Random) -> list[str]:
    """Let a process rate some positions until it is killed, or kills itself; the ballots that it acknowledged."""
    steps = chance.randint(1, MOST_A_LIFE)
    ticks = chance.choice((0, chance.randint(1, steps * TICKS_A_POSITION)))
    command = [sys.executable, rating.__file__, str(path), str(POSITIONS), str(ticks)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go on\n" * (steps + 2))
        process.stdin.flush()
        # Every position has a ballot at least, but the one resumed at may have been rated whole.
        heard = [] if ticks else [process.stdout.readline() for _ in range(chance.randrange(steps))]
        if not ticks:
            process.kill()
        heard += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    # A last line that was cut in the middle says nothing.
    return [line.strip() for line in heard if line.endswith("\n")]


def nothing_by_halves(path: Path) -> set[str]:
    """Check every row against the others; the ids of the ballots."""
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
        checked = Counter(response for (response,) in plain.execute("SELECT response_id FROM check_result"))
        assert set(checked.values()) <= {len(CHECKS)}
        # Records are safe in the order in which they were handed over: what is there is the beginning of the story.
        responses = [response for (response,) in plain.execute("SELECT id FROM response ORDER BY seq")]
        assert set(responses[:-1]) <= set(checked) <= set(responses)
        assert plain.execute("SELECT count(*) FROM response WHERE chunks IS NULL").fetchone() == (0,)
        return {ballot for (ballot,) in plain.execute("SELECT id FROM ballot")}


def test_killed_25_times_a_session_ends_like_an_uninterrupted_one(tmp_path: Path, path: Path) -> None:
    chance = random.Random(20260823)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged.update(live_and_die(path, chance))
        assert acknowledged <= nothing_by_halves(path)
    new = rating.long_session(POSITIONS)
    with Store.open(path) as store, Store.open(tmp_path / "uninterrupted.db") as other:
        assert 0 < len(acknowledged) < sum(len(rating.ballots_at(new, n)) for n in range(POSITIONS))
        rating.rate(store, new, range(POSITIONS))
        other.create_session(new).result()
        rating.rate(other, new, range(POSITIONS))
        assert store.load_session("s1") == other.load_session("s1")
        assert store.problems() == []
    for view in ("ballots_effective", "case_outcome"):
        assert rows_of(path, view) == rows_of(tmp_path / "uninterrupted.db", view) != []


def rows_of(path: Path, view: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as plain:
        return sorted(plain.execute(f"SELECT * FROM {view}").fetchall(), key=repr)

"""A session killed at any moment loses nothing that it said was saved, and ends like one that was not."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from support import scripted
from support.live import open_bench, report
from tiebreak.scoreboard import Snapshot
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.workbench import Workbench

KILLS = 25
KILLS_AT_RISK = 15
PLANNED_STEPS = 30
"""Taken in the plan before the risk queue is opened."""
MOST_STEPS = 12
TICKS_A_STEP = 60


OF_THE_QUEUE = dict.fromkeys(("looked_at_in_risk_queue", "raters", "events"))
"""What a report says of the risk queue itself."""


class Rater:
    """The program that rates; each life of it is a process of its own."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        assert program.stdin is not None
        assert program.stdout is not None
        self._orders, self._said = program.stdin, program.stdout

    def live(self, order: str, *, kill_after: int | None = None) -> tuple[int, list[str]]:
        """One life, killed once so much is heard of it; its exit code and all that it said."""
        self._orders.write(f"{order}\n")
        self._orders.flush()
        word, child = self._said.readline().split()
        assert word == "child"
        heard: list[str] = []
        killed = False
        for line in self._said:
            if line.startswith("ended "):
                return int(line.split()[1]), heard
            heard.append(line.strip())
            if not killed and (len(heard) == kill_after or line == "idle\n"):
                os.kill(int(child), signal.SIGKILL)
                killed = True
        raise AssertionError("the program ended")


@contextmanager
def rater(folder: Path) -> Generator[Rater]:
    command = [sys.executable, scripted.__file__, str(folder)]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # it forks, which goes ill with threads
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone) as program:
        yield Rater(program)
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(30) == 0


def ballots_in(folder: Path) -> set[str]:
    """The ids of all ballots, once every row is sound."""
    with closing(sqlite3.connect(folder / ".tiebreak" / "tiebreak.db")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
        return {ballot for (ballot,) in plain.execute("SELECT id FROM ballot")}


def finish(folder: Path, session_id: str) -> tuple[Snapshot, dict[str, object]]:
    """Rate on to the end: the live numbers, and those recomputed from the rows."""
    with open_bench(folder) as bench:
        live = asyncio.run(scripted.rate(bench, session_id))
        stored = bench.store.load_session(session_id, light=True)
        snapshot = live.scoreboard.snapshot()
        assert scoreboard_of(stored).snapshot() == snapshot
        assert len(stored.ballots) == len(list(scripted.script(stored.session.plan.case_ids)))
        assert bench.store.problems() == []
        return snapshot, report(bench, session_id)


def test_a_session_killed_25_times_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    folder, other = tmp_path / "killed", tmp_path / "whole"
    session_id = scripted.begin(folder)
    acknowledged: set[str] = set()
    deaths = 0
    with rater(folder) as program:
        while deaths < KILLS:
            steps = chance.randint(1, MOST_STEPS)
            ticks = chance.choice((0, chance.randint(1, steps * TICKS_A_STEP)))
            # With ticks it kills itself; either way a kill comes once it idles.
            kill_after = None if ticks else chance.randint(1, steps)
            code, heard = program.live(f"go {steps} {ticks}", kill_after=kill_after)
            assert code == -signal.SIGKILL
            deaths += 1
            acknowledged.update(line for line in heard if line != "idle")
            assert acknowledged <= ballots_in(folder)
    steps_in_all = len(list(scripted.script([f"x{i}" for i in range(scripted.CASES)])))
    assert KILLS < len(acknowledged) < steps_in_all
    _, expected = finish(other, scripted.begin(other))
    _, killed = finish(folder, session_id)
    assert killed == expected
    assert killed["excluded"] != {}
    assert acknowledged <= ballots_in(folder)


def said_in(bench: Workbench, session_id: str) -> list[tuple[str, int, str, str, object]]:
    """Every ballot in the order of recording: queue and place, case, kind, value."""
    stored = bench.store.load_session(session_id, light=True)
    shown = {one.id: one for one in stored.presentations}
    places = [(shown[ballot.presentation_id], ballot) for ballot in stored.ballots]
    return [(place.queue, place.position, place.case_id, ballot.kind, ballot.value) for place, ballot in places]


def test_the_risk_queue_killed_15_times_keeps_each_vote_once_and_in_it(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    folder, other = tmp_path / "killed", tmp_path / "whole"
    session_id = scripted.begin_answered(folder, PLANNED_STEPS)
    with open_bench(folder) as bench:
        plan = bench.store.load_session(session_id, facts=False).session.plan
        before = report(bench, session_id)
    acknowledged: set[str] = set()
    with rater(folder) as program:
        for _ in range(KILLS_AT_RISK):
            steps = chance.randint(1, 6)
            # In the midst of a transaction, or between two votes.
            ticks = chance.choice((0, chance.randint(1, steps * TICKS_A_STEP)))
            code, heard = program.live(f"risk {steps} {ticks}", kill_after=None if ticks else chance.randint(1, steps))
            assert code == -signal.SIGKILL
            acknowledged.update(line for line in heard if line != "idle")
            assert acknowledged <= ballots_in(folder)
    assert len(acknowledged) > KILLS_AT_RISK
    with open_bench(folder) as bench:
        asyncio.run(scripted.rate_at_risk(bench, session_id))
        said = said_in(bench, session_id)
        assert bench.store.load_session(session_id, facts=False).session.plan == plan
        assert {**report(bench, session_id), **OF_THE_QUEUE} == {**before, **OF_THE_QUEUE}
        asyncio.run(scripted.rate(bench, session_id))
        assert bench.store.problems() == []
    queued = [place for place in said if place[0] == "risk"]
    assert {place[1] for place in queued} == set(range(len(plan.case_ids), max(place[1] for place in queued) + 1))
    whole = scripted.begin_answered(other, PLANNED_STEPS)
    with open_bench(other) as bench:
        asyncio.run(scripted.rate_at_risk(bench, whole))
        assert said_in(bench, whole) == said


def test_a_full_disk_halts_rating_and_nothing_unsaved_looks_saved(tmp_path: Path) -> None:
    folder, other = tmp_path / "full", tmp_path / "whole"
    session_id = scripted.begin(folder)
    with rater(folder) as program:
        code, heard = program.live(f"full {scripted.CASES * 9} 600000")
    *acknowledged, halted = heard
    assert code == 0
    assert halted.startswith("halted ")
    assert "tiebreak.db" in halted
    assert 0 < len(acknowledged) < scripted.CASES
    assert ballots_in(folder) == set(acknowledged)
    _, expected = finish(other, scripted.begin(other))
    assert finish(folder, session_id)[1] == expected  # with room again, it goes on

"""Killed at any moment, a headless run goes on where it was, and ends like one that nobody interrupted."""

import multiprocessing
import random
import signal
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from support.headless import calls_of, command, model_workspace, server_process

KILLS = 25
CASES = 200
CONCURRENCY = 4
COMMAND = ["run", "-d", "questions", "-a", "a", "-b", "b", "--concurrency", str(CONCURRENCY), "--phase", "offline"]


FORKS = multiprocessing.get_context("forkserver")
"""Processes of their own that need not import everything anew, or 25 lives would take a minute."""
FORKS.set_forkserver_preload(["tiebreak_cli.run_progress", "tiebreak.targets.direct", "tiebreak_cli.scoreboard"])


@contextmanager
def life(folder: Path) -> Generator[ForkServerProcess]:
    process = FORKS.Process(target=command, args=([*COMMAND, "--workspace", str(folder)],))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / ".tiebreak" / "tiebreak.db")) as plain:
        return plain.execute(sql).fetchall()


def answered(folder: Path) -> int:
    return len(rows(folder, "SELECT 1 FROM response"))


def live_and_die(folder: Path, url: str, chance: random.Random) -> None:
    """Let a run ask some more and work on for a moment; then kill it in the middle of whatever it does."""
    asked = calls_of(url)
    with life(folder) as process:
        calls_of(url, asked + chance.randint(1, 9))
        process.join(timeout=chance.uniform(0, 0.06))
    assert process.exitcode == -signal.SIGKILL


def end_state(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What must be the same, however often the run was killed: everything but ids and times."""
    role = "JOIN session_run s ON s.run_id = r.run_id"
    return {
        "responses": rows(
            folder,
            f"SELECT s.role, r.case_id, r.sample, r.status, r.text, r.fingerprint, r.cost_usd FROM response r {role} "
            "ORDER BY 1, 2, 3",
        ),
        "checks": rows(
            folder,
            "SELECT s.role, r.case_id, c.check_id, c.status, c.value FROM check_result c "
            f"JOIN response r ON r.id = c.response_id {role} ORDER BY 1, 2, 3",
        ),
        "sessions": rows(folder, "SELECT kind, plan_hash, dataset_hash, policy_hash FROM session"),
    }


def test_killed_25_times_a_run_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    with server_process() as url:
        model = "local?words=4&ttft=0.03&tps=200"
        folder, other = (
            model_workspace(tmp_path / name, url, model, model, cases=CASES) for name in ("killed", "whole")
        )
        lost = 0
        for _ in range(KILLS):
            live_and_die(folder, url, chance)
            lost, before = calls_of(url) - answered(folder), lost
            assert lost - before <= 2 * CONCURRENCY, "more than the calls in flight"
        assert KILLS < answered(folder) < 2 * CASES
        for place in (folder, other):
            with life(place) as process:
                process.join(timeout=60)
            assert process.exitcode == 0
    assert end_state(folder) == end_state(other)
    assert answered(folder) == 2 * CASES
    assert rows(folder, "SELECT run_id, case_id FROM response GROUP BY run_id, case_id HAVING count(*) > 1") == []
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "PRAGMA foreign_key_check") == []

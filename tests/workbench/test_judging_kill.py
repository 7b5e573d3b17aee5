"""Killed at any moment while it takes verdicts over from another session, a judge goes on where it was: nothing is
taken or asked twice, nothing is lost, and it ends like one that nobody interrupted."""

import multiprocessing
import random
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from shutil import copytree

from support import judge_server
from support.headless import command, model_workspace, server_process
from support.live_judging import write_judge

CASES = 100
KNOWN = 80
"""Cases that the first session has judged; the others are asked about."""
KILLS = 8
POLICY = """\
form: {vote: required}
checks:
  - {kind: max_length, chars: 400}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.5}
"""
RUN = ["run", "-d", "questions", "-a", "a", "-b", "b", "--concurrency", "16", "--phase", "offline"]
JUDGE = ["judge", "last", "--judge", "mine", "--concurrency", "2"]

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tiebreak_cli.judging", "tiebreak.targets.direct", "tiebreak_workbench.judges.judging"])


@contextmanager
def life(folder: Path, arguments: list[str]) -> Generator[ForkServerProcess]:
    process = FORKS.Process(target=command, args=([*arguments, "--workspace", str(folder)],))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def whole(folder: Path, *arguments: str) -> int | None:
    with life(folder, list(arguments)) as process:
        process.join(timeout=120)
        return process.exitcode


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / ".tiebreak" / "tiebreak.db")) as plain:
        return plain.execute(sql).fetchall()


LAST = "session_id = (SELECT max(id) FROM session)"


def judged(folder: Path) -> int:
    return len(rows(folder, f"SELECT 1 FROM judgment WHERE {LAST}"))


def die(folder: Path, at: int) -> int | None:
    """Kill a judging once so many judgments are there, in the middle of whatever it does then; its exit code."""
    with life(folder, JUDGE) as process:
        while process.exitcode is None and judged(folder) < at:
            process.join(timeout=0.001)
    return process.exitcode


def end_state(folder: Path) -> list[tuple[object, ...]]:
    """Every judgment of the last session but for ids, times and random words, and which one it was taken from."""
    return rows(
        folder,
        "SELECT j.case_id, j.shown, j.repeat, j.status, j.verdict, j.cost_usd, o.case_id, o.shown "
        f"FROM judgment j LEFT JOIN judgment o ON o.id = j.reused_from WHERE j.{LAST} ORDER BY 1, 2, 3",
    )


def prepared(folder: Path, url: str) -> Path:
    """Two sessions over the same answers, the first of which is judged in part."""
    model_workspace(folder, url, cases=CASES, policy=POLICY)
    write_judge(folder, url, "honest")
    assert whole(folder, *RUN) == 0
    assert whole(folder, "judge", "last", "--judge", "mine", "--concurrency", "8", "--limit", str(KNOWN)) == 0
    assert whole(folder, *RUN, "--no-resume", "--reuse") == 0
    return folder


def test_killed_while_it_takes_verdicts_over_a_judging_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    with server_process(judge_server) as url:
        killed = prepared(tmp_path / "killed", url)
        other = copytree(killed, tmp_path / "other")
        moments: list[int] = []
        while len(moments) < KILLS and die(killed, judged(killed) + chance.randint(0, 2 * CASES // KILLS)) != 0:
            moments.append(judged(killed))
        assert whole(killed, *JUDGE) == whole(other, *JUDGE) == 0
    inside = {moment for moment in moments if 0 < moment < 2 * CASES}
    assert len({moment for moment in inside if moment < 2 * KNOWN}) >= 2, moments
    assert end_state(killed) == end_state(other)
    taken = [state for state in end_state(killed) if state[6] is not None]
    assert (len(taken), judged(killed)) == (2 * KNOWN, 2 * CASES)
    assert all((case, order, usd) == (of, placed, 0.0) for case, order, *_, usd, of, placed in taken)
    assert rows(killed, "PRAGMA integrity_check") == [("ok",)]
    assert rows(killed, "PRAGMA foreign_key_check") == []

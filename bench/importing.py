"""How fast results of other tools are read, what a whole import costs, and whether memory stays flat.

    python bench/importing.py [ROWS]

Writes a log of Braintrust and one of OpenAI Evals with that many lines (50,000), reads them as `tiebreak import` does,
then logs of twice as many, and puts the first into a database. The floor is what SQLite alone takes to put the same
rows into the same tables. Times are CPU, of the import on the clock as well.
"""

import json
import sqlite3
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tiebreak.imports import TOOLS, Source
from tiebreak_store import Store
from tiebreak_workbench.imports.anything import collect_seldom, import_any
from tiebreak_workbench.workbench import Workbench

TABLES = (
    "blob", "dataset_version", "dataset_case", "policy_version", "rater", "config_version", "run", "session",
    "session_run", "session_item", "check_version", "response", "check_result",
)  # fmt: skip
"""What an import of answers fills, each table behind those that it refers to."""
AT_ONCE = 500
TEXT = "The shop is open from eight to twelve on Sundays, and cakes for more than ten people take two days. " * 3


def braintrust(path: Path, rows: int) -> Path:
    with path.open("w") as out:
        for number in range(rows):
            row = {
                "span_id": str(number),
                "experiment_id": ("first", "second")[number % 2],
                "origin": {"id": f"case-{number // 2}"},
                "input": f"Question {number // 2}?",
                "output": TEXT,
                "scores": {"correct": number % 3 > 0, "overlap": 0.5},
                "metrics": {"start": 1.0, "end": 2.5, "prompt_tokens": 40, "completion_tokens": 60},
            }
            out.write(json.dumps(row) + "\n")
    return path


def openai_evals(path: Path, rows: int) -> Path:
    with path.open("w") as out:
        out.write(json.dumps({"spec": {"completion_fns": ["first"], "eval_name": "shop"}}) + "\n")
        for number in range(rows // 2):
            sample = f"shop.dev.{number}"
            prompt = [{"role": "user", "content": f"Question {number}?"}]
            said = {"sample_id": sample, "type": "sampling", "data": {"prompt": prompt, "sampled": [TEXT]}}
            match = {"sample_id": sample, "type": "match", "data": {"correct": True, "expected": "eight"}}
            out.write(f"{json.dumps(said)}\n{json.dumps(match)}\n")
    return path


def read(tool: str, path: Path) -> int:
    count = 0
    for _ in TOOLS[tool].rows(Source(path)):
        count += 1
    return count


def peak(tool: str, path: Path) -> float:
    """MB that were held at once."""
    tracemalloc.start()
    read(tool, path)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held / 2**20


def floor(filled: Path, empty: Path) -> float:
    """Seconds of CPU that SQLite takes to put what one database holds into another one of its schema."""
    Store.open(empty).close()
    seconds = 0.0
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(empty, isolation_level=None)) as target:
        target.execute("PRAGMA foreign_keys = ON")
        target.execute("PRAGMA synchronous = NORMAL")
        target.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            rows = source.execute(f"SELECT * FROM {table}")  # names of ours
            marks = ", ".join("?" * len(rows.description))
            while some := rows.fetchmany(AT_ONCE):
                start = time.thread_time()
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", some)
                seconds += time.thread_time() - start
        start = time.thread_time()
        target.execute("COMMIT")
        return seconds + time.thread_time() - start


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        logs: dict[str, Callable[[Path, int], Path]] = {"braintrust": braintrust, "openai-evals": openai_evals}
        for tool, write in logs.items():
            path, long = write(folder / f"{tool}.jsonl", rows), write(folder / f"{tool}-long.jsonl", 2 * rows)
            start = time.process_time()
            read(tool, path)
            seconds = time.process_time() - start
            print(
                f"{tool}: {rows / seconds:,.0f} lines/s of CPU ({path.stat().st_size / rows:.0f} bytes a line); "
                f"at most {peak(tool, path):.1f} MB held, {peak(tool, long):.1f} MB for twice as many"
            )
        workspace = folder / "workspace"
        (workspace / "configs").mkdir(parents=True)
        (workspace / "policies").mkdir()
        (workspace / "policies" / "ship.yaml").write_text(
            "checks: [{kind: max_length, words: 200}]\n"
            "gates: {human: [{id: preferred, metric: win_rate, at_least: 0.5}]}\n"
        )
        collect_seldom()
        with Workbench.open(workspace, {"USER": "bench"}) as bench:
            start, clock = time.process_time(), time.perf_counter()
            import_any(bench, [folder / "braintrust.jsonl"])
            seconds, clock = time.process_time() - start, time.perf_counter() - clock
        least = floor(bench.workspace.database, folder / "floor.db")
        print(
            f"whole import of braintrust: {rows / seconds:,.0f} answers/s of CPU, {rows / clock:,.0f} on the clock, "
            f"checked and committed: {seconds / rows * 1e6:.0f} µs an answer, of which SQLite {least / rows * 1e6:.0f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)

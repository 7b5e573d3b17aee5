"""What importing plain rows costs: CPU, and memory at most, each import in a process of its own.

    python bench/importing_plain.py [LINES]

Writes JSONL of that many lines (50,000) and of four times as many, in three layouts: both answers of a case in a line,
the same with a vote, and an answer a line. Each is imported into a workspace of its own.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tiebreak_workbench.imports.anything import collect_seldom, import_any
from tiebreak_workbench.imports.report import ImportReport
from tiebreak_workbench.workbench import Workbench

TEXT = "The shop is open from eight to twelve on Sundays, and cakes for more than ten people take two days. " * 3
POLICY = (
    "checks: [{kind: max_length, words: 200}]\ngates: {human: [{id: preferred, metric: win_rate, at_least: 0.5}]}\n"
)
LAYOUTS = ("pairs", "pairs with votes", "an answer a line")
KB = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of `ru_maxrss`."""


def lines(layout: str, count: int) -> Iterator[Mapping[str, object]]:
    for number in range(count):
        if layout == "an answer a line":
            case, known = number // 2, {"config": ("first", "second")[number % 2], "answer": f"{number}: {TEXT}"}
            told = {"latency": 1.5, "prompt_tokens": 40, "completion_tokens": 60}
        else:
            case, known = number, {"answer_a": f"A {number}: {TEXT}", "answer_b": f"B {number}: {TEXT}"}
            told = {"latency_a": 1.5, "latency_b": 1.25}
        vote = {"vote": "AB"[number % 2], "rater": "ada"} if "votes" in layout else {}
        yield {"id": f"case-{case}", "question": f"Question {case}?", **known, **told, **vote}


def write(path: Path, layout: str, count: int) -> None:
    with path.open("w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines(layout, count))


def imported(path: Path, workspace: Path) -> None:
    """Import a file, and print its answers, seconds of CPU and MB at most."""
    (workspace / "configs").mkdir(parents=True)
    (workspace / "policies").mkdir()
    (workspace / "policies" / "ship.yaml").write_text(POLICY)
    collect_seldom()
    with Workbench.open(workspace, {"USER": "bench"}) as bench:
        start = time.process_time()
        report = import_any(bench, [path])
        seconds = time.process_time() - start
    assert isinstance(report, ImportReport)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KB
    print(json.dumps([report.answers, seconds, held / 2**20]))


def measured(path: Path, workspace: Path) -> tuple[int, float, float]:
    # A name of ours and a folder of ours.
    done = subprocess.run(
        [sys.executable, __file__, str(path), str(workspace)], capture_output=True, check=True, text=True
    )
    answers, seconds, held = json.loads(done.stdout)
    return answers, seconds, held


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        for layout in LAYOUTS:
            for times in (1, 4):
                folder = Path(name) / f"{layout}-{times}"
                folder.mkdir()
                write(folder / "rows.jsonl", layout, times * count)
                answers, seconds, held = measured(folder / "rows.jsonl", folder / "workspace")
                size = (folder / "rows.jsonl").stat().st_size
                rows = times * count
                print(
                    f"{layout}, {rows:,} lines of {size / rows:.0f} bytes: {rows / seconds:,.0f} lines/s of CPU, "
                    f"{answers / seconds:,.0f} answers/s ({seconds / answers * 1e6:.0f} µs each), {held:.0f} MB "
                    f"at most (load {os.getloadavg()[0]:.0f})",
                    flush=True,
                )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        imported(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)

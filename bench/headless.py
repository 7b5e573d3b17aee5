"""Headless runs: CPU of one answer, wall time against the server's own, error of TTFT, and memory, direct lane.

    python bench/headless.py [--answers 1000] [--rounds 3] [--memory 20000]

Every run is a process of its own against one local server, and takes turns with two bare loops over aiohttp: `bare`
reads the stream and keeps it as one row of SQLite, `bare, parsed` also takes the text out of it. Ours asks both arms of
a session: it renders, streams with TTFT, folds, checks twice, and commits every answer with its chunks. CPU is user and
system time of all threads, once for the whole process and once without imports and set-up.
"""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TTFT, TPS, TOKENS = 0.3, 60, 120
MODELS = {"burst": f"local?words={TOKENS}", "paced": f"local?words={TOKENS}&ttft={TTFT}&tps={TPS}"}
CONCURRENCY = 64
BUDGET_MS, FLOOR_MS = 2.4, 1.2
QUESTION = "How do I move my backup to a new computer, and what happens to the old versions of my files? (case {})"
POLICY = """\
form: {vote: optional}
checks:
  - {kind: max_length, chars: 4000}
  - {kind: contains, id: words, any: [tok1]}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.9}
"""


@contextmanager
def server() -> Generator[str]:
    """The model server in a process of its own; yields its base URL."""
    command = [sys.executable, str(ROOT / "tests/support/fast_model_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def workspace(folder: Path, url: str, model: str, cases: int) -> Path:
    (folder / "datasets").mkdir()
    (folder / "configs").mkdir()
    (folder / "policies").mkdir()
    lines = (json.dumps({"id": f"case-{n:06d}", "input": QUESTION.format(n)}) + "\n" for n in range(cases))
    (folder / "datasets" / "questions.jsonl").write_text("".join(lines))
    for name in ("a", "b"):
        (folder / "configs" / f"{name}.yaml").write_text(
            f"target: {{kind: model, model: '{model}', base_url: '{url}'}}\n"
            f"prompt: {{system: 'You are assistant {name} of a support desk.', user: '{{{{ input }}}}'}}\n"
            "price: {input: 0.15, output: 0.6}\n"
        )
    (folder / "policies" / "ship.yaml").write_text(POLICY)
    return folder


def ours(url: str, model: str, answers: int) -> dict[str, float]:
    """A whole headless session, by the very calls that the command makes."""
    from tiebreak.batch import Limits
    from tiebreak_workbench.headless.headless import Wanted, answer, board_of, open_batch, spare_collector, take_up
    from tiebreak_workbench.starting.setup import Setup
    from tiebreak_workbench.workbench import Workbench

    with tempfile.TemporaryDirectory() as name:
        folder = workspace(Path(name), url, model, answers // 2)
        with Workbench.open(folder, {}) as bench:
            load = bench.workspace
            setup = Setup(
                dataset=load.load_dataset("questions"),
                baseline=load.load_config("a"),
                candidate=load.load_config("b"),
                policy=load.load_policy("ship"),
            )
            stored = take_up(bench, setup, concurrency=CONCURRENCY // 2).stored
            batch = open_batch(bench, stored, Wanted(limits=Limits(concurrency=CONCURRENCY // 2)))
            spare_collector()
            idle = peak_megabytes()
            cpu, wall = time.process_time(), time.perf_counter()
            ending = asyncio.run(answer(batch))
            took = time.perf_counter() - wall, time.process_time() - cpu
            assert ending.complete, ending
            peak = peak_megabytes()
            cpu = time.process_time()
            assert board_of(bench, stored).snapshot().gates[0].status == "pass"
            folding = time.process_time() - cpu
            ttft = sorted(r.timings.ttft or 0.0 for r in bench.store.iter_responses(stored.session.id))
            return figures(*took, answers, ttft) | {
                "idle_mb": idle,
                "peak_mb": peak,
                "folded_mb": peak_megabytes(),
                "folding_ms": folding / answers * 1e3,
            }


def bare(url: str, model: str, answers: int, *, parsed: bool) -> dict[str, float]:
    """The least that one can do: a loop over aiohttp, and one row of SQLite for each answer."""
    with tempfile.TemporaryDirectory() as name:
        rows = sqlite3.connect(Path(name) / "bare.db", isolation_level=None)
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute("PRAGMA synchronous = NORMAL")
        rows.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, ttft REAL, total REAL, answer BLOB)")
        cpu, wall = time.process_time(), time.perf_counter()
        ttft = sorted(asyncio.run(_bare(url, model, answers, rows, parsed=parsed)))
        took = time.perf_counter() - wall, time.process_time() - cpu
        rows.close()
        return figures(*took, answers, ttft)


async def _bare(url: str, model: str, answers: int, rows: sqlite3.Connection, *, parsed: bool) -> list[float]:
    import aiohttp
    import orjson

    left = iter(range(answers))
    times: list[float] = []

    def text_of(data: bytes) -> str:
        chunks = (orjson.loads(line[6:]) for line in data.splitlines() if line.startswith(b"data: {"))
        return "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])

    async def worker(session: aiohttp.ClientSession) -> None:
        for number in left:
            messages = [{"role": "user", "content": QUESTION.format(number)}]
            body = orjson.dumps({"model": model, "messages": messages, "stream": True})
            sent, first, pieces = time.perf_counter(), None, list[bytes]()
            async with session.post(f"{url}/chat/completions", data=body) as response:
                async for chunk in response.content.iter_any():
                    first = first or time.perf_counter()
                    pieces.append(chunk)
            times.append((first or sent) - sent)
            data = b"".join(pieces)
            row = (number, times[-1], time.perf_counter() - sent, text_of(data) if parsed else data)
            rows.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", row)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(worker(session) for _ in range(CONCURRENCY)))
    return times


def figures(wall: float, cpu: float, answers: int, ttft: list[float]) -> dict[str, float]:
    errors = sorted(abs(seconds - TTFT) for seconds in ttft)
    return {
        "cpu_ms": cpu / answers * 1e3,
        "process_ms": time.process_time() / answers * 1e3,
        "wall": wall,
        "ttft_p50": ttft[len(ttft) // 2],
        "ttft_error_p95_ms": errors[int(0.95 * len(errors))] * 1e3,
        "rss_mb": peak_megabytes(),
    }


def peak_megabytes() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # Linux's own getrusage counts the parent's memory before the exec as ours
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


LOOPS: dict[str, Callable[[str, str, int], dict[str, float]]] = {
    "bare": partial(bare, parsed=False),
    "bare, parsed": partial(bare, parsed=True),
    "tiebreak": ours,
}


def child(loop: str, url: str, model: str, answers: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", loop, url, model, str(answers)]
    # Without bytecode on disk the start of a process is twice as long: some shells forbid writing it.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environ).stdout)


def compare(url: str, kind: str, answers: int, rounds: int) -> None:
    for loop in LOOPS:
        child(loop, url, MODELS["burst"], CONCURRENCY)  # compiles bytecode
    runs = [{loop: child(loop, url, MODELS[kind], answers) for loop in LOOPS} for _ in range(rounds)]
    median = {loop: {key: statistics.median(run[loop][key] for run in runs) for key in runs[0][loop]} for loop in LOOPS}
    print(f"{kind}: {answers:,} answers of {TOKENS} tokens, {CONCURRENCY} at once, median of {rounds}")
    for loop, found in median.items():
        ratio = found["cpu_ms"] / median["bare"]["cpu_ms"], found["process_ms"] / median["bare"]["process_ms"]
        print(
            f"  {loop:<13} {found['cpu_ms']:5.2f} ms CPU an answer ({ratio[0]:.2f} times bare)"
            f"   whole process {found['process_ms']:5.2f} ({ratio[1]:.2f})   wall {found['wall']:6.2f} s"
            f"   peak {found['rss_mb']:3.0f} MB"
        )
    mine = median["tiebreak"]
    if kind == "burst":
        alone, whole = (FLOOR_MS * mine[key] / median["bare"][key] for key in ("cpu_ms", "process_ms"))
        start = (mine["process_ms"] - mine["cpu_ms"]) * answers
        print(
            f"  budget {BUDGET_MS} ms where bare takes {FLOOR_MS}: ours would take {alone:.2f} for an answer, and"
            f" {whole:.2f} with the start of the process ({start:.0f} ms, once a run) shared out"
        )
    else:
        bound = -(-answers // CONCURRENCY) * (TTFT + (TOKENS - 1) / TPS)
        for loop, found in median.items():
            print(
                f"  {loop:<13} {bound / found['wall']:6.1%} of the server-bound time ({bound:.1f} s; budget 95 %)   "
                f"TTFT p50 {found['ttft_p50'] * 1e3:.1f} ms, error p95 {found['ttft_error_p95_ms']:.1f} ms (budget 20)"
            )


def memory(url: str, answers: int) -> None:
    for count in (answers // 10, answers):
        found = child("tiebreak", url, MODELS["burst"], count)
        print(
            f"memory: {count:>7,} answers: {found['idle_mb']:.0f} MB before, {found['peak_mb']:.0f} MB while asking,"
            f" {found['folded_mb']:.0f} MB with the scoreboard (budget 250);"
            f" {found['cpu_ms']:.2f} ms an answer, {found['folding_ms']:.3f} ms to fold"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=20_000, help="answers of the largest run; 0 leaves it out")
    given = parser.parse_args()
    with server() as url:
        compare(url, "burst", given.answers, given.rounds)
        compare(url, "paced", given.answers, 1)
        if given.memory:
            memory(url, given.memory)


if __name__ == "__main__":
    if "--child" in sys.argv:
        which, address, name, n = sys.argv[2:]
        print(json.dumps(LOOPS[which](address, name, int(n))))
    else:
        main()

"""What recording costs: CPU per ballot and per response, and reading 100,000 responses back in flat memory.

    python bench/store_writes.py [responses]

CPU is user and system time of the whole process, all threads; the fsync of a ballot costs wall time, not CPU. Peak
memory is that of a process which does nothing but read.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.stored import CHECKS, ballot_of, cases_of, new_session, presentation_of, response_of, results_of
from tiebreak.records import ROLES
from tiebreak_store import NewSession, Store

TEXT = "A plausible answer of some six hundred characters, as a support assistant would give it. " * 7
CHUNKS = b'[[0.01,"text","A plausible"]]' * 90
IN_FLIGHT = 64


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """CPU and wall seconds, and how many things were done."""
    cpu, wall = time.process_time(), time.perf_counter()
    count = work()
    return time.process_time() - cpu, time.perf_counter() - wall, count


def report(what: str, work: Callable[[], int]) -> None:
    cpu, wall, count = timed(work)
    print(f"{what:<52} {cpu / count * 1e6:8.1f} µs CPU {wall / count * 1e6:8.1f} µs wall   n = {count:,}")


def drain(waiting: list["Future[Any]"], keep: int) -> None:
    while len(waiting) > keep:
        waiting.pop(0).result()


def record_responses(store: Store, new: NewSession, n: int, *, checks: bool) -> int:
    waiting: list[Future[Any]] = []
    for position in range(n // 2):
        for role in ROLES:
            response = response_of(new, role, position, text=f"{TEXT}{position}")
            waiting.append(store.record_response(response, CHUNKS + str(position).encode() + role.encode()))
            if checks:
                waiting.append(store.record_checks(results_of(response), CHECKS))
        drain(waiting, IN_FLIGHT)
    drain(waiting, 0)
    return n


def show_all(store: Store, new: NewSession, n: int) -> int:
    waiting: list[Future[Any]] = [store.record_presentation(presentation_of(new, position)) for position in range(n)]
    drain(waiting, 0)
    return n


def record_ballots(store: Store, new: NewSession, positions: range, at_once: int) -> int:
    waiting: list[Future[Any]] = []
    for position in positions:
        waiting.append(store.record_ballot(ballot_of(presentation_of(new, position), position)))
        if len(waiting) == at_once:
            drain(waiting, 0)
    drain(waiting, 0)
    return len(positions)


def read_back(path: Path) -> None:
    with Store.open(path) as store:
        idle = peak_megabytes()
        report("response read back, light", lambda: sum(1 for _ in store.iter_responses("s1")))
        print(f"{'peak memory after it':<52} {peak_megabytes():8.1f} MB (before: {idle:.1f})")
        report("response read back, whole", lambda: sum(1 for _ in store.iter_responses("s1", light=False)))
        print(f"{'peak memory after it':<52} {peak_megabytes():8.1f} MB")
        cpu, _, _ = timed(lambda: len(store.sessions()))
        print(f"{'list of sessions':<52} {cpu * 1e3:8.1f} ms CPU")
        cpu, _, _ = timed(lambda: len(store.load_session("s1", light=True).responses))
        print(f"{'whole session loaded, light':<52} {cpu * 1e3:8.1f} ms CPU")
        print(f"{'peak memory after it':<52} {peak_megabytes():8.1f} MB")


def open_again(path: Path) -> int:
    for _ in range(20):
        Store.open(path).close()
    return 20


def peak_megabytes() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # Linux's own getrusage counts the parent's memory before the exec as ours
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def main(n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiebreak.db"
        with closing(Store.open(path)) as store:
            other = new_session("s0", cases_of(n // 20))
            store.create_session(other).result()
            report("response alone", lambda: record_responses(store, other, n // 10, checks=False))
            new = new_session("s1", cases_of(n // 2))
            report("case set down in a new session", lambda: (store.create_session(new).result(), n // 2)[1])
            report("response with chunks and two check results", lambda: record_responses(store, new, n, checks=True))
            report("presentation", lambda: show_all(store, new, n // 2))
            report("ballot, one at a time", lambda: record_ballots(store, new, range(500), 1))
            report("ballot, fifty at once", lambda: record_ballots(store, new, range(500, n // 2), 50))
        report("opening the database", lambda: open_again(path))
        print(f"{'database':<52} {path.stat().st_size / (1 << 20):8.1f} MB")
        subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


if __name__ == "__main__":
    if "--read" in sys.argv:
        read_back(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

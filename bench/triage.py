"""What triage costs on large runs: 100,000 or 1,000,000 cases on both sides, three checks each, in a real database.

    python bench/triage.py [CASES] [TEXTS]

Makes the database in a temporary folder (with SQL of its own, since the store's writer takes minutes for a million
cases), then measures the first opening, reopening, pages, filters and search in CPU time, each in a process of its own;
what it takes to keep the sides behind a run, and the first opening where they are kept, at once and after another run
was recorded. TEXTS is `no` to leave the index of the texts out.
"""

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from comparison import CHECKS, peak

from tiebreak.records import (
    ROLES,
    Case,
    Config,
    Dataset,
    DatasetCard,
    ModelTarget,
    Plan,
    Policy,
    Rater,
    Run,
    Session,
    SessionRole,
    canonical_json,
)
from tiebreak.triage import parse_filter
from tiebreak_store import NewSession, Store
from tiebreak_store.content import put_checks
from tiebreak_store.triage_index import FILE, TriageIndex
from tiebreak_workbench.triage.keeping import keep_sides
from tiebreak_workbench.triage.triage import Take, Triage
from tiebreak_workbench.workbench import Workbench

WORDS = [
    f"{a}{b}" for a in ("re", "pre", "un", "dis", "over", "sub") for b in ("fund", "turn", "ship", "bill", "order")
]
KEYS = [
    "class:regression", "check:check1", "check:check1 seg:segment-3", "latency>1.9", "latency>1.9 -check:check2",
    "dearer>0 slower>0.5 status:open", "kind:golden", "tag:vip fails:check0",
]  # fmt: skip
SEARCHES = ["re", "ref", "refund", "refnud", "overship presub", "case-000123"]
PAGE = 50


def fill(folder: Path, n: int) -> None:
    """A workspace with one session of two headless runs over n cases."""
    first = Case(id="case-0000000", input="Question 0?", segment="segment-0")
    dataset = Dataset(card=DatasetCard(name="large"), cases=(first,))
    policy = Policy(name="p", checks=CHECKS)
    configs: dict[SessionRole, Config] = {role: Config(name=role, target=ModelTarget(model=role)) for role in ROLES}
    runs: dict[SessionRole, Run] = {
        role: Run(id=role, config_hash=configs[role].version, dataset_hash=dataset.version, seed=1, origin="headless")
        for role in ROLES
    }
    session = Session(
        id="s",
        kind="arena",
        plan=Plan(case_ids=(first.id,), seed=1, policy_hash=policy.version),
        dataset_hash=dataset.version,
        policy_hash=policy.version,
        runs={role: role for role in ROLES},
        created_at="2026-01-01",
    )
    path = folder / ".tiebreak" / "tiebreak.db"
    with Store.open(path) as store:
        new = NewSession(
            dataset=dataset, configs=configs, policy=policy, session=session, runs=runs, rater=Rater(id="r", name="r")
        )
        store.create_session(new).result()
        store.writer.submit(lambda c: put_checks(c, CHECKS, [spec.version for spec in CHECKS])).result()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    chance = random.Random(1)
    for start in range(1, n, 20_000):
        rows = [*cases(range(start, min(n, start + 20_000)), chance)]
        connection.executemany("INSERT INTO blob VALUES (?, ?)", [(case.version, data) for case, data, _ in rows])
        connection.executemany(
            "INSERT INTO dataset_case VALUES (?, ?, ?, ?, ?, ?)",
            [(dataset.version, i, case.id, case.kind, case.segment, case.version) for case, _, i in rows],
        )
        connection.executemany(
            "INSERT INTO session_item (session_id, position, case_id) VALUES ('s', ?, ?)",
            [(i, case.id) for case, _, i in rows],
        )
        connection.executemany(
            "INSERT INTO response (id, run_id, case_id, case_hash, sample, attempt, fingerprint, status, refusal, "
            "started_at, ttft, total, waited, tries, usage_source, cost_usd, cost_source, text, reasoning) "
            "VALUES (?, ?, ?, ?, 0, 1, '', 'ok', 0, '', 0.3, ?, 0, 1, 'unknown', ?, 'config', ?, '')",
            [
                (f"{role}-{case.id}", role, case.id, case.version, 1 + chance.random(), chance.random() / 1000, text)
                for case, _, _ in rows
                for role in ROLES
                for text in [" ".join(chance.choices(WORDS, k=40))]
            ],
        )
        connection.executemany(
            "INSERT INTO check_result (response_id, check_id, check_hash, status, value, detail) "
            "VALUES (?, ?, ?, ?, ?, '')",
            [
                (f"{role}-{case.id}", spec.id, spec.version, "pass" if passed else "fail", float(passed))
                for case, _, _ in rows
                for role in ROLES
                for spec in CHECKS
                for passed in [chance.random() < 0.9]
            ],
        )
        connection.commit()
    connection.close()


def cases(numbers: range, chance: random.Random) -> Iterator[tuple[Case, bytes, int]]:
    for i in numbers:
        case = Case(
            id=f"case-{i:07}",
            input=f"Question {i}: {' '.join(chance.choices(WORDS, k=12))}?",
            kind=chance.choice(("typical", "golden")),
            segment=f"segment-{i % 8}",
            tags=("vip",) if i % 10 == 0 else (),
        )
        yield case, canonical_json(case).encode(), i


def took(act: Callable[[], object], times: int = 5) -> float:
    """CPU milliseconds, the median."""
    measured: list[float] = []
    for _ in range(times):
        began = time.process_time()
        act()
        measured.append((time.process_time() - began) * 1000)
    return round(statistics.median(measured), 2)


def opened(folder: Path) -> dict[str, object]:
    began = time.process_time()
    early: list[float] = []
    with Workbench.open(folder, {}) as bench, Triage.named(bench, "s") as triage:

        def shown(take: Take) -> None:
            take()
            triage.lines(triage.listing(parse_filter("")).places[:PAGE])
            early.append(round(time.process_time() - began, 2))

        triage.refresh(shown=shown)
        page = triage.lines(triage.listing(parse_filter("")).places[:PAGE])
        return {
            "CPU seconds": round(time.process_time() - began, 2),
            "CPU seconds to the first rows, and to more of them": early,
            "cases": len(triage.table),
            "first": page[0].row.row_class,
            "peak MB": peak(),
        }


def kept(folder: Path) -> dict[str, object]:
    with Workbench.open(folder, {}) as bench:
        began = time.process_time()
        assert keep_sides(bench, ["s"]) is None
        return {"CPU seconds": round(time.process_time() - began, 2), "peak MB": peak()}


def fill_more(folder: Path) -> None:
    """One more run, with the same answers as the candidate's."""
    connection = sqlite3.connect(folder / ".tiebreak" / "tiebreak.db")
    columns: dict[str, list[str]] = {
        table: [str(name) for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "seq"]
        for table in ("run", "response", "check_result")
    }
    new: dict[str, dict[str, str]] = {
        "run": {"id": "'later'"},
        "response": {"id": "'later-' || id", "run_id": "'later'"},
        "check_result": {"response_id": "'later-' || response_id"},
    }
    of = {"run": "id = 'candidate'", "response": "run_id = 'candidate'"}
    of["check_result"] = "response_id IN (SELECT id FROM response WHERE run_id = 'candidate')"
    for table, names in columns.items():
        values = ", ".join(new[table].get(name, name) for name in names)
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {of[table]}")
    connection.commit()
    connection.close()


def forget(folder: Path) -> None:
    """The table of the two runs, but not their sides."""
    with closing(TriageIndex.open(folder / ".tiebreak" / FILE)) as index:
        index.forget("baseline", "candidate")


def used(folder: Path, *, texts: bool) -> dict[str, object]:
    with Workbench.open(folder, {}) as bench, Triage.open(bench, "s") as triage:
        found: dict[str, object] = {}
        for text in ("", *KEYS):
            wanted = parse_filter(text)
            places = triage.listing(wanted).places
            middle = places[len(places) // 2 :][:PAGE]
            found[text or "(all)"] = {
                "hits": len(places),
                "first hits ms": took(lambda wanted=wanted: triage.first(wanted)),
                "all hits ms": took(lambda wanted=wanted: triage.listing(wanted)),
                "page ms": took(lambda middle=middle: triage.lines(middle)),
            }
        if texts:
            began = time.process_time()
            triage.index_texts()
            found["index of the texts, CPU seconds"] = round(time.process_time() - began, 1)
            for words in SEARCHES:
                wanted = parse_filter(words)
                found[f"search {words}"] = {
                    "hits": len(triage.listing(wanted)),
                    "first hits ms": took(lambda wanted=wanted: triage.first(wanted)),
                    "all hits ms": took(lambda wanted=wanted: triage.listing(wanted), 1),
                }
            index = folder / ".tiebreak" / "triage.db"
            found["MB of triage.db"] = index.stat().st_size // 1_000_000
        found["groups, CPU ms"] = took(lambda: triage.groups(parse_filter("class:regression")), 1)
        found["peak MB"] = peak()
        return found


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        folder = Path(sys.argv[3])
        acts: dict[str, Callable[[], dict[str, object]]] = {
            "open": lambda: opened(folder),
            "keep": lambda: kept(folder),
            "use": lambda: used(folder, texts=False),
            "search": lambda: used(folder, texts=True),
        }
        print(json.dumps(acts[sys.argv[2]](), indent=1))
        return
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    last = "use" if sys.argv[2:3] == ["no"] else "search"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        fill(place, n)

        def measure(name: str, act: str) -> None:
            print(name, flush=True)
            subprocess.run([sys.executable, __file__, "--measure", act, folder], check=True)

        measure("first opening", "open")
        measure("reopening", "open")
        measure("in use", last)
        (place / ".tiebreak" / FILE).unlink()
        measure("keeping both sides", "keep")
        measure("first opening of kept sides", "open")
        forget(place)
        fill_more(place)
        measure("first opening of kept sides, another run recorded since", "open")


if __name__ == "__main__":
    main()

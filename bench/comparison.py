"""What `tiebreak diff` and `tiebreak noise` cost on a large run: 100,000 cases on both sides, three checks each.

    python bench/comparison.py [CASES]

Makes the database in a temporary folder, then compares in processes of their own and prints seconds and memory.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tiebreak.records import (
    ROLES,
    Case,
    CheckResult,
    CheckSpec,
    Config,
    Cost,
    Dataset,
    DatasetCard,
    Gate,
    ModelTarget,
    Phase,
    Plan,
    Policy,
    Rater,
    Response,
    Run,
    Session,
    SessionRole,
    Timings,
)
from tiebreak_store import NewSession, Store
from tiebreak_workbench.headless.noise import noise_report
from tiebreak_workbench.past.comparing import compare_runs
from tiebreak_workbench.workbench import Workbench

CHECKS = tuple(CheckSpec(id=f"check{n}", kind="max_length", params={"chars": 100 + n}) for n in range(3))
TEXT = "An answer of some length, as models give them. " * 20


def fill(folder: Path, n: int, gates: Mapping[Phase, tuple[Gate, ...]] | None = None) -> None:
    """A workspace with one session of two headless runs over n cases."""
    cases = tuple(Case(id=f"case-{i:06}", input=f"Question {i}?", segment=f"segment-{i % 8}") for i in range(n))
    dataset = Dataset(card=DatasetCard(name="large"), cases=cases)
    policy = Policy(name="p", checks=CHECKS, gates=gates or {})
    configs: dict[SessionRole, Config] = {role: Config(name=role, target=ModelTarget(model=role)) for role in ROLES}
    runs: dict[SessionRole, Run] = {
        role: Run(id=role, config_hash=configs[role].version, dataset_hash=dataset.version, seed=1, origin="headless")
        for role in ROLES
    }
    plan = Plan(case_ids=tuple(case.id for case in cases), seed=1, policy_hash=policy.version)
    session = Session(
        id="s",
        kind="arena",
        plan=plan,
        dataset_hash=dataset.version,
        policy_hash=policy.version,
        runs={role: role for role in ROLES},
        created_at="2026-01-01",
    )
    chance = random.Random(1)
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        rater = Rater(id="r", name="r")
        new = NewSession(dataset=dataset, configs=configs, policy=policy, session=session, runs=runs, rater=rater)
        store.create_session(new).result()
        for case in cases:
            for role in ROLES:
                response = Response(
                    id=f"{role}-{case.id}",
                    run_id=role,
                    case_id=case.id,
                    case_hash=case.version,
                    fingerprint="",
                    status="ok",
                    started_at="",
                    text=TEXT,
                    timings=Timings(ttft=chance.random(), total=1 + chance.random()),
                    cost=Cost(usd=0.001, source="config"),
                )
                results = [
                    CheckResult(
                        response_id=response.id,
                        check_id=spec.id,
                        check_hash=spec.version,
                        status="pass" if (passed := chance.random() < 0.9) else "fail",
                        value=float(passed),
                    )
                    for spec in CHECKS
                ]
                store.record_answer(response, None, results, CHECKS)


def peak() -> int:
    """Megabytes at most so far. Not getrusage, whose figure a process takes over from the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def compared(folder: Path) -> dict[str, object]:
    with Workbench.open(folder, {}) as bench:
        found = compare_runs(bench, "s", None)
    changed = len(found.worse) + len(found.better)
    return {"pairs": found.pairs, "measures": len(found.measures), "changed cases": changed}


def noise(folder: Path) -> dict[str, object]:
    with Workbench.open(folder, {}) as bench:
        found = noise_report(bench, bench.store.load_session("s", facts=False))
    return {"pairs": found.figures.pairs}


MEASURED: dict[str, Callable[[Path], dict[str, object]]] = {"diff": compared, "noise": noise}


def measure(name: str, folder: Path) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    figures = {
        "of": name,
        **MEASURED[name](folder),
        "seconds": round(time.perf_counter() - began, 2),
        "CPU seconds": round(time.process_time() - cpu, 2),
        "peak MB": peak(),
    }
    print(json.dumps(figures))


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
        return
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), n)
        for name in MEASURED:
            subprocess.run([sys.executable, __file__, "--measure", name, folder], check=True)


if __name__ == "__main__":
    main()

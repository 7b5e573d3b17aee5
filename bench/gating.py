"""What `tiebreak gate` costs on a large session: 50,000 cases on both sides, three checks each, and every report.

    python bench/gating.py [CASES]

Makes the database in a temporary folder, then gates and reports in a process of its own, as the command does, and
prints seconds and memory. The budget is 250 MB.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from comparison import fill, peak

from tiebreak.records import Gate, Phase, Regression
from tiebreak.reports import FORMATS
from tiebreak_workbench.figures.files import wanted_reports, write_reports
from tiebreak_workbench.figures.gating import Asked, Sealed, gate_session
from tiebreak_workbench.workbench import Workbench

GATES: dict[Phase, tuple[Gate, ...]] = {
    "offline": (
        *(
            Gate(id=f"check{n}", metric="check", check=f"check{n}", at_least=0.85, each_segment=n == 0)
            for n in range(3)
        ),
        Gate(id="anywhere", metric="check", check="check1", at_least=0.85, scope="population"),
        Gate(id="no-worse", metric="regression", regression=Regression(margin=0.02, segments=True)),
        Gate(id="broken", metric="error_rate", at_most=0.01),
        Gate(id="p95", metric="latency", timing="total", statistic="p95", at_most=3),
        Gate(id="cost", metric="cost_per_answer", at_most=0.01),
    )
}


def measure(folder: Path) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    with Workbench.existing(folder, {}) as bench:
        found = gate_session(bench, Asked())
        assert not isinstance(found, Sealed)
        gated = time.process_time() - cpu, peak()
        paths = [f"{name}={folder / name}" for name in FORMATS]
        write_reports(wanted_reports(paths), found, {})
    figures = {
        "verdict": found.verdict,
        "gates": len(found.gates),
        "changed cases": len(found.comparison.worse) + len(found.comparison.better) if found.comparison else 0,
        "CPU seconds to gate": round(gated[0], 2),
        "peak MB to gate": gated[1],
        "kB of each report": {name: (folder / name).stat().st_size // 1024 for name in FORMATS},
        "seconds": round(time.perf_counter() - began, 2),
        "CPU seconds": round(time.process_time() - cpu, 2),
        "peak MB": peak(),
    }
    print(json.dumps(figures))


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
        return
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), n, GATES)
        (Path(folder) / "datasets").mkdir()
        subprocess.run([sys.executable, __file__, "--measure", folder], check=True)


if __name__ == "__main__":
    main()

"""Writes the tables of docs/metrics.md, which are made from the code: the metrics, and those of each task.

    python docs/metric_table.py [--check]

With `--check` nothing is written; the exit code is 1 where a table is not what the code says.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tiebreak.metrics import DEFAULTS, CaseMetric, Metric, SetMetric, metrics
from tiebreak.metrics.measuring import ASKS

PAGE = Path(__file__).parent / "metrics.md"


def metric_table() -> str:
    rows = (
        (
            f"`{metric.name}`",
            metric.says,
            "<br>".join(ASKS[need].what for need in metric.needs) or "–",
            f"{metric.better}; {'left out' if metric.worst is None else f'{metric.worst:g}'}",
            _level(metric),
            metric.source,
            f"{metric.example.says}: {metric.example.value:.4g}",
        )
        for metric in metrics().values()
    )
    head = ("metric", "what it is", "needs", "better; a broken answer", "of", "source", "for example")
    return _table(head, rows)


def task_table() -> str:
    return _table(("`task`", "metrics"), ((f"`{task}`", _listed(names)) for task, names in DEFAULTS.items()))


def filled(page: str) -> str:
    """The page with both tables as the code has them now."""
    for name, table in (("metrics", metric_table()), ("tasks", task_table())):
        begin, end = f"<!-- {name}: made by docs/metric_table.py -->", f"<!-- end of {name} -->"
        whole = f"{begin}\n{table}\n{end}"
        page, places = re.subn(
            f"{re.escape(begin)}.*?{re.escape(end)}", lambda _, whole=whole: whole, page, flags=re.DOTALL
        )
        if places != 1:
            raise ValueError(f"{PAGE.name} has {places} places for the table “{name}”: {begin} … {end}")
    return page


def _level(metric: Metric) -> str:
    return "set" if isinstance(metric, SetMetric) else "case" if isinstance(metric, CaseMetric) else "answer"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    renewed = filled(page)
    if "--check" in sys.argv[1:]:
        if renewed != page:
            sys.stderr.write(f"{PAGE.name} is not what the code says; run `python docs/metric_table.py`.\n")
        return int(renewed != page)
    PAGE.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What judges said, handed out: a row a verdict, as JSONL or CSV, of which `tiebreak import` makes judgments again.

A verdict that is sealed stays so: see `tiebreak_workbench.judges.handing_out`.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tiebreak.records import SessionRole
from tiebreak.records.canonical import plain
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.policies import SIDES
from tiebreak_store import StoredSession
from tiebreak_workbench.exports.exporting import STEP, Progress, guarded, opened
from tiebreak_workbench.judges.handing_out import HandingOut
from tiebreak_workbench.workbench import Workbench

COLUMNS = (
    "case", "judge", "version", "kind", "side", "dimension", "order", "repeat", "state", "verdict", "reasons",
    "problem", "model", "served_model", "system_fingerprint", "cost", "cost_source", "prompt_tokens",
    "completion_tokens", "usage_source", "seconds", "at", "seal", "nonce", "fingerprint", "replies", "claims",
    "definition", "reused_from",
)  # fmt: skip
"""Of a row. `side` is empty for a pair; `definition` is the judge whole, in the first row of each version."""


def export_judgments(
    bench: Workbench,
    session_id: str,
    to: Path | None,
    handing: HandingOut,
    progress: Progress | None = None,
    *,
    as_csv: bool = False,
    replace: bool = False,
) -> int:
    """Write a row for each judgment that is not sealed, version by version, as recorded; returns their number.

    Raises:
        UsageError: where the file is there already, or cannot be written.
    """
    stored = bench.store.load_session(session_id, facts=False)
    with opened(to, replace=replace) as out:
        table = csv.writer(out)
        if as_csv:
            table.writerow(COLUMNS)
        count = 0
        for row in _rows(bench, stored, handing.told):
            if as_csv:
                table.writerow([_cell(value) for value in row.values()])
            else:
                out.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
            if progress is not None and not count % STEP:
                progress("Writing verdicts", count, None)
    return count


def _rows(bench: Workbench, stored: StoredSession, told: Callable[[Judgment], bool]) -> Iterator[dict[str, object]]:
    runs: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    sides = {response.id: SIDES[runs[response.run_id]] for response in bench.store.iter_responses(stored.session.id)}
    for version in bench.store.judges_of(stored.session.id):
        judge: Judge | None = bench.store.judge(version)
        name = bench.store.judge(version).name
        for judgment in filter(told, bench.store.iter_judgments(stored.session.id, version)):
            yield _row(judgment, name, sides, judge)
            judge = None


def _row(judgment: Judgment, name: str, sides: Mapping[str, str], judge: Judge | None) -> dict[str, object]:
    values = (
        judgment.case_id,
        name,
        judgment.judge_hash,
        judgment.kind,
        sides.get(judgment.response_a) if judgment.response_b is None else None,
        judgment.dimension,
        judgment.order,
        judgment.repeat,
        judgment.status,
        judgment.verdict,
        judgment.reasons,
        judgment.problem,
        judgment.requested_model,
        judgment.served_model,
        judgment.system_fingerprint,
        judgment.cost.usd,
        judgment.cost.source,
        judgment.usage.prompt_tokens,
        judgment.usage.completion_tokens,
        judgment.usage.source,
        judgment.seconds,
        judgment.at,
        judgment.seal,
        judgment.seal_nonce,
        judgment.prompt_fingerprint,
        list(judgment.replies),
        plain(judgment.claims),
        plain(judge) if judge is not None else None,
        judgment.reused_from,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cell(value: object) -> object:
    """Numbers as they are, lists and mappings as JSON; text that no spreadsheet executes."""
    if value is None or value == []:
        return ""
    if isinstance(value, int | float):
        return value
    return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=True))

"""Hands a session out: every record as JSONL, or one line per case as CSV that no spreadsheet executes."""

import csv
import json
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Response
from tiebreak_workbench.scoring import scoreboard_of
from tiebreak_workbench.workbench import Workbench

Progress = Callable[[str, int, int | None], None]
STEP = 500
"""Lines between two calls of it."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula, or skips before one."""
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, at which readers of CSV stop, and lone surrogates, which have no UTF-8."""


def guarded(text: str) -> str:
    """A CSV cell that a spreadsheet shows as text: a formula's first character gets an apostrophe before it."""
    text = UNWRITABLE.sub("\ufffd", text)
    return f"'{text}" if text.startswith(FORMULA) else text


def export_jsonl(bench: Workbench, wanted: str, to: Path | None, progress: Progress | None = None) -> int:
    """Write every record of a session, a JSON object a line; returns the number of lines.

    `progress` is called with what is done, how far it is, and of how much, where that is known.

    Raises:
        UsageError: where the session is not known, or the file cannot be written.
    """
    session_id = bench.store.session_id(wanted)  # before the file is touched
    with _opened(to) as out:
        count = 0
        for line in bench.store.iter_export(session_id):
            out.write(json.dumps(line, ensure_ascii=True) + "\n")
            count += 1
            if progress is not None and not count % STEP:
                progress("Writing lines", count, None)
        return count


def export_csv(bench: Workbench, wanted: str, to: Path | None, progress: Progress | None = None) -> int:
    """Write a line per case of the plan: what was asked, both counting answers, the verdict; returns their number.

    `progress` as for `export_jsonl`.

    Raises:
        UsageError: where the session is not known, or the file cannot be written.
    """
    stored = bench.store.load_session(wanted)
    board = scoreboard_of(stored)
    texts: dict[str, Response] = {response.id: response for response in stored.responses}
    with _opened(to) as out:
        writer = csv.writer(out)
        writer.writerow(
            ("position", "case", "segment", "kind", "question", "answer_a", "status_a", "answer_b", "status_b",
             "verdict", "automatic", "skipped")
        )  # fmt: skip
        for position, case_id in enumerate(stored.session.plan.case_ids, start=1):
            case, state = stored.dataset.by_id[case_id], board.case(case_id)
            shown = [state.counting[role][0].id if role in state.counting else "" for role in ROLES]
            answers = [texts.get(response_id) for response_id in shown]
            cells = [case.id, case.segment or "", case.kind, case.question]
            cells += [
                cell for answer in answers for cell in (answer.text if answer else "", answer.status if answer else "")
            ]
            cells += [state.verdict or "", str(state.automatic).lower(), str(state.skipped).lower()]
            writer.writerow([position, *(guarded(cell) for cell in cells)])
            if progress is not None and not position % STEP:
                progress("Writing cases", position, len(stored.session.plan.case_ids))
    return len(stored.session.plan.case_ids)


@contextmanager
def _opened(to: Path | None) -> Generator[TextIO]:
    if to is None:
        yield sys.stdout
        return
    try:
        with to.open("w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}.") from error

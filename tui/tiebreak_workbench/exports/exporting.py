"""Hands a session out: every record as JSONL, or one line per case as CSV that no spreadsheet executes."""

import csv
import json
import re
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from io import TextIOBase
from pathlib import Path
from typing import TextIO, cast

from tiebreak.datasets.durable import opened_whole
from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Response
from tiebreak.records.judges import Judgment
from tiebreak.sanitise import clean
from tiebreak_store import StoredSession
from tiebreak_store.export import every
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.workbench import Workbench

Progress = Callable[[str, int, int | None], None]
STEP = 500
"""Lines between two calls of it."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula, or skips before one."""
COLUMNS = (
    "position", "case", "segment", "kind", "question", "answer_a", "status_a", "fault_a", "answer_b", "status_b",
    "fault_b", "verdict", "automatic", "skipped",
)  # fmt: skip
"""Of a table of cases."""
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, at which readers of CSV stop, and lone surrogates, which have no UTF-8."""


def guarded(text: str) -> str:
    """A CSV cell that a spreadsheet shows as text: a formula's first character gets an apostrophe before it."""
    text = UNWRITABLE.sub("\ufffd", text)
    return f"'{text}" if text.startswith(FORMULA) else text


def export_jsonl(
    bench: Workbench,
    wanted: str,
    to: Path | None,
    progress: Progress | None = None,
    *,
    replace: bool = False,
    told: Callable[[Judgment], bool] = every,
) -> int:
    """Write every record of a session, a JSON object a line, but judgments that `told` refuses; returns the number of
    lines.

    `progress` is called with what is done, how far it is, and of how much, where that is known. The file is there whole
    or not at all; one that is there already is replaced only with `replace`.

    Raises:
        UsageError: where the session is not known, the file is there already, or it cannot be written.
    """
    session_id = bench.store.session_id(wanted)  # before the file is touched
    with opened(to, replace=replace) as out:
        count = 0
        for line in bench.store.iter_export(session_id, told):
            out.write(json.dumps(line, ensure_ascii=True) + "\n")
            count += 1
            if progress is not None and not count % STEP:
                progress("Writing lines", count, None)
        return count


def export_csv(
    bench: Workbench, wanted: str, to: Path | None, progress: Progress | None = None, *, replace: bool = False
) -> int:
    """Write a line per case of the plan: what was asked, both counting answers, the verdict; returns their number.

    Where no answer counts, its cell is empty, and status and fault tell how the last attempt ended. The rest is as for
    `export_jsonl`.

    Raises:
        UsageError: where the session is not known, the file is there already, or it cannot be written.
    """
    stored = bench.store.load_session(wanted)
    with opened(to, replace=replace) as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for position, row in enumerate(case_rows(stored), start=1):
            writer.writerow([row[0], *(guarded(str(cell)) for cell in row[1:])])
            if progress is not None and not position % STEP:
                progress("Writing cases", position, len(stored.session.plan.case_ids))
    return len(stored.session.plan.case_ids)


def case_rows(stored: StoredSession) -> Iterator[tuple[int | str, ...]]:
    """A row for each case of the plan, under `COLUMNS`; nothing in it is guarded against spreadsheets yet."""
    board = scoreboard_of(stored)
    texts: dict[str, Response] = {response.id: response for response in stored.responses}
    last: dict[tuple[str, str], Response] = {}
    for response in stored.responses:
        before = last.get((response.run_id, response.case_id))
        if response.sample == 0 and (before is None or before.attempt < response.attempt):
            last[response.run_id, response.case_id] = response
    for position, case_id in enumerate(stored.session.plan.case_ids, start=1):
        case, state = stored.dataset.by_id[case_id], board.case(case_id)
        cells = [case.id, case.segment or "", case.kind, case.question]
        for role in ROLES:
            counting = texts.get(state.counting[role][0].id) if role in state.counting else None
            run_id = stored.session.runs.get(role, "")
            cells += _answer_cells(counting, last.get((run_id, case_id)))
        cells += [state.verdict or "", str(state.automatic).lower(), str(state.skipped).lower()]
        yield (position, *cells)


def _answer_cells(counting: Response | None, last: Response | None) -> list[str]:
    """Text, status and fault of an answer; of one that does not count, all but the text."""
    told = counting or last
    return ["", "", ""] if told is None else [counting.text if counting else "", told.status, told.fault or ""]


class _Shown(TextIOBase):
    """Standard output where it is a terminal, which is shown nothing that it would obey; pipes and files get it all."""

    def write(self, s: str, /) -> int:
        return sys.stdout.write(clean(s))


@contextmanager
def opened(to: Path | None, *, replace: bool = False) -> Generator[TextIO]:
    """A file to write to, there whole at the end or not at all; standard output unless one is given.

    Raises:
        UsageError: where it is there already and not to be replaced, or cannot be written.
    """
    if to is None:
        yield cast("TextIO", _Shown()) if sys.stdout.isatty() else sys.stdout
        return
    try:
        if to.is_file() and not replace:
            raise UsageError(f"{to} is there already.", hint="--force replaces it.")
        if to.exists() and not to.is_file():  # such as /dev/stdout; a folder says so itself
            with to.open("w", encoding="utf-8", newline="") as out:
                yield out
        else:
            with opened_whole(to.resolve()) as out:
                yield out
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}.") from error

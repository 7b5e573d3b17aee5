"""`tiebreak export --format`: a session in the shape of another tool, or of a dataset of what got worse."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from tiebreak.checks import checks_for
from tiebreak.datasets.exchange import format_named
from tiebreak.datasets.writing import case_line
from tiebreak.errors import UsageError
from tiebreak.gates.wording import plural
from tiebreak.records import Case
from tiebreak_store import StoredSession
from tiebreak_workbench.exports.comparator import comparator
from tiebreak_workbench.exports.exporting import COLUMNS, Progress, case_rows, export_csv, export_jsonl, opened
from tiebreak_workbench.exports.judgments import export_judgments
from tiebreak_workbench.exports.settled import settled
from tiebreak_workbench.exports.training import TRAINING, TrainingRows
from tiebreak_workbench.figures.sealed import refuse_sealed
from tiebreak_workbench.judges.handing_out import HandingOut
from tiebreak_workbench.past.comparing import compare_runs
from tiebreak_workbench.workbench import Workbench

FORMATS: Mapping[str, str] = {
    "jsonl": "every record, a line each; `tiebreak import` takes it in again",
    "csv": "a line per case",
    "judgments": "what judges said, a verdict a line; `tiebreak import --what judgments` takes it in again",
    "judgments-csv": "the same as a table",
    "parquet": "a line per case; needs pyarrow",
    "dpo": "preferences for TRL: prompt, chosen, rejected",
    "kto": "single judgments for TRL: prompt, completion, label",
    "sft": "preferred answers for TRL: messages",
    "llm-comparator": "a file for the viewer of LLM Comparator",
    "promptfoo": "the cases with their checks, as tests of promptfoo",
    "regressions": "the cases that got worse, as a dataset",
}
"""Format → what it is."""
SEALED_FROM = ("dpo", "kto", "sft", "llm-comparator", "regressions", "parquet")
"""Formats that tell which side people preferred: none comes out of a blind session before its end."""


WITH_VERDICTS = ("jsonl", "judgments", "judgments-csv")
"""Formats in which judges have their say."""
FLAGS = ("automatic", "skipped")
"""Columns of the table of cases that are true or false."""
Cell = int | str | bool | None
SURROGATES = re.compile("[\ud800-\udfff]")
"""Lone ones have no UTF-8."""
NOUNS: Mapping[str, str] = {
    "regressions": "case",
    "promptfoo": "test",
    "llm-comparator": "example",
    "judgments": "verdict",
    "judgments-csv": "verdict",
}
"""What a format has one of in each line or entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written; `str()` says it in sentences."""

    format: str
    count: int
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    """Why cases gave no row, and how many."""
    notes: tuple[str, ...] = ()

    def sentences(self, to: Path) -> str:
        """What is to be said of it."""
        noun = NOUNS.get(self.format, "line")
        lines = [f"{plural(self.count, noun)} written to {to}."]
        if self.left_out:
            why = ", ".join(f"{count} {reason}" for reason, count in sorted(self.left_out.items()))
            lines.append(f"Cases left out: {why}.")
        return "\n".join((*lines, *self.notes))


def export_as(
    bench: Workbench,
    format_: str,
    wanted: str,
    to: Path | None,
    progress: Progress | None = None,
    *,
    replace: bool = False,
    unsealed: bool = False,
) -> Exported:
    """Write a session in a format. With `unsealed` sealed verdicts of judges are handed out as well, on record.

    Raises:
        UsageError: for a format that is none or lacks its library, a session that is not known or sealed, and a file
            that is there already or cannot be written.
    """
    if format_ not in FORMATS:
        raise UsageError(f"There is no format “{format_}”.", hint=f"Known are {', '.join(FORMATS)}.")
    session_id = bench.store.session_id(wanted)
    if format_ in WITH_VERDICTS:
        return _with_verdicts(bench, format_, session_id, to, progress, replace, unsealed)
    if unsealed:
        raise UsageError(f"The format {format_} holds no verdict of a judge.", hint="Leave --unsealed out.")
    if format_ == "csv":
        return Exported(format=format_, count=export_csv(bench, wanted, to, progress, replace=replace))
    if format_ in SEALED_FROM:
        refuse_sealed(bench, session_id)
    stored = bench.store.load_session(session_id)
    if format_ == "parquet":
        return _parquet(stored, to, replace)
    if format_ in TRAINING:
        return _training(stored, format_, to, replace)
    if format_ == "llm-comparator":
        return _whole(format_, *comparator(stored), to, replace)
    if format_ == "promptfoo":
        return _promptfoo(stored, to, replace)
    return _regressions(bench, stored, to, replace)


def _with_verdicts(
    bench: Workbench,
    format_: str,
    session_id: str,
    to: Path | None,
    progress: Progress | None,
    overwrite: bool,
    unsealed: bool,
) -> Exported:
    stored = bench.store.load_session(session_id, facts=False)
    handing = HandingOut.of(bench, stored, unsealed=unsealed)
    if format_ == "jsonl":
        count = export_jsonl(bench, session_id, to, progress, replace=overwrite, told=handing.told)
    else:
        as_csv = format_ != "judgments"
        count = export_judgments(bench, session_id, to, handing, progress, as_csv=as_csv, replace=overwrite)
    return Exported(format=format_, count=count, notes=handing.notes())


def _training(stored: StoredSession, format_: str, to: Path | None, overwrite: bool) -> Exported:
    rows = TrainingRows(stored, format_)
    with opened(to, replace=overwrite) as out:
        count = 0
        for row in rows:
            out.write(json.dumps(row) + "\n")
            count += 1
    return Exported(format=format_, count=count, left_out=rows.left_out, notes=rows.notes())


def _whole(format_: str, text: str, count: int, to: Path | None, overwrite: bool, *notes: str) -> Exported:
    with opened(to, replace=overwrite) as out:
        out.write(text if text.endswith("\n") else f"{text}\n")
    return Exported(format=format_, count=count, notes=notes)


def _promptfoo(stored: StoredSession, to: Path | None, overwrite: bool) -> Exported:
    """The planned cases, each with the policy's checks as well: promptfoo knows no policy."""
    planned = (stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids)
    cases = [replace(case, checks=checks_for(case, stored.policy)) for case in planned]
    written = format_named("promptfoo").write(cases)
    notes = [f"{one.case}: {one.reason}" for one in written.left_out]
    notes += [*dict.fromkeys(note.text for note in written.notes)]
    return _whole("promptfoo", written.text, written.cases, to, overwrite, *notes)


def _regressions(bench: Workbench, stored: StoredSession, to: Path | None, overwrite: bool) -> Exported:
    """Cases on which a measure of quality got worse, and those whose answer of A people preferred."""
    worse = {one.case.id for one in settled(stored) if one.better == "A"}
    with suppress(UsageError):  # of one side alone, or without a pair, there is nothing to compare
        worse |= {flip.case_id for flip in compare_runs(bench, stored.session.id, None).worse}
    cases = [_regressed(stored, case_id) for case_id in stored.session.plan.case_ids if case_id in worse]
    with opened(to, replace=overwrite) as out:
        out.writelines(f"{case_line(case)}\n" for case in cases)
    return Exported(format="regressions", count=len(cases))


def _regressed(stored: StoredSession, case_id: str) -> Case:
    case = stored.dataset.by_id[case_id]
    return replace(case, kind="regression", metadata={**case.metadata, "regressed_in": stored.session.id})


def _parquet(stored: StoredSession, to: Path | None, overwrite: bool) -> Exported:
    if to is None:
        raise UsageError("Parquet is no text for a terminal.", hint="Name a file with --to.")
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        hint = "`pip install 'tiebreak[parquet]'` brings it; --format csv needs nothing."
        raise UsageError("Parquet needs pyarrow, which is not installed.", hint=hint) from None
    if to.exists() and not overwrite:
        raise UsageError(f"{to} is there already.", hint="--force replaces it.")
    columns = columns_of(stored)
    kinds = {"position": arrow.int64(), **dict.fromkeys(FLAGS, arrow.bool_())}
    schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in COLUMNS])
    beside = to.with_name(f".{to.name}.part")
    try:
        parquet.write_table(arrow.table(columns, schema=schema), beside)
        beside.replace(to)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{to} cannot be written: {problem.strerror or problem}.") from None
    return Exported(format="parquet", count=len(columns["position"]))


def columns_of(stored: StoredSession) -> dict[str, list[Cell]]:
    """The table of cases by column; what is not there is None, and `FLAGS` are true or false."""
    columns: dict[str, list[Cell]] = {name: [] for name in COLUMNS}
    for row in case_rows(stored):
        for name, value in zip(COLUMNS, row, strict=True):
            columns[name].append(value == "true" if name in FLAGS else _cell(value))
    return columns


def _cell(value: int | str) -> Cell:
    return value if isinstance(value, int) else SURROGATES.sub("\ufffd", value) or None

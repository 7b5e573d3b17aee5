"""What `tiebreak import` is given, and whose it is: plain rows, results or a config of a tool, or a session."""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path

from tiebreak.errors import UsageError
from tiebreak.records import SessionRole, Vote
from tiebreak_workbench.imports.config import ConfigReport, import_config, is_config
from tiebreak_workbench.imports.plain import import_file
from tiebreak_workbench.imports.records import Progress
from tiebreak_workbench.imports.report import ImportReport
from tiebreak_workbench.imports.session import SessionReport, import_session, is_session
from tiebreak_workbench.imports.tools import ToolReport, import_results, tool_for
from tiebreak_workbench.workbench import Workbench

OURS = "tiebreak"
"""How `--from` calls a session that Tiebreak exported."""


def import_any(
    bench: Workbench,
    files: Sequence[Path],
    *,
    tool: str | None = None,
    what: str | None = None,
    dataset: str | None = None,
    session: str | None = None,
    policy: str | None = None,
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, Vote] | None = None,
    names: Mapping[SessionRole, str] | None = None,
    rater: str | None = None,
    progress: Progress | None = None,
) -> ImportReport | ToolReport | SessionReport | ConfigReport:
    """Import files of any kind. What only plain rows know (`what`, `session`, `fields`, `values`) says that they are.

    Raises:
        TiebreakError: as `import_file`, `import_results`, `import_session` and `import_config` do.
    """
    own = {"--what": what, "--session": session, "--field": fields, "--value": values, "--rater": rater}
    given = [option for option, value in own.items() if value]
    if tool is not None and given:
        raise UsageError(f"{given[0]} is of plain rows, and --from {tool} says these are none.", hint="Leave one out.")
    # Of files that are not there plain import says so, unless a tool is named.
    there = all(map(_is_there, files))
    if not given and (there or tool is not None):
        placed = {"--dataset": dataset, "--policy": policy, "-a and -b": names}
        if tool == OURS or (tool is None and len(files) == 1 and is_session(files[0])):
            _alone(files, placed, "A session of Tiebreak comes with its own")
            return import_session(bench, files[0])
        if there and tool in (None, "promptfoo") and len(files) == 1 and is_config(files[0]):
            _alone(files, placed, "A config of promptfoo becomes a dataset and configs; there is no use for")
            return import_config(bench, files[0])
        importer = tool_for(files, tool)
        if importer is not None:
            return import_results(
                bench, importer, files, dataset=dataset, policy=policy, names=names, progress=progress
            )  # fmt: skip
    return import_file(
        bench,
        *files,
        what=what or "answers",
        dataset=dataset,
        session=session,
        policy=policy,
        fields=fields,
        values=values,
        names=names,
        rater=rater,
        progress=progress,
    )


def collect_seldom() -> None:
    """Keep Python's collector from looking through the records of an import all the while: they hold no cycles, and it
    took a tenth of the time. For a process that does nothing but import.
    """
    gc.set_threshold(50_000, 50, 50)


def sessions_in(report: ImportReport | ToolReport | SessionReport | ConfigReport) -> list[str]:
    """The sessions to which an import added answers."""
    if report.already or isinstance(report, ConfigReport):
        return []
    return list(report.sessions) if isinstance(report, ToolReport) else [report.session]


def _is_there(path: Path) -> bool:
    """Whether a file is there; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _alone(files: Sequence[Path], placed: Mapping[str, object], why: str) -> None:
    """
    Raises:
        UsageError: for options, or further files, that make no sense here.
    """
    if len(files) != 1:
        raise UsageError(f"{len(files)} files cannot be imported together.", hint="Import one at a time.")
    given = [option for option, value in placed.items() if value]
    if given:
        raise UsageError(f"{why} {given[0]}.", hint=f"Leave {given[0]} out.")

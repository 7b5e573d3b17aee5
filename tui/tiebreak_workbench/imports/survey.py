"""The reading of files of another tool: what they hold. The answers are kept aside, so that memory stays flat.

Cases are put together over all files, configs told apart, answers counted. `runs` makes records of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.importing import Reject, source_hash
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.imports import (
    CaseRow,
    ConfigRow,
    GivenAnswer,
    GivenLabel,
    GivenVerdict,
    GivenVote,
    Refused,
    Row,
    Source,
    Tool,
)
from tiebreak.records import Case, Dataset, SessionRole
from tiebreak_workbench.imports.kept import KeptAnswers
from tiebreak_workbench.starting.naming import told_apart

Act = GivenVote | GivenVerdict | GivenLabel
Progress = Callable[[str, int, int | None], None]
STEP = 2_000
"""Rows between two calls of it."""
MOST = 12
"""Configs that become runs without being asked for by name."""
KEPT = 10_000
"""Rows not taken that are kept with their reasons; more are counted."""


@dataclass(slots=True)
class Answering:
    """One config of one file, or of files that share the cases among them."""

    row: ConfigRow
    label: str
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """Case → its answers so far."""
    said: set[str] = field(default_factory=set[str])
    """What the tool's checks are called."""


@dataclass(slots=True)
class Survey:
    """What the files hold."""

    tool: Tool
    files: tuple[Path, ...]
    digests: tuple[str, ...]
    dataset: Dataset | None
    """The one that the cases were looked up in, where one was named."""
    answers: KeptAnswers
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    configs: dict[tuple[int, str], Answering] = field(default_factory=dict[tuple[int, str], Answering])
    """By number of the file and name in it. Files that share a config's cases among them have it in common."""
    acts: list[tuple[int, Act]] = field(default_factory=list[tuple[int, Act]])
    """What people and judges said, with the number of the file."""
    moved: dict[tuple[int, str], str | None] = field(default_factory=dict[tuple[int, str], str | None])
    """Number of the file and case in it → the case it is here, where that is another one, or none."""
    rejects: list[Reject] = field(default_factory=list[Reject])
    rejected: int = 0
    told: tuple[str, ...] = field(init=False)
    """What the files are called in messages."""

    def __post_init__(self) -> None:
        self.told = told_apart(self.files)

    def case_of(self, file: int, case_id: str) -> str | None:
        """What a case of a file is called here; None where it was not taken."""
        found = self.moved.get((file, case_id), case_id)
        return found if found in self.cases else None

    def reject(self, line: int, reason: str, raw: str = "", file: int = 0) -> None:
        self.rejected += 1
        if len(self.rejects) < KEPT:
            place = f"{self.told[file]}: " if len(self.files) > 1 else ""
            self.rejects.append(Reject(line=line, reason=f"{place}{reason}", raw=raw))

    def labels(self) -> list[str]:
        """Every config, in the order of the files."""
        return list(dict.fromkeys(one.label for one in self.configs.values()))

    def answering(self, label: str) -> Answering:
        return next(one for one in self.configs.values() if one.label == label)


def survey(
    tool: Tool, files: Sequence[Path], dataset: Dataset | None, answers: KeptAnswers, progress: Progress
) -> Survey:
    """Read everything once. The answers are put into `answers`, which is the caller's to close.

    Raises:
        ImportFormatError: for a file that cannot be read, or holds nothing that can be taken.
        WorkspaceError: where there is no room to keep the answers.
    """
    found = Survey(tool, tuple(files), tuple(map(source_hash, files)), dataset, answers)
    by_input: dict[object, str] = {case.input: case.id for case in dataset.cases} if dataset is not None else {}
    seen = 0
    for number, path in enumerate(found.files):
        for row in tool.rows(Source(path)):
            _take(found, number, row, by_input)
            seen += 1
            if not seen % STEP:
                progress("Reading", seen, None)
    _name_apart(found)
    if not found.configs or not (found.acts or any(one.counts for one in found.configs.values())):
        first = f" The first reason: {found.rejects[0].reason}" if found.rejects else ""
        raise ImportFormatError(f"Nothing here can be taken as {tool.title}.{first}", path=str(files[0]))
    return found


def _take(found: Survey, file: int, row: Row, by_input: Mapping[object, str]) -> None:
    match row:
        case CaseRow():
            _take_case(found, file, row, by_input)
        case ConfigRow():
            found.configs.setdefault((file, row.name), Answering(row, row.name))
        case GivenAnswer():
            config = found.configs.setdefault((file, row.config), Answering(ConfigRow(name=row.config), row.config))
            config.said.update(one.name for one in row.said)
            if (case_id := found.case_of(file, row.case)) is not None:
                config.counts[case_id] = config.counts.get(case_id, 0) + 1
                found.answers.add(file, row)
        case Refused():
            found.reject(row.line, row.reason, row.raw, file)
        case GivenVote() | GivenVerdict() | GivenLabel():
            found.acts.append((file, row))


def _take_case(found: Survey, file: int, row: CaseRow, by_input: Mapping[object, str]) -> None:
    case_id = row.case.id
    if found.dataset is not None:
        if (file, case_id) in found.moved:
            return
        here = case_id if case_id in found.dataset.by_id else by_input.get(row.case.input)
        found.moved[file, case_id] = here
        if here is None:
            where = shown(found.dataset.card.name)
            found.reject(
                row.line, f"The dataset {where} has neither the case {shown(case_id)} nor its input.", file=file
            )
        else:
            found.cases.setdefault(here, found.dataset.by_id[here])
        return
    known = found.cases.setdefault(case_id, row.case)
    if known.input != row.case.input and (file, case_id) not in found.moved:
        found.moved[file, case_id] = None
        found.reject(row.line, f"Another question stands under the id {shown(case_id)} already.", file=file)
    elif known.reference is None and row.case.reference is not None:
        found.cases[case_id] = replace(known, reference=row.case.reference)


def _name_apart(found: Survey) -> None:
    """Two files with a config of one name hold one config where they share its cases among them; else two."""
    of_name: dict[str, list[Answering]] = {}
    for (file, name), config in list(found.configs.items()):
        several = of_name.setdefault(name, [])
        alike = next((one for one in several if not one.counts.keys() & config.counts.keys()), None)
        if alike is not None and config.counts:
            alike.counts.update(config.counts)
            alike.said |= config.said
            found.configs[file, name] = alike
            continue
        if several:
            stem = found.files[file].stem
            taken = {one.label for one in found.configs.values()}
            label = f"{name} ({stem})"
            config.label = next(one for one in (label, *(f"{label} #{n}" for n in range(2, 99))) if one not in taken)
        several.append(config)


def pairs_of(found: Survey, names: Mapping[SessionRole, str]) -> list[tuple[str, str]]:
    """Which configs are set side by side, as A and B: the two that are named; else each other one beside the first.

    Raises:
        UsageError: for a name that is none, one config alone, or more of them than are taken unasked.
    """
    labels = found.labels()
    for name in names.values():
        if name not in labels:
            hint = nearest(name, labels)
            raise UsageError(f"There are no answers of “{name}” here.", hint=hint)
    if len(labels) < 2:
        hint = "Name another file beside it, such as the log of the other model."
        raise UsageError(f"Here is one config alone, {shown(labels[0])}, and a session compares two.", hint=hint)
    a, b = names.get("baseline"), names.get("candidate")
    if a is not None and a == b:
        raise UsageError(f"“{a}” cannot be compared with itself.", hint="Choose two with -a and -b.")
    if a is None:
        a = next(label for label in labels if label != b)
    if b is not None:
        return [(a, b)]
    if len(labels) > MOST:
        some = ", ".join(map(shown, labels[:MOST]))
        message = f"Here are {len(labels)} configs, too many to set each beside {shown(a)}."
        raise UsageError(message, hint=f"Choose two with -a NAME -b NAME of {some}, …")
    return [(a, label) for label in labels if label != a]

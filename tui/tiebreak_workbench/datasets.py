"""Datasets of a workspace by name, path or version, and what is done with them."""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets import load_dataset, write_dataset
from tiebreak.datasets.examining import Examined, Problem, examine
from tiebreak.datasets.exchange import Taken, Written, format_named, take
from tiebreak.datasets.leakage import Leak, Twin, leaks, prompt_texts, shared, twins
from tiebreak.datasets.likeness import Progress
from tiebreak.datasets.reading import read_text
from tiebreak.datasets.vary import Varied, vary
from tiebreak.errors import DatasetError, InputError, UsageError
from tiebreak.records import Dataset, DatasetCard
from tiebreak.workspace import Workspace
from tiebreak.workspace.workspace import DATASETS
from tiebreak_store import Store
from tiebreak_store.content import DatasetVersion

SHORT = 12
"""Characters of a version that are shown; four are enough to name it."""
_VERSIONED = re.compile(r"(?P<name>.*)@(?P<version>[0-9a-f]{4,64})")
_PLAIN_NAME = re.compile(r"[^\W_][\w.~-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A dataset of the workspace; without cases and version where it cannot be used."""

    name: str
    path: str
    title: str
    version: str | None
    cases: int | None
    stored: tuple[DatasetVersion, ...]
    """Versions of this name that sessions pinned."""
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found alike."""

    within: Sequence[Twin]
    shared: Mapping[str, Sequence[Twin]]
    """Other dataset → cases that are in both."""
    prompts: Mapping[str, Sequence[Leak]]
    """Config or file → cases that its prompt holds."""

    @property
    def found(self) -> int:
        return len(self.within) + sum(map(len, (*self.shared.values(), *self.prompts.values())))


@contextmanager
def _stored(workspace: Workspace) -> Generator[Store | None]:
    """The database, where there is one: looking makes none."""
    if not workspace.database.exists():
        yield None
        return
    with Store.open(workspace.database) as store:
        yield store


def stored_versions(workspace: Workspace) -> list[DatasetVersion]:
    """Every version that sessions of the workspace pinned, the one used last first."""
    with _stored(workspace) as store:
        return store.dataset_versions() if store is not None else []


def listed(workspace: Workspace) -> list[Listed]:
    """The datasets of a workspace, each read whole, since its version is the hash of its content."""
    versions = stored_versions(workspace)
    found: list[Listed] = []
    for entry in workspace.datasets:
        dataset: Dataset | None = None
        problem = entry.error
        try:
            dataset = load_dataset(entry.path) if problem is None else None
        except InputError as error:
            problem = error
        found.append(
            Listed(
                name=entry.name,
                path=str(entry.path),
                title=entry.title,
                version=dataset.version if dataset else None,
                cases=len(dataset.cases) if dataset else None,
                stored=tuple(version for version in versions if version.name == entry.name),
                problem=Problem.of(problem) if problem else None,
            )
        )
    return found


def find_dataset(workspace: Workspace, wanted: str) -> Dataset:
    """A dataset by name or path, or a stored version of it as `NAME@HASH` or `@HASH`, with four digits of it at least.

    Raises:
        UsageError: where there is none, or more than one.
        DatasetError: where it cannot be used.
    """
    match = _VERSIONED.fullmatch(wanted)
    if match is None or Path(wanted).exists() or (workspace.folder / wanted).exists():
        return workspace.load_dataset(wanted)
    name, start = match["name"], match["version"]
    with _stored(workspace) as store:
        versions = store.dataset_versions() if store is not None else []
        named = [version for version in versions if not name or version.name == name]
        fitting = [version for version in named if version.version.startswith(start)]
        if store is not None and len(fitting) == 1:
            return store.dataset(fitting[0].version)
    current = _current(workspace, name, start)
    if current is not None and not fitting:
        return current
    known = ", ".join(f"{version.name}@{version.version[:SHORT]}" for version in (fitting or named)[:8])
    said = f"“{wanted}” is more than one version." if fitting else f"There is no version “{wanted}”."
    hint = f"There are {known}." if known else "Versions are kept once a session has used them."
    raise UsageError(said, hint=hint)


def _current(workspace: Workspace, name: str, start: str) -> Dataset | None:
    """The dataset on disk, where it is the version that is wanted."""
    if not any(entry.name == name for entry in workspace.datasets):
        return None
    dataset = workspace.load_dataset(name)
    return dataset if dataset.version.startswith(start) else None


def examined(workspace: Workspace, wanted: Sequence[str]) -> dict[str, Examined]:
    """Everything wrong with the named datasets, or with all of the workspace; by name.

    Raises:
        UsageError: where there is none of a name.
    """
    entries = {entry.name: entry for entry in workspace.datasets}
    paths: dict[str, Path] = {}
    for name in wanted or entries:
        if name in entries:
            paths[name] = entries[name].path
            continue
        place = next((path for path in (workspace.folder / name, Path(name)) if path.exists()), None)
        if place is None:
            workspace.load_dataset(name)  # raises, with the name that was probably meant
        paths[name] = place or Path(name)
    found: dict[str, Examined] = {}
    for name, path in paths.items():
        result = examine(path)
        clash = entries[name].error if name in entries else None
        if clash is not None and not result.problems:  # two datasets of one name
            result = Examined(rows=result.rows, problems=(Problem.of(clash),))
        found[name] = result
    return found


def check_likeness(
    workspace: Workspace,
    dataset: Dataset,
    against: Sequence[str],
    prompts: Sequence[str],
    threshold: float,
    progress: Progress | None = None,
) -> Checked:
    """Near-duplicates within a dataset, in others, and among the examples of prompts (configs, or files of text).

    Raises:
        UsageError: for a name that is none.
        InputError: for a file that cannot be used.
    """
    prompt_parts = {name: _prompt(workspace, name) for name in prompts}
    others = {name: find_dataset(workspace, name) for name in against}
    return Checked(
        within=twins(dataset.cases, threshold, progress),
        shared={name: shared(dataset.cases, other.cases, threshold, progress) for name, other in others.items()},
        prompts={name: leaks(dataset.cases, parts, threshold, progress) for name, parts in prompt_parts.items()},
    )


def _prompt(workspace: Workspace, name: str) -> Mapping[str, str]:
    """The parts of a prompt: of a config by name, or of a file, which is one part unless it is a config itself."""
    known = any(entry.name == name for entry in workspace.configs)
    place = next((path for path in (workspace.folder / name, Path(name)) if path.is_file()), None)
    if known or place is None or place.suffix in (".yaml", ".yml"):
        return prompt_texts(workspace.load_config(name))
    return {place.name: read_text(place, DatasetError)}


def import_dataset(
    workspace: Workspace,
    path: Path,
    *,
    name: str | None,
    format_: str | None,
    fields: Mapping[str, str],
    strict: bool,
) -> tuple[Path | None, Taken]:
    """Write the cases of a foreign file as a dataset of the workspace; its folder, and what was taken.

    With `strict`, nothing is written where a row could not be taken, and the folder is None.

    Raises:
        ImportFormatError: where no row can be taken.
        UsageError, DatasetError: for a name that cannot be used or is taken.
    """
    folder = new_folder(workspace, name or path.stem)
    taken = take(path, format_, fields)
    if strict and taken.rejects:
        return None, taken
    return write_taken(folder, path, taken), taken


def write_taken(folder: Path, path: Path, taken: Taken) -> Path:
    """Write what was taken from a file as a dataset into a new folder; returns it.

    Raises:
        DatasetError: for cases that do not fit together, and where the folder cannot be written.
    """
    rows = len(taken.cases) + len(taken.rejects)
    card = DatasetCard(
        name=folder.name,
        description=f"Imported from {path.name} ({taken.format}), {len(taken.cases)} of {rows} rows.",
    )
    return write_dataset(folder, card, taken.cases)


def export_dataset(dataset: Dataset, format_: str) -> Written:
    """A dataset in the format of another tool.

    Raises:
        UsageError: for a format that there is not.
    """
    return format_named(format_).write(dataset.cases)


def new_folder(workspace: Workspace, name: str) -> Path:
    """Where a new dataset goes.

    Raises:
        UsageError: for a name that is no plain one, or that is taken.
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise UsageError(f"“{name}” cannot be the name of a dataset.", hint="Use letters, digits, dots and dashes.")
    taken = next((entry.path for entry in workspace.datasets if entry.name == name), None)
    folder = workspace.folder / DATASETS / name
    if taken is not None or folder.exists():
        raise UsageError(f"The dataset “{name}” is already in {taken or folder}.", hint="Choose another name.")
    return folder


def vary_dataset(
    workspace: Workspace,
    wanted: str,
    *,
    kinds: Sequence[str],
    seed: int,
    out: str | None,
    copies: int,
    length: int,
    frames: Path | None,
) -> tuple[Path, Varied]:
    """Write the variants of a dataset, with their sources, as a new dataset; its folder, and what was made.

    Raises:
        UsageError: for a name, a kind or frames that cannot be used, and where nothing could be varied.
        InputError: for a file that cannot be used.
    """
    dataset = find_dataset(workspace, wanted)
    given = [line for line in read_text(frames, DatasetError).splitlines() if line.strip()] if frames else []
    options = {"frames": given} if given else {}
    varied = vary(dataset.cases, kinds, seed=seed, copies=copies, length=length, **options)
    if not sum(varied.made.values()):
        raise UsageError("There is nothing here that these kinds could change.", hint="Choose other kinds.")
    folder = new_folder(workspace, out or f"{dataset.card.name}-varied")
    card = dataset.card
    said = f"Variants of {card.name}@{dataset.version[:SHORT]}, seed {seed}: {', '.join(varied.made)}."
    new = DatasetCard(
        name=folder.name,
        title=card.title and f"{card.title}, varied",
        description=f"{said} {card.description or ''}".strip(),
        task=card.task,
        licence=card.licence,
        as_of=card.as_of,
        kpi=card.kpi,
        notice=card.notice,
        segments=card.segments,
    )
    return write_dataset(folder, new, varied.cases), varied

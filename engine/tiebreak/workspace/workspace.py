"""What is in a workspace, found by name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self, TypeVar

from tiebreak.checks.parse import nearest
from tiebreak.datasets import CARD, FieldMap, load_card, load_dataset
from tiebreak.datasets.reading import read_document
from tiebreak.datasets.tables import SUFFIXES
from tiebreak.errors import InputError, UsageError, WorkspaceError
from tiebreak.records import Config, Dataset, Policy
from tiebreak.records.judges import Judge
from tiebreak.workspace.configs import CONFIGS, file_name, read_config, write_config
from tiebreak.workspace.policies import POLICIES, read_policy

DATASETS = "datasets"
JUDGES = "judges"
REGRESSIONS = "regressions"
"""The dataset of cases that failed once; every run asks it too."""
HOUSEKEEPING = ".tiebreak"
DATABASE = "tiebreak.db"
MARKS = (CARD, DATASETS, CONFIGS, POLICIES, JUDGES, HOUSEKEEPING)
"""A folder that holds none of these is no workspace yet."""

Kind = Literal["empty", "workspace"]
Described = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A dataset, config, policy or judge in a list."""

    name: str
    path: Path
    title: str = ""
    """A line about it, from its file."""
    error: InputError | None = None
    """Why it cannot be used; it is listed all the same."""


def is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing of a workspace."""
    return not any((folder / mark).exists() for mark in MARKS)


def no_workspace(folder: Path) -> WorkspaceError:
    """What to say where a folder holds nothing of a workspace, and something of one is needed."""
    hint = "`tiebreak init` begins one; -w names another folder."
    return WorkspaceError("This folder is no workspace.", path=str(folder.resolve()), hint=hint)


class Workspace:
    """A folder with datasets, configs and policies. Files are read when asked for, so an edit is seen at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The workspace in a folder; an empty folder is one as well.

        Raises:
            WorkspaceError: where there is no such folder, or it may not be read.
        """
        try:
            next(folder.iterdir(), None)
        except FileNotFoundError:
            hint = "`tiebreak init FOLDER` makes one."
            raise WorkspaceError("There is no such folder.", path=str(folder), hint=hint) from None
        except NotADirectoryError:
            raise WorkspaceError("A workspace is a folder; this is a file.", path=str(folder)) from None
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise WorkspaceError(f"The folder cannot be read: {reason}.", path=str(folder)) from None
        return cls(folder)

    @property
    def name(self) -> str:
        return self.folder.absolute().name

    @property
    def kind(self) -> Kind:
        return "empty" if is_empty(self.folder) else "workspace"

    @property
    def database(self) -> Path:
        return self.folder / HOUSEKEEPING / DATABASE

    # -- what there is

    @property
    def datasets(self) -> tuple[Entry, ...]:
        """Datasets by name, from their cards; the cases are not read. Bare .yaml and .json files are."""
        return _listed(self._dataset_paths(), self._describe_dataset)

    @property
    def configs(self) -> tuple[Entry, ...]:
        return _listed(_yaml_files(self.folder / CONFIGS), self._describe_config)

    @property
    def policies(self) -> tuple[Entry, ...]:
        return _listed(_yaml_files(self.folder / POLICIES), _describe_policy)

    @property
    def judges(self) -> tuple[Entry, ...]:
        """Those of the workspace; `shipped_judges` gives the others."""
        return _listed(_yaml_files(self.folder / JUDGES), self._describe_judge)

    def _dataset_paths(self) -> Iterator[Path]:
        if (self.folder / CARD).exists():
            yield self.folder
        for path in _visible(self.folder / DATASETS):
            if path.is_dir():
                if any((path / name).exists() for name in (CARD, *(f"cases{suffix}" for suffix in SUFFIXES))):
                    yield path
            elif path.suffix.lower() in SUFFIXES:
                yield path

    def _describe_dataset(self, path: Path) -> Described:
        card = load_card(path)
        return card.name, card.title or card.description or ""

    def _describe_config(self, path: Path) -> Described:
        config = read_config(path, self.folder)
        return config.name, config.description or config.model_label

    def _describe_judge(self, path: Path) -> Described:
        from tiebreak.workspace.judges import read_judge

        judge = read_judge(path, self.folder)
        return judge.name, judge.description or f"{judge.kind}, {judge.model_label}"

    # -- reading one

    def config_file(self, name: str | Path) -> Path:
        """The file that `load_config` reads.

        Raises:
            UsageError: where there is none of that name.
            WorkspaceError: where it cannot be used.
        """
        return self._file(name, "config", lambda: self.configs, CONFIGS)

    def policy_file(self, name: str | Path) -> Path:
        """As `config_file`."""
        return self._file(name, "policy", lambda: self.policies, POLICIES)

    def load_dataset(self, name: str | Path, fields: FieldMap | None = None) -> Dataset:
        """The dataset of a name in the list, or at a path (from the workspace, or else from the current folder).

        Raises:
            UsageError: where there is none of that name.
            DatasetError: where it cannot be used.
        """
        return self._load(name, "dataset", lambda: self.datasets, DATASETS, lambda path: load_dataset(path, fields))

    def load_config(self, name: str | Path) -> Config:
        """As `load_dataset`.

        Raises:
            UsageError: where there is none of that name.
            WorkspaceError: where it cannot be used.
        """
        return self._load(name, "config", lambda: self.configs, CONFIGS, lambda path: read_config(path, self.folder))

    def load_policy(self, name: str | Path) -> Policy:
        """As `load_dataset`.

        Raises:
            UsageError: where there is none of that name.
            WorkspaceError: where it cannot be used.
        """
        return self._load(name, "policy", lambda: self.policies, POLICIES, read_policy)

    def load_judge(self, name: str | Path) -> Judge:
        """As `load_policy`; a name that the workspace does not have may be that of a judge that comes with Tiebreak."""
        from tiebreak.workspace.judges import read_judge, shipped_judges

        shipped = shipped_judges()
        if name in shipped and not any(entry.name == name for entry in self.judges):
            return shipped[str(name)]
        return self._load(name, "judge", lambda: self.judges, JUDGES, lambda path: read_judge(path, self.folder))

    def _load(
        self, name: str | Path, kind: str, entries: Callable[[], Sequence[Entry]], home: str, read: Callable[[Path], T]
    ) -> T:
        return read(self._file(name, kind, entries, home))

    def _file(self, name: str | Path, kind: str, entries: Callable[[], Sequence[Entry]], home: str) -> Path:
        listed: Sequence[Entry] = () if isinstance(name, Path) else entries()
        found = [entry for entry in listed if entry.name == name]
        if found:
            problem = next((entry.error for entry in found if entry.error is not None), None)
            if problem is not None:
                raise problem
            return found[0].path
        for path in (self.folder / name, self.folder / home / name, Path(name)):
            if str(name).strip() and (_is_file(path) or _is_file(path / CARD)):
                return path
        listed = listed or entries()
        where = f"{self.folder / home} is empty." if not listed else nearest(str(name), [e.name for e in listed])
        raise UsageError(f"There is no {kind} “{name}”.", hint=where)

    # -- writing one

    def save_config(self, config: Config, *, overwrite: bool = False) -> Path:
        """Write a config into `configs/`, to be read back with the same version; returns its file.

        Raises:
            UsageError: where its name is taken, unless `overwrite` allows to replace that file.
            WorkspaceError: where the folder cannot be written.
        """
        taken = next((entry.path for entry in self.configs if entry.name == config.name), None)
        if taken is not None and not overwrite:
            raise UsageError(f"The config “{config.name}” is already in {taken}.", hint="Choose another name.")
        path = taken or self.folder / CONFIGS / f"{file_name(config.name)}.yaml"
        write_config(config, path, overwrite=taken is not None)
        return path


def _is_file(path: Path) -> bool:
    """Whether a file is there; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _describe_policy(path: Path) -> Described:
    policy = read_policy(path)
    count = sum(len(gates) for gates in policy.gates.values())
    return policy.name, policy.description or f"{count} gate{'s' if count != 1 else ''}"


def _listed(paths: Iterator[Path], describe: Callable[[Path], Described]) -> tuple[Entry, ...]:
    """One entry a path, sorted by name; of two with one name, the second is told so."""
    entries: list[Entry] = []
    for path in paths:
        name = path.absolute().name if path.is_dir() else path.stem
        try:
            name, title = describe(path)
            entries.append(Entry(name=name, path=path, title=" ".join(title.split())))
        except InputError as problem:
            entries.append(Entry(name=_given_name(path) or name, path=path, error=problem))
    first: dict[str, Path] = {}
    for index, entry in enumerate(entries):
        if (other := first.setdefault(entry.name, entry.path)) != entry.path and entry.error is None:
            message = f"The name “{entry.name}” is also that of {other.name}."
            problem = WorkspaceError(message, path=str(entry.path), field="name", hint="Give one of them another name.")
            entries[index] = replace(entry, error=problem)
    return tuple(sorted(entries, key=lambda entry: (entry.name.casefold(), entry.path)))


def _given_name(path: Path) -> str | None:
    """The name that a broken file says it has, as far as it can be read: it is still asked for by that name."""
    if path.suffix.lower() not in (".yaml", ".yml"):
        return None
    try:
        mapping = read_document(path, WorkspaceError).mapping
    except InputError:
        return None
    name = mapping.get("name") if mapping is not None else None
    return name if isinstance(name, str) and name.strip() and name.isprintable() else None


def _yaml_files(folder: Path) -> Iterator[Path]:
    return (path for path in _visible(folder) if path.suffix in (".yaml", ".yml"))


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []

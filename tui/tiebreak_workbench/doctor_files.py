"""The doctor's look at the files of a workspace: each read whole, and each tried with the others it will meet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from tiebreak.datasets import load_dataset
from tiebreak.errors import AuthError, InputError, NotTrustedError, TiebreakError
from tiebreak.gates import validate_policy
from tiebreak.gates.wording import plural
from tiebreak.records import Case, Config, Dataset, DatasetCard, Policy
from tiebreak.targets.apps.permit import program_of
from tiebreak.workspace import Entry, Workspace
from tiebreak.workspace.configs import read_config
from tiebreak.workspace.policies import read_policy
from tiebreak.workspace.workspace import JUDGES
from tiebreak_workbench.starting.preflight import (
    floating_word,
    known_judges,
    placed,
    prompt_problems,
    try_target,
    unknown_parameters,
    without_question,
)

Level = Literal["ok", "note", "problem"]
T = TypeVar("T")
ANY = Dataset(card=DatasetCard(name="any"), cases=(Case(id="any", input="?"),))
"""Stands in where there is no dataset: it has neither checks nor segments, so gates on those are let be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    level: Level
    area: str
    text: str
    fix: str = ""


@dataclass(slots=True)
class _Tried:
    """A config or policy that could be read, and what is wrong with it for each dataset."""

    entry: Entry
    misfits: dict[str, list[TiebreakError]]


def files_of(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every dataset, config and policy. A config or policy has to fit one dataset at least, whole."""
    configs = _readable(workspace.configs, lambda path: read_config(path, workspace.folder))
    policies = _readable(workspace.policies, read_policy)
    judges = known_judges(workspace)
    tried: dict[Path, _Tried] = {path: _Tried(entry, {}) for path, (entry, _) in (configs | policies).items()}
    yield from _none("dataset", workspace.datasets)
    for entry in workspace.datasets:  # one of them is held at a time
        try:
            if entry.error is not None:
                raise entry.error
            dataset = load_dataset(entry.path)
        except InputError as error:
            yield problem_of("dataset", error)
            continue
        yield Finding(level="ok", area="dataset", text=f"{entry.name}: {plural(len(dataset.cases), 'case')}")
        for path, (_, config) in configs.items():
            tried[path].misfits[entry.name] = prompt_problems(config, dataset.cases, path)
        for path, (_, policy) in policies.items():
            tried[path].misfits[entry.name] = _gate_problems(policy, dataset, path, judges)
    yield from _none("config", workspace.configs)
    for entry in workspace.configs:
        if entry.path in configs:
            yield from _config(workspace, environ, configs[entry.path][1], tried[entry.path])
        elif entry.error is not None:
            yield problem_of("config", entry.error)
    yield from _policies(workspace.policies, policies, tried, judges)
    yield from _judges(workspace, environ)


def _policies(
    entries: Sequence[Entry],
    policies: Mapping[Path, tuple[Entry, Policy]],
    tried: Mapping[Path, _Tried],
    judges: frozenset[str],
) -> Iterator[Finding]:
    yield from _none("policy", entries)
    for entry in entries:
        if entry.path in policies:
            policy, own = policies[entry.path][1], tried[entry.path]
            if not own.misfits:
                found = _gate_problems(policy, ANY, entry.path, judges)
                own.misfits["any"] = [error for error in found if _field(error) not in ("check", "segment")]
            yield from _with_misfits("policy", own, plural(sum(map(len, policy.gates.values())), "gate"))
        elif entry.error is not None:
            yield problem_of("policy", entry.error)


def _judges(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Finding]:
    """As a config: its templates are read, and its model is opened and not called."""
    from tiebreak.judge import JudgeRenderer

    for entry in workspace.judges:
        try:
            if entry.error is not None:
                raise entry.error
            judge = workspace.load_judge(entry.path)
            JudgeRenderer(judge)
            try_target(judge.config, workspace, environ, home=JUDGES)
        except InputError as error:
            yield problem_of("judge", error)
        except TiebreakError as error:
            level: Level = "note" if isinstance(error, AuthError | NotTrustedError) else "problem"
            yield Finding(level=level, area="judge", text=f"{entry.name}: {error.message}", fix=error.hint or "")
        else:
            told = f"; {word}" if (word := floating_word(judge.target)) else ""
            yield Finding(level="ok", area="judge", text=f"{entry.name}: {judge.kind}, {judge.model_label}{told}")


def problem_of(area: str, error: TiebreakError) -> Finding:
    where = error.where if isinstance(error, InputError) else ""
    text = f"{where}: {error.message}" if where else error.message
    return Finding(level="problem", area=area, text=text, fix=error.hint or "")


def _none(area: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    if not entries:
        yield Finding(level="note", area=area, text="none here", fix="`tiebreak init` writes examples.")


def _readable(entries: Sequence[Entry], read: Callable[[Path], T]) -> dict[Path, tuple[Entry, T]]:
    """Those without an error of their own, by path."""
    return {entry.path: (entry, read(entry.path)) for entry in entries if entry.error is None}


def _config(workspace: Workspace, environ: Mapping[str, str], config: Config, tried: _Tried) -> Iterator[Finding]:
    """Opening its target finds missing keys, broken recordings and code that may not run, and calls nothing."""
    about = config.model_label
    if program_of(config) is not None:
        about += ", trusted"
    for told in filter(None, (floating_word(config.target), unknown_parameters(config), without_question(config))):
        about += f"; {told}"
    try:
        try_target(config, workspace, environ)
    except InputError as error:
        yield problem_of("config", error)
        about = ""
    except TiebreakError as error:
        # Not everybody who has the files has every key, or has looked at the code yet.
        level: Level = "note" if isinstance(error, AuthError | NotTrustedError) else "problem"
        yield Finding(level=level, area="config", text=f"{tried.entry.name}: {error.message}", fix=error.hint or "")
        about = ""
    yield from _with_misfits("config", tried, about)


def _with_misfits(area: str, tried: _Tried, about: str) -> Iterator[Finding]:
    """What does not fit: a problem where no dataset does, a note where another one fits. `about` is said if all is
    well.
    """
    name, misfits = tried.entry.name, tried.misfits
    if misfits and all(misfits.values()):
        nearest = min(misfits.values(), key=len)
        yield from (problem_of(area, error) for error in nearest)
        return
    if about:
        yield Finding(level="ok", area=area, text=f"{name}: {about}")
    for dataset, errors in misfits.items():
        if errors:
            found = problem_of(area, errors[0])
            more = f" And {plural(len(errors) - 1, 'problem')} more." if len(errors) > 1 else ""
            text = f"{name}: not with the dataset {dataset}: {found.text}{more}"
            yield Finding(level="note", area=area, text=text, fix=found.fix)


def _gate_problems(policy: Policy, dataset: Dataset, path: Path, judges: frozenset[str]) -> list[TiebreakError]:
    findings = validate_policy(policy, dataset, judges=judges)
    return placed([finding for finding in findings if finding.level == "error"], policy.name, path)


def _field(error: TiebreakError) -> str:
    field = error.field if isinstance(error, InputError) else None
    return (field or "").rpartition(".")[2]

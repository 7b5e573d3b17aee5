"""The versions of a config: what was edited, how each did against the same baseline, and one taken up again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiebreak.compare.wiring import Change, changes_between
from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.records import Config, SessionRole, digest
from tiebreak.reports.tried import Tried, versions_tried
from tiebreak.scoreboard import WinRate
from tiebreak_store import ConfigUse, ConfigVersion, Store, StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed, note_look
from tiebreak_workbench.workbench import Workbench

SESSIONS = 60
"""Newest sessions of a config whose figures are worked out."""
SHORT = 8
"""Characters of a version that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a version did in one session: its share of wins over the other side, whichever side it was."""

    session_id: str
    role: SessionRole
    against: str
    """The config on the other side, by name."""
    same_baseline: bool
    """Whether that is the one which most versions were held against: only such results may be compared."""
    n: int
    planned: int
    rate: float | None
    low: float | None
    high: float | None
    """The two-sided 95 % interval, valid at every look."""
    sealed: bool
    """A blind session that is not done: it says nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a config; `number` counts from 1, oldest first."""

    number: int
    version: str
    config: Config
    origin: str | None
    created_at: str | None
    parent: int | None
    """The number of the version that it was edited from, or else of the one before it."""
    changes: tuple[Change, ...]
    """Since that one."""
    results: tuple[Result, ...]


def tried_on(store: Store, stored: StoredSession) -> Tried:
    """Which of the configs that were candidates on this version of the dataset the session's is."""
    own = stored.configs["candidate"].version if "candidate" in stored.configs else None
    return versions_tried(store.candidates_tried(stored.dataset.version), own)


def config_history(bench: Workbench, name: str) -> tuple[Version, ...]:
    """Every version of a config that was recorded, oldest first, with its results. Reads sessions: not for the loop.

    A look at figures of a session that is not done is noted there, as every look is.

    Raises:
        UsageError: where no config of that name was recorded.
    """
    found = bench.store.config_versions(name) if bench.recorded else []
    if not found:
        from tiebreak.checks.parse import nearest

        known = bench.store.config_names() if bench.recorded else []
        hint = nearest(name, known) if known else "A config is recorded with its first session."
        raise UsageError(f"No config “{name}” was recorded here.", hint=hint)
    uses = bench.store.config_uses([one.version for one in found])
    usual = _usual_baseline(uses)
    results: dict[str, list[Result]] = {one.version: [] for one in found}
    for use in uses[-SESSIONS:]:
        results[use.version].append(_result(bench, use, usual))
    numbers = {one.version: number for number, one in enumerate(found, 1)}
    return tuple(_versions(found, numbers, results))


def _versions(
    found: Sequence[ConfigVersion], numbers: Mapping[str, int], results: Mapping[str, Sequence[Result]]
) -> Iterator[Version]:
    for number, one in enumerate(found, 1):
        before = numbers.get(one.parent or "") or (number - 1 or None)
        earlier = found[before - 1].config if before is not None else None
        yield Version(
            number=number,
            version=one.version,
            config=one.config,
            origin=one.origin,
            created_at=one.created_at,
            parent=before,
            changes=changes_between(earlier, one.config) if earlier is not None else (),
            results=tuple(results[one.version]),
        )


def _usual_baseline(uses: Sequence[ConfigUse]) -> str | None:
    """The version that most versions met as the baseline; of several, the one met last."""
    met = {(use.version, use.other) for use in uses if use.role == "candidate"}
    counts = Counter(other for _, other in met)
    latest = {use.other: at for at, use in enumerate(uses)}
    return max(counts, key=lambda other: (counts[other], latest[other]), default=None)


def _result(bench: Workbench, use: ConfigUse, usual: str | None) -> Result:
    stored = bench.store.load_session(use.session_id, light=True)
    snapshot = scoreboard_of(stored).snapshot()
    other: SessionRole = "baseline" if use.role == "candidate" else "candidate"
    sealed = is_sealed(stored, snapshot, bench.rater())
    if not sealed:
        note_look(bench, stored, snapshot, "history")
    rate = own_share(snapshot.win_rate, use.role) if snapshot.win_rate.n and not sealed else (None, None, None)
    return Result(
        session_id=use.session_id,
        role=use.role,
        against=stored.configs[other].name if other in stored.configs else "?",
        same_baseline=use.role == "candidate" and use.other == usual,
        n=0 if sealed else snapshot.win_rate.n,
        planned=snapshot.planned,
        rate=rate[0],
        low=rate[1],
        high=rate[2],
        sealed=sealed,
    )


def own_share(rate: WinRate, role: SessionRole) -> tuple[float | None, float, float]:
    """The win rate with its interval as one side sees it."""
    low, high = rate.interval
    if role == "candidate" or rate.mean is None:
        return rate.mean, low, high
    return 1 - rate.mean, 1 - high, 1 - low


def version_of_name(versions: Sequence[Version], wanted: str) -> Version:
    """A version by its number, such as `3` or `v3`, or by the start of its hash.

    Raises:
        UsageError: where there is none, or more than one.
    """
    number = wanted.removeprefix("v")
    found = [one for one in versions if number == str(one.number)]
    found = found or [one for one in versions if len(wanted) >= 4 and one.version.startswith(wanted)]
    if len(found) != 1:
        raise UsageError(f"There is no version “{wanted}”.", hint=f"There are v1 to v{len(versions)}.")
    return found[0]


def take_up(bench: Workbench, config: Config) -> tuple[Path, Path | None]:
    """Write a version into `configs/` again, under its own name; what stood there is kept beside it.

    Returns:
        The file, and the copy of what it held before, if that said something else; it is named by the hash of what it
        holds.

    Raises:
        WorkspaceError: where the folder cannot be written.
    """
    workspace, kept = bench.workspace, None
    there = next((entry.path for entry in workspace.configs if entry.name == config.name), None)
    if there is not None:
        before = there.read_bytes()
        try:
            if workspace.load_config(config.name).version == config.version:
                return there, None
        except WorkspaceError:
            pass  # a file that cannot be read is kept all the same
        kept = there.with_name(f"{there.name}.kept-{digest(before)[:SHORT]}")
        try:
            kept.write_bytes(before)
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise WorkspaceError(f"The config cannot be kept: {reason}.", path=str(kept)) from None
    return workspace.save_config(config, overwrite=True), kept

"""Two stored runs, found by what a person calls them, and compared without ever holding their answers."""

from collections.abc import Collection

from tiebreak.compare import Comparison, Place, Side, compare
from tiebreak.errors import UsageError
from tiebreak.records import stamp, utc_now
from tiebreak.records.outcomes import Baseline
from tiebreak_store import Store, StoredRun
from tiebreak_workbench.figures.sealed import refuse_sealed
from tiebreak_workbench.workbench import Workbench

LONGEST_NAME = 60
"""Characters of a baseline's name."""


def compare_runs(bench: Workbench, a: str, b: str | None, *, allow: Collection[str] = ()) -> Comparison:
    """Run `b` against run `a`; with one name alone, B of that session against its A.

    Raises:
        UsageError: where a name stands for no run, both for the same one, a session of theirs is blind and
            not done, or the runs cannot be compared.
    """
    store = bench.store
    (a, one), (b, other) = two_runs(bench, a, b)
    places = _places(store, one)
    if other.session_id != one.session_id:
        places = _places(store, other) | places
    outcomes = (store.iter_outcomes(one.run), store.iter_outcomes(other.run))
    return compare(side_of(a, one), side_of(b, other), *outcomes, places, allow=allow)


def two_runs(bench: Workbench, a: str, b: str | None) -> tuple[tuple[str, StoredRun], tuple[str, StoredRun]]:
    """Two runs by their names, each with the name it goes by; with one name alone, both sides of that session.

    Raises:
        UsageError: where a name stands for no run, both for the same one, or a session of theirs is blind and not done.
    """
    store = bench.store
    if b is None:
        session_id = store.session_id(a)
        a, b = f"{session_id}:A", f"{session_id}:B"
    one, other = store.run(a), store.run(b)
    if one.run.id == other.run.id:
        raise UsageError(f"“{a}” and “{b}” are the same run.", hint="Compare it with another one.")
    refuse_sealed(bench, one.session_id, other.session_id, *store.sessions_of(one.run.id, other.run.id))
    return (a, one), (b, other)


def _places(store: Store, stored: StoredRun) -> dict[str, Place]:
    return {case_id: Place(segment, group) for case_id, segment, group in store.iter_places(stored.session_id)}


def side_of(label: str, stored: StoredRun) -> Side:
    return Side(
        label=label,
        run=stored.run,
        config=stored.config,
        dataset=stored.dataset,
        cases=stored.cases,
        session_id=stored.session_id,
    )


def set_baseline(bench: Workbench, name: str, wanted: str) -> StoredRun:
    """Let a name stand for a run; returns the run.

    Raises:
        UsageError: for a name that could be taken for something else, and where there is no such run.
    """
    if not name.strip() or not name.isprintable() or ":" in name or len(name) > LONGEST_NAME:
        hint = f"Take a word of up to {LONGEST_NAME} visible characters, without a colon."
        raise UsageError(f"“{name}” cannot be the name of a baseline.", hint=hint)
    stored = bench.store.run(wanted)
    bench.store.record_baseline(Baseline(name=name, run_id=stored.run.id, at=stamp(utc_now()))).result()
    return stored


def remove_baseline(bench: Workbench, name: str) -> None:
    """Let a name stand for nothing any more; its history stays.

    Raises:
        UsageError: where it stands for nothing.
    """
    known_baseline(bench, name)
    bench.store.record_baseline(Baseline(name=name, run_id=None, at=stamp(utc_now()))).result()


def known_baseline(bench: Workbench, name: str) -> Baseline:
    """
    Raises:
        UsageError: where the name stands for nothing.
    """
    found = bench.store.baseline(name)
    if found is None:
        known = ", ".join(baseline.name for baseline in bench.store.baselines())
        hint = f"There are {known}." if known else "`tiebreak baseline set NAME RUN` makes one."
        raise UsageError(f"There is no baseline “{name}”.", hint=hint)
    return found

"""Two stored sessions held against each other: what changed, beside what moved."""

from collections.abc import Mapping
from typing import cast

from tiebreak.compare import Comparison, Place, Side, compare
from tiebreak.compare.differs import KINDS
from tiebreak.compare.wiring import changes_between
from tiebreak.datasets.comparing import compare_datasets
from tiebreak.errors import UsageError
from tiebreak.records import ROLES, SessionRole
from tiebreak.records.canonical import plain
from tiebreak.reports.moved import Moved, flat_changes, gates_of, segments_of
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import note_look, refuse_sealed
from tiebreak_workbench.workbench import Workbench


def what_moved(bench: Workbench, before: str, after: str) -> Moved:
    """The later session against the earlier one, whichever is named first. Reads both: not for the event loop.

    A look at figures of a session that is not done is noted there.

    Raises:
        UsageError: where a name stands for no session, both for the same one, or one is blind and not done.
    """
    store = bench.store
    ids = [store.session_id(one) for one in (before, after)]
    if ids[0] == ids[1]:
        raise UsageError(f"“{before}” and “{after}” are the same session.", hint="Compare it with another one.")
    refuse_sealed(bench, *ids)
    one, other = sorted((store.load_session(id_, light=True) for id_ in ids), key=lambda s: s.session.created_at)
    snapshots = [scoreboard_of(stored).snapshot() for stored in (one, other)]
    for stored, snapshot in zip((one, other), snapshots, strict=True):
        note_look(bench, stored, snapshot, "compare")
    candidates, why = _compared(bench, one, other, "candidate")
    baselines, _ = _compared(bench, one, other, "baseline")
    return Moved(
        before=one.session.id,
        after=other.session.id,
        configs={
            role: changes_between(one.configs[role], other.configs[role])
            for role in ROLES
            if role in one.configs and role in other.configs
        },
        dataset=compare_datasets(one.dataset, other.dataset),
        policy=flat_changes(_flat(one.policy), _flat(other.policy)),
        plan=flat_changes(_plan(one), _plan(other)),
        win_rates=(snapshots[0].win_rate, snapshots[1].win_rate),
        segments=segments_of(*snapshots),
        gates=gates_of(*snapshots),
        candidates=candidates,
        baselines=baselines,
        not_compared=why,
    )


def _compared(
    bench: Workbench, one: StoredSession, other: StoredSession, role: SessionRole
) -> tuple[Comparison | None, str]:
    """The run of one side against that of the same side before, or why not."""
    if role not in one.runs or role not in other.runs:
        return None, "One of the sessions has no answers of that side."
    if one.runs[role].id == other.runs[role].id:
        return None, "Both sessions stand on the same answers of that side."
    sides = [_side(bench, stored, role) for stored in (one, other)]
    outcomes = (bench.store.iter_outcomes(one.runs[role]), bench.store.iter_outcomes(other.runs[role]))
    places = {
        case_id: Place(segment, group)
        for stored in (other, one)
        for case_id, segment, group in bench.store.iter_places(stored.session.id)
    }
    try:
        return compare(sides[0], sides[1], *outcomes, places, allow=KINDS), ""
    except UsageError as error:
        return None, str(error)


def _side(bench: Workbench, stored: StoredSession, role: SessionRole) -> Side:
    run = bench.store.run(stored.runs[role].id)
    return Side(
        label=f"{stored.session.id}:{'A' if role == 'baseline' else 'B'}",
        run=run.run,
        config=run.config,
        dataset=run.dataset,
        cases=run.cases,
        session_id=stored.session.id,
    )


def _flat(record: object) -> dict[str, object]:
    """A record one level deep, a name that says nothing of it left out."""
    mapping = cast("Mapping[str, object]", plain(record))
    return {name: value for name, value in mapping.items() if name not in ("name", "description")}


def _plan(stored: StoredSession) -> dict[str, object]:
    plan = stored.session.plan
    return {
        "seed": plan.seed,
        "segment": plan.segment,
        "planned cases": len(plan.case_ids),
        "mode": "blind" if stored.session.blind else "open",
    }

"""The table of two runs: worked out from the records once, kept, and brought up to date by what was recorded since."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import cast

from tiebreak.records import Ballot, Presentation
from tiebreak.records.judges import Judgment
from tiebreak.triage import Lean, RowMaker, Table, TableBuilder, add_sides, leans_of, leans_of_judges
from tiebreak.triage.columns import decoded, encoded
from tiebreak_store import Store, StoredRun
from tiebreak_store.triage import Marks
from tiebreak_store.triage_index import KeptTable, TriageIndex
from tiebreak_workbench.judges.seals import Seals, hidden_cases, seals_of
from tiebreak_workbench.triage.sides import AT_ONCE, Sides, too_many
from tiebreak_workbench.workbench import Workbench

Progress = Callable[[str, int, int | None], None]
Shown = Callable[[Table], None]
"""Given what there is so far, while the rest is read."""


def up_to_date(
    store: Store,
    index: TriageIndex,
    a: StoredRun,
    b: StoredRun,
    progress: Progress | None = None,
    shown: Shown | None = None,
) -> tuple[Table, tuple[str, ...]]:
    """The table of two runs as of now, and the checks that were put to their sides in different versions alone.

    Where it is not kept yet, `shown` is given the table of the first thousands of cases at once, and then each time
    that it has doubled.
    """
    kept = index.table(a.run.id, b.run.id)
    if kept is not None and not store.follows(kept.marks):
        index.forget(a.run.id, b.run.id)  # with its texts: they are of other answers
        kept = None
    if kept is not None:
        try:
            table = decoded(kept.head, kept.columns)
        except (ValueError, KeyError, TypeError):  # of another version: it is made anew
            kept = None
        else:
            others = tuple(str(name) for name in _listed(kept.notes.get("other_versions")))
            found = _refreshed(store, index, a, b, table, kept.marks, others)
            if found is not None:
                return found
    return _anew(store, index, a, b, progress, shown)


def _refreshed(
    store: Store, index: TriageIndex, a: StoredRun, b: StoredRun, table: Table, since: Marks, others: tuple[str, ...]
) -> tuple[Table, tuple[str, ...]] | None:
    """The table with what was recorded since; None where that is so much that it is made anew."""
    now = store.marks()
    if now == since:
        return table, others
    sessions = store.sessions_of(a.run.id, b.run.id)
    touched = store.touched((a.run.id, b.run.id), sessions, since)
    if too_many(len(touched), len(table)):
        if store.touched((a.run.id, b.run.id), (), since):
            index.forget(a.run.id, b.run.id)  # with its texts, which lack those answers
        return None
    maker = RowMaker()
    if touched:
        people, judges = _leans(store, sessions)
        builder = TableBuilder()
        dataset = b.run.dataset_hash or ""
        ordinals = list(store.ordinals_of(dataset, touched).values())
        builder.take_over(table, but=ordinals)
        for start in range(0, len(touched), AT_ONCE):
            for facts in store.iter_pairs(a.run, b.run, touched[start : start + AT_ONCE]):
                builder.add(maker.row(facts, people.get(facts.case_id), judges.get(facts.case_id)))
        table = builder.table()
        index.outdate_texts(a.run.id, b.run.id, ordinals)
        others = tuple(dict.fromkeys((*others, *maker.other_versions)))
    _keep(index, a, b, table, now, others)
    return table, others


def _anew(
    store: Store,
    index: TriageIndex,
    a: StoredRun,
    b: StoredRun,
    progress: Progress | None,
    shown: Shown | None,
) -> tuple[Table, tuple[str, ...]]:
    dataset = b.run.dataset_hash or ""
    sides = Sides(store, index, (a.run, b.run), dataset)
    people, judges = (_placed(store, dataset, leans) for leans in _leans(store, store.sessions_of(a.run.id, b.run.id)))
    maker, builder = RowMaker(), TableBuilder()
    planned = max(a.planned, b.planned)
    due = 1
    for labels, (one, other) in sides.parts():
        add_sides(builder, maker, labels, one, other, people, judges)
        if progress is not None:
            progress("Comparing the answers", len(builder), planned)
        if shown is not None and not sides.whole and len(builder) >= due and len(builder) < planned:
            shown(builder.table())
            due = 2 * len(builder)
    table = builder.table()
    others = tuple(maker.other_versions)
    _keep(index, a, b, table, sides.marks, others)
    sides.keep()
    return table, others


def _keep(index: TriageIndex, a: StoredRun, b: StoredRun, table: Table, marks: Marks, others: tuple[str, ...]) -> None:
    head, columns = encoded(table)
    index.keep_table(a.run.id, b.run.id, KeptTable(head, columns, marks, {"other_versions": list(others)}))


def _leans(
    store: Store, session_ids: Sequence[str], seals: Mapping[str, Seals] = MappingProxyType({})
) -> tuple[dict[str, Lean], dict[str, Lean]]:
    """Of each case the side that people and judges prefer, in the sessions that set these runs side by side; without
    what the `seals` of a session hide."""
    people: dict[str, Lean] = {}
    judges: dict[str, Lean] = {}
    blind = set(store.blind_sessions(session_ids))
    for session_id in session_ids:
        shown: list[Presentation] = []
        ballots: list[Ballot] = []
        for act in store.iter_acts(session_id):
            if isinstance(act, Presentation):
                if act.queue == "random":
                    shown.append(act)
            elif isinstance(act, Ballot):
                ballots.append(act)
        voted, labelled = leans_of(shown, ballots, blind=session_id in blind)
        said: chain[Judgment] = chain.from_iterable(
            store.iter_judgments(session_id, judge, light=True) for judge in store.judges_of(session_id)
        )
        people |= voted
        own = seals.get(session_id)
        open_ = said if own is None else (one for one in said if not own.hides(one.case_id, one.judge_hash))
        judges |= labelled | leans_of_judges(open_)
    return people, judges


def _placed(store: Store, dataset: str, leans: Mapping[str, Lean]) -> dict[int, Lean]:
    """The same by the ordinals of the cases."""
    ordinals = store.ordinals_of(dataset, leans)
    return {ordinal: leans[case_id] for case_id, ordinal in ordinals.items()}


def veiled(bench: Workbench, table: Table, a: StoredRun, b: StoredRun) -> tuple[Table, dict[str, Seals]]:
    """The table without what judges say of cases that are sealed to the rater, and what is sealed, by session. The
    table that is kept has it all."""
    store = bench.store
    sessions = store.sessions_of(a.run.id, b.run.id)
    seals = seals_of(bench, sessions)
    hidden = hidden_cases(bench, seals)
    ordinals = store.ordinals_of(b.run.dataset_hash or "", sorted(hidden))
    if not ordinals:
        return table, seals
    people, judges = _leans(store, sessions, seals)
    maker, builder = RowMaker(), TableBuilder()
    builder.take_over(table, but=ordinals.values())
    cases = list(ordinals)
    for start in range(0, len(cases), AT_ONCE):
        for facts in store.iter_pairs(a.run, b.run, cases[start : start + AT_ONCE]):
            builder.add(maker.row(facts, people.get(facts.case_id), judges.get(facts.case_id)))
    return builder.table(), seals


def _listed(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []

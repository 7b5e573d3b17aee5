"""Triage of two runs, offline: what got worse first, filtered, searched, grouped and decided about.

Everything here reads stored rows and asks no model. A `Triage` may be called from any thread: calls that change it take
turns, calls that read see it as of one moment.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from tiebreak.compare.differs import Differs, differences, refuse
from tiebreak.errors import UsageError
from tiebreak.records import stamp, utc_now
from tiebreak.records.triage import DecisionField, TriageDecision
from tiebreak.triage import Decided, Failure, FailureGroup, Filter, Standing, Table, TriageRow, View, grouped
from tiebreak.triage.filtering import Field
from tiebreak.triage.grouping import MOST
from tiebreak_store import Store, StoredRun
from tiebreak_store.triage_index import FILE, TriageIndex
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.past.comparing import side_of, two_runs
from tiebreak_workbench.triage.search import Hits, index_texts, question_of, search
from tiebreak_workbench.triage.sides import AT_ONCE
from tiebreak_workbench.triage.table import Progress, up_to_date, veiled
from tiebreak_workbench.triage.values import checked_values
from tiebreak_workbench.workbench import Workbench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUESTION = 400
"""Characters of a question that a line of the list has."""
ANSWER = 400
EVERY_HIT = 100_000_000
Take = Callable[[], None]
"""Has the rows that are known so far be those of triage."""


class Line(NamedTuple):
    """A case in the list. The question is outside text."""

    place: int
    case_id: str
    question: str
    row: TriageRow
    decided: Decided


@dataclass(frozen=True, eq=False)
class Listing:
    """What a filter leaves, in order: the severest first. Pages of it are `Triage.lines(listing.places[from:to])`."""

    filter: Filter
    places: "NDArray[np.int64]"
    read_as: Mapping[str, tuple[str, ...]]
    """Words that were taken for mistyped ones."""
    searchable: bool = True
    """Whether the texts of all cases are indexed; else words are found only in those that are."""

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, slots=True)
class Done:
    """What deciding did."""

    cases: int
    decisions: int
    unanswered: tuple[str, ...]
    """Cases that the candidate did not answer: there is nothing to decide about. A few of them."""


class Triage:
    """Two runs under triage. Close it; a context manager does."""

    def __init__(self, bench: Workbench, a: StoredRun, b: StoredRun, differs: Sequence[Differs]) -> None:
        self.bench = bench
        self.a, self.b = a, b
        self.differs = tuple(differs)
        """What differs between the runs and was let pass."""
        self.other_versions: tuple[str, ...] = ()
        """Checks that no version of was put to both sides: they are not compared."""
        self.seals: dict[str, Seals] = {}
        """Of each session that a judge judged."""
        self._index = TriageIndex.open(bench.store.path.with_name(FILE))
        self._lock = RLock()
        self._standing = Standing()
        self._view: View | None = None
        self._searchable = False

    @classmethod
    def open(
        cls,
        bench: Workbench,
        a: str,
        b: str | None = None,
        *,
        allow: Collection[str] = (),
        progress: Progress | None = None,
    ) -> Self:
        """Open two runs by what a person calls them (see `Store.run`), or both sides of a session. The first time all
        their rows are read, which `progress` is told of; later only what was recorded since.

        Raises:
            UsageError: where a name stands for no run, both for the same one, a session of theirs is blind and not
                done, or the runs cannot be compared.
            StoreError: where the database, or the index beside it, cannot be used.
        """
        triage = cls.named(bench, a, b, allow=allow)
        triage.refresh(progress)
        return triage

    @classmethod
    def named(cls, bench: Workbench, a: str, b: str | None = None, *, allow: Collection[str] = ()) -> Self:
        """As `open`, without reading any rows: `refresh` it before anything else."""
        (label_a, one), (label_b, other) = two_runs(bench, a, b)
        found = differences(side_of(label_a, one), side_of(label_b, other))
        refuse(found, allow)
        return cls(bench, one, other, found)

    def close(self) -> None:
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def refresh(self, progress: Progress | None = None, shown: Callable[[Take], None] | None = None) -> None:
        """Take in what was recorded since. Where that fails, all stays as it was.

        Where all rows have to be read, `shown` is called once there are thousands of them, and now and then afterwards.
        What it is given has those be the rows of this triage, without decisions, unless there are more already.
        """

        def early(table: Table) -> None:
            view = View.of(veiled(self.bench, table, self.a, self.b)[0], {})

            def take() -> None:
                if self._view is None or len(self._view.table) < len(table):
                    self._view = view

            if shown is not None:
                shown(take)

        with self._lock:
            soon = None if shown is None else early
            table, other_versions = up_to_date(self._store, self._index, self.a, self.b, progress, soon)
            table, seals = veiled(self.bench, table, self.a, self.b)
            standing = Standing(self._store.iter_decisions(self.a.run.id, self.b.run.id))
            view = View.of(table, self._by_ordinal(standing.cases()))
            # All at once: where reading failed, what was known before stands.
            self.other_versions, self.seals, self._standing, self._view = other_versions, seals, standing, view
            self._searchable = False

    # -- reading

    @property
    def view(self) -> View:
        assert self._view is not None
        return self._view

    @property
    def table(self) -> Table:
        return self.view.table

    def counts(self) -> Mapping[str, int]:
        """How many cases are of each class, regressions first."""
        return self.table.counts()

    def moves(self) -> Mapping[str, tuple[int, int]]:
        """Check, `answer` or `vote` → in how many cases it got worse, and in how many better."""
        return self.table.moves()

    def first(self, wanted: Filter, limit: int = 50) -> list[int]:
        """The first places that a filter leaves, found without looking through all rows: for the paint that follows a
        key. Words are searched as far as the texts are indexed."""
        view = self.view
        within = self._search(view, wanted.words, limit * 20).places if wanted.words else None
        return view.first(wanted, limit, within)

    def listing(self, wanted: Filter) -> Listing:
        """All that a filter leaves."""
        return self._listing(self.view, wanted)

    def _listing(self, view: View, wanted: Filter) -> Listing:
        if not wanted.words:
            return Listing(wanted, view.places(wanted), {}, self._searchable)
        hits = self._search(view, wanted.words, EVERY_HIT)
        return Listing(wanted, view.places(wanted, hits.places), hits.read_as, self._searchable)

    def lines(self, places: Iterable[int]) -> list[Line]:
        """A page: the cases at some places (hundreds, not thousands), in the order in which they are given."""
        view, wanted = self.view, [int(place) for place in places]
        cases = self._store.cases_at(self._dataset, [int(view.table.ordinals[place]) for place in wanted])
        found: list[Line] = []
        for place in wanted:
            row = view.row(place)
            case_id, case_json = cases[row.ordinal]
            question = question_of(case_json)[:QUESTION]
            found.append(Line(place, case_id, question, row, view.decided_at(place)))
        return found

    def place_of(self, case_id: str) -> int:
        """Where a case stands in the list.

        Raises:
            UsageError: where neither run tried it, or there is no such case.
        """
        ordinal = self._store.ordinals_of(self._dataset, [case_id]).get(case_id)
        place = None if ordinal is None else self.table.place_of(ordinal)
        if place is None:
            hint = "`tiebreak triage … --search WORDS` finds cases by their id and their texts."
            raise UsageError(f"Neither run has a case “{case_id}”.", hint=hint)
        return place

    def case_ids(self, places: Iterable[int]) -> list[str]:
        """The ids of the cases at some places, however many."""
        ordinals = [int(self.table.ordinals[place]) for place in places]
        ids = self._store.case_ids_at(self._dataset, ordinals)
        return [ids[ordinal] for ordinal in ordinals]

    def groups(self, wanted: Filter) -> list[FailureGroup]:
        """Of what a filter leaves, the cases that got worse or fail on both sides, nearly the same ones together; the
        largest group first. `Triage.places` gives the places of a group."""
        view = self.view  # taken once: with other rows a place is another case
        failures = [
            (row.ordinal, row.worse or row.failing)
            for place in self._listing(view, wanted).places
            if (row := view.row(int(place))).row_class in ("regression", "unchanged_failed")
        ]
        texts: dict[int, tuple[str, str]] = {}
        for start in range(0, min(MOST, len(failures)), AT_ONCE):
            part = [ordinal for ordinal, _ in failures[start : start + AT_ONCE]]
            cases = self._store.cases_at(self._dataset, part)
            ids = [case_id for case_id, _ in cases.values()]
            answers = dict(self._store.counting_texts((self.b.run.id,), ids, ANSWER))
            for ordinal, (case_id, case_json) in cases.items():
                answer = answers[case_id][0]
                texts[ordinal] = question_of(case_json), "" if answer is None else answer[1]
        return grouped(Failure(ordinal, flips, *texts.get(ordinal, ("", ""))) for ordinal, flips in failures)

    def places(self, group: FailureGroup) -> "NDArray[np.int64]":
        """The places of the cases of a group, ascending."""
        return self.table.places_of(group.ordinals)

    def index_texts(self, progress: Progress | None = None, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Make the texts searchable that are not yet, the severest cases first; `go_on` is asked now and then whether
        to go on. Returns whether all are. May be called again, and while others search."""
        table = self.table
        done = self._searchable or index_texts(self._store, self._index, self.a, self.b, table, progress, go_on)
        with self._lock:
            if self.table is table:  # else there may be cases by now that were not indexed
                self._searchable = done
        return done

    def unknown_values(self, wanted: Filter) -> list[tuple[Field, str]]:
        """Field and value of each term that no row has, which is likely a slip of the hand."""
        return [
            (term.field, value)
            for term in wanted.terms
            for value in term.values
            if value != "none"
            and not any(type(term)(term.field, (value,)).fits((known,)) for known in self.view.values(term.field))
            and term.field in ("check", "fails", "seg", "tag", "assignee")
        ]

    # -- deciding

    def decide(
        self, case_ids: Sequence[str], values: Mapping[DecisionField, str | None], *, batch: str | None = None
    ) -> Done:
        """Set fields of some cases, all or none in one transaction; None clears a field. What is in force already is
        not set again.

        Raises:
            UsageError: for a status or a cause that is none, and where nothing is to be set.
            StoreError: where it cannot be recorded.
        """
        checked = checked_values(values)
        rater, now = self.bench.rater(), stamp(utc_now())
        with self._lock:
            made: list[TriageDecision] = []
            unanswered: list[str] = []
            act = batch or self.bench.new_id()
            answers = self._answers(case_ids)
            for case_id in dict.fromkeys(case_ids):
                baseline, candidate = answers.get(case_id, (None, None))
                if candidate is None:
                    unanswered.append(case_id)
                    continue
                for field, value in checked.items():
                    before = self._standing.in_force(case_id, field)
                    if value == (before.value if before is not None else None) or (
                        field == "status" and value == "open" and before is None
                    ):
                        continue
                    made.append(
                        TriageDecision(
                            id=self.bench.new_id(),
                            batch=act,
                            baseline_run=self.a.run.id,
                            candidate_run=self.b.run.id,
                            case_id=case_id,
                            candidate_response=candidate,
                            baseline_response=baseline,
                            field=field,
                            value=value,
                            supersedes=None if before is None else before.id,
                            rater_id=rater.id,
                            at=now,
                        )
                    )
            self._record(made)
        return Done(len({decision.case_id for decision in made}), len(made), tuple(unanswered[:10]))

    def undo(self) -> Done:
        """Take back what this person decided last; what was in force before is in force again.

        Raises:
            UsageError: where there is nothing to take back.
        """
        rater, now = self.bench.rater(), stamp(utc_now())
        with self._lock:
            last = self._standing.last_batch(rater.id)
            if not last:
                raise UsageError("There is no decision of yours to take back.")
            batch = self.bench.new_id()
            undone = [
                TriageDecision(
                    id=self.bench.new_id(),
                    batch=batch,
                    baseline_run=decision.baseline_run,
                    candidate_run=decision.candidate_run,
                    case_id=decision.case_id,
                    candidate_response=decision.candidate_response,
                    baseline_response=decision.baseline_response,
                    field=decision.field,
                    act="undo",
                    supersedes=decision.id,
                    rater_id=rater.id,
                    at=now,
                )
                for decision in last
            ]
            self._record(undone)
        return Done(len({decision.case_id for decision in undone}), len(undone), ())

    def history(self, case_id: str) -> list[TriageDecision]:
        """All that was ever decided about a case, oldest first."""
        self.place_of(case_id)
        return list(self._store.iter_decisions(self.a.run.id, self.b.run.id, case_id))

    def _record(self, decisions: list[TriageDecision]) -> None:
        if not decisions:
            return
        self._store.record_decisions(decisions, self.bench.rater()).result()
        for decision in decisions:
            self._standing.add(decision)
        decided = {one.case_id: self._standing.decided(one.case_id) for one in decisions}
        self._view = self.view.with_decided(self._by_ordinal(decided))

    def _answers(self, case_ids: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
        """Of each case the ids of the first counting answers of both sides."""
        found: dict[str, tuple[str | None, str | None]] = {}
        for start in range(0, len(case_ids), AT_ONCE):
            for facts in self._store.iter_pairs(self.a.run, self.b.run, case_ids[start : start + AT_ONCE]):
                one, other = (side.answers[0].response_id if side and side.answers else None for side in facts[-2:])
                found[facts.case_id] = one, other
        return found

    def _by_ordinal(self, decided: Mapping[str, Decided]) -> dict[int, Decided]:
        ordinals = self._store.ordinals_of(self._dataset, decided)
        return {ordinal: decided[case_id] for case_id, ordinal in ordinals.items()}

    def _search(self, view: View, words: str, limit: int) -> Hits:
        return search(self._index, self.a, self.b, view.table, words, limit)

    @property
    def _store(self) -> Store:
        return self.bench.store

    @property
    def _dataset(self) -> str:
        return self.b.run.dataset_hash or ""

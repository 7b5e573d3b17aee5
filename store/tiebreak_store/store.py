"""The store: one door to the database. Writing returns futures; reading works from any thread."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tiebreak.records import (
    Ballot,
    CheckResult,
    CheckSpec,
    Dataset,
    Draw,
    Event,
    Plan,
    Policy,
    Presentation,
    Rater,
    Response,
    Run,
    SessionRole,
    utc_now,
)
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.outcomes import Baseline, CaseOutcome
from tiebreak_store import (
    ballots,
    baselines,
    content,
    draws,
    events,
    export,
    imports,
    judgments,
    outcomes,
    responses,
    sessions,
)
from tiebreak_store.content import DatasetVersion
from tiebreak_store.database import BUSY_SECONDS, Database
from tiebreak_store.events import StoredGateOutcome
from tiebreak_store.export import Line
from tiebreak_store.imports import ImportedRecords, ImportReject
from tiebreak_store.judge_reading import JudgeReading
from tiebreak_store.outcomes import StoredRun
from tiebreak_store.past import Past
from tiebreak_store.sessions import Fact, NewSession, SessionSummary, StoredSession
from tiebreak_store.triage_records import TriageRecords
from tiebreak_store.writer import Writer

T = TypeVar("T")


class Store(TriageRecords, JudgeReading, Past):
    """An open database. Close it to commit what is queued; a context manager does.

    Every `record_…` returns at once, with a future that resolves when the record is committed, in the order of the
    calls; it fails with a `StoreError`. A record that is handed over twice is recorded once. Reading raises a
    `StoreError` where the database cannot be read, and sees what has been committed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.writer = Writer(database)

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], datetime] = utc_now, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open a database, made if missing and migrated if old; see `Database.open`.

        Raises:
            CorruptStoreError: where the file is damaged, or no database at all.
            NewerSchemaError: where a newer Tiebreak wrote it.
            ReadOnlyStoreError: where file or folder cannot be written to.
            StoreBusyError: where another process writes for longer than `busy_seconds`.
            StoreError: for anything else that stands in the way.
        """
        return cls(Database.open(path, now=now, busy_seconds=busy_seconds))

    @property
    def path(self) -> Path:
        return self._database.path

    def close(self) -> None:
        """Commit what is queued, then close. A second call does nothing."""
        self.writer.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- writing

    def create_session(self, new: NewSession) -> "Future[None]":
        """Set a session down with everything it pins, in one transaction."""
        return self.writer.submit(partial(sessions.put_session, new=new), durable=True)

    def record_rater(self, rater: Rater) -> "Future[None]":
        """Make a rater known, before the first presentation to them; one of the same id stays as it is."""
        return self.writer.submit(partial(ballots.put_rater, rater=rater))

    def record_response(self, response: Response, chunks: bytes | None) -> "Future[None]":
        """Record a response with its timestamped chunks, if there are any."""
        return self.writer.submit(partial(responses.put_response, response=response, chunks=chunks))

    def record_checks(self, results: Sequence[CheckResult], specs: Sequence[CheckSpec]) -> "Future[None]":
        """Record what checks said, all of it or nothing; `specs` holds those that the results name by hash."""
        return self.writer.submit(partial(responses.put_check_results, results=results, specs=specs))

    def record_verdicts(self, results: Sequence[CheckResult], specs: Sequence[CheckSpec]) -> "Future[None]":
        """As `record_checks`, but where a check had only found that it could not judge, what it says now stands."""
        put = partial(responses.put_check_results, results=results, specs=specs, mend=True)
        return self.writer.submit(put)

    def record_answer(
        self,
        response: Response,
        chunks: bytes | None,
        results: Sequence[CheckResult],
        specs: Sequence[CheckSpec],
    ) -> "Future[None]":
        """Record a response and what the checks said of it as one, so that neither is ever there alone."""

        def put(connection: sqlite3.Connection) -> None:
            responses.put_response(connection, response, chunks)
            if results:
                responses.put_check_results(connection, results, specs)

        return self.writer.submit(put)

    def record_presentation(self, presentation: Presentation) -> "Future[None]":
        return self.writer.submit(partial(ballots.put_presentation, presentation=presentation))

    def record_ballot(self, ballot: Ballot) -> "Future[None]":
        """Record a ballot. Its future resolves when it is on the disk, safe from a loss of power too."""
        return self.writer.submit(partial(ballots.put_ballot, ballot=ballot), durable=True)

    def record_event(self, event: Event) -> "Future[None]":
        return self.writer.submit(partial(events.put_event, event=event))

    def record_gate_outcomes(
        self, outcomes: Sequence[StoredGateOutcome], policy: Policy | None = None
    ) -> "Future[None]":
        """Record what gates said, all of it or nothing; `policy` is theirs, where no session has set it down."""

        def put(connection: sqlite3.Connection) -> None:
            if policy is not None:
                content.put_policy(connection, policy)
            for outcome in outcomes:
                events.put_gate_outcome(connection, outcome)

        return self.writer.submit(put, durable=True)

    def record_baseline(self, baseline: Baseline) -> "Future[None]":
        """Let a name stand for a run from now on; without a run, for nothing."""
        return self.writer.submit(partial(baselines.put_baseline, baseline=baseline), durable=True)

    def record_judge(self, judge: Judge) -> "Future[None]":
        """Keep a version of a judge, before its first judgment."""
        return self.writer.submit(partial(judgments.put_judge, judge=judge))

    def record_judgment(self, judgment: Judgment) -> "Future[None]":
        """Record a judgment with its claims and raw replies, all of it or nothing."""
        return self.writer.submit(partial(judgments.put_judgment, judgment=judgment))

    def record_check_judgment(self, judgment: Judgment) -> "Future[None]":
        """Record what a judge said to a check, so that the same prompt need not be put again."""
        return self.writer.submit(partial(judgments.put_check_judgment, judgment=judgment))

    def add_import_batch(
        self,
        source_hash: str,
        tool: str,
        mapping: Mapping[str, object],
        rejects: Iterable[ImportReject],
        records: ImportedRecords | None = None,
    ) -> "Future[bool]":
        """Note an imported file by the hash of its bytes, and keep what was taken from it, all of it or nothing.

        Resolves to False, and nothing is kept, where it had been imported before.
        """
        put = partial(
            imports.put_import_batch,
            source_hash=source_hash,
            tool=tool,
            mapping=mapping,
            rejects=tuple(rejects),
            records=records,
        )
        return self.writer.submit(put, durable=True)

    # -- reading

    def sessions(self, limit: int = 50) -> list[SessionSummary]:
        """The newest sessions, newest first."""
        with self._database.reading() as connection:
            return list(sessions.iter_summaries(connection, limit))

    def session_id(self, wanted: str) -> str:
        """The id of a session, given whole, by its first characters, or as `last`.

        Raises:
            UsageError: where there is none, or more than one.
        """
        with self._database.reading() as connection:
            return sessions.find_session(connection, wanted)

    def runs_of(self, session_id: str) -> list[str]:
        """The ids of the runs that a session, by its whole id, stands on."""
        with self._database.reading() as connection:
            return sessions.get_run_ids(connection, session_id)

    def load_session(self, wanted: str, *, light: bool = False, facts: bool = True) -> StoredSession:
        """Everything recorded of a session, as of one moment, from the stored copies alone.

        `light` leaves text, reasoning and contexts of the responses empty. About 1 kB of memory a light response.
        Without `facts` only what was set down before the first answer is read; `iter_facts` gives the rest in turn.

        Raises:
            UsageError: where `wanted` (see `session_id`) names no session, or more than one.
        """
        with self._database.reading() as connection:
            return sessions.load_session(
                connection, sessions.find_session(connection, wanted), light=light, facts=facts
            )

    def iter_facts(self, session_id: str) -> Iterator[Fact]:
        """What was recorded of a session since it was set down, responses light, one after the other, however many."""
        with self._database.reading() as connection:
            yield from sessions.iter_facts(connection, session_id)

    def iter_answers(self, run_ids: Sequence[str], case_ids: Sequence[str]) -> Iterator[Response | CheckResult]:
        """The light responses of some runs to some cases (hundreds, not thousands), and what the checks said of them,
        without the details that explain."""
        with self._database.reading() as connection:
            yield from responses.iter_answers(connection, run_ids, case_ids)

    def first_served(self, run_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Run, model and the id of its first answer, of every model that named itself and whose answers count."""
        with self._database.reading() as connection:
            return list(responses.first_served(connection, run_ids))

    def iter_acts(self, session_id: str) -> Iterator[Fact]:
        """What people did in a session, and its events: presentations, ballots, events."""
        with self._database.reading() as connection:
            yield from ballots.iter_presentations(connection, session_id)
            yield from ballots.iter_ballots(connection, session_id)
            yield from events.iter_events(connection, session_id)

    def draws(self, session_id: str) -> list[Draw]:
        """How each planned case was drawn, in the order of the plan; empty where that is not known."""
        with self._database.reading() as connection:
            return [draw for _, draw in draws.iter_draws(connection, session_id)]

    def candidates_tried(self, dataset_hash: str) -> list[str]:
        """The configs that were the candidate of a session over a version of a dataset and answered something, by
        their hash, in the order of their first session."""
        with self._database.reading() as connection:
            return outcomes.candidates_tried(connection, dataset_hash)

    def headless_session(
        self,
        plan: Plan,
        dataset_hash: str,
        configs: Mapping[SessionRole, str],
        *,
        samples: int = 1,
        baseline_run: str | None = None,
    ) -> str | None:
        """The newest session of this plan, dataset, pair of config hashes and number of samples whose runs are
        headless, if any; with `baseline_run`, of those that stand on that run."""
        with self._database.reading() as connection:
            return sessions.find_headless(
                connection, plan, dataset_hash, configs, samples=samples, baseline_run=baseline_run
            )

    def session_of_runs(self, plan: Plan, runs: Mapping[SessionRole, str]) -> str | None:
        """The newest session that sets these very runs side by side under this plan, if any."""
        with self._database.reading() as connection:
            return sessions.find_alike(connection, plan, runs)

    def iter_responses(self, session_id: str, *, light: bool = True) -> Iterator[Response]:
        """The responses of a session, one after the other, however many there are; in the order of recording."""
        with self._database.reading() as connection:
            session = sessions.get_session(connection, session_id)
            yield from responses.iter_responses(connection, list(session.runs.values()), light=light)

    def unjudged(self, session_id: str) -> list[responses.Unjudged]:
        """The checks that could not judge some answers of a session, by their id; one line a run."""
        with self._database.reading() as connection:
            session = sessions.get_session(connection, session_id)
            return responses.unjudged(connection, list(session.runs.values()))

    def response(self, response_id: str) -> Response:
        """One recorded response with its text.

        Raises:
            StoreError: where there is none of this id.
        """
        with self._database.reading() as connection:
            return responses.get_response(connection, response_id)

    def response_text(self, response_id: str) -> str:
        """The text of one recorded response; raises as `response` does."""
        return self.response(response_id).text

    def chunks_of(self, response_id: str) -> bytes | None:
        """The timestamped chunks of a response, for replay; None where none were recorded."""
        with self._database.reading() as connection:
            return responses.get_chunks(connection, response_id)

    def find_response(self, fingerprint: str) -> Response | None:
        """The first whole answer to the very same request, in any session. Errors and stopped answers are never it."""
        with self._database.reading() as connection:
            return responses.find_reusable(connection, fingerprint)

    def gate_outcomes(self, session_id: str) -> list[StoredGateOutcome]:
        """What gates were recorded to have said, in the order of recording."""
        with self._database.reading() as connection:
            return list(events.iter_gate_outcomes(connection, session_id))

    def gate_outcomes_of_run(self, run_id: str) -> list[StoredGateOutcome]:
        """What gates were recorded to have said of a run as the candidate, outside of sessions."""
        with self._database.reading() as connection:
            return list(events.iter_gate_outcomes_of_run(connection, run_id))

    def baseline(self, name: str) -> Baseline | None:
        """What a name stands for now."""
        with self._database.reading() as connection:
            return baselines.get_baseline(connection, name)

    def baselines(self) -> list[Baseline]:
        """Every name in force, in alphabetical order."""
        with self._database.reading() as connection:
            return list(baselines.iter_baselines(connection))

    def baseline_history(self, name: str) -> list[Baseline]:
        """All that a name ever stood for, oldest first."""
        with self._database.reading() as connection:
            return list(baselines.iter_history(connection, name))

    def run(self, wanted: str) -> StoredRun:
        """A run with what it pins, by its id, the start of it, a baseline's name, `SESSION:A`, or `config:NAME`.

        Raises:
            UsageError: where `wanted` names no run, or more than one.
        """
        with self._database.reading() as connection:
            return outcomes.load_run(connection, outcomes.find_run(connection, wanted))

    def iter_places(self, session_id: str) -> Iterator[tuple[str, str | None, str | None]]:
        """Id, segment and group of each planned case of a session."""
        with self._database.reading() as connection:
            yield from outcomes.iter_places(connection, session_id)

    def iter_outcomes(self, run: Run) -> Iterator[CaseOutcome]:
        """What a run made of each case it tried, without texts, by the case's id; one after the other."""
        with self._database.reading() as connection:
            yield from outcomes.iter_outcomes(connection, run)

    def import_mapping(self, source_hash: str) -> Mapping[str, object] | None:
        """What was noted of an imported file; None where it was not imported."""
        with self._database.reading() as connection:
            return imports.get_import_mapping(connection, source_hash)

    def dataset_versions(self) -> list[DatasetVersion]:
        """Every version of a dataset that a session pinned, the one used last first."""
        with self._database.reading() as connection:
            return list(content.iter_dataset_versions(connection))

    def dataset(self, version: str) -> Dataset:
        """A stored version of a dataset, by its whole hash.

        Raises:
            CorruptStoreError: where it is not there.
        """
        with self._database.reading() as connection:
            return content.get_dataset(connection, version)

    def iter_export(self, wanted: str, told: Callable[[Judgment], bool] = export.every) -> Iterator[Line]:
        """Everything of a session as JSON-ready lines; `export_lines` documents their order, and `told`.

        Raises:
            UsageError: on the first line, where `wanted` names no session, or more than one.
        """
        with self._database.reading() as connection:
            yield from export.export_lines(connection, sessions.find_session(connection, wanted), told)

    def problems(self) -> list[str]:
        """What SQLite's integrity and foreign key checks find wrong; empty is sound. Reads the whole file."""
        return self._database.problems()

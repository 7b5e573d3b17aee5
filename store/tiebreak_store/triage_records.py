"""The part of the store that triage uses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial

from tiebreak.records import Ballot, Case, CheckResult, Presentation, Rater, Response, Run
from tiebreak.records.triage import PairFacts, RunsBlock, SideRows, TriageDecision
from tiebreak_store import ballots, content, triage, triage_pairs
from tiebreak_store.database import Database
from tiebreak_store.sessions import get_run
from tiebreak_store.triage import Marks
from tiebreak_store.writer import Writer


class TriageRecords:
    """Mixed into `Store`. What is decided is only ever added to; everything else is read."""

    _database: Database
    writer: Writer

    def record_decisions(self, decisions: Sequence[TriageDecision], rater: Rater) -> "Future[None]":
        """Record what was decided at once, all of it or nothing, safe from a loss of power too."""
        return self.writer.submit(partial(triage.put_decisions, decisions=decisions, rater=rater), durable=True)

    def iter_decisions(
        self, baseline_run: str, candidate_run: str, case_id: str | None = None
    ) -> Iterator[TriageDecision]:
        """All that was ever decided about two runs, or about one case of theirs, in the order of recording."""
        with self._database.reading() as connection:
            yield from triage.iter_decisions(connection, baseline_run, candidate_run, case_id)

    def case_acts(self, session_id: str, case_id: str) -> tuple[list[Presentation], list[Ballot]]:
        """What people were shown of one case in a session, and what they did with it, in the order of recording."""
        with self._database.reading() as connection:
            shown = list(ballots.iter_presentations(connection, session_id, case_id))
            return shown, list(ballots.iter_ballots(connection, session_id, case_id))

    def iter_blocks(self, runs: Sequence[Run], dataset: str, *, cases: bool = True) -> Iterator[RunsBlock]:
        """What runs made of every case of a dataset that they tried, in its order, thousands at once."""
        with self._database.reading() as connection:
            yield from triage_pairs.iter_blocks(connection, runs, dataset, cases=cases)

    def side_rows(self, run: Run, case_ids: Sequence[str]) -> SideRows:
        """What one run made of some cases of its dataset, each by itself."""
        with self._database.reading() as connection:
            return triage_pairs.side_rows(connection, run, run.dataset_hash or "", case_ids)

    def moved_cases(self, here: str, there: str) -> list[tuple[int, int, str | None]]:
        """Of each case that two versions of a dataset have: its ordinals, and its hash in the first one where it is
        another in the second."""
        with self._database.reading() as connection:
            return triage_pairs.moved_cases(connection, here, there)

    def answers_outside(self, run: Run) -> int:
        """How many answers of a run are to cases that its dataset does not have."""
        with self._database.reading() as connection:
            return triage_pairs.answers_outside(connection, run)

    def large_runs(self, run_ids: Iterable[str], least: int) -> list[Run]:
        """Those of some runs, each once, with a dataset and that many attempts."""
        with self._database.reading() as connection:
            found = [
                get_run(connection, one)
                for one in dict.fromkeys(run_ids)
                if triage_pairs.count_answers(connection, one) >= least
            ]
            return [run for run in found if run.dataset_hash is not None]

    def iter_pairs(self, baseline: Run, candidate: Run, case_ids: Iterable[str]) -> Iterator[PairFacts]:
        """What two runs made of some cases, each by itself."""
        with self._database.reading() as connection:
            yield from triage_pairs.iter_pairs(connection, baseline, candidate, case_ids)

    def sessions_of(self, baseline_run: str, candidate_run: str) -> list[str]:
        """The sessions that set these two runs side by side, the oldest first."""
        with self._database.reading() as connection:
            return triage.sessions_of(connection, baseline_run, candidate_run)

    def blind_sessions(self, session_ids: Sequence[str]) -> list[str]:
        """Those of some sessions that are blind."""
        with self._database.reading() as connection:
            return triage.blind_sessions(connection, session_ids)

    def case(self, dataset_hash: str, case_id: str) -> Case | None:
        """One case of a stored version of a dataset."""
        with self._database.reading() as connection:
            return content.get_case(connection, dataset_hash, case_id)

    def cases(self, dataset_hash: str, case_ids: Sequence[str]) -> dict[str, Case]:
        """Cases of one stored version of a dataset by their ids, in the order of these; not those that it lacks."""
        with self._database.reading() as connection:
            return content.get_cases(connection, dataset_hash, case_ids)

    def case_answers(self, run_ids: Sequence[str], case_id: str) -> tuple[list[Response], list[CheckResult]]:
        """Every attempt of some runs at a case, whole, by sample; and what the checks said of them."""
        with self._database.reading() as connection:
            return triage.case_answers(connection, run_ids, case_id)

    def marks(self) -> Marks:
        """How far the tables are filled now."""
        with self._database.reading() as connection:
            return triage.marks(connection)

    def follows(self, since: Marks) -> bool:
        """Whether the records are those of then, with what was recorded since: not so where the database was put back
        to an older copy."""
        with self._database.reading() as connection:
            return triage.follows(connection, since)

    def touched(self, run_ids: Sequence[str], session_ids: Sequence[str], since: Marks) -> list[str]:
        """The cases of some runs about which anything was recorded since."""
        with self._database.reading() as connection:
            return triage.touched(connection, run_ids, session_ids, since)

    def cases_at(self, dataset_hash: str, ordinals: Iterable[int]) -> Mapping[int, tuple[str, str]]:
        """Ordinal → id of the case and its canonical JSON."""
        with self._database.reading() as connection:
            return triage.case_at(connection, dataset_hash, ordinals)

    def case_ids_at(self, dataset_hash: str, ordinals: Iterable[int]) -> Mapping[int, str]:
        """Ordinal → id of the case."""
        with self._database.reading() as connection:
            return triage.case_ids_at(connection, dataset_hash, ordinals)

    def ordinals_of(self, dataset_hash: str, case_ids: Iterable[str]) -> Mapping[str, int]:
        """Id of a case → its ordinal, of those that are in the dataset."""
        with self._database.reading() as connection:
            return triage.ordinals_of(connection, dataset_hash, case_ids)

    def counting_texts(
        self, run_ids: Sequence[str], case_ids: Iterable[str], limit: int
    ) -> Iterator[tuple[str, tuple[tuple[str, str] | None, ...]]]:
        """Of each case, for each run, id and first characters of its first counting answer."""
        with self._database.reading() as connection:
            for case_id in case_ids:
                yield case_id, tuple(triage.counting_text(connection, run_id, case_id, limit) for run_id in run_ids)

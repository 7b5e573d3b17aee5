"""Reading what judges said: a part of the store that has a file of its own."""

from collections.abc import Collection, Iterator

from tiebreak.records.judges import Judge, Judgment
from tiebreak_store import judgments
from tiebreak_store.database import Database


class JudgeReading:
    """Mixed into `Store`."""

    _database: Database

    def judge(self, version: str) -> Judge:
        """A version of a judge, by its whole hash.

        Raises:
            CorruptStoreError: where it is not there.
        """
        with self._database.reading() as connection:
            return judgments.get_judge(connection, version)

    def judges_of(self, session_id: str) -> list[str]:
        """The versions of judges that have judged a session, in the order of their first judgments."""
        with self._database.reading() as connection:
            return judgments.judges_of(connection, session_id)

    def iter_judgments(self, session_id: str, judge_hash: str, *, light: bool = False) -> Iterator[Judgment]:
        """What one version of a judge said of a session, in the order of recording; light ones without raw replies."""
        with self._database.reading() as connection:
            yield from judgments.iter_judgments(connection, session_id, judge_hash, light=light)

    def iter_judgments_elsewhere(self, session_id: str, judge_hash: str) -> Iterator[Judgment]:
        """What a version of a judge said, in other sessions, of answers that this one stands on too; the last first."""
        with self._database.reading() as connection:
            yield from judgments.iter_elsewhere(connection, session_id, judge_hash)

    def case_judgments(self, session_id: str, case_id: str) -> list[Judgment]:
        """What judges said of one case of a session, without raw replies."""
        with self._database.reading() as connection:
            return list(judgments.case_judgments(connection, session_id, case_id))

    def iter_said(self, session_id: str, names: Collection[str]) -> Iterator[Judge | Judgment]:
        """The versions of the judges of these names that judged a session, each with its light judgments behind it."""
        with self._database.reading() as connection:
            yield from judgments.iter_said(connection, session_id, names)

    def judge_sessions(self, name: str) -> list[tuple[str, str]]:
        """Version and session of every judging by a judge of a name, by the first judgment of each."""
        with self._database.reading() as connection:
            return judgments.sessions_of(connection, name)

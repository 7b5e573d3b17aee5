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

    def has_answered(self, judge_hash: str) -> bool:
        """Whether a version of a judge was answered anything, in any session."""
        with self._database.reading() as connection:
            return judgments.has_answered(connection, judge_hash)

    def find_said(self, judge_hash: str, prompt_fingerprint: str) -> Judgment | None:
        """What a version of a judge said last to a prompt, in any session, whole. Errors are never it."""
        with self._database.reading() as connection:
            return judgments.find_said(connection, judge_hash, prompt_fingerprint)

    def find_check_judgment(self, prompt_fingerprint: str) -> Judgment | None:
        """What a judge said last to this prompt of a check."""
        with self._database.reading() as connection:
            return judgments.find_check_judgment(connection, prompt_fingerprint)

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

"""Verdicts handed out, as into a file: what is sealed stays here, or goes along where somebody insists, on record."""

from collections import Counter

from tiebreak.gates.wording import plural
from tiebreak.records.judges import Judgment
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.seals import CaseVersion, Seals
from tiebreak_workbench.judges.seen import unseal
from tiebreak_workbench.workbench import Workbench


class HandingOut:
    """Says of each judgment of a session whether it may go along, and counts what is sealed on the way."""

    def __init__(self, seals: Seals, broken: frozenset[CaseVersion] = frozenset()) -> None:
        """`broken` was sealed until now, and is on record as seen."""
        self._seals = seals
        self._broken = broken
        self._held: Counter[CaseVersion] = Counter()
        self._along: Counter[CaseVersion] = Counter()

    @classmethod
    def of(cls, bench: Workbench, stored: StoredSession, *, unsealed: bool) -> "HandingOut":
        """Into a file; with `unsealed` what is sealed goes along, and that is written down first.

        Raises:
            StoreError: where that cannot be recorded; nothing is to be handed out then.
        """
        seals = Seals.of(bench, stored, handing_out=True)
        return cls(seals, unseal(bench, seals, at="export") if unsealed else frozenset())

    def told(self, judgment: Judgment) -> bool:
        """Whether a judgment may be handed out."""
        both = (judgment.case_id, judgment.judge_hash)
        if self._seals.hides(*both):
            self._held[both] += 1
            return False
        if both in self._broken:
            self._along[both] += 1
        return True

    @property
    def held(self) -> int:
        """Sealed verdicts that stayed here."""
        return self._held.total()

    @property
    def held_cases(self) -> int:
        """The cases that they are of."""
        return _cases(self._held)

    def notes(self) -> tuple[str, ...]:
        """What to say of the sealed verdicts that were come by."""
        notes: list[str] = []
        if self._along:
            notes.append(
                f"{_of_cases(self._along)} that nobody has rated yet are among it, and that is on record: what you "
                "give for these cases from now on counts in no win rate and no gate."
            )
        if self._held:
            notes.append(
                f"{_of_cases(self._held)} stay sealed until the cases are rated. --unsealed hands them out all the "
                "same: then your votes on these cases count in no win rate and no gate."
            )
        return tuple(notes)


def _cases(verdicts: Counter[CaseVersion]) -> int:
    return len({case_id for case_id, _ in verdicts})


def _of_cases(verdicts: Counter[CaseVersion]) -> str:
    return f"{plural(verdicts.total(), 'verdict')} on {plural(_cases(verdicts), 'case')}"

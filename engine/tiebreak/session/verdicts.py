"""What one rater may know of a judge's verdicts: a seal until they have rated the case, then what it says."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tiebreak.errors import UsageError
from tiebreak.judge.saying import Agreement, CaseVerdict
from tiebreak.records import Event
from tiebreak.session.diary import Diary
from tiebreak.session.form import FormState
from tiebreak.session.judged import Judged
from tiebreak.session.seating import Seating


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLook:
    """What may be shown of one case."""

    asked: int | None = None
    """Questions of the case; None until both answers are there."""
    answered: int = 0
    seal: str = ""
    """Of the verdict; empty until every question of the case is answered."""
    verdict: CaseVerdict | None = None
    """None while it is sealed."""
    agreement: Agreement | None = None
    """How it stands beside the vote that counts; None without a vote."""

    def words(self, seating: Seating) -> str:
        """`sealed 3f2a…`, `agrees`, `says B better`."""
        if self.verdict is None:
            if self.seal:
                return f"sealed {self.seal[:8]}…"
            if self.asked == 0:
                return "has nothing to judge here"
            return (
                "waits for both answers"
                if self.asked is None
                else f"{self.answered} of {self.asked} questions answered"
            )
        if self.agreement == "agrees":
            return "agrees"
        lean = self.verdict.lean
        if lean is None:
            return "contradicts itself" if self.verdict.contradictory else "gave no verdict"
        return f"says {seating.words(lean)}"


class Verdicts:
    """Keeps a judge's verdicts from one rater until they have rated, and writes down when they see one."""

    def __init__(self, judged: Judged | None, diary: Diary, form: Callable[[str], FormState]) -> None:
        """`form` gives what the rater gave for a case so far."""
        self._judged = judged
        self._diary = diary
        self._form = form
        own = (event for event in diary.of_kind("verdict_seen") if event.detail.get("rater") == diary.rater.id)
        self._seen = {_case_of(event) for event in own}

    def seen(self, case_id: str) -> bool:
        """Whether the rater knows what a judge says of a case: what they give from then on is kept apart."""
        return case_id in self._seen

    def look(self, case_id: str) -> VerdictLook:
        """What may be shown of a case now. Whoever shows a verdict calls `see`."""
        if self._judged is None:
            return VerdictLook()
        asked, answered = self._judged.asked(case_id), self._judged.answered(case_id)
        verdict = self._judged.verdict(case_id)
        seal = verdict.seal if verdict is not None else ""
        form = self._form(case_id)
        if verdict is None or not form.rated:
            return VerdictLook(asked=asked, answered=answered, seal=seal)
        agreement = verdict.against(form.vote)
        return VerdictLook(asked=asked, answered=answered, seal=seal, verdict=verdict, agreement=agreement)

    def taggable(self, case_id: str) -> str:
        """The version of the judge whose disagreement with the rater may be tagged.

        Raises:
            UsageError: unless the verdict is open and says something else than the vote.
        """
        look = self.look(case_id)
        if look.verdict is None or self._judged is None:
            raise UsageError("The judge's verdict is sealed until you have rated this case.")
        if look.agreement == "agrees":
            raise UsageError("The judge agrees with you: there is no disagreement to tag.")
        return self._judged.judge.version

    def see(self, case_id: str) -> VerdictLook:
        """As `look`, and a verdict that is shown is written down as seen. Nothing is shown that cannot be."""
        look = self.look(case_id)
        if look.verdict is None or self._judged is None:
            return look
        if not self.seen(case_id) and not self._diary.saw_verdict(case_id, self._judged.judge.version, look.seal):
            return VerdictLook(asked=look.asked, answered=look.answered, seal=look.seal)
        self._seen.add(case_id)
        return look

    def shown(self, case_id: str, versions: Collection[str]) -> bool:
        """Write down that the rater is shown outside the Arena what some versions of judges say of a case; False where
        that cannot be written, and so must not be."""
        if not self.seen(case_id) and not all(self._diary.saw_verdict(case_id, one, "") for one in sorted(versions)):
            return False
        self._seen.add(case_id)
        return True


def _case_of(event: Event) -> str:
    return str(event.detail.get("case"))

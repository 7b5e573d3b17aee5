"""What a rater does in a session. Each act raises `UsageError` once a write has failed, and for a position outside the
plan."""

from collections.abc import Mapping
from dataclasses import replace

from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Case, IdMaker, Policy, Presentation, Rater, Response, Session, SessionRole, Vote
from tiebreak.records.sessions import BallotKind, Queue, Tag
from tiebreak.scoreboard import Scoreboard
from tiebreak.session.ballotbox import BallotBox
from tiebreak.session.blinding import Blinding
from tiebreak.session.exchange import Exchange
from tiebreak.session.recorder import Recorder
from tiebreak.session.saving import Saves
from tiebreak.session.seating import Seating
from tiebreak.session.showing import Items, Showings, shown_now
from tiebreak.session.verdicts import Verdicts


class RaterActs:
    """Mixed into `LiveSession`."""

    session: Session
    policy: Policy
    rater: Rater
    scoreboard: Scoreboard
    saves: Saves
    verdicts: Verdicts
    blinding: Blinding
    _box: BallotBox
    _showings: Showings
    _items: Items
    _positions: Mapping[str, int]
    queue: Queue
    _recorder: Recorder
    _new_id: IdMaker

    def exchange(self, position: int) -> Exchange:
        raise NotImplementedError

    def seating(self, position: int) -> Seating:
        raise NotImplementedError

    def counting(self, role: SessionRole, case: Case) -> Response | None:
        raise NotImplementedError

    def _case(self, position: int) -> Case:
        raise NotImplementedError

    def vote(self, position: int, vote: Vote) -> None:
        """Record which answer is better.

        Raises:
            UsageError: unless two answers that count are on show, when a broken one settles the case by itself, and
                where the policy asks for no vote.
        """
        if self.policy.form.vote == "off":
            raise UsageError("This policy asks for no vote.", hint="`form.vote` in it says so.")
        self._box.vote(self._present(position, self.exchange(position).comparable()), vote)

    def score(self, position: int, role: SessionRole, dimension: str, score: int) -> None:
        """Score one answer on one dimension of the policy's form.

        Raises:
            UsageError: unless two answers that count are on show, for an unknown dimension, or a score outside 1 to 5.
        """
        if dimension not in {d.name for d in self.policy.form.dimensions}:
            raise UsageError(f"The policy's form has no dimension “{dimension}”.")
        responses = self.exchange(position).rateable()
        self._box.score(self._present(position, responses), dimension, responses[role].id, score)

    def skip(self, position: int) -> None:
        """Record that the rater leaves this case out.

        Raises:
            UsageError: while the case has no two answers that count.
        """
        self._box.skip(self._present(position, self._both(position) or self.exchange(position).rateable()))

    def note(self, position: int, text: str) -> None:
        """Record a remark on the answers that count or, while there are none, on those on show.

        Raises:
            UsageError: while an answer is missing.
        """
        self._box.note(self._present(position, self._both(position) or self.exchange(position).responses()), text)

    def tag(self, position: int, tag: Tag) -> None:
        """Say what a disagreement with the judge is to be put down to.

        Raises:
            UsageError: unless the verdict was seen and differs from the vote.
        """
        judge_hash = self.verdicts.taggable(self._case(position).id)
        self._box.tag(self._present(position, self._both(position)), tag, judge_hash)

    def clear_last_score(self, position: int) -> bool:
        """Take back the newest score of this case; False if there is none."""
        return self._clear_last(position, "score")

    def untag(self, position: int) -> bool:
        """Take back the newest tag of this case; False if there is none."""
        return self._clear_last(position, "tag")

    def _clear_last(self, position: int, kind: BallotKind) -> bool:
        shown = self._showing(position, self._both(position))
        found = [b for b in self._box.in_force(shown.id) if b.kind == kind] if shown else []
        if not found:
            return False
        self._box.take_back(max(found, key=lambda ballot: ballot.id))
        return True

    def undo(self) -> int | None:
        """Take back the rater's last act, wherever it was; returns the position it was made at, or None."""
        act = self._box.last_act()
        if act is None:
            return None
        self._box.take_back(act)
        return self._positions[self._showings[act.presentation_id].case_id]

    def kept_apart(self, position: int) -> str:
        """Why what is given for a case now counts in no win rate and no gate, in words; empty where it does."""
        if self.blinding.identity_seen:
            return "given after the sides were revealed, it counts nowhere"
        if not self.verdicts.seen(self._case(position).id):
            return ""
        first = self._showing(position, self._both(position))
        voted = first is not None and any(b.kind == "vote" for b in self._box.given(first.id, "sealed"))
        return "the vote before the judge's verdict counts" if voted else "you knew the judge's verdict before"

    def _both(self, position: int) -> dict[SessionRole, Response]:
        """The counting answers of a case without their texts; nothing while one of them is missing."""
        case = self._case(position)
        found: dict[SessionRole, Response] = {}
        for role in ROLES:
            response = self.counting(role, case)
            if response is None:
                return {}
            found[role] = response
        return found

    def _showing(self, position: int, responses: Mapping[SessionRole, Response]) -> Presentation | None:
        """The presentation of two answers to this rater, if there is one."""
        return self._showings.of_pair(self._case(position).id, [response.id for response in responses.values()])

    def _present(self, position: int, responses: Mapping[SessionRole, Response]) -> Presentation:
        """The presentation of two answers, made on the first ballot for them."""
        self.saves.refuse_if_halted()
        known = self._showing(position, responses)
        if known is not None:
            return known
        seating = self.seating(position)
        case = self._case(position)
        place = self._items.of(case.id, position)
        shown = shown_now(self._new_id(), self.session.id, place, case, self.rater.id, seating, responses)
        presentation = replace(shown, queue=self.queue)
        self._showings.add(presentation)
        self.saves.follow(self._recorder.record_presentation(presentation))
        self.scoreboard.add(presentation)
        return presentation

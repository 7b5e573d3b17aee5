"""The rater's acts: each becomes a ballot, counted at once, handed to the recorder, and known as saved later."""

from collections.abc import Callable, Iterable

from tiebreak.errors import UsageError
from tiebreak.records import Ballot, IdMaker, Presentation, Vote, stamp, utc_now
from tiebreak.records.sessions import BallotKind, BallotPhase, Tag
from tiebreak.scoreboard.effective import effective_ballots
from tiebreak.session.recorder import Recorder
from tiebreak.session.saving import Saves


class BallotBox:
    """Takes ballots for presentations; knows which are in force, and takes back the last one, to any depth.

    Every act raises `UsageError` once a write has failed.
    """

    def __init__(
        self,
        recorder: Recorder,
        saves: Saves,
        new_id: IdMaker,
        counted: Callable[[Ballot], None],
        identity_seen: Callable[[], bool],
        verdict_seen: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`identity_seen` says of the moment whether the rater knows whose answers they are, `verdict_seen` whether
        they know what a judge says of the answers of a presentation."""
        self._recorder = recorder
        self._identity_seen = identity_seen
        self._verdict_seen = verdict_seen
        self._saves = saves
        self._new_id = new_id
        self._counted = counted
        self._by_presentation: dict[str, list[Ballot]] = {}
        self._acts: list[Ballot] = []
        """Every act that could be taken back, oldest first."""

    def restore(self, ballots: Iterable[Ballot]) -> None:
        """Takes in what was recorded before, oldest first."""
        for ballot in ballots:
            self._remember(ballot)
            self._saves.saved += 1
        self._saves.standing += sum(len(self.in_force(presentation)) for presentation in self._by_presentation)

    def in_force(self, presentation_id: str) -> tuple[Ballot, ...]:
        """What was given before a judge's verdict was seen, then what came after; neither displaces the other."""
        return *self.given(presentation_id, "sealed"), *self.given(presentation_id, "post_reveal")

    def given(self, presentation_id: str, phase: BallotPhase) -> tuple[Ballot, ...]:
        """The ballots in force of one phase."""
        ballots = self._by_presentation.get(presentation_id, ())
        return tuple(effective_ballots(ballot for ballot in ballots if ballot.phase == phase))

    def vote(self, presentation: Presentation, vote: Vote) -> None:
        self._cast(presentation.id, "vote", vote)

    def skip(self, presentation: Presentation) -> None:
        self._cast(presentation.id, "skip", None)

    def note(self, presentation: Presentation, text: str) -> None:
        self._cast(presentation.id, "note", text)

    def tag(self, presentation: Presentation, tag: Tag, judge_hash: str) -> None:
        self._cast(presentation.id, "tag", tag, dimension=judge_hash)

    def score(self, presentation: Presentation, dimension: str, response_id: str, score: int) -> None:
        """Score one answer on one dimension.

        Raises:
            UsageError: for a score outside 1 to 5.
        """
        if not 1 <= score <= 5:
            raise UsageError(f"A score is 1 to 5, not {score}.")
        self._cast(presentation.id, "score", score, dimension=dimension, response_id=response_id)

    def take_back(self, ballot: Ballot) -> None:
        """Undo one ballot; what it had replaced is in force again.

        Raises:
            UsageError: for one that was given before the rater came to know whose answers they are, or what a judge
                says of them.
        """
        if self._identity_seen() and not ballot.identity_seen:
            raise UsageError("That was given before the reveal, and stands.", hint="A new vote is kept apart from it.")
        if ballot.phase == "sealed" and self._verdict_seen(ballot.presentation_id):
            raise UsageError(
                "That was given before you saw the judge's verdict, and stands.",
                hint="A new vote is kept apart from it.",
            )
        self._cast(ballot.presentation_id, "undo", None, supersedes=ballot.id)

    def last_act(self) -> Ballot | None:
        """The newest act that is not yet taken back."""
        return self._acts[-1] if self._acts else None

    def _cast(
        self,
        presentation_id: str,
        kind: BallotKind,
        value: str | int | None,
        *,
        dimension: str | None = None,
        response_id: str | None = None,
        supersedes: str | None = None,
    ) -> None:
        self._saves.refuse_if_halted()
        ballot = Ballot(
            id=self._new_id(),
            presentation_id=presentation_id,
            kind=kind,
            value=value,
            dimension=dimension,
            response_id=response_id,
            supersedes=supersedes,
            phase="post_reveal" if self._verdict_seen(presentation_id) else "sealed",
            identity_seen=self._identity_seen(),
            at=stamp(utc_now()),
        )
        before = len(self.in_force(presentation_id))
        self._remember(ballot)
        self._counted(ballot)
        change = len(self.in_force(presentation_id)) - before
        self._saves.follow(self._recorder.record_ballot(ballot), ballot=True, standing=change)

    def _remember(self, ballot: Ballot) -> None:
        self._by_presentation.setdefault(ballot.presentation_id, []).append(ballot)
        if ballot.kind == "undo":
            self._acts = [act for act in self._acts if act.id != ballot.supersedes]
        else:
            self._acts.append(ballot)

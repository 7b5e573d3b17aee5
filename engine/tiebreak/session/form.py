"""What a case asks of its rater, and how much of it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tiebreak.records import VOTES, Ballot, Form, Response, SessionRole, Vote
from tiebreak.records.sessions import TAGS, Tag
from tiebreak.session.seating import OPEN, Seating


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    answered: bool = False
    """Both counting answers are there."""
    vote: Vote | None = None
    revised: Vote | None = None
    """Another vote, given once a judge's verdict was seen: kept apart from the one that counts."""
    skipped: bool = False
    settled_by_itself: bool = False
    """An answer is broken, so the pair needs no vote."""
    scores: Mapping[tuple[str, SessionRole], int] = field(default_factory=dict[tuple[str, SessionRole], int])
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """What is still required, in words: `a vote`, `helpfulness of B`."""
    rated: bool = False
    """The rater has said what they think: nothing is required any more, and they voted, unless that is not asked, or
    scored. From then on they may see what a judge says."""
    tags: Mapping[str, Tag] = field(default_factory=dict[str, Tag])
    """Version of a judge → what the disagreement with it was put down to last."""

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def open(self) -> bool:
        """The rater has yet to deal with the case: something is missing, or nothing is required and nothing given."""
        given = self.vote is not None or self.skipped or self.scores or self.notes
        return bool(self.missing) or not (given or self.settled_by_itself)


def form_state(
    form: Form,
    responses: Mapping[SessionRole, Response | None],
    ballots: Sequence[Ballot],
    seating: Seating = OPEN,
    later: Sequence[Ballot] = (),
) -> FormState:
    """Fold the ballots in force on one pair of counting responses; `seating` has the names of the sides. `later` are
    those that were given once a judge's verdict was seen.

    A skip completes a case, and so does a pair with a broken answer but for the scores of its intact one.
    """
    role_of: dict[str, SessionRole] = {
        response.id: role for role, response in responses.items() if response is not None
    }
    vote = _vote(ballots)
    skipped = any(b.kind == "skip" for b in ballots)
    scores: dict[tuple[str, SessionRole], int] = {
        (b.dimension or "", role_of[b.response_id or ""]): int(b.value or 0)
        for b in ballots
        if b.kind == "score" and b.response_id in role_of
    }
    broken = {role for role, response in responses.items() if response is not None and response.broken}
    missing: list[str] = []
    if not all(responses.values()):
        missing.append("both answers")
    elif not skipped:
        if form.vote == "required" and vote is None and not broken:
            missing.append("a vote")
        for dimension in form.dimensions:
            missing += [
                f"{dimension.name} of {seating.name(role)}"
                for role in seating.roles
                if dimension.required and role not in broken and (dimension.name, role) not in scores
            ]
    settled = bool(broken) and all(responses.values())
    given = skipped or settled or (bool(scores) if form.vote == "off" else vote is not None)
    return FormState(
        answered=all(responses.values()),
        vote=vote,
        revised=_vote(later),
        skipped=skipped,
        settled_by_itself=settled,
        scores=scores,
        notes=tuple(str(b.value) for b in (*ballots, *later) if b.kind == "note"),
        missing=tuple(missing),
        rated=given and not missing,
        tags={b.dimension or "": tag for b in (*ballots, *later) if b.kind == "tag" for tag in TAGS if tag == b.value},
    )


def _vote(ballots: Sequence[Ballot]) -> Vote | None:
    return next((vote for b in ballots if b.kind == "vote" for vote in VOTES if vote == b.value), None)

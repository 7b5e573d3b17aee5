"""Which ballots are in force."""

from collections.abc import Iterable

from tiebreak.records import VOTES, Ballot

Slot = tuple[str | None, ...]


def effective_ballots(ballots: Iterable[Ballot]) -> list[Ballot]:
    """The ballots in force, oldest first, of the ballots that one rater gave on one pair of answers.

    Ids sort by time, so the order in which ballots are handed over does not matter. An undo takes back the earlier
    ballot that it names, be it an undo itself; what that one had replaced is in force again. Vote and skip share one
    slot, a score has one per dimension and answer, and the newest ballot in a slot holds it; notes, labels and tags all
    stand.
    """
    undone: set[str] = set()
    taken: set[Slot] = set()
    in_force: list[Ballot] = []
    newest_first = sorted({ballot.id: ballot for ballot in ballots}.items(), reverse=True)
    for ballot_id, ballot in newest_first:
        if ballot_id in undone:
            continue
        if ballot.kind == "undo":
            if ballot.supersedes is not None:
                undone.add(ballot.supersedes)
            continue
        slot = _slot(ballot)
        if slot is None or slot not in taken:
            in_force.append(ballot)
        if slot is not None:
            taken.add(slot)
    in_force.reverse()
    return in_force


def well_formed(ballot: Ballot) -> bool:
    """Whether a ballot says something: imported ones may hold any value."""
    if ballot.kind == "vote":
        return ballot.value in VOTES
    if ballot.kind == "score":
        return type(ballot.value) is int and 1 <= ballot.value <= 5 and ballot.dimension is not None
    return True


def _slot(ballot: Ballot) -> Slot | None:
    if ballot.kind in ("vote", "skip"):
        return ("verdict",)
    if ballot.kind == "score":
        return ("score", ballot.dimension, ballot.response_id)
    return None

"""Which answer stands on which side, and what the sides are called."""

import hashlib
from dataclasses import dataclass

from tiebreak.records import SessionRole, Vote
from tiebreak.records.policies import SIDES

MIRRORED: dict[Vote, Vote] = {"A": "B", "B": "A"}
WORDS: dict[Vote, str] = {"tie": "a tie", "both_bad": "both bad"}


@dataclass(frozen=True, slots=True)
class Seating:
    """Two answers on show. In an open session A is left and goes by that name; blind, only the place has a name."""

    left: SessionRole = "baseline"
    blind: bool = False

    @property
    def right(self) -> SessionRole:
        return "candidate" if self.left == "baseline" else "baseline"

    @property
    def roles(self) -> tuple[SessionRole, SessionRole]:
        """Left, then right."""
        return self.left, self.right

    def label(self, role: SessionRole) -> str:
        """`A` or `B`; blind `left` or `right`."""
        if not self.blind:
            return SIDES[role]
        return "left" if role == self.left else "right"

    def name(self, role: SessionRole) -> str:
        """The side as a noun of a sentence: `A`, or `the left side`."""
        return f"the {self.label(role)} side" if self.blind else SIDES[role]

    def as_voted(self, seen: Vote) -> Vote:
        """The vote that a key on screen stands for; there `A` is the left answer. Its own inverse."""
        return seen if self.left == "baseline" else MIRRORED.get(seen, seen)

    def words(self, vote: Vote) -> str:
        """`B better`, or blind `right better`."""
        if vote in WORDS:
            return WORDS[vote]
        return f"{self.label('baseline' if vote == 'A' else 'candidate')} better"


OPEN = Seating()


def drawn(session_id: str, rater_id: str, case_id: str) -> Seating:
    """The sides of one blind showing: even odds, independent of every other showing.

    A hash rather than a generator, so that a session taken up again shows a case as it was shown before.
    """
    seed = f"seating\0{session_id}\0{rater_id}\0{case_id}"
    even = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0
    return Seating(left="baseline" if even else "candidate", blind=True)

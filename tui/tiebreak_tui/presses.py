"""Tells a key that is pressed from one that is held down. Terminals do not say: they send it again and again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["act", "wait", "held", "quiet"]

REPEAT = 0.15
"""Seconds: a key that comes again sooner is held down. Auto-repeat comes every 15 to 120 ms."""
FIRST_REPEAT = 1.1
"""Seconds: a key that comes again within them may be the first repeat, which is late; only the next one tells."""
PACE = 0.3
"""Seconds between two acts of a held key that may be held."""

PACED = ("case.undo", "score.clear", "decide.undo")
"""Ids of bindings that a held key may go on doing, slowly enough to be seen and stopped."""
ONCE = (
    "vote.", "score.", "case.skip", "answer.again", "place.leave", "board.leave", "setup.quit",
    "cause.", "decide.", "list.mark", "list.groups", "list.unfold", "list.reload", "triage.",
)  # fmt: skip
"""How the ids begin of what a held key does once: it would rate or decide about cases that nobody has read, pay,
or leave."""


@dataclass(slots=True)
class Presses:
    """Judges keys in the order in which they come. Times are seconds on any clock that only goes forward."""

    _key: str = ""
    _at: float = float("-inf")
    _acted: float = float("-inf")
    _told: bool = False

    def judge(self, key: str, at: float, binding: str | None) -> Verdict:
        """What to do about a key, given the id of what it is bound to.

        `act` now; `wait` for `REPEAT` seconds and act unless the same key has come again, which then is `held`, and
        the one that waited as well; `held` does nothing and may be said, `quiet` does nothing.
        """
        gap = at - self._at if key == self._key else float("inf")
        self._key, self._at = key, at
        if binding in PACED:
            if gap < REPEAT and at - self._acted < PACE:
                return "quiet"
            self._acted = at
            return "act"
        if binding is None or not binding.startswith(ONCE):
            return "act"
        if gap < REPEAT:
            told, self._told = self._told, True
            return "quiet" if told else "held"
        self._told = False
        return "wait" if gap < FIRST_REPEAT else "act"


def bound(keys: Mapping[str, str]) -> Mapping[str, str]:
    """From ids and their keys, as `x,space`, to the id of each key."""
    return {key: binding for binding, given in keys.items() for key in given.split(",")}

"""What the header of a forked session says of the answers that it began with."""

from collections.abc import Mapping

from tiebreak.records import ROLES
from tiebreak.records.policies import SIDES
from tiebreak_store import StoredSession


def forked_words(stored: StoredSession) -> str:
    """Of a session that an edit made: whose answers were taken over; nothing for every other one."""
    reused = next((event.detail.get("reused") for event in stored.events if event.kind == "fork"), None)
    if not isinstance(reused, Mapping):
        return ""
    counts: Mapping[object, object] = reused  # pyright: ignore[reportUnknownVariableType]  # JSON
    told = [f"{SIDES[role]} {counts[role]}" for role in ROLES if counts.get(role)]
    return f"reused {' '.join(told)}" if told else "nothing reused"

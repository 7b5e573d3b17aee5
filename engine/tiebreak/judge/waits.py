"""Calls to a judge that wait to be made again, such as while its provider takes no more of them."""

from dataclasses import dataclass
from datetime import datetime

REASONS = {"rate_limit": "rate limit", "network": "no connection", "server": "server error", "deadline": "no reply"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """At one moment."""

    calls: int
    code: str
    """Of the error that the next one waits for."""
    until: datetime
    """When the first of them is made again, UTC."""

    @property
    def words(self) -> str:
        """`waits until 14:03:22 (rate limit)`, by the clock of whoever reads it."""
        return f"waits until {self.until.astimezone():%H:%M:%S} ({REASONS.get(self.code, self.code)})"


def first_of(waits: "list[Waits | None]") -> Waits | None:
    """Of several runs together; None where none waits."""
    known = [one for one in waits if one is not None]
    if not known:
        return None
    first = min(known, key=lambda one: one.until)
    return Waits(calls=sum(one.calls for one in known), code=first.code, until=first.until)

"""How far a batch is, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tiebreak.scoreboard import Spend

Reason = Literal[
    "finished",  # everything that could be asked was asked
    "stopped",  # the user wished so; calls in flight were let finish
    "cancelled",  # the user did not want to wait for them either
    "budget",  # the money is spent
    "unpriced",  # it cannot be told how much is
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmProgress:
    """One arm of a batch."""

    answered: int
    """Counting answers, those of earlier runs included."""
    asked: int
    """Calls of this run that came to an end, whatever end."""
    reused: int
    """Answers of this run that were taken over from an earlier one."""
    failed: Mapping[str, int]
    """Calls of this run that infrastructure ended, by the code of their error."""
    in_flight: int
    """Calls that go on, or whose answers are not safe yet."""
    spend: Spend
    """Of the whole session, earlier runs included."""
    paused: str | None
    """Why it asks nothing more."""
    config: str = ""
    """The name of its config: outside text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A batch at one moment."""

    cases: int
    """Planned ones; each is answered by every arm."""
    arms: Mapping[str, ArmProgress]
    """By role; further candidates are `candidate 2` and so on."""
    unsaved: int
    """Answers on their way to the disk."""
    ending: bool
    """Nothing more is begun."""
    samples: int = 1
    """Answers of each arm to each case."""

    @property
    def planned(self) -> int:
        """Answers in all."""
        return self.cases * self.samples * len(self.arms)

    @property
    def answered(self) -> int:
        return sum(arm.answered for arm in self.arms.values())

    @property
    def failed(self) -> int:
        return sum(sum(arm.failed.values()) for arm in self.arms.values())

    @property
    def usd(self) -> float:
        """Known spend of all arms."""
        return sum(arm.spend.usd for arm in self.arms.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a batch ended; `progress` has the numbers."""

    reason: Reason
    why: str
    """A sentence for `budget`; empty otherwise."""
    progress: Progress

    @property
    def complete(self) -> bool:
        """Every case has its counting answers from every arm."""
        return self.progress.answered == self.progress.planned

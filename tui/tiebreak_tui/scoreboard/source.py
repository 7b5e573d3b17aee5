"""Where the Scoreboard has its figures from: the session in the Arena as it goes on, or a stored one as it stands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tiebreak.records import Event
from tiebreak.scoreboard import Snapshot
from tiebreak_store import StoredSession
from tiebreak_tui.screens.judging import judging_in_short
from tiebreak_tui.screens.veil import BlindTally
from tiebreak_tui.widgets.win_rate import Tally
from tiebreak_workbench.figures.figures import Material, live_material, stored_material

if TYPE_CHECKING:
    from tiebreak_tui.screens.arena import ArenaScreen
    from tiebreak_workbench.figures.looking import Look


class Source(Protocol):
    @property
    def stored(self) -> StoredSession:
        """What the session pins."""
        ...

    @property
    def sealed(self) -> bool:
        """Whether its rater must not yet see which side is which."""
        ...

    @property
    def resume(self) -> str:
        """How to go on with it; empty where there is no way."""
        ...

    @property
    def at_rest(self) -> bool:
        """Nobody rates it here."""
        ...

    @property
    def events(self) -> Sequence[Event]: ...

    @property
    def along(self) -> str | None:
        """The judge that goes along, or empty where none does; None where nobody rates."""
        ...

    def judging(self) -> str:
        """How far the judge is that goes along; empty where none does."""
        ...

    def snapshot(self) -> Snapshot:
        """The same object until a fact is added."""
        ...

    def tally(self) -> Tally:
        """What a sealed session may tell of the win rate."""
        ...

    def material(self) -> Material:
        """What all figures follow from, taken at once."""
        ...


class LiveSource:
    """The session in the Arena."""

    at_rest = False

    def __init__(self, arena: "ArenaScreen") -> None:
        self._arena = arena
        self.stored = arena.stored
        self.resume = arena.resume_command

    @property
    def sealed(self) -> bool:
        return self._arena.live.blinding.veiled

    @property
    def events(self) -> Sequence[Event]:
        return self._arena.live.diary.events

    def snapshot(self) -> Snapshot:
        return self._arena.live.scoreboard.snapshot()

    @property
    def along(self) -> str:
        judged = self._arena.live.judged
        return judged.judge.name if judged is not None else ""

    def judging(self) -> str:
        return judging_in_short(self._arena.live)

    def tally(self) -> Tally:
        return self._arena.tally(self.snapshot())

    def material(self) -> Material:
        return live_material(self._arena.live, self.stored)


class StoredSource:
    """A session that nobody works on here."""

    at_rest = True
    along = None

    def __init__(self, look: "Look", resume: str) -> None:
        self._look = look
        self._tally = BlindTally()
        self.stored = look.stored
        self.sealed = look.sealed
        self.resume = resume

    @property
    def events(self) -> Sequence[Event]:
        return self.stored.events

    def snapshot(self) -> Snapshot:
        return self._look.board.snapshot()

    def judging(self) -> str:
        return ""

    def tally(self) -> Tally:
        return self._tally.of(self._look.board)

    def material(self) -> Material:
        return stored_material(self.stored, self._look.board)

"""What the places share: their keys as data, and the app by its own type."""

from typing import TYPE_CHECKING, ClassVar, cast

from tiebreak_tui.fit import fit
from tiebreak_tui.keys import Key
from tiebreak_tui.stepwise import Stepwise

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp


class Place(Stepwise[None]):
    """A place of the app, such as Setup or the Arena."""

    KEYS: ClassVar[tuple[Key, ...]] = ()
    NAME: ClassVar[str] = ""
    INTRO: ClassVar[str] = ""
    """What one does here, for the help."""

    @property
    def tiebreak(self) -> "TiebreakApp":
        return cast("TiebreakApp", self.app)  # pyright: ignore[reportUnknownMemberType]  # Textual leaves App's type open

    def on_screen_resume(self) -> None:
        fit(self, self.tiebreak.size)

    @property
    def compared(self) -> tuple[str, str | None] | None:
        """What Triage would open from here: a session, or two runs."""
        return None

    def applies(self, action: str) -> bool:
        """Whether the palette offers an act now. Its key stays live and says why it does nothing."""
        return True

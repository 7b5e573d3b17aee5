"""Between the terminal and the app: what is pasted or held down never rates and never leaves."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from tiebreak.sanitise import clean
from tiebreak_tui.fit import too_small
from tiebreak_tui.input_reader import KeyBurst
from tiebreak_tui.presses import REPEAT, Presses, bound
from tiebreak_tui.screens.place import Place

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp

PASTED = "Pasted text is ignored here: nothing takes text."
HELD = "Held key ignored: press it once for each case."


class Keyboard:
    """Takes every key, burst and paste before the app does; `deliver` hands on what may act."""

    def __init__(self, app: "TiebreakApp", deliver: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._presses = Presses()
        self._waiting: tuple[Key, Screen[object], Timer] | None = None

    @property
    def _takes_text(self) -> bool:
        return isinstance(self._app.focused, Input) or self._takes_lines

    @property
    def _takes_lines(self) -> bool:
        # Where nobody has loaded text areas there is none; they are a twelfth of a first frame's imports.
        if "textual.widgets._text_area" not in sys.modules:
            return False
        from textual.widgets import TextArea

        return isinstance(self._app.focused, TextArea)

    async def paste(self, event: Paste) -> None:
        """What is pasted comes from outside as well: it is made harmless before an input shows it."""
        if self._takes_text:
            await self._deliver(Paste(clean(event.text)))
        else:
            self._app.flash(PASTED, severity="warning")

    async def burst(self, burst: KeyBurst) -> None:
        """Characters that came all at once: typed into an input, and no keys anywhere else."""
        await self._act_on_waiting()
        if too_small(self._app.size):
            return
        if not self._takes_text:
            self._app.flash(PASTED, severity="warning")
            return
        lines = self._takes_lines
        for key in burst.keys:
            await self._deliver(key)
            if key.key in ("enter", "escape", "tab") and not lines:
                return  # what follows was meant for this input, and that may be closed by now

    async def key(self, key: Key) -> None:
        """One key: now, in a moment, or not at all."""
        if too_small(self._app.size) and key.key not in ("ctrl+q", "ctrl+c"):
            return
        verdict = self._presses.judge(key.key, key.time, self._binding(key))
        if verdict in ("held", "quiet") and self._waiting is not None and self._waiting[0].key == key.key:
            self._forget_waiting()
        await self._act_on_waiting()
        match verdict:
            case "act":
                await self._deliver(key)
            case "wait":
                screen = self._app.screen
                self._waiting = (key, screen, self._app.set_timer(REPEAT, self._act_on_waiting))
            case "held":
                self._app.flash(HELD, severity="warning")
            case "quiet":
                pass

    async def _act_on_waiting(self) -> None:
        waiting = self._forget_waiting()
        if waiting is not None and waiting[1] is self._app.screen:
            await self._deliver(waiting[0])

    def _forget_waiting(self) -> tuple[Key, Screen[object], Timer] | None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting[2].stop()
        return waiting

    def _binding(self, key: Key) -> str | None:
        """The id of what a key does in this place; None in dialogs and inputs."""
        screen = self._app.screen
        if self._takes_text or not isinstance(screen, Place):
            return None
        own = self._app.own_keys.keys
        return bound({known.id: own.get(known.id, known.keys) for known in screen.KEYS}).get(key.key)

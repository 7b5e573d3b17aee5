"""Runs the real app over a real workspace, as a person at the keyboard would, and waits for what they would see."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from textual.events import Key
from textual.keys import _character_to_key  # pyright: ignore[reportPrivateUsage]
from textual.screen import Screen

from support.model_server import ModelServer
from support.terminal import Terminal, capture_app
from support.workspaces import make_workspace
from tiebreak.records import SessionRole
from tiebreak.scoreboard import Snapshot
from tiebreak_store import Store, StoredSession
from tiebreak_tui.app import TiebreakApp
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.status_bar import StatusBar
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.figures.scoring import scoreboard_of

S = TypeVar("S", bound=Screen[Any])
WIDE = (140, 44)


POLL = 0.02
"""Seconds between two looks at a condition; a look may lay out the whole screen."""
PAUSE = 2.0
"""Seconds between two keys on the clock of the keyboard, on which a held key is told from one that is pressed."""
HOPS = 3
"""Rounds through the message queues that a key takes, from the app over the focused widget to what it opens."""
NAMED = {" ": "space", "\n": "enter"}


def key_event(name: str) -> Key:
    """A key by its name in Textual (`left`, `ctrl+s`) or as the character that it types."""
    if len(name) == 1:
        return Key(_character_to_key(name), name)
    characters = {"space": " ", "full_stop": ".", "comma": ",", "slash": "/", "question_mark": "?"}
    characters |= {"left_square_bracket": "[", "right_square_bracket": "]"}
    return Key(name, characters.get(name))


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in front of the app."""

    app: TiebreakApp
    terminal: Terminal
    clock: Iterator[float] = field(default_factory=lambda: count(0, PAUSE))

    @property
    def text(self) -> str:
        """What the screen says now."""
        return self.terminal.text

    @property
    def setup(self) -> SetupScreen:
        return self.app.setup

    @property
    def arena(self) -> ArenaScreen:
        assert self.app.arena is not None
        return self.app.arena

    async def press(self, *keys: str) -> None:
        """Keys as the terminal sends them, each one acted on before the next.

        Does not wait for an idle processor, as Textual's pilot does: answers may be streaming.
        """
        for name in keys:
            self.send(name, next(self.clock))
            await self.settle()

    async def hold(self, name: str, repeats: int = 20, *, delay: float = 0.5, every: float = 0.03) -> None:
        """A key that is left down: once, after `delay` seconds again, and then `every` so many."""
        pressed = next(self.clock)
        for at in (pressed, *(pressed + delay + every * repeat for repeat in range(repeats))):
            self.send(name, at)
            await self.settle()

    def send(self, name: str, at: float) -> None:
        """A key that comes at a time."""
        driver = self.app._driver  # pyright: ignore[reportPrivateUsage]
        assert driver is not None
        event = key_event(name)
        event.time = at
        driver.send_message(event)

    async def settle(self) -> None:
        """Let what was sent go its way through the message queues."""
        for _ in range(HOPS):
            await self.terminal.pilot.pause(0)

    async def write(self, text: str) -> None:
        """Letter by letter, as keys."""
        await self.press(*(NAMED.get(letter, letter) for letter in text))

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the app run until the condition holds; fails after twenty seconds, with what the screen says."""
        try:
            async with asyncio.timeout(20):
                while not holds():
                    await self.terminal.pilot.pause(POLL)
        except TimeoutError:
            said = "\n".join(row for row in self.terminal.rows if row.strip(" │"))
            raise AssertionError(f"Waited in vain; the screen says:\n{said}") from None

    async def sees(self, *words: str) -> None:
        """Wait until the screen says all of the words."""
        await self.until(lambda: all(word in self.text for word in words))

    async def reaches(self, kind: type[S]) -> S:
        """Wait until a screen of a kind is on top."""
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.screen.is_current)
        screen = self.app.screen
        assert isinstance(screen, kind)
        return screen

    async def ready(self) -> None:
        """Wait until the workspace is loaded."""
        await self.until(lambda: self.setup.choosing is not None)

    async def answered(self) -> None:
        """Wait until both answers of the case are there and laid out."""
        arena = self.arena
        await self.until(
            lambda: (
                arena.is_mounted
                and arena.exchange.complete
                and all(pane.state == "done" and pane.view.settled for pane in arena.panes.values())
            )
        )

    async def saved(self) -> None:
        """Wait until nothing is on its way to the disk, and the screen says so."""
        saves = self.arena.live.saves
        try:
            await self.until(lambda: not saves.pending and f"{saves.standing} saved" in self.text)
        except AssertionError as error:
            error.add_note(f"In fact: {saves}.")
            raise

    async def start(self) -> None:
        """From Setup into the Arena with everything as preselected."""
        await self.ready()
        await self.press("ctrl+s")
        await self.reaches(ArenaScreen)
        await self.answered()

    async def hush(self) -> None:
        """End what the status line of the Arena says for a few seconds."""
        bar = self.arena.query_one(StatusBar)
        bar.hush()
        await self.settle()

    def answer(self, role: SessionRole) -> str:
        return self.arena.exchange.answers[role].text

    @property
    def toasts(self) -> str:
        return "\n".join(toast.message for toast in self.app._notifications)  # pyright: ignore[reportPrivateUsage]


@asynccontextmanager
async def sit_down(
    folder: Path,
    wishes: Wishes | None = None,
    *,
    size: tuple[int, int] = WIDE,
    environ: Mapping[str, str] | None = None,
) -> AsyncGenerator[Seat]:
    """Open a folder in the app; every byte for the terminal is kept, and fails the test where it is hostile."""
    home = folder.parent / "home"
    given = {
        "USER": "tester",
        "TEST_KEY": "sk-test-key",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
    }
    app = TiebreakApp(folder, wishes or Wishes(), {**given, **(environ or {})})
    async with capture_app(app, size) as terminal:
        yield Seat(app, terminal)
        await app.end()


@asynccontextmanager
async def rating(
    folder: Path, *, size: tuple[int, int] = WIDE, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[Seat]:
    """In the Arena, at the first case of a small workspace, both answers there."""
    if not (folder / "datasets").exists():
        make_workspace(folder)
    async with sit_down(folder, Wishes(start=True, seed=7), size=size, environ=environ) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        yield seat


def stored_session(folder: Path, session_id: str = "last") -> StoredSession:
    """A session as the database holds it now, read beside the app."""
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        return store.load_session(store.session_id(session_id))


def recomputed(folder: Path) -> Snapshot:
    """The scoreboard of the newest session, from its rows alone."""
    return scoreboard_of(stored_session(folder)).snapshot()


def against(folder: Path, server: ModelServer, a: str, b: str, *, retries: int = 0, **settings: object) -> Path:
    """A small workspace whose configs call a model server: `a` and `b` name what it does; `settings` are for B."""
    make_workspace(folder)
    for name, model, more in (("plain", a, dict[str, object]()), ("warm", b, settings)):
        target = {"kind": "model", "model": model, "base_url": server.base_url, "api_key_env": "TEST_KEY"}
        (folder / "configs" / f"{name}.yaml").write_text(json.dumps({"target": target, "retries": retries, **more}))
    return folder

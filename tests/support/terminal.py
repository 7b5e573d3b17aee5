"""Runs an app against a terminal that remembers every byte, and says whether hostile text got through to it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from support.hostile import is_hostile

# What Textual writes by itself: styles, cursor moves, synchronised output, cursor on and off, shape of the pointer.
_OWN = re.compile(r"\x1b\[[0-9;:]*m|\x1b\[[0-9;]*H|\x1b\[\?(?:2026|25)[hl]|\x1b\]22;[a-z-]*\x07")
_LINE_ENDS = str.maketrans("", "", "\r\n")


def assert_no_hostile(written: str) -> None:
    """Fail on anything in the bytes for a terminal that is neither plain text nor a sequence that Textual makes."""
    rest = _OWN.sub("", written).translate(_LINE_ENDS)
    if not any(map(is_hostile, set(rest))):
        return
    for place, character in enumerate(rest):
        assert not is_hostile(character), f"hostile {character!a} in {rest[max(0, place - 30) : place + 30]!a}"


def screen_text(app: App[Any]) -> list[str]:
    """The rows of the screen as text, without trailing blanks."""
    strips = app.screen._compositor.render_strips(app.size)  # pyright: ignore[reportPrivateUsage]
    return [strip.text.rstrip() for strip in strips]


class _CapturingDriver(HeadlessDriver):
    """Takes the bytes that a terminal would get. Says that it is not headless, for else Textual makes none."""

    log: ClassVar[list[str]]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.log.append(data)

    @property
    def can_suspend(self) -> bool:
        return True

    def suspend_application_mode(self) -> None:
        """There is no terminal to give away."""

    def resume_application_mode(self) -> None:
        """Nor one to take back."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A running app and what it has written."""

    app: App[Any]
    pilot: Pilot[Any]
    log: list[str]

    @property
    def written(self) -> str:
        return "".join(self.log)

    @property
    def rows(self) -> list[str]:
        return screen_text(self.app)

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def styled(self) -> str:
        """The screen cell by cell, with the style of each run of them."""
        strips = self.app.screen._compositor.render_strips(self.app.size)  # pyright: ignore[reportPrivateUsage]
        rows = (" ".join(f"{segment.style}:{segment.text!r}" for segment in strip.simplify()) for strip in strips)
        return "\n".join(rows)

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the app run until the condition holds; fails after ten seconds."""
        async with asyncio.timeout(10):
            while not holds():
                await self.pilot.pause()


@asynccontextmanager
async def capture_app(app: App[Any], size: tuple[int, int] = (80, 24)) -> AsyncGenerator[Terminal]:
    """Run an app in a terminal of (columns, rows) and keep every byte; fails at the end if one of them was hostile."""
    log: list[str] = []
    app.driver_class = type("Driver", (_CapturingDriver,), {"log": log})
    async with app.run_test(headless=False, size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Terminal(app, pilot, log)
        await pilot.pause()
        # A newline or tab inside a row moves the cursor where Textual does not expect it.
        assert not [row for row in screen_text(app) if "\n" in row or "\t" in row]
    assert_no_hostile("".join(log))

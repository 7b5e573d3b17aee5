"""Runs an app against a terminal that remembers every byte, and says whether hostile text got through to it."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

HOSTILE: tuple[str, ...] = (
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP1$tx\x1b\\",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x9b31mC1 CSI",
    "\x9d52;c;cm0=\x9c",
    "\u202egnp.exe",
    "\u2066isolate\u2069 \u061c \u200e\u200f",
    "pass\u200bword \u2060 \ufeff \u00ad",
    "tag \U000e0041\U000e0042",
    "[@click=app.quit]x[/]",
    "[/nope]",
    "[red]red[/red]",
    "[b",
    "$x {x} %s",
    "\ud800 lone surrogate \udfff",
    "NUL \x00 BEL \x07 BS \x08 VT \x0b FF \x0c DEL \x7f",
    "one\r\ntwo\rthree\u2028four\u2029five\x85six",
    "tab\tstops\t\t日本\tend",
    "👩\u200d🔬 ❤\ufe0f \u200d\u200d\ufe0f",
    "\u0301\u0301e" + "\u0301" * 300,
    "![image](https://evil.example/x.png) [link](javascript:alert(1)) <script>alert(1)</script>",
    "```\x1b]0;title\x07\n```",
    '{"a": "\\u001b[31m\\u202e\\ud800"}',
)
"""Texts that an attacker, or a careless model, may put anywhere that text from outside is shown."""

HOSTILE_DOCUMENT = "\n\n".join(HOSTILE)

# What Textual writes by itself: styles, cursor moves, synchronised output, cursor on and off, shape of the pointer.
_OWN = re.compile(r"\x1b\[[0-9;:]*m|\x1b\[[0-9;]*H|\x1b\[\?(?:2026|25)[hl]|\x1b\]22;[a-z-]*\x07")
_LINE_ENDS = str.maketrans("", "", "\r\n")


def is_hostile(character: str) -> bool:
    """Whether a terminal may obey the character, or it hides or reorders text. Says nothing of `tiebreak.sanitise`."""
    if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    point = ord(character)
    bidi = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    invisible = point in (0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0xFEFF) or 0x2060 <= point <= 0x206F
    return bidi or invisible or 0xE0000 <= point <= 0xE01EF


def assert_no_hostile(written: str) -> None:
    """Fail on anything in the bytes for a terminal that is neither plain text nor a sequence that Textual makes."""
    rest = _OWN.sub("", written).translate(_LINE_ENDS)
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
    assert_no_hostile("".join(log))

"""From the bytes of a keyboard to events: survives what is not text, and tells a pasted text from keys."""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from textual._xterm_parser import BRACKETED_PASTE_END as PASTE_END
from textual._xterm_parser import BRACKETED_PASTE_START as PASTE_START
from textual._xterm_parser import XTermParser
from textual.events import Event, Key
from textual.message import Message

GAP = 0.012
"""Seconds between two reads within which no hand and no auto-repeat is: both take more than twice as long."""
BURST = 4
"""Characters that come without a gap and are then taken as one text. A shorter paste cannot be told from a stalled
connection that hands over two or three keys at once."""

ESCAPE = "\x1b"


class KeyBurst(Event, bubble=False):
    """Characters that came all at once, as text pasted into a terminal that does not mark what is pasted."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        self.keys = keys


class InputReader:
    """Takes what was read from a terminal, piece by piece; gives events in their order."""

    def __init__(self, parser: Callable[[], XTermParser] = XTermParser, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        self._new_parser = parser
        self._parser = parser()
        self._clock = clock
        # What is no UTF-8, such as a key of a terminal in Latin-1, becomes the replacement character and does nothing.
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._paste = PasteGuard()
        self._run = ""
        self._read_at = float("-inf")

    def feed(self, data: bytes) -> list[Message]:
        text = self._decode(data)
        if not text:
            return []
        text = self._paste.pass_on(text)
        earlier: list[Message] = []
        now = self._clock()
        if now - self._read_at > GAP:
            if text.startswith(ESCAPE):
                # It ends what the last read left open, and that belongs to the last read.
                earlier = self._bundled(self._parsed(self._parser.feed(ESCAPE)))
                text = text.removeprefix(ESCAPE)
            self._run = ""
        self._read_at = now
        # Sequence by sequence, so that a broken one takes nothing else with it.
        sequences = filter(None, re.split(f"(?={ESCAPE})", text))
        messages = [message for part in sequences for message in self._parsed(self._parser.feed(part))]
        return [*earlier, *self._bundled(messages)]

    def tick(self) -> list[Message]:
        """To be called now and then: an escape that nothing follows is the key of that name."""
        # Also what followed an escape and is no sequence: it came with the last read.
        return self._bundled(self._parsed(self._parser.tick()))

    def _parsed(self, messages: Iterable[Message]) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(messages)
        except (ValueError, OverflowError):
            # Textual reads numbers out of escape sequences unchecked, and its parser is of no use after an error.
            self._parser = self._new_parser()
        return found

    def _bundled(self, messages: list[Message]) -> list[Message]:
        """The messages of one read, with its keys as one burst where they are part of a text."""
        keys = [message for message in messages if isinstance(message, Key)]
        typed = "".join(filter(None, map(_character, keys)))
        if not typed:
            return messages
        self._run = (self._run + typed)[-2 * BURST :]
        # One character over and over is a key that is held down.
        if len(self._run) < BURST or len(set(self._run)) == 1:
            return messages
        return [*(message for message in messages if not isinstance(message, Key)), KeyBurst(keys)]


class PasteGuard:
    """Takes the escapes out of text between the marks of a paste: Textual's parser would make keys of them."""

    def __init__(self) -> None:
        self._inside = False
        self._kept = ""
        """Outside a paste the last characters passed on, inside it those held back: the start of a mark, perhaps."""

    def pass_on(self, text: str) -> str:
        parts: list[str] = []
        while text or (self._inside and self._kept):
            seen, self._kept = self._kept, ""
            if not self._inside:
                start = (seen + text).find(PASTE_START)
                if start < 0:
                    parts.append(text)
                    self._kept = (seen + text)[1 - len(PASTE_START) :]
                    break
                self._inside = True
                end = start + len(PASTE_START) - len(seen)
                parts.append(text[:end])
                text = text[end:]
                continue
            body, mark, text = (seen + text).partition(PASTE_END)
            if mark:
                self._inside = False
            else:
                sizes = range(min(len(PASTE_END) - 1, len(body)), 0, -1)
                size = next((n for n in sizes if PASTE_END.startswith(body[-n:])), 0)
                body, self._kept = body[: len(body) - size], body[len(body) - size :]
            parts.append(body.replace("\x1b", "␛") + mark)
            if not mark:
                break
        return "".join(parts)


def _character(key: Key) -> str | None:
    """What a key types; None for an arrow and the like, of which a mouse wheel may send several at once."""
    return key.character if key.is_printable or key.key in ("enter", "tab") else None

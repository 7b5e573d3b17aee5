"""Bytes of an app's output to pieces: JSON lines, one JSON document, plain text, or an event stream; all bounded."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Protocol

from tiebreak.errors import ProtocolError
from tiebreak.targets.apps.fields import NOTHING
from tiebreak.targets.chunkjson import as_map, parse
from tiebreak.targets.reader import MAX_ANSWER, Quote
from tiebreak.targets.sse import MAX_EVENT, SseEvent, SseReader

ENDINGS = frozenset({"end", "done"})
"""Names of events that end an answer, beside `[DONE]`."""


class Pieces(Protocol):
    """Turns bytes into what `AppStream.feed` takes, one by one, so that what came before a fault is taken.

    Raises:
        ProtocolError: while iterated, for output of another form, or without end.
    """

    ended: bool
    """The output itself said that it is whole."""

    def feed(self, data: bytes) -> Iterable[object]: ...

    def close(self) -> Iterable[object]:
        """The output is over: what was left in it."""
        ...


class _Measured:
    """Counts the bytes of an output; an endless one ends here."""

    def __init__(self, name: str) -> None:
        self.ended = False
        self._name = name
        self._size = 0

    def _measure(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_ANSWER:
            raise ProtocolError(f"{self._name} sent more than {MAX_ANSWER // 1024 // 1024} MB.")


class TextPieces(_Measured):
    """Plain text in UTF-8; bytes that are none are replaced."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> Iterator[object]:
        self._measure(data)
        yield self._decoder.decode(data)

    def close(self) -> Iterator[object]:
        yield self._decoder.decode(b"", True)


class JsonPieces(_Measured):
    """A JSON value on each line, or one JSON object over all lines: the first line tells which."""

    def __init__(self, name: str, quote: Quote) -> None:
        super().__init__(name)
        self._quote = quote
        self._line: list[bytes] = []
        self._line_size = 0
        self._document: list[bytes] | None = None
        self._begun = False

    def feed(self, data: bytes) -> Iterator[object]:
        self._measure(data)
        if self._document is not None:
            self._document.append(data)
            return
        *lines, rest = data.split(b"\n")
        for number, line in enumerate(lines, start=1):
            yield from self._value(self._whole(line) if self._line else line)
            if self._document is not None:
                self._document.append(b"\n".join([b"", *lines[number:], rest]))
                return
        if rest:
            self._line.append(rest)
            self._line_size += len(rest)
        if self._line_size > MAX_EVENT:
            raise ProtocolError(f"{self._name} sent one line of more than {MAX_EVENT // 1_000_000} MB.")

    def close(self) -> Iterator[object]:
        if self._document is not None:
            yield self._parsed(b"".join(self._document))
        else:
            yield from self._value(self._whole(b""), last=True)

    def _whole(self, end: bytes) -> bytes:
        line = b"".join([*self._line, end])
        self._line.clear()
        self._line_size = 0
        return line

    def _value(self, line: bytes, *, last: bool = False) -> Iterator[object]:
        text = line.strip()
        if not text:
            return
        if not self._begun and not last and text.startswith(b"{") and _json(text) is NOTHING:
            self._document = [line]
            return
        self._begun = True
        yield self._parsed(text)

    def _parsed(self, text: bytes) -> object:
        value = _json(text)
        if value is NOTHING:
            raise ProtocolError(
                f"{self._name} sent what is not JSON: {self._quote(text)}",
                hint="Send a JSON object, or one a line; a command may say `output: text`.",
            )
        return value


class EventPieces(_Measured):
    """Server-sent events whose data is JSON; `[DONE]`, or an event named `end` or `done`, is the end."""

    def __init__(self, name: str, quote: Quote) -> None:
        super().__init__(name)
        self._sse = SseReader()
        self._quote = quote

    def feed(self, data: bytes) -> Iterator[object]:
        self._measure(data)
        yield from self._values(self._sse.feed(data))

    def close(self) -> Iterator[object]:
        if not self.ended:
            yield from self._values(self._sse.close())

    def _values(self, events: list[SseEvent]) -> Iterator[object]:
        for event in events:
            data = event.data.strip()
            if data == b"[DONE]":
                self.ended = True
                return
            if data and data != b"null":
                yield self._value(event.name, data)
            if event.name in ENDINGS:
                self.ended = True
                return

    def _value(self, name: str, data: bytes) -> object:
        value = _json(data)
        if value is NOTHING:
            raise ProtocolError(f"{self._name} sent an event that is not JSON: {self._quote(data)}")
        return {"error": value} if name == "error" and "error" not in (as_map(value) or {}) else value


def _json(text: bytes) -> object:
    """The value; `NOTHING` for what is not JSON, as the parser's error holds the whole text and would hang on ours."""
    try:
        return parse(text)
    except ValueError:
        return NOTHING

"""An incremental reader of server-sent events over bytes (WHATWG HTML, section 9.2.6).

It works on bytes throughout: `\\n` and `\\r` never occur inside a UTF-8 sequence, so a character may be cut anywhere
between two reads. Beyond the standard, a last event without its blank line is still given by `close`.
"""

from typing import NamedTuple

from tiebreak.errors import ProtocolError

MAX_EVENT = 16 * 1024 * 1024
"""Bytes of one event: what is longer is not an answer but an attack or an accident."""

_BOM = b"\xef\xbb\xbf"
_LF = 10
_CR = 13


class SseEvent(NamedTuple):
    name: str
    """`message` unless the server says otherwise."""
    data: bytes
    """The `data:` lines, joined by newlines."""


class SseReader:
    """Feed it whatever the socket gave; it returns the events that became complete."""

    __slots__ = ("_data", "_limit", "_name", "_partial", "_size", "_skip_lf", "_started")

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._partial: list[bytes] = []
        self._data: list[bytes] = []
        self._name = ""
        self._size = 0
        self._skip_lf = False
        self._started = False

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """Take the next bytes.

        Raises:
            ProtocolError: when one event exceeds the limit; what was whole before it has been given by then.
        """
        if self._skip_lf and chunk:
            self._skip_lf = False
            if chunk[0] == _LF:  # the second half of a `\r\n` cut in two
                chunk = chunk[1:]
        if not chunk:
            return []
        lines = chunk.splitlines()
        last = chunk[-1]
        rest = b"" if last in (_LF, _CR) else lines.pop()
        self._skip_lf = last == _CR
        if lines and self._partial:
            self._partial.append(lines[0])
            lines[0] = b"".join(self._partial)
            self._partial.clear()
        if rest:
            self._partial.append(rest)
        events = self._lines(lines)
        # Counted in bytes as they come: an endless line must not first be held in memory whole.
        self._size = len(rest) if events else self._size + len(chunk)
        if not events:
            self._refuse_too_long()
        return events

    def feed_plain(self, chunk: bytes) -> list[bytes] | None:
        """Take the next bytes if they are nothing but whole, unnamed events of one line each; returns their data.

        That is what servers nearly always send, and it can be cut without looking at each line. For anything else it
        returns None and has taken nothing: `feed` it.
        """
        if self._partial or self._data or self._name or not chunk.startswith(b"data: ") or chunk[-2:] != b"\n\n":
            return None
        found = chunk[6:-2].split(b"\n\ndata: ")
        if b"\r" in chunk or chunk.count(b"\n") != 2 * len(found):
            return None
        self._started, self._skip_lf, self._size = True, False, 0
        return found

    def close(self) -> list[SseEvent]:
        """The stream is over: an event that was not ended by a blank line, if there is one. Raises as `feed` does."""
        self._refuse_too_long()
        line = b"".join(self._partial)
        self._partial.clear()
        return self._lines([line, b""] if line else [b""])

    def _refuse_too_long(self) -> None:
        if self._size > self._limit and self._pending() > self._limit:
            raise ProtocolError(
                f"The server sent one event of more than {self._limit // 1_000_000} MB.",
                hint="Is this a chat-completions address?",
            )

    def _pending(self) -> int:
        self._size = sum(map(len, self._partial)) + sum(map(len, self._data))
        return self._size

    def _lines(self, lines: list[bytes]) -> list[SseEvent]:
        events: list[SseEvent] = []
        if lines and not self._started:
            self._started = True
            lines[0] = lines[0].removeprefix(_BOM)
        data = self._data
        for line in lines:
            if line.startswith(b"data: "):
                data.append(line[6:])
            elif not line:
                if data:
                    events.append(SseEvent(self._name or "message", data[0] if len(data) == 1 else b"\n".join(data)))
                    data.clear()
                self._name = ""
            elif line.startswith(b"data:"):
                data.append(line[5:])
            elif line == b"data":
                data.append(b"")
            elif line.startswith(b"event:"):
                self._name = line[6:].strip().decode("utf-8", "replace")
            # Comments (`: keep-alive`), `id`, `retry` and unknown fields say nothing to us.
        return events

"""The bytes of a reply to events: an event stream, or the plain JSON that some servers send though asked to stream."""

from collections.abc import Callable, Iterable, Iterator

from tiebreak.errors import ProtocolError, TargetError
from tiebreak.targets.chat import ChatStream
from tiebreak.targets.chunkjson import as_map, parse, parse_together
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.sse import SseEvent, SseReader

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of a whole reply; an endless stream ends here."""

DONE = b"[DONE]"

Quote = Callable[[bytes], str]
"""Makes bytes from a server fit for a message: short, redacted, on one line."""


class StreamReader:
    """Feed it the bytes of an event stream; read `failure` after each step, it ends the answer."""

    def __init__(self, chat: ChatStream, quote: Quote) -> None:
        self.chat = chat
        self.done = False
        """Whether `[DONE]` has come."""
        self.failure: TargetError | None = None
        self._sse = SseReader()
        self._quote = quote
        self._size = 0

    def feed(self, data: bytes, at: float) -> list[TargetEvent]:
        """The events in these bytes; those before an error come out whole, and the error goes to `failure`."""
        self._size += len(data)
        try:
            if self._size > MAX_ANSWER:
                raise ProtocolError(f"The answer is longer than {MAX_ANSWER // 1024 // 1024} MB.")
            plain = self._sse.feed_plain(data)
            chunks = self._chunks(self._sse.feed(data)) if plain is None else self._plain_chunks(plain)
            return self.chat.feed(chunks, at)
        except TargetError as error:
            self.failure = error
            return self.chat.take_events()

    def close(self, at: float) -> list[TargetEvent]:
        """The stream ended: what was left in it. A last line that is no JSON was cut, which `chat.end` will tell."""
        if self.done:
            return []
        try:
            return self.chat.feed(self._chunks(self._sse.close()), at)
        except ProtocolError:
            return self.chat.take_events()
        except TargetError as error:
            self.failure = error
            return self.chat.take_events()

    def _plain_chunks(self, plain: list[bytes]) -> Iterable[object]:
        """Parsed together, where they can be: a call for each costs as much as the parsing."""
        if DONE in plain:
            self.done = True
            del plain[plain.index(DONE) :]
        together = parse_together(plain)
        return self._chunks([SseEvent("message", data) for data in plain]) if together is None else together

    def _chunks(self, events: Iterable[SseEvent]) -> Iterator[object]:
        """One by one, so that what came before a malformed chunk is taken."""
        for event in events:
            data = event.data
            if data == DONE or data.strip() == DONE:
                self.done = True
                return
            if not data:
                continue
            chunk = self._parse(data)
            if event.name == "error" and "error" not in (as_map(chunk) or {}):
                chunk = {"error": chunk}
            yield chunk

    def _parse(self, data: bytes) -> object:
        try:
            return parse(data)
        except ValueError:
            pass  # raised below: the parser's error holds the whole text, and would hang on ours as context
        raise ProtocolError(f"The server sent a chunk that is not JSON: {self._quote(data)}")


def read_whole(chat: ChatStream, body: bytes, at: float, quote: Quote) -> list[TargetEvent]:
    """The events of a plain JSON reply.

    Raises:
        ProtocolError: when it is no JSON.
        TargetError: what an error object in it says.
    """
    try:
        reply = parse(body)
    except ValueError:
        reply = None
    if reply is None:
        raise ProtocolError(f"The server sent a reply that is not JSON: {quote(body)}")
    return [*chat.feed([reply], at), *chat.end()]

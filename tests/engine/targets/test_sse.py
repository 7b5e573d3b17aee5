import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.errors import ProtocolError
from tiebreak.targets.sse import SseEvent, SseReader


def read(*parts: bytes) -> list[SseEvent]:
    reader = SseReader()
    events = [event for part in parts for event in reader.feed(part)]
    return events + reader.close()


def feed_all(reader: SseReader, parts: list[bytes]) -> None:
    for part in parts:
        reader.feed(part)


def message(data: str) -> SseEvent:
    return SseEvent("message", data.encode())


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [message("a")]),
        (b"data:a\r\n\r\n", [message("a")]),
        (b"data: a\r\rdata: b\r\r", [message("a"), message("b")]),
        (b"data:  two spaces\n\n", [message(" two spaces")]),
        (b"data: a\ndata: b\ndata\n\n", [message("a\nb\n")]),
        (b"\xef\xbb\xbfdata: after the mark\n\n", [message("after the mark")]),
        (b": comment\nid: 1\nretry: 5\nunknown: x\ndata: a\n\n", [message("a")]),
        (b"event: error\ndata: a\n\ndata: b\n\n", [SseEvent("error", b"a"), message("b")]),
        (b"event: ping\n\ndata: b\n\n", [message("b")]),
        (b"\n\n\n", []),
        (b"", []),
        (b"data: no blank line\n", [message("no blank line")]),
        (b"data: no newline", [message("no newline")]),
        ("data: é東🦊\n\n".encode(), [message("é東🦊")]),
    ],
)
def test_reads_the_standard_and_its_frayed_ends(stream: bytes, events: list[SseEvent]) -> None:
    assert read(stream) == events
    assert read(*(bytes([byte]) for byte in stream)) == events


LINES = st.sampled_from(
    [b"data: a", b"data:\xf0\x9f\xa6\x8a", b"data", b"event: x", b": note", b"", b"", b"\xef\xbb\xbfdata: b", b"junk"]
)
ENDINGS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDINGS), max_size=12), st.binary(max_size=4), st.data())
def test_any_split_gives_the_same_events(lines: list[tuple[bytes, bytes]], rest: bytes, data: st.DataObject) -> None:
    stream = b"".join(line + ending for line, ending in lines) + rest
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parts = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*parts) == read(stream)


def test_an_event_is_given_as_soon_as_its_blank_line_begins() -> None:
    reader = SseReader()
    assert reader.feed(b"data: a\r\n\r") == [message("a")]
    assert reader.feed(b"\ndata: b\n\n") == [message("b")]


@pytest.mark.parametrize("part", [b"data: " + b"x" * 30, b"data: " + b"x" * 30 + b"\n"])
def test_an_event_without_end_is_refused(part: bytes) -> None:
    reader = SseReader(limit=100)
    with pytest.raises(ProtocolError, match="one event"):
        feed_all(reader, [part] * 5)


def test_many_small_events_and_comments_never_reach_the_limit() -> None:
    reader = SseReader(limit=100)
    for _ in range(100):
        assert reader.feed(b": keep-alive, and again, and again\n\n") == []
        assert reader.feed(b"data: small\n\ndata: be") == [message("small")]
        assert reader.feed(b"gun\n\n") == [message("begun")]

"""From bytes to events, in whatever pieces they come."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Event, Key, Paste
from textual.message import Message

from tiebreak_tui.input_reader import InputReader, KeyBurst

APART = 1.0
"""Seconds between two reads that have nothing to do with each other."""


def reader(every: float = APART) -> InputReader:
    clock: Iterator[float] = count(0, every)
    return InputReader(clock=lambda: next(clock))


def told(messages: list[Message]) -> list[str]:
    """Keys by name, pastes and bursts by what is in them."""
    words: list[str] = []
    for message in messages:
        assert isinstance(message, Event)
        match message:
            case Key():
                words.append(message.key)
            case Paste():
                words.append(f"paste {message.text}")
            case KeyBurst():
                words.append(f"burst {' '.join(key.key for key in message.keys)}")
            case _:
                words.append(type(message).__name__)
    return words


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"t", ["t"]),
        (b"\x1b[C", ["right"]),
        (b"\xff", ["replacement_character"]),
        (b"\x1b[1114112u", []),
        (b"\x1b[97:65;1:2u", []),
        (b"\x1b[1114112u\x1b[C", ["right"]),
        # What a mouse wheel sends where there are no mouse reports; a key held down; a stalled connection.
        (b"\x1b[A" * 5, ["up"] * 5),
        (b"jjjjjj", ["j"] * 6),
        (b"45\t", ["4", "5", "tab"]),
        (b"text", ["burst t e x t"]),
        (b"no\rq", ["burst n o enter q"]),
        (b"ab\x1b[Ccd", ["burst a b right c d"]),
        (b"\x1b[200~text q\x1b[201~", ["paste text q"]),
        (b"\x1b[200~a\x1b[201~t", ["paste a", "t"]),
        (b"\x1b[200~a\x1b[C" + b"\x1b" + b"q" * 40 + b"\x1b[201~", ["paste a␛[C␛" + "q" * 40]),
    ],
)
def test_what_is_read(data: bytes, says: list[str]) -> None:
    assert told(reader().feed(data)) == says


def test_an_utf_8_character_in_two_reads() -> None:
    read = reader()
    assert told([*read.feed("é".encode()[:1]), *read.feed("é".encode()[1:])]) == ["é"]


def test_keys_without_a_gap_become_a_burst_once_they_are_enough() -> None:
    read = reader(every=0.001)
    assert [told(read.feed(bytes([letter]))) for letter in b"pasted"] == [
        ["p"], ["a"], ["s"], ["burst t"], ["burst e"], ["burst d"],
    ]  # fmt: skip
    read = reader(every=0.03)
    assert [told(read.feed(bytes([letter]))) for letter in b"pasted"] == [[letter] for letter in "pasted"]


@given(st.text(alphabet="abq \r\x1b[C~", max_size=60), st.lists(st.integers(1, 7), min_size=1))
def test_a_marked_paste_is_no_key_however_it_is_cut(text: str, sizes: list[int]) -> None:
    data = b"\x1b[200~" + text.encode() + b"\x1b[201~"
    read = reader()
    found: list[Message] = []
    at = 0
    for size in sizes * len(data):
        if at >= len(data):
            break
        found += read.feed(data[at : at + size])
        at += size
    found += read.feed(b"\x1b[C")
    assert told(found) == [f"paste {text.replace(chr(27), '␛')}", "right"]


@given(st.lists(st.binary(max_size=12), max_size=20))
def test_no_bytes_stop_it(pieces: list[bytes]) -> None:
    read = reader()
    for piece in pieces:
        read.feed(piece)
        read.tick()


def test_a_key_ends_what_a_pasted_text_left_open_and_is_no_part_of_it() -> None:
    own = reader()
    assert told(own.feed(b"text\x1bquit")) == ["burst t e x t"]
    assert told(own.feed(b"\x1b[C")) == ["burst circumflex_accent q u i t", "right"]

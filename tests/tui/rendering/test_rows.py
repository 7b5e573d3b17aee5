"""Wrapping can be continued, loses nothing, and fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tiebreak_tui.rendering.rows import Kind, Rows
from tiebreak_tui.rendering.wrap import shown

WORDS = st.sampled_from(
    [
        "word ",
        "a",
        " ",
        "  ",
        "\n",
        "\t",
        "longer-than-the-row-is-wide ",
        "日本語",
        "é",
        "e\u0301",
        "👩\u200d🔬",
        "❤\ufe0f",
        "’",
    ]
)
TEXT = st.lists(WORDS, max_size=40).map("".join)
WIDTHS = st.integers(min_value=4, max_value=20)


def rows_of(rows: Rows) -> list[tuple[str, Kind, bool]]:
    return [(rows[index], rows.kind(index), rows.ends_line(index)) for index in range(len(rows))]


def source_of(rows: Rows) -> str:
    return "".join(text for text, _ in rows.source())


@given(TEXT, WIDTHS, st.integers(min_value=1, max_value=7))
def test_appending_chunks_equals_appending_the_whole(text: str, width: int, size: int) -> None:
    whole, chunked = Rows(width), Rows(width)
    whole.append(text)
    for start in range(0, len(text), size):
        chunked.append(text[start : start + size])
    assert rows_of(chunked) == rows_of(whole)


@given(TEXT, WIDTHS)
def test_every_row_fits_but_for_one_hanging_space(text: str, width: int) -> None:
    rows = Rows(width)
    rows.append(text)
    for index in range(len(rows)):
        row = shown(rows[index])
        assert cell_len(row.removesuffix(" ")) <= width


@given(TEXT, WIDTHS)
def test_rows_hold_the_source(text: str, width: int) -> None:
    rows = Rows(width)
    rows.append(text)
    assert source_of(rows) == text
    if len(rows):
        assert rows.extract((0, 0), (len(rows) - 1, len(rows[len(rows) - 1]))) == text.removesuffix("\n")


@given(TEXT, WIDTHS, st.integers(min_value=0, max_value=100))
def test_a_position_leads_back_to_its_row(text: str, width: int, row: int) -> None:
    rows = Rows(width)
    rows.append(text)
    if row < len(rows) and (rows[row] or rows.ends_line(row)):
        assert rows.row_at(rows.position(row)) == row


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("the quick brown fox", 10, ["the quick ", "brown fox"]),
        ("exact ten!", 10, ["exact ten!"]),
        ("exact ten! ", 10, ["exact ten! "]),
        ("abcdefghijklmno", 10, ["abcdefghij", "klmno"]),
        ("    indented-beyond", 10, ["    indent", "ed-beyond"]),
        ("日本語テキスト", 6, ["日本語", "テキス", "ト"]),
        ("a\tb\tc\td", 8, ["a\tb\t", "c\td"]),
        ("\n\n", 10, ["", ""]),
        ("", 10, []),
    ],
)
def test_where_rows_break(text: str, width: int, expected: list[str]) -> None:
    rows = Rows(width)
    rows.append(text)
    assert [rows[index] for index in range(len(rows))] == expected


def test_a_joined_emoji_is_never_split() -> None:
    rows = Rows(3)
    rows.append("👩\u200d🔬" * 3)
    assert [rows[index] for index in range(len(rows))] == ["👩\u200d🔬"] * 3


def test_a_tower_of_accents_is_folded() -> None:
    rows = Rows(10)
    rows.append("e" + "\u0301" * 1000)
    assert max(len(rows[index]) for index in range(len(rows))) <= 40


def test_kinds_stand_on_rows_of_their_own_and_notes_are_not_extracted() -> None:
    rows = Rows(20)
    rows.append("thinking", Kind.REASONING)
    rows.append("answer\nmore")
    rows.append("ours", Kind.NOTE)
    assert [rows.kind(index) for index in range(4)] == [Kind.REASONING, Kind.TEXT, Kind.TEXT, Kind.NOTE]
    assert rows.extract((0, 0), (3, 4)) == "thinking\nanswer\nmore\n"
    assert list(rows.source()) == [("thinking", Kind.REASONING), ("answer\nmore", Kind.TEXT), ("ours", Kind.NOTE)]


def test_append_tells_the_first_row_that_changed() -> None:
    rows = Rows(10)
    assert rows.append("one\ntwo") == 0
    assert rows.append(" more") == 1
    assert rows.append("") == 2

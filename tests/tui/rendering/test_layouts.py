"""Markdown, JSON and search, as text on rows."""

from collections.abc import Callable

import pytest
from rich.style import Style

from support.hostile import HOSTILE, HOSTILE_DOCUMENT, is_hostile
from tiebreak.sanitise import clean
from tiebreak_tui.rendering.find import find, literal, words_from
from tiebreak_tui.rendering.jsonview import render_json
from tiebreak_tui.rendering.markdown import render_markdown
from tiebreak_tui.rendering.palette import STYLES, Palette

PALETTE = Palette(**{name: Style(color=f"color({16 + number})") for number, name in enumerate(STYLES)})


def markdown(text: str, width: int = 40) -> list[str]:
    return [strip.text.rstrip() for strip in render_markdown(clean(text), width, PALETTE)]


def json_rows(text: str, width: int = 60) -> list[str]:
    return [strip.text.rstrip() for strip in render_json(clean(text), width, PALETTE)]


def test_markdown_is_laid_out() -> None:
    rows = markdown("# Title\n\nSome **bold** text, wrapped somewhere here.\n\n- item\n\n[link](https://example.org)")
    assert rows == [
        "Title",
        "",
        "Some bold text, wrapped somewhere here.",
        "",
        " • item",
        "",
        "link (https://example.org)",
    ]


def test_markdown_makes_no_hyperlinks_and_no_markup() -> None:
    strips = render_markdown("[a](https://evil.example) ![b](https://evil.example) [red]x[/red]", 60, PALETTE)
    assert all(segment.style is None or segment.style.link is None for strip in strips for segment in strip)
    assert "[red]x[/red]" in strips[0].text


def test_declared_code_is_highlighted_and_undeclared_code_is_not() -> None:
    def colours(fence: str) -> set[Style | None]:
        return {
            segment.style for strip in render_markdown(f"{fence}\ndef f(): pass\n```", 40, PALETTE) for segment in strip
        }

    assert len(colours("```python")) > len(colours("```")) == len(colours("```brainfuck")) - 1


@pytest.mark.parametrize(
    "text", ["[" * 3000, "> " * 500 + "x", "*" * 3000, "| a " * 200 + "\n" + "|---" * 200, "``` \x00\n"]
)
def test_odd_markdown_is_laid_out_too(text: str) -> None:
    assert isinstance(markdown(text), list)


@pytest.mark.parametrize("layout", [markdown, json_rows])
@pytest.mark.parametrize("width", [3, 20, 80])
def test_no_layout_brings_hostile_characters_back(layout: Callable[[str, int], list[str]], width: int) -> None:
    for text in (*HOSTILE, HOSTILE_DOCUMENT):
        assert not [row for row in layout(text, width) if any(is_hostile(character) for character in row)]


def test_json_is_laid_out_as_it_was_written() -> None:
    assert json_rows('{"b": [1.0, 1e400, true, null], "b": {}, "long": 123456789012345678901234567890}') == [
        "{",
        '  "b": [',
        "    1.0,",
        "    1e400,",
        "    true,",
        "    null",
        "  ],",
        '  "b": {},',
        '  "long": 123456789012345678901234567890',
        "}",
    ]


def test_escapes_inside_json_stay_escapes() -> None:
    assert json_rows('["\\u001b[31m", "\\u202e", "\\ud800"]') == [
        "[",
        '  "\\u001b[31m",',
        '  "⟨U+202E⟩",',
        '  "\ufffd"',
        "]",
    ]


def test_fenced_json_is_read_and_told() -> None:
    rows = json_rows("```json\n[]\n```", 80)
    assert rows == ["JSON inside a code fence; as a whole, the answer is not JSON.", "", "[]"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Not JSON: the answer is empty."),
        ("Sure! {}", "Not JSON: expecting value at line 1, column 1."),
        ('{"a": 1,\n"b" 2}', "Not JSON: expecting ':' delimiter at line 2, column 5."),
        ("[NaN]", "Not JSON: NaN is not a JSON value."),
        ("[" * 200_000, "Not JSON: it is nested too deeply to be read."),
    ],
)
def test_what_is_not_json_says_why(text: str, reason: str) -> None:
    assert json_rows(text, 80)[0] == reason


def test_the_offending_place_is_marked() -> None:
    strips = render_json('{"a" 1}', 60, PALETTE)
    assert [(segment.text, segment.style) for segment in strips[2]] == [
        ('{"a" ', Style()),
        ("1", PALETTE.hit),
        ("}", Style()),
    ]


def test_find_ignores_case_and_goes_over_breaks_made_by_wrapping() -> None:
    rows = [("Gate and ", False), ("gate ga", False), ("te", True), ("ga", True), ("te", True)]
    assert find(rows, literal("gate")) == [((0, 0, 4),), ((1, 0, 4),), ((1, 5, 7), (2, 0, 2))]
    assert find(rows, literal("")) == []
    assert find(rows, literal("[")) == []


def test_words_are_found_by_their_beginnings_across_rows() -> None:
    rows = [("Café lamps, a LAM", False), ("PSHADE", True), ("clamp", True)]
    assert find(rows, words_from(["lamp", "cafe"])) == [((0, 0, 4),), ((0, 5, 10),), ((0, 14, 17), (1, 0, 6))]
    assert find(rows, words_from([])) == []
    kept = [("Straße weiß ﬁnance strasse", True), ("cafe\u0301s", True)]
    assert find(kept, words_from(["straße", "weiß", "ﬁn", "cafés"])) == [
        ((0, 0, 6),), ((0, 7, 11),), ((0, 12, 18),), ((1, 0, 6),)
    ]  # fmt: skip

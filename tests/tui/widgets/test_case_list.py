"""A line of triage's list: whole words, and how many there was no room for."""

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from support.hostile import HOSTILE
from tiebreak_tui.screens.triage_text import in_rows
from tiebreak_tui.widgets.case_list import CaseRow, fitted, words_in

QUESTION = "Say hello. " * 9
WORDS = st.lists(st.text(st.sampled_from("abcdefgh-界"), min_size=1, max_size=14), max_size=6)


@given(WORDS, st.integers(0, 60))
def test_every_word_is_shown_whole_or_counted(words: list[str], room: int) -> None:
    shown = words_in([(f"−{word} ", "") for word in words], room)
    text = "".join(part for part, _ in shown)
    assert cell_len(text.rstrip()) <= room
    whole = [part for part, _ in shown if part.startswith("−")]
    if sum(cell_len(word) + 2 for word in words) <= room:
        assert whole == [f"−{word} " for word in words]
    elif words and room >= 24:
        assert f"+{len(words) - len(whole)} more" in text or len(whole) == len(words)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(16, 90))
def test_lines_that_do_not_fit_are_counted(count: int, rows: int, width: int) -> None:
    lines = [Content(f"line {number} " * 4) for number in range(count)]
    shown = in_rows(lines, rows, width).plain.split("\n")
    assert len(shown) == min(count, rows)
    hidden = count - rows
    assert ("more ⏎" in shown[-1]) is (hidden > 0)
    if hidden > 0:
        assert shown[-1].endswith(f" +{hidden} more ⏎")
        assert cell_len(shown[-1]) <= width


@given(st.sampled_from(HOSTILE), st.sampled_from(("", "open")), st.integers(10, 120))
@example("\x1b_Gf=100;AAAA\x1b\\", "", 99)  # the space after the last word stands beyond its room
@example("\x1b[31mred\x1b[0m", "", 42)
def test_a_line_is_as_wide_as_there_is_room_and_harmless(text: str, decided: str, width: int) -> None:
    row = CaseRow(
        marked=True,
        glyph=("✘", ""),
        name=text,
        moved=((f"−{text} ", ""), (f"+{text} ", "")),
        decided=(decided and text, ""),
        question=text,
    )
    line = "".join(part for part, _ in fitted(row, width, chosen=True))
    assert "\x1b" not in line
    assert cell_len(line) <= max(width, 16)


def test_a_narrow_line_has_the_question_where_there_is_room() -> None:
    def line(*moved: str) -> str:
        row = CaseRow(
            marked=False,
            glyph=("·", ""),
            name="row-1",
            moved=tuple((f"−{name} ", "") for name in moved),
            decided=("", ""),
            question="How do I send a parcel back?",
        )
        return "".join(part for part, _ in fitted(row, 46, chosen=False))

    assert "How do I send" in line()
    assert "How do I" in line("vote")
    assert "How" not in line("key-facts", "right-refusal")


def test_a_roomy_line_counts_no_names_that_it_has_room_for() -> None:
    moved = (("−contains ", ""), ("−promptfoo/icontains ", ""))
    row = CaseRow(
        marked=False, glyph=("✘", ""), name="hello", moved=moved, decided=("", ""), question="Say hello. " * 9
    )

    def line(width: int) -> str:
        return "".join(text for text, _ in fitted(row, width, chosen=False, wanted=31))

    assert "−contains −promptfoo/icontains " in line(82)
    assert "Say hello. Say hello." in line(82)
    assert "+1 more" in line(66)  # the question keeps its room
    assert "Say hello. Say hello." in line(66)


def test_what_was_decided_takes_the_room_that_nothing_moved_in() -> None:
    decided = ("fails 0/3 retrieval", "")
    row = CaseRow(
        marked=False, glyph=("✘", ""), name="hello", moved=(("−contains ", ""),), decided=decided, question=QUESTION
    )
    line = "".join(text for text, _ in fitted(row, 80, chosen=False, wanted=10))
    assert line.endswith(" fails 0/3 retrieval")
    assert "Say hello. Say hello." in line

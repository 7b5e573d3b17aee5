"""Nothing that a terminal obeys passes `clean`, wherever the chunks are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import HOSTILE, is_hostile
from tiebreak.sanitise import SLICE, clean, clean_line, slices

ANYTHING = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("\x1b\x9b\x07\r\n\t\x7f\x85\u2028\u202e\u2066\u200b\u200d\ufe0f\ufeff\ud800\U000e0041"),
    )
)


@given(ANYTHING)
def test_no_control_bidi_or_c1_character_survives(text: str) -> None:
    assert not [character for character in clean(text) if is_hostile(character) and character not in "\n\t"]


def test_no_hostile_example_survives() -> None:
    assert not [text for text in HOSTILE if any(is_hostile(c) and c not in "\n\t" for c in clean(text))]


@given(ANYTHING)
def test_clean_text_can_be_encoded(text: str) -> None:
    clean(text).encode()


@given(ANYTHING)
def test_clean_is_idempotent(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(ANYTHING, st.integers(min_value=1, max_value=5))
def test_cleaning_chunks_equals_cleaning_the_whole(text: str, size: int) -> None:
    assert "".join(clean(chunk) for chunk in slices(text, size)) == clean(text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x1b]52;c;Zg==\x07", "␛]52;c;Zg==␇"),
        ("\x9b2J", "\ufffd2J"),
        ("one\r\ntwo\u2028three\x85four", "one\ntwo\nthree\nfour"),
        ("safe\u202eexe", "safe⟨U+202E⟩exe"),
        ("pass\u200bword", "pass⟨U+200B⟩word"),
        ("hi\U000e0041", "hi\ufffd"),
        ("\ud800", "\ufffd"),
        ("\x00\x7f", "␀␡"),
        ("tab\tnewline\n", "tab\tnewline\n"),
        ("👩\u200d🔬 ❤\ufe0f", "👩\u200d🔬 ❤\ufe0f"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_clean_shows_what_it_disarms(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("raw", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("exactly10!", 10, "exactly10!"),
        ("eleven char", 10, "eleven ch…"),
        ("two\nlines\there", 20, "two⏎lines here"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("x" * 1_000_000, 3, "xx…"),
        ("e" + "\u0301" * 500, 3, "e" + "\u0301" * 15 + "…"),
        ("anything", 0, ""),
        ("", 5, ""),
    ],
)
def test_clean_line_fits_its_limit(raw: str, limit: int, shown: str) -> None:
    assert clean_line(raw, limit) == shown


@given(ANYTHING, st.integers(min_value=0, max_value=12))
def test_clean_line_is_one_clean_line(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert "\n" not in line
    assert clean(line) == line


def test_slices_cover_the_text_and_stay_small() -> None:
    text = "x" * (2 * SLICE + 1)
    parts = list(slices(text))
    assert "".join(parts) == text
    assert [len(part) for part in parts] == [SLICE, SLICE, 1]
    assert list(slices("")) == []

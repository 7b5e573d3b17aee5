"""What cannot be seen, written out for a person who edits it, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.sanitise import clean
from tiebreak.spelling import made_visible, spelled, unspelled

PIECES = st.sampled_from(
    [
        *("\\", "\u00ad", "\u202e", "\ud83d", "\r", "\r\n", "\x1b[31m", "\x85", "\u2028", "\ufeff", "\U000e0041", "a"),
        *("⟨U+00AD⟩", "⟨U+0041⟩", "⟨U+FFFFFF⟩", "⟨U+", "AD⟩", "\u200d", "é", "\n", "\t"),
    ]
)
TEXTS = st.lists(PIECES | st.characters()).map("".join)


@given(TEXTS)
def test_what_is_spelled_is_read_back_and_safe_to_show(text: str) -> None:
    shown = spelled(text)
    assert unspelled(shown) == text
    assert clean(shown) == shown
    assert shown.count("\n") == text.count("\n")


@given(TEXTS, TEXTS)
def test_what_an_editor_puts_in_is_made_visible_and_stays_what_it_is(text: str, added: str) -> None:
    left = f"{spelled(text)} {added}"
    shown = made_visible(left)
    assert clean(shown) == shown
    assert unspelled(shown) == unspelled(left)
    assert made_visible(spelled(text)) == spelled(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("soft\u00adly", "soft⟨U+00AD⟩ly"),
        ("a\\\u202eb", "a\\\\⟨U+202E⟩b"),
        ("write ⟨U+00AD⟩", "write \\⟨U+00AD⟩"),
        ("⟨U+0041⟩ \\n", "⟨U+0041⟩ \\n"),
        ("👨\u200d👩", "👨\u200d👩"),
    ],
)
def test_only_what_cannot_be_seen_is_spelled(text: str, shown: str) -> None:
    assert spelled(text) == shown

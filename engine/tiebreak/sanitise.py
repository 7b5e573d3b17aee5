"""Makes text from outside safe to show: the one door between untrusted text and a terminal.

Answers, prompts, datasets, errors and names may hold bytes that move the cursor, write the clipboard (OSC 52), open
links, reorder what is read (bidi overrides) or hide words (zero-width and tag characters). `clean` maps every such
character to something harmless and visible, one character at a time: there is no escape sequence to recognise, so no
sequence can be split over two chunks to slip through, and a reviewer sees the attempt. The store keeps the raw text.
"""

import unicodedata
from collections.abc import Iterator

SLICE = 64 * 1024
"""Characters handled at a time by code that runs on the event loop."""

_REPLACEMENT = "\ufffd"
_LONGEST_CLUSTER = 4
"""Characters per cell that `clean_line` looks at; what has more marks than that on one letter is not writing."""


def _named(first: int, last: int) -> dict[int, str]:
    """Map a range to its visible code-point notation."""
    return {point: f"⟨U+{point:04X}⟩" for point in range(first, last + 1)}


def _replaced(first: int, last: int) -> dict[int, str]:
    return dict.fromkeys(range(first, last + 1), _REPLACEMENT)


_TABLE: dict[int, str | None] = {
    # C0 controls become their Unicode pictures; newline and tab are layout, carriage return is half a newline.
    **{point: chr(0x2400 + point) for point in range(0x20) if chr(point) not in "\n\t"},
    ord("\r"): None,
    0x7F: "␡",
    # C1 controls: 0x9B alone is CSI to many terminals.
    **_replaced(0x80, 0x9F),
    # Line breaks that `str.splitlines` and terminals do not agree on: NEL, LINE and PARAGRAPH SEPARATOR.
    **dict.fromkeys((0x85, 0x2028, 0x2029), "\n"),
    # Bidirectional controls.
    **_named(0x061C, 0x061C),
    **_named(0x200E, 0x200F),
    **_named(0x202A, 0x202E),
    **_named(0x2066, 0x2069),
    # Invisible characters. ZWNJ (200C), ZWJ (200D) and the selectors FE0E and FE0F stay: scripts and emoji need them.
    **_named(0x00AD, 0x00AD),
    **_named(0x034F, 0x034F),
    **_named(0x115F, 0x1160),
    **_named(0x180B, 0x180F),
    **_named(0x200B, 0x200B),
    **_named(0x2060, 0x2065),
    **_named(0x206A, 0x206F),
    **_named(0x3164, 0x3164),
    **_named(0xFE00, 0xFE0D),
    **_named(0xFEFF, 0xFEFF),
    **_named(0xFFA0, 0xFFA0),
    # Annotations, lone surrogates, tag characters and the supplementary selectors that can smuggle whole sentences.
    **_replaced(0xFFF9, 0xFFFB),
    **_replaced(0xD800, 0xDFFF),
    **_replaced(0xE0000, 0xE01EF),
}


def clean(text: str) -> str:
    """Return `text` without any character that a terminal could obey or that hides or reorders text.

    Keeps newlines and tabs. Idempotent, and cleaning chunks equals cleaning the whole.
    """
    return text.translate(_TABLE)


def clean_line(text: str, limit: int) -> str:
    """Return `text` cleaned, on one line (`⏎` for a newline, a space for a tab), at most `limit` cells wide.

    What does not fit is cut, and `…` stands in its place. Reads only the head of a long text.
    """
    head = text[: (limit + 1) * _LONGEST_CLUSTER]
    line = clean(head).replace("\n", "⏎").replace("\t", " ")
    width = 0
    room_for_ellipsis = 0
    for index, character in enumerate(line):
        width += _cells(character)
        if width > limit:
            return line[:room_for_ellipsis] + "…"[:limit]
        if width < limit:
            room_for_ellipsis = index + 1
    return line if len(head) == len(text) else line[:room_for_ellipsis] + "…"[:limit]


def slices(text: str, size: int = SLICE) -> Iterator[str]:
    """Yield `text` in pieces of at most `size` characters; an empty text yields nothing."""
    for start in range(0, len(text), size):
        yield text[start : start + size]


def _cells(character: str) -> int:
    """Terminal cells of one character, never too few: FE0F may widen the character before it."""
    if character == "\ufe0f":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

"""Text that a person edits, with every character written out that they could not see: `⟨U+00AD⟩`.

What `tiebreak.sanitise` makes of such characters is for reading alone; this can be read back without loss, also where a
character was moved, left out or put in. Where a text holds that very notation, a backslash before it says so, and
backslashes before either are doubled.
"""

import re

from tiebreak.sanitise import clean

_NOTE = r"⟨U\+([0-9A-F]{4,6})⟩"
_WRITTEN_OUT = re.compile(rf"(\\*){_NOTE}")
_TO_WRITE_OUT = re.compile(rf"(\\*)(?:{_NOTE}|([^\n\t -~]))")


def spelled(text: str) -> str:
    """The text, safe to show, with what cannot be seen written out; `unspelled` makes the text of it again."""

    def written(found: re.Match[str]) -> str:
        slashes, point, character = found.groups()
        if character is not None:
            return f"{slashes * 2}{_note(character)}" if _unseen(character) else found[0]
        return f"{slashes * 2}\\{found[0][len(slashes) :]}" if _named(point) is not None else found[0]

    return _TO_WRITE_OUT.sub(written, text)


def made_visible(text: str) -> str:
    """A spelled text that something else may have put unseen characters into, with these written out as well."""

    def written(found: re.Match[str]) -> str:
        slashes, _, character = found.groups()
        return f"{slashes * 2}{_note(character)}" if character is not None and _unseen(character) else found[0]

    return _TO_WRITE_OUT.sub(written, text)


def unspelled(text: str) -> str:
    """What a spelled text stands for."""

    def meant(found: re.Match[str]) -> str:
        slashes, point = found.groups()
        character = _named(point)
        if character is None:
            return found[0]
        kept = slashes[: len(slashes) // 2]
        return kept + (found[0][len(slashes) :] if len(slashes) % 2 else character)

    return _WRITTEN_OUT.sub(meant, text)


def _note(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def _unseen(character: str) -> bool:
    return clean(character) != character


def _named(point: str) -> str | None:
    """The character that a note names, if it is one that is written out."""
    number = int(point, 16)
    return chr(number) if number <= 0x10FFFF and _unseen(chr(number)) else None

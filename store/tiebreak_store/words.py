"""Words, as they are put to the full text indexes beside the database."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache

SHORT = 3
"""Letters up to which FTS5 has an index of beginnings. For a longer one it would put all documents of all words that
begin so together before it gives the first; so those words are named one by one, while they are no more than these."""
CONTINUED = 60
TOKENS = "columnsize=0, detail=none, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'"
"""How an index of words alone is made."""

_WORD = re.compile(r"[^\W_]+")
_WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""A word of a text as it stands: its accents may be characters of their own."""


def quoted(word: str) -> str:
    """A word as FTS5 takes it, whatever stands in it."""
    return '"' + word.replace('"', '""').replace("\0", " ") + '"'


def any_of(words: Sequence[str]) -> str:
    """A query for one of some words."""
    return f"({' OR '.join(map(quoted, words))})"


def beginning(word: str, continued: Callable[[str, int], Sequence[str]]) -> str | None:
    """A query for the words that begin so; None where there are none. `continued` lists those that do, at most so many
    as it is told."""
    if len(word) <= SHORT or not word.isascii():  # FTS5 folds other letters in its own way
        return f"{quoted(word)} *"
    words = continued(word, CONTINUED + 1)
    if len(words) > CONTINUED:
        return f"{quoted(word)} *"
    return any_of(words) if words else None


def bare(text: str) -> str:
    """Lower case, Latin letters without their accents: near enough to what FTS5 makes of a text."""
    if text.isascii():
        return text.lower()
    return "".join(map(_bare, text.lower()))


@cache
def _bare(character: str) -> str:
    if "\u0300" <= character <= "\u036f":
        return ""
    if character == "ς":
        return "σ"
    first = unicodedata.normalize("NFD", character)[0]
    return first if first.isascii() else character


def words_of(text: str) -> list[str]:
    """Letters and digits, as an index parts them."""
    return _WORD.findall(bare(text))


def written_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text as `words_of` gives them, each with where it stands in the text: start and end."""
    return ((bare(word[0]), *word.span()) for word in _WRITTEN.finditer(text))

"""The nearest known word to a mistyped one."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, or None where none is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word.casefold(), list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60)
    return found[0] if found is not None else None


def did_you_mean(word: str, known: Iterable[str], *, most: int = 12) -> str:
    """A sentence that names the nearest known word, and the known ones where they are few."""
    words = list(known)
    near = nearest(word, words)
    listed = f"Known are {', '.join(words)}." if words and len(words) <= most else ""
    return " ".join(part for part in (f"Did you mean “{near}”?" if near else "", listed) if part)

"""What was found, in words that both front ends show."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiebreak_workbench.past.finding import Hits


def read_as_words(hits: "Hits") -> str:
    """What words were read as, besides what they are."""
    told = "; ".join(f"“{word}” also as {', '.join(terms)}" for word, terms in hits.read_as.items())
    return f"Read {told}."

"""How texts are brought into the form that metrics compare."""

import re
import string
from collections.abc import Callable, Sequence

from tiebreak.metrics.base import Item

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)
WORD = re.compile(r"\w+")


def squad_form(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, spaces single: SQuAD's `normalize_answer`."""
    return " ".join(ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def words(text: str) -> list[str]:
    """Runs of letters and digits of any script, folded."""
    return WORD.findall(text.casefold())


def label_form(text: str) -> str:
    """A label as it is compared: folded, without quotes around it and a full stop behind it."""
    return " ".join(text.strip().strip("\"'`*“”").rstrip(".").split()).casefold()


def accepted(item: Item) -> tuple[str, ...]:
    """Every answer that counts as right, the reference first."""
    own = item.case.reference
    return item.case.accepted if own is None else (own, *item.case.accepted)


def best(item: Item, likeness: Callable[[str, str], float]) -> float:
    """The greatest likeness of the answer (first) to an accepted one (second)."""
    return max(likeness(item.response.text, reference) for reference in accepted(item))


def f1(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def share(hits: Sequence[bool]) -> float:
    """The share of true ones; 0 of none."""
    return sum(hits) / len(hits) if hits else 0.0

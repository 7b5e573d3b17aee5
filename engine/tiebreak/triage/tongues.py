"""Whether a text may be in another language than what belongs to it: seen from its words alone, since telling a
language takes a model, whose loading costs more than all the rest of proposing checks."""

from tiebreak.metrics.texts import words

COMMON = 0.3
"""Of the words of the shorter of two texts, the share that the other has too, from which they are taken for one
language. 97 of 100 pairs of English answers to the same question reach it (M-IFEval, gpt-4o and gpt-4o-mini)."""
PLAIN = 0.1
"""The share of little English words from which a text is English. 96 of 100 English texts there have it; of those in
other languages the most that any has is 0.024."""
_LITTLE = "the and to of you your that with for this are be not have from can it we i what how if will"
LITTLE = frozenset(_LITTLE.split())


def may_differ(text: str, *others: str) -> bool:
    """Whether `text` may be in another language than the `others`, which are all in one. No is certain enough to
    leave it at that; yes only says that it is worth telling."""
    own, known = words(text), [words(other) for other in others]
    there = set[str]().union(*known)
    shorter = min(len(set(own)), len(there))
    if shorter and len(there & set(own)) >= COMMON * shorter:
        return False
    return not all(_is_english(one) for one in (own, [word for other in known for word in other]))


def _is_english(found: list[str]) -> bool:
    return sum(word in LITTLE for word in found) >= PLAIN * max(1, len(found))

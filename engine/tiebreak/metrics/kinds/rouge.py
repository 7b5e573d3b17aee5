"""ROUGE without stemming, as `rouge-score` 0.1.2 counts it: tokens are runs of a–z and 0–9 in lower case."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import accepted, f1

TOKEN = re.compile(r"[a-z0-9]+")
Triple = tuple[float, float, float]
"""Precision, recall, F1."""


def rouge_n(n: int, answer: str, reference: str) -> Triple:
    """Of the n-grams that both have."""
    ours, theirs = _ngrams(_tokens(answer), n), _ngrams(_tokens(reference), n)
    return _triple((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(answer: str, reference: str) -> Triple:
    """Of the longest common subsequence of tokens."""
    from rapidfuzz.distance import LCSseq

    ours, theirs = _tokens(answer), _tokens(reference)
    return _triple(LCSseq.similarity(ours, theirs), len(ours), len(theirs))


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text.lower())


def _ngrams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1))


def _triple(same: int, ours: int, theirs: int) -> Triple:
    precision, recall = same / max(ours, 1), same / max(theirs, 1)
    return precision, recall, f1(precision, recall)


def _score(n: int, item: Item, _k: int) -> Score:
    """The best F1 over the accepted answers. A text in another script has no tokens here, so nothing is said of it."""
    references = [reference for reference in accepted(item) if TOKEN.search(reference.lower())]
    if not references:
        return Score(None, "not applicable: the reference has no Latin letter or digit")
    triples = ((rouge_n(n, item.response.text, r) if n else rouge_l(item.response.text, r)) for r in references)
    return Score(max(triple[2] for triple in triples))


_ITEM = item("the cat is sitting on the mat", reference="The cat sat on the mat near the door")
_SHOWN = "“the cat is sitting on the mat” for “The cat sat on the mat near the door”"

METRICS = tuple(
    AnswerMetric(
        name=name,
        says=f"F1 of {what}, the best over the accepted answers; no stemming, Latin script.",
        source="Lin 2004, as rouge-score 0.1.2 without stemmer",
        needs=("reference",),
        score=partial(_score, n),
        example=Example(says=_SHOWN, items=(_ITEM,), value=value),
    )
    for name, n, what, value in (
        ("rouge_1", 1, "the words in common", 0.625),
        ("rouge_2", 2, "the pairs of words in common", 3 / 7),
        ("rouge_l", 0, "the longest common sequence of words", 0.625),
    )
)

"""BLEU and chrF by sacrebleu, which is loaded at the first score. All values run from 0 to 1."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any, cast

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score, SetMetric
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import accepted

Pair = tuple[str, tuple[str, ...]]
"""An answer, and the accepted ones."""
Counts = tuple[float, ...]
"""What sacrebleu counts of one answer: lengths and n-grams, which a corpus has the sums of."""


@cache
def _scorer(name: str, sentence: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    # Of a sentence, BLEU counts only the orders of n-grams that it has: sacrebleu's own default for `sentence_bleu`.
    return BLEU(effective_order=sentence) if name == "bleu" else CHRF()


def sentence_score(name: str, answer: str, references: Sequence[str]) -> float:
    return _share(_scorer(name, True).sentence_score(answer, list(references)))


def corpus_score(name: str, pairs: Sequence[Pair]) -> float:
    """Of a whole corpus."""
    counts = (_counts_of(name, answer, references) for answer, references in pairs)
    return _of_counts(name, [sum(column) for column in zip(*counts, strict=True)])


def _counts_of(name: str, answer: str, references: Sequence[str]) -> Counts:
    streams = [[reference] for reference in references]
    # What sacrebleu's own bootstrap draws from; a corpus score is made of the sums of these and of nothing else.
    (counts,) = _scorer(name, False)._extract_corpus_statistics([answer], streams)  # noqa: SLF001
    return tuple(map(float, counts))


def _of_counts(name: str, counts: Sequence[float]) -> float:
    return _share(_scorer(name, False)._compute_score_from_stats([round(count) for count in counts]))  # noqa: SLF001


def _share(score: Any) -> float:
    """sacrebleu counts to 100, and a hair beyond."""
    return min(cast("float", score.score) / 100, 1.0)


def _bleu(item: Item, _k: int) -> Score:
    return Score(sentence_score("bleu", item.response.text, accepted(item)))


def _chrf(item: Item, _k: int) -> Score:
    return Score(sentence_score("chrf", item.response.text, accepted(item)))


def _counts(name: str, item: Item) -> Counts:
    return _counts_of(name, "" if item.response.broken else item.response.text, accepted(item))


def _as_they_are(parts: Sequence[Counts]) -> Sequence[Counts]:
    return parts


_FIRST = item("the cat is sitting on the mat", reference="The cat sat on the mat near the door")
_SECOND = item(
    "We issue refunds within 14 days of return.", reference="Refunds are issued within 14 days, minus shipping."
)
_SHOWN = "“the cat is sitting on the mat” for “The cat sat on the mat near the door”"
_BOTH = (
    f"{_SHOWN}; “We issue refunds within 14 days of return.” for “Refunds are issued within 14 days, minus shipping.”"
)

METRICS = (
    AnswerMetric(
        name="bleu",
        says="BLEU of one answer, smoothed; for a set `corpus_bleu` is the figure that papers mean.",
        source="Papineni et al. 2002, by sacrebleu (exponential smoothing)",
        needs=("reference",),
        score=_bleu,
        example=Example(says=_SHOWN, items=(_FIRST,), value=0.20873176328735713),
    ),
    SetMetric(
        name="corpus_bleu",
        says="BLEU of the whole set, its n-grams counted together.",
        source="Papineni et al. 2002, by sacrebleu",
        needs=("reference",),
        part=partial(_counts, "bleu"),
        counts=_as_they_are,
        of_counts=partial(_of_counts, "bleu"),
        example=Example(says=_BOTH, items=(_FIRST, _SECOND), value=0.15859448965547958),
    ),
    AnswerMetric(
        name="chrf",
        says="F-score of the character n-grams in common; for every script.",
        source="Popović 2015 (chrF2), by sacrebleu",
        needs=("reference",),
        score=_chrf,
        example=Example(says=_SHOWN, items=(_FIRST,), value=0.356108999134771),
    ),
    SetMetric(
        name="corpus_chrf",
        says="chrF of the whole set, its n-grams counted together.",
        source="Popović 2015 (chrF2), by sacrebleu",
        needs=("reference",),
        part=partial(_counts, "chrf"),
        counts=_as_they_are,
        of_counts=partial(_of_counts, "chrf"),
        example=Example(says=_SHOWN, items=(_FIRST,), value=0.356108999134771),
    ),
)

"""Retrieval by itself: the ranked ids that came with the answer against the relevant ones of the case."""

import math
from collections.abc import Callable, Sequence
from functools import partial

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.retrieved import ranked, relevant_of, why_unknown
from tiebreak.metrics.texts import share

Ranking = Sequence[str | None]
"""For each retrieved passage the relevant id it goes by, or None."""


def recall_at(ranking: Ranking, relevant: int, k: int) -> float:
    return len({found for found in ranking[:k] if found is not None}) / relevant


def precision_at(ranking: Ranking, _relevant: int, k: int) -> float:
    """Over k, also where fewer were retrieved."""
    return sum(found is not None for found in ranking[:k]) / k


def reciprocal_rank(ranking: Ranking, _relevant: int, _k: int) -> float:
    return next((1 / rank for rank, found in enumerate(ranking, start=1) if found is not None), 0.0)


def ndcg_at(ranking: Ranking, relevant: int, k: int) -> float:
    """Gain 1 for each relevant id where it comes first, discount log2(rank + 1)."""
    seen: set[str] = set()
    gain = 0.0
    for rank, found in enumerate(ranking[:k], start=1):
        if found is not None and found not in seen:
            seen.add(found)
            gain += 1 / math.log2(rank + 1)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, relevant) + 1))


def average_precision(ranking: Ranking, _relevant: int, _k: int) -> float:
    """The mean of precision@rank over the ranks of the relevant passages that were retrieved."""
    hits = [found is not None for found in ranking]
    return sum(share(hits[:rank]) for rank, hit in enumerate(hits, start=1) if hit) / max(sum(hits), 1)


def _score(formula: Callable[[Ranking, int, int], float], item: Item, k: int) -> Score:
    ids = ranked(item)
    if ids is None:
        return Score(None, f"not applicable: {why_unknown(item)}")
    relevant = tuple(dict.fromkeys(item.case.relevant))
    ranking = [relevant_of(passage, relevant) for passage in ids]
    return Score(formula(ranking, len(relevant), k), "" if ids else "nothing was retrieved")


_ITEM = item(retrieved=("kb-3", "kb-5#2"), relevant=("kb-5", "kb-9"))
_SHOWN = "kb-3, kb-5#2 retrieved where kb-5 and kb-9 are relevant, k = 5"

METRICS = tuple(
    AnswerMetric(
        name=name,
        says=says,
        source=source,
        needs=("relevant",),
        score=partial(_score, formula),
        example=Example(says=_SHOWN, items=(_ITEM,), value=value),
    )
    for name, says, source, formula, value in (
        (
            "recall@k",
            "The share of the relevant ids among the first k passages.",
            "Manning et al. 2008, ch. 8",
            recall_at,
            0.5,
        ),
        (
            "precision@k",
            "The share of relevant ones among the first k passages, over k even where fewer came.",
            "Manning et al. 2008, ch. 8",
            precision_at,
            0.2,
        ),
        ("mrr", "1 over the rank of the first relevant passage; 0 without one.", "Voorhees 1999", reciprocal_rank, 0.5),
        (
            "ndcg@k",
            "Discounted gain of the first k passages over that of the best order.",
            "Järvelin and Kekäläinen 2002, binary gains",
            ndcg_at,
            (1 / math.log2(3)) / (1 + 1 / math.log2(3)),
        ),
        (
            "context_precision",
            "The mean of precision@rank at each relevant passage that was retrieved.",
            "Ragas context precision over ids (average precision of what was retrieved)",
            average_precision,
            0.5,
        ),
    )
)

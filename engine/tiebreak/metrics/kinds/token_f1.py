from collections import Counter

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import best, f1, squad_form


def overlap_f1(answer: str, reference: str) -> float:
    """F1 of the bags of tokens; where one of them is empty, whether both are."""
    ours, theirs = Counter(squad_form(answer).split()), Counter(squad_form(reference).split())
    if not ours or not theirs:
        return float(ours == theirs)
    same = (ours & theirs).total()
    return f1(same / ours.total(), same / theirs.total())


def token_f1(item: Item, _k: int) -> Score:
    return Score(best(item, overlap_f1))


METRICS = (
    AnswerMetric(
        name="token_f1",
        says="F1 of the words that answer and reference share, the best over the accepted answers.",
        source="SQuAD v2.0 evaluation script (Rajpurkar et al. 2018)",
        needs=("reference",),
        score=token_f1,
        example=Example(
            says="“two days at most” for “two days”",
            items=(item("two days at most", reference="two days"),),
            value=2 / 3,
        ),
    ),
)

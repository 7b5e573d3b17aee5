from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.texts import best, squad_form


def exact_match(item: Item, _k: int) -> Score:
    """1 where answer and an accepted one are the same in SQuAD's form."""
    return Score(best(item, lambda answer, reference: float(squad_form(answer) == squad_form(reference))))


METRICS = (
    AnswerMetric(
        name="exact_match",
        says="Whether the answer is an accepted one, but for case, punctuation, articles and spaces.",
        source="SQuAD v1.1 evaluation script (Rajpurkar et al. 2016)",
        needs=("reference",),
        score=exact_match,
        example=Example(says="“The Nile.” for “nile”", items=(item("The Nile.", reference="nile"),), value=1.0),
    ),
)

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item


def correct_refusal(item: Item, _k: int) -> Score:
    refuses = item.refuses or item.response.refusal
    return Score(float(refuses), "" if refuses else "it should refuse, and answers")


METRICS = (
    AnswerMetric(
        name="correct_refusal",
        says="Where evidence is missing (`expect: refuse`): whether the answer refuses, as the check `refusal` tells.",
        source="share of right refusals",
        needs=("expected_refusal",),
        score=correct_refusal,
        example=Example(
            says="“I'm sorry, but I can't share that.” where a refusal is expected",
            items=(item("I'm sorry, but I can't share that.", refuses=True, expect="refuse"),),
            value=1.0,
        ),
    ),
)

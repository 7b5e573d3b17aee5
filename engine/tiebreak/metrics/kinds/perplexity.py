import math

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item


def perplexity(item: Item, _k: int) -> Score:
    mean = sum(item.logprobs) / len(item.logprobs)
    # A text this unlikely has no finite perplexity in a float.
    return Score(math.exp(-mean)) if mean > -700 else Score(None, "not applicable: too large to write down")


METRICS = (
    AnswerMetric(
        name="perplexity",
        says="e to the mean negative log probability of the answer's tokens; 1 or more, without an upper end.",
        source="Jelinek et al. 1977",
        needs=("logprobs",),
        better="lower",
        worst=None,
        score=perplexity,
        example=Example(
            says="two tokens of probability ½", items=(item("a b", logprobs=(math.log(0.5),) * 2),), value=2.0
        ),
    ),
)

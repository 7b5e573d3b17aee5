"""Reference points: what a complete summary or answer mentions."""

import re
from collections.abc import Collection

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.tool_calls import matched
from tiebreak.metrics.texts import words

ENOUGH = 0.75
"""Share of a point's words that must be there."""
ALIKE = 80
"""Per cent of likeness at which two words are taken for forms of one: refund, refunds, refunded."""
SHORT = 4
"""Words of fewer letters must be the same."""
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def mentions(answer: str, point: str) -> bool:
    """Whether a point is found in an answer: all its numbers, and three quarters of its words, in any form and order.

    Words are compared, not meanings: a negation or a paraphrase deceives it.
    """
    if not set(NUMBER.findall(point)) <= set(NUMBER.findall(answer)):
        return False
    said, wanted = set(words(answer)), words(point)
    return bool(wanted) and sum(_is_said(word, said) for word in wanted) >= ENOUGH * len(wanted)


def _is_said(word: str, said: Collection[str]) -> bool:
    if word in said:
        return True
    if len(word) < SHORT or not word.isalpha():
        return False
    from rapidfuzz import fuzz, process

    return process.extractOne(word, said, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


def missing(item: Item) -> list[str]:
    return [point for point in item.case.points if not mentions(item.response.text, point)]


def coverage(item: Item, _k: int) -> Score:
    lost = missing(item)
    return Score(1 - len(lost) / len(item.case.points), _told(lost))


def completeness(item: Item, _k: int) -> Score:
    lost = missing(item)
    return Score(float(not lost), _told(lost))


def task_completion(item: Item, _k: int) -> Score:
    expected = item.case.tool_calls
    undone = len(expected) - matched(item.response.tool_calls, expected)
    lost = missing(item)
    told = "; ".join(part for part in (f"{undone} expected calls were not made" if undone else "", _told(lost)) if part)
    return Score(float(not undone and not lost), told)


def _told(lost: list[str]) -> str:
    return f"missing: {'; '.join(lost)}" if lost else ""


_POINTS = ("refunds take 5 days", "to the card charged")
_ITEM = item("The refund takes 5 days.", points=_POINTS)
_SHOWN = "“The refund takes 5 days.” for “refunds take 5 days” and “to the card charged”"
_HOW = "a point counts when all its numbers and three quarters of its words are there"

METRICS = (
    AnswerMetric(
        name="coverage",
        says=f"The share of the reference points that the answer mentions; {_HOW}.",
        source="share of key points covered (as in SummHay, Laban et al. 2024), by words",
        needs=("points",),
        score=coverage,
        example=Example(says=_SHOWN, items=(_ITEM,), value=0.5),
    ),
    AnswerMetric(
        name="completeness",
        says="Whether the answer mentions every reference point.",
        source="all of coverage",
        needs=("points",),
        score=completeness,
        example=Example(says=_SHOWN, items=(_ITEM,), value=0.0),
    ),
    AnswerMetric(
        name="task_completion",
        says="Whether every expected call was made, in any order, and every reference point mentioned.",
        source="goal reached, all or nothing",
        needs=("goal",),
        score=task_completion,
        example=Example(says=_SHOWN, items=(_ITEM,), value=0.0),
    ),
)

"""What an answer states: its label, and how sure it is."""

import json
import math
import re
from functools import lru_cache
from typing import NamedTuple, cast

from tiebreak.metrics.base import Item
from tiebreak.metrics.texts import accepted, label_form

FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", re.DOTALL)
LINE = re.compile(
    r"^[ \t*_]*confidence[ \t*_]*[:=][ \t*_]*(\d{1,3}(?:\.\d+)?|\.\d+)[ \t]*(%)?[ \t*_.]*$",
    re.IGNORECASE | re.MULTILINE,
)
LONGEST = 100_000
"""Characters of an answer that are looked through; a label is short."""


class Stated(NamedTuple):
    answer: str
    confidence: float | None
    """From 0 to 1."""


@lru_cache(maxsize=64)
def stated(text: str) -> Stated:
    """A JSON object's `label` or `answer` and its `confidence`, also in a code fence; or the text but for a line
    `Confidence: 0.8` (or `80 %`). A confidence outside 0 to 1 is none.
    """
    text = text[:LONGEST]
    found = _object(text)
    if found is not None:
        answer = next((found[key] for key in ("label", "answer") if key in found), text)
        return Stated(answer if isinstance(answer, str) else json.dumps(answer), _share(found.get("confidence")))
    lines = list(LINE.finditer(text))
    if not lines:
        return Stated(text, None)
    last = lines[-1]
    number = float(last[1]) / (100 if last[2] else 1)
    return Stated(f"{text[: last.start()]}{text[last.end() :]}".strip(), _share(number))


def is_label_right(item: Item) -> bool:
    """Whether the stated label is an accepted one."""
    return label_form(stated(item.response.text).answer) in {label_form(text) for text in accepted(item)}


def is_right(item: Item) -> bool:
    """Whether the answer passed its checks; where none decides, whether its label is right."""
    if item.response.broken:
        return False
    return is_label_right(item) if item.passed is None else item.passed


def _object(text: str) -> dict[str, object] | None:
    fenced = FENCE.fullmatch(text)
    body = (fenced[1] if fenced else text).strip()
    if not body.startswith("{"):
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= 1 else None

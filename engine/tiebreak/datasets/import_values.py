"""What stands in a column of a foreign row as the value of its field, or a sentence that says why it is none."""

import json
import math
from collections.abc import Callable, Mapping
from functools import partial
from sys import intern
from typing import cast

from tiebreak.checks.parse import shown
from tiebreak.datasets.import_rows import ORDER_WORDS
from tiebreak.records import Context, Vote, canonical_json
from tiebreak.records.judges import VERDICT_WORDS

Convert = Callable[[object, Mapping[str, Vote]], object]
"""Of a value, given the words for votes.

Raises:
    ValueError: for a value that cannot be one of the field.
"""


def as_text(value: object, words: Mapping[str, Vote]) -> str:
    del words
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return canonical_json(value)
    raise ValueError(f"Expected text, not {'a list' if isinstance(value, list) else 'a mapping'}.")


def _name(value: object, words: Mapping[str, Vote]) -> str:
    """A text that recurs, in one object for all that say the same."""
    return intern(as_text(value, words))


def _number(value: object, words: Mapping[str, Vote]) -> float:
    del words
    try:
        number = float(cast("str", value)) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number < 0 or isinstance(value, bool):
        raise ValueError(f"Expected a number from 0 up, not {shown(value)}.")
    return number


def _count(value: object, words: Mapping[str, Vote]) -> int:
    number = _number(value, words)
    if not number.is_integer():
        raise ValueError(f"Expected a whole number, not {shown(value)}.")
    return int(number)


def _vote(value: object, words: Mapping[str, Vote]) -> Vote:
    word = as_text(value, words).strip().lower()
    if word not in words:
        raise ValueError(f"{shown(value)} is no vote that is known here. Say what it means with a value map.")
    return words[word]


def _side(value: object, words: Mapping[str, Vote]) -> str:
    side = words.get(as_text(value, words).strip().lower())
    if side not in ("A", "B"):
        raise ValueError(f"Expected side A or B, not {shown(value)}.")
    return side


def _order(value: object, words: Mapping[str, Vote]) -> str:
    word = as_text(value, words).strip().lower()
    if word not in ORDER_WORDS:
        raise ValueError(f"Expected the order ab or ba, or whether it was swapped, not {shown(value)}.")
    return ORDER_WORDS[word]


def _passages(value: object, words: Mapping[str, Vote], *, ids: bool = False) -> tuple[Context, ...]:
    """Passages as texts or as mappings, also as JSON text; one text is one passage. Of `ids` each text is an id."""
    del words
    found = _json_of(value) if isinstance(value, str) and value.lstrip()[:1] in ("[", "{") else value
    items = cast("list[object]", found) if isinstance(found, list) else [found]
    return tuple(_passage(item, number, ids) for number, item in enumerate(items, start=1))


def _passage(item: object, number: int, is_id: bool) -> Context:
    if isinstance(item, str):
        return Context(id=item, text="") if is_id else Context(id=str(number), text=item)
    if isinstance(item, Mapping):
        told = cast("Mapping[str, object]", item)
        names = ("id", "source", "doc_id", "document_id")
        id_ = next((told[name] for name in names if isinstance(told.get(name), str | int)), number)
        text = next((told[name] for name in ("text", "content", "page_content") if isinstance(told.get(name), str)), "")
        title = told.get("title")
        return Context(id=str(id_), text=str(text), title=title if isinstance(title, str) else None)
    if is_id and isinstance(item, int):
        return Context(id=str(item), text="")
    raise ValueError(f"Expected passages as texts or as mappings with id and text, not {shown(item)}.")


OF_ROWS: Mapping[str, Convert] = {
    **dict.fromkeys(("ttft", "latency", "cost"), _number),
    **dict.fromkeys(("prompt_tokens", "completion_tokens"), _count),
    **dict.fromkeys(("vote", "verdict"), _vote),
    **dict.fromkeys(("case", "config", "model", "rater", "judge"), _name),
    "side": _side,
    "order": _order,
    "contexts": _passages,
    "retrieved": partial(_passages, ids=True),
}
"""Of answers, votes and verdicts; other fields are text."""


def _said(value: object, words: Mapping[str, Vote]) -> str | int | float:
    """A number, a word for a side, or what stands there."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = as_text(value, words).strip()
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return words.get(text.lower(), text)


def _repeat(value: object, words: Mapping[str, Vote]) -> int:
    number = _count(value, words)
    if number > MOST_REPEATS:
        raise ValueError(f"Expected a repeat from 0 to {MOST_REPEATS:,}, not {shown(value)}.")
    return number


def _shown_order(value: object, words: Mapping[str, Vote]) -> str:
    return "single" if value == "single" else _order(value, words)


def _one_of(*known: str) -> Convert:
    def convert(value: object, words: Mapping[str, Vote]) -> str:
        word = as_text(value, words).strip().lower()
        if word not in known:
            raise ValueError(f"Expected one of {', '.join(known)}, not {shown(value)}.")
        return word

    return convert


def _json_of(value: object) -> object:
    """What a cell of a table holds as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("Expected JSON.") from None


def _replies(value: object, words: Mapping[str, Vote]) -> tuple[str, ...]:
    """Raw replies: a list, also as JSON text, or one text."""
    found = value
    if isinstance(value, str):
        try:
            found = _json_of(value)
        except ValueError:
            found = None
    if isinstance(found, list) and all(isinstance(one, str) for one in cast("list[object]", found)):
        return tuple(cast("list[str]", found))
    return (as_text(value, words),)


def _claims(value: object, words: Mapping[str, Vote]) -> tuple[Mapping[str, object], ...]:
    del words
    found = _json_of(value)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in cast("list[object]", found)):
        raise ValueError("Expected a list of claims.")
    return tuple(cast("list[dict[str, object]]", found))


def _mapping(value: object, words: Mapping[str, Vote]) -> Mapping[str, object]:
    del words
    found = _json_of(value)
    if not isinstance(found, dict):
        raise ValueError("Expected a mapping.")
    return cast("dict[str, object]", found)


MOST_REPEATS = 10_000
OF_JUDGMENTS: Mapping[str, Convert] = {
    **dict.fromkeys(("cost", "seconds"), _number),
    **dict.fromkeys(("prompt_tokens", "completion_tokens"), _count),
    "verdict": _said,
    "state": _one_of("valid", "unparseable", "error"),
    "kind": _one_of(*VERDICT_WORDS),
    "side": _side,
    "order": _shown_order,
    "repeat": _repeat,
    "replies": _replies,
    "claims": _claims,
    "definition": _mapping,
}
"""Of judgments: some of its words mean more than in other rows."""

"""What a check keeps of one answer, where a figure of a whole case or set is made of such parts."""

import json
from typing import cast

from tiebreak.records.responses import PART


def written_part(part: object) -> str:
    """A part as the detail of a check; tuples become lists."""
    return PART + json.dumps(part, ensure_ascii=False, separators=(",", ":"))


def read_part(detail: str) -> object:
    """The part in the detail of a check, lists as tuples; None where it holds none."""
    if not detail.startswith(PART):
        return None
    try:
        return _frozen(json.loads(detail[len(PART) :]))
    except (ValueError, RecursionError):
        return None


def _frozen(value: object) -> object:
    return tuple(map(_frozen, cast("list[object]", value))) if isinstance(value, list) else value

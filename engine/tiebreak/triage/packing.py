"""Sides and labels as a head in JSON and the bytes of each column, little-endian, and read again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tiebreak.records.outcomes import Scored
from tiebreak.records.triage import Scores
from tiebreak.triage.sides import LABELS, STATUSES, CaseLabels, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
"""Of what is packed here; another one is not read, but made anew."""
Packed = tuple[str, dict[str, bytes]]
_Pattern = tuple[tuple[str, str, str, int], ...]
_BY_CASE = {"ordinals": "<i4", "counts": "<i4", "reasons": "<i4"}
_BY_ANSWER = {"statuses": "u1", "scores": "<i4", "usd": "<f8", "seconds": "<f8"}
_PLAIN, _GIVEN, _NONE = 0, 1, 2
"""The value of a result: 1 of a check that passed and else 0, given by itself, or none."""


def packed_side(side: Side) -> Packed:
    import numpy as np

    patterns: dict[_Pattern, int] = {}
    known: dict[tuple[_Pattern, tuple[float, ...]], int] = {}
    used, coded = np.unique(side.scores, return_inverse=True)
    again = [known.setdefault(_parted(side.said[code]), len(known)) for code in map(int, used)]
    which = [patterns.setdefault(pattern, len(patterns)) for pattern, _ in known]
    given = [value for _, values in known for value in values]
    side = replace(side, scores=np.array(again, dtype=np.int32)[coded])
    head = {
        "format": FORMAT,
        "statuses": STATUSES,
        "cases": len(side),
        "answers": len(side.statuses),
        "patterns": list(patterns),
        "why": list(side.why),
        "edited": list(side.edited.items()),
    }
    columns = {name: getattr(side, name).astype(kind).tobytes() for name, kind in (_BY_CASE | _BY_ANSWER).items()}
    columns |= {
        "said": np.array(which, dtype="<i4").tobytes(),
        "values": np.array(given, dtype="<f8").tobytes(),
    }
    return json.dumps(head), columns


def unpacked_side(head: str, columns: Mapping[str, bytes]) -> Side:
    """The side that `packed_side` was given.

    Raises:
        ValueError: where head and columns are of another format, or do not fit together.
    """
    read = _head(head)
    if read.get("statuses") != list(STATUSES):
        raise ValueError("the words for how an answer ended are others")
    found = {name: _column(columns, name, kind, read["cases"]) for name, kind in _BY_CASE.items()}
    found |= {name: _column(columns, name, kind, read["answers"]) for name, kind in _BY_ANSWER.items()}
    patterns: list[list[tuple[str, str, Any, int]]] = [[tuple(one) for one in each] for each in read["patterns"]]
    values = iter(_column(columns, "values", "<f8").tolist())
    which: NDArray[Any] = _column(columns, "said", "<i4")
    _refuse_codes(which, len(patterns))
    try:
        said = [_scores(patterns[code], values) for code in map(int, which)]
    except StopIteration:
        raise ValueError("values of scores are missing") from None
    why: list[str | None] = read["why"]
    _refuse_codes(found["scores"], len(said))
    _refuse_codes(found["reasons"], len(why))
    _refuse_codes(found["statuses"], len(STATUSES))
    if int(found["counts"].sum()) != read["answers"]:
        raise ValueError("the cases have other answers than there are")
    return Side(**found, said=said, why=why, edited={int(ordinal): str(version) for ordinal, version in read["edited"]})


def packed_labels(labels: CaseLabels) -> Packed:
    words = {name: list(labels.words[name]) for name in LABELS}
    head = {"format": FORMAT, "cases": len(labels.ordinals), "words": words}
    columns = {"ordinals": labels.ordinals, **labels.codes}
    return json.dumps(head), {name: column.astype("<i4").tobytes() for name, column in columns.items()}


def unpacked_labels(head: str, columns: Mapping[str, bytes]) -> CaseLabels:
    """The labels that `packed_labels` was given; raises as `unpacked_side`."""
    read = _head(head)
    words: dict[str, list[Any]] = {name: read["words"][name] for name in LABELS}
    words["tags"] = [tuple(tags) for tags in words["tags"]]
    codes = {name: _column(columns, name, "<i4", read["cases"]) for name in LABELS}
    for name in LABELS:
        _refuse_codes(codes[name], len(words[name]))
    return CaseLabels(_column(columns, "ordinals", "<i4", read["cases"]), codes, words)


def _parted(scores: Scores) -> tuple[_Pattern, tuple[float, ...]]:
    """What many results have in common, and the values that are given by themselves."""
    pattern: list[tuple[str, str, str, int]] = []
    values: list[float] = []
    for one in scores.scored:
        how = _NONE if one.value is None else _PLAIN if one.value == float(one.status == "pass") else _GIVEN
        pattern.append((one.check_id, one.check_hash, one.status, how))
        if how == _GIVEN and one.value is not None:
            values.append(one.value)
    return tuple(pattern), tuple(values)


def _scores(pattern: list[tuple[str, str, Any, int]], values: Any) -> Scores:
    return Scores(
        tuple(
            [  # no generator, where the end of the values would be another error
                Scored(
                    check_id=check_id,
                    check_hash=check_hash,
                    status=status,
                    value=None if how == _NONE else next(values) if how == _GIVEN else float(status == "pass"),
                )
                for check_id, check_hash, status, how in pattern
            ]
        )
    )


def _head(head: str) -> dict[str, Any]:
    read = cast("dict[str, Any]", json.loads(head))
    if read.get("format") != FORMAT:
        raise ValueError(f"the format is {read.get('format')!r}, not {FORMAT}")
    return read


def _column(columns: Mapping[str, bytes], name: str, kind: str, length: int | None = None) -> "NDArray[Any]":
    import numpy as np

    if name not in columns:
        raise ValueError(f"the column {name} is missing")
    found: NDArray[Any] = np.frombuffer(columns[name], dtype=np.dtype(kind))
    if length is not None and len(found) != length:
        raise ValueError(f"the column {name} has {len(found)} rows instead of {length}")
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def _refuse_codes(codes: "NDArray[Any]", words: int) -> None:
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < words:
        raise ValueError("a column names what is not there")

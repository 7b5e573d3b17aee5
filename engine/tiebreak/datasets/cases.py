"""One case as it is written, and as it is read."""

import dataclasses
from typing import cast

from tiebreak.checks import parse_checks
from tiebreak.checks.parse import nearest
from tiebreak.datasets.reading import Located, record_from
from tiebreak.datasets.reading.located import loc_of
from tiebreak.errors import InputError
from tiebreak.records import Case, CheckSpec, DatasetCard
from tiebreak.records.canonical import plain

MAX_ID = 200


def case_from(row: Located) -> Case:
    """The case that a line describes.

    Raises:
        InputError: of the row's kind, naming line and field.
    """
    case = record_from(with_checks(row), Case)
    if not case.id.strip() or len(case.id) > MAX_ID or not case.id.isprintable():
        message = f"An id is 1 to {MAX_ID} visible characters."
        raise row.refuse(message, ("id",), "It is how sessions and checks call the case, so it should stay the same.")
    if not isinstance(case.input, str) and not case.input:
        raise row.refuse("The input holds no message.", ("input",))
    return case


def with_checks(source: Located, field: str = "checks") -> Located:
    """The same with its checks, written flat as `{kind: contains, any: [refund]}`, in the form of their record.

    Raises:
        InputError: of the source's kind, for an unknown check or parameter.
    """
    mapping = source.mapping
    if mapping is None or not mapping.get(field):
        return source
    try:
        specs = parse_checks(mapping[field], where=source.name((field,)), error=source.error, path=source.path)
    except InputError as refused:
        loc = loc_of(refused.field or "")
        refused.line = source.line_of(loc)
        raise
    return source.holding({**mapping, field: [plain(spec) for spec in specs]})


def check_segment(case: Case, card: DatasetCard, row: Located) -> None:
    """Hold a case to the segments of the card, if it lists any.

    Raises:
        InputError: of the row's kind.
    """
    if card.segments and case.segment is not None and case.segment not in card.segments:
        message = f"The card lists no segment “{case.segment}”."
        raise row.refuse(message, ("segment",), nearest(case.segment, list(card.segments)))


def flat_case(case: Case) -> dict[str, object]:
    """A case as it is written: JSON types, fields at their default left out, checks flat."""
    written: dict[str, object] = {}
    for field in dataclasses.fields(case):
        value = getattr(case, field.name)
        default = field.default_factory() if callable(field.default_factory) else field.default
        if value != default:
            written[field.name] = plain(value)
    if case.contexts:
        written["contexts"] = [
            {"id": context.id, **({"title": context.title} if context.title is not None else {}), "text": context.text}
            for context in case.contexts
        ]
    if case.checks:
        written["checks"] = [flat_check(spec) for spec in case.checks]
    return written


def flat_check(spec: CheckSpec) -> dict[str, object]:
    """A check as it is written; its id is left out where it is the kind."""
    named: dict[str, object] = {} if spec.id == spec.kind else {"id": spec.id}
    return {"kind": spec.kind, **named, **cast("dict[str, object]", plain(spec.params))}

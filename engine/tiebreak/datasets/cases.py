"""One case as it is written, and as it is read."""

from collections.abc import Iterator
from typing import cast

from tiebreak.checks import parse_checks
from tiebreak.checks.parse import nearest
from tiebreak.datasets.check_files import with_files
from tiebreak.datasets.reading import Located, read_record
from tiebreak.datasets.reading.located import loc_of
from tiebreak.datasets.written import written
from tiebreak.errors import InputError
from tiebreak.records import Case, CheckSpec, DatasetCard
from tiebreak.records.canonical import plain

MAX_ID = 200


def case_from(row: Located) -> Case:
    """The case that a line describes.

    Raises:
        InputError: of the row's kind, naming line and field.
    """
    case = read_record(Case, with_checks(row))
    for problem in case_faults(case, row):
        raise problem
    return case


def case_faults(case: Case, row: Located) -> Iterator[InputError]:
    """What is wrong with a case whose fields are each of their kind."""
    if not _is_name(case.id):
        message = f"An id is 1 to {MAX_ID} visible characters."
        yield row.refuse(message, ("id",), "It is how sessions and checks call the case, so it should stay the same.")
    if case.group is not None and not _is_name(case.group):
        yield row.refuse(f"A group is 1 to {MAX_ID} visible characters.", ("group",), "Leave it out for no group.")
    if not isinstance(case.input, str) and not case.input:
        yield row.refuse("The input holds no message.", ("input",))


def _is_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_ID and text.isprintable()


def with_checks(source: Located, field: str = "checks") -> Located:
    """The same with its checks, written flat as `{kind: contains, any: [refund]}`, in the form of their record.

    Raises:
        InputError: of the source's kind, for an unknown check or parameter.
    """
    mapping = source.mapping
    if mapping is None or not mapping.get(field):
        return source
    return source.holding({**mapping, field: [plain(spec) for spec in checks_in(source, field)]})


def checks_in(source: Located, field: str = "checks") -> tuple[CheckSpec, ...]:
    """The checks that a mapping lists; none where it has no such field.

    Raises:
        InputError: as `with_checks`.
    """
    listed = (source.mapping or {}).get(field)
    if not listed:
        return ()
    if isinstance(listed, list):
        listed = [with_files(item, index, source, field) for index, item in enumerate(cast("list[object]", listed))]
    try:
        return parse_checks(listed, where=source.name((field,)), error=source.error, path=source.path)
    except InputError as refused:
        refused.line = source.line_of(loc_of(refused.field or ""))
        raise


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
    line = written(case)
    if case.kind == "typical":
        del line["kind"]
    if case.checks:
        line["checks"] = [flat_check(spec) for spec in case.checks]
    return line


def flat_check(spec: CheckSpec) -> dict[str, object]:
    """A check as it is written; its id is left out where it is the kind."""
    named: dict[str, object] = {} if spec.id == spec.kind else {"id": spec.id}
    return {"kind": spec.kind, **named, **cast("dict[str, object]", plain(spec.params))}

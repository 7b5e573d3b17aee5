"""Values into records, and pydantic's findings into sentences."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast, get_args, get_origin, get_type_hints

from tiebreak.checks.parse import nearest, shown
from tiebreak.datasets.reading.located import Loc, Located, field_name
from tiebreak.errors import InputError
from tiebreak.records.codec import adapter

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")
Also = Mapping[str, Sequence[str]]
"""Keys that a file may have beside the fields of its record, by field path; they are taken out before."""

KEY = "[key]"
"""How pydantic marks that a key, not its value, is wrong."""
TOLD = 5
"""Findings told at once."""
EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dataclass_type": "a mapping",
    "mapping_type": "a mapping",
    "dict_type": "a mapping",
}


def read_record(record_type: type[T], source: Located, *, also: Also | None = None) -> T:
    """The record that a value of JSON types describes, converting nothing: text is not a number, 1 is not true.

    Raises:
        InputError: of the source's kind, for the first finding, with up to four more in its message.
    """
    record, found = _read(record_type, source, also or {})
    if record is None:
        raise _together(source, found)
    return record


def every_problem(
    record_type: type[T], source: Located, *, also: Also | None = None
) -> tuple[T | None, list[InputError]]:
    """As `read_record`, but with each finding as an error of its own, not raised; the record where there is none."""
    try:
        record, found = _read(record_type, source, also or {})
    except InputError as problem:
        return None, [problem]
    return record, [source.refuse(finding.message, finding.loc, finding.hint) for finding in found]


def _read(record_type: type[T], source: Located, also: Also) -> "tuple[T | None, list[_Finding]]":
    """The record, or what stands against it.

    Raises:
        InputError: of the source's kind, for what is no mapping or has no JSON form.
    """
    import orjson
    from pydantic import ValidationError

    if source.mapping is None:
        raise source.refuse(f"Expected a mapping with {_listed(_names(record_type))}, not {_a(source.value)}.")
    try:
        data = orjson.dumps(source.value)
    except TypeError:
        raise _unwritable(source) from None
    try:
        # As JSON, because only there strict validation takes lists for tuples and mappings for records.
        return cast("T", adapter(record_type).validate_json(data, strict=True)), []
    except ValidationError as invalid:
        return None, list(_findings(source, record_type, invalid.errors(include_url=False), also))


def union_member(source: Located, members: Sequence[type[T]]) -> type[T]:
    """The record of a union that a mapping is meant to be: by its `kind`, or else by the fields it has.

    Raises:
        InputError: of the source's kind, for what is no mapping, and for an unknown `kind`.
    """
    kinds = {cast("str", get_args(_hints(member)["kind"])[0]): member for member in members}
    mapping = source.mapping
    if mapping is None:
        raise source.refuse(f"Expected a mapping with a `kind` ({_listed(list(kinds))}), not {_a(source.value)}.")
    if "kind" not in mapping:
        return max(members, key=lambda member: len(mapping.keys() & set(_names(member))))
    kind = mapping["kind"]
    if not isinstance(kind, str) or kind not in kinds:
        raise source.refuse(f"There is no kind {_a(kind)} here.", ("kind",), nearest(kind, list(kinds)))
    return kinds[kind]


@dataclasses.dataclass(frozen=True, slots=True)
class _Finding:
    message: str
    loc: Loc
    hint: str | None = None

    @property
    def sentence(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


def _together(source: Located, found: list[_Finding]) -> InputError:
    first, rest = found[0], found[1:TOLD]
    if not rest:
        return source.refuse(first.message, first.loc, first.hint)
    message = first.sentence
    for finding in rest:
        line = source.line(finding.loc)
        place = f"line {line}, " if line is not None else ""
        message += f" Also {place}{source.name(finding.loc)}: {finding.sentence}"
    if len(found) > TOLD:
        message += f" And {len(found) - TOLD} more."
    return source.refuse(message, first.loc)


def _findings(source: Located, record_type: type, errors: list["ErrorDetails"], also: Also) -> Iterator[_Finding]:
    told: set[Loc] = set()
    for error in sorted(errors, key=_rank):
        loc, fits = _real_loc(error, source.value)
        if fits and loc not in told:
            told.add(loc)
            yield _finding(error, loc, record_type, source.value, also)
    if not told:
        loc, _ = _real_loc(errors[0], source.value)
        yield _Finding(f"Expected {_either(record_type, loc)}, not {_a(_value_at(source.value, loc))}.", loc)


def _rank(error: "ErrorDetails") -> int:
    """Unknown keys first: what is missing is often what was misspelt."""
    return 0 if error["type"] == "unexpected_keyword_argument" else 1


def _finding(error: "ErrorDetails", loc: Loc, record_type: type, value: object, also: Also) -> _Finding:
    kind = error["type"]
    given = loc[-1] if error["loc"][-1] == KEY else _value_at(value, loc)
    if kind == "unexpected_keyword_argument":
        above = loc[:-1]
        known = [*_names(_type_at(record_type, above)), *also.get(field_name(above), ())]
        return _Finding(f"There is no field {shown(loc[-1])} here.", loc, nearest(loc[-1], known))
    if kind == "missing":
        return _Finding(f"The field “{loc[-1]}” is missing.", loc)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", ""))
        hint = nearest(given, options)
        return _Finding(f"Expected {_listed(options)}, not {_a(given)}.", loc, hint if hint.startswith("Did") else None)
    if kind in EXPECTED:
        return _Finding(f"Expected {EXPECTED[kind]}, not {_a(given)}.", loc, _help(kind, given))
    if kind == "value_error":
        return _Finding(error["msg"].removeprefix("Value error, "), loc)
    return _Finding(f"{error['msg']}.", loc)


def _help(kind: str, given: object) -> str | None:
    if kind == "string_type" and isinstance(given, bool | int | float):
        return f"Put it in quotes: {_written(given)!r}."
    if kind == "float_type" and isinstance(given, str):
        percent = re.fullmatch(r"([0-9.]+) ?%", given)
        if percent:
            return f"For {given} write {float(percent[1]) / 100:g}."
        try:
            return f"Write {float(given):g}, without quotes."
        except ValueError:
            return None
    return None


def _real_loc(error: "ErrorDetails", value: object) -> tuple[Loc, bool]:
    """pydantic's place without the names of union members, and whether those are the members that the value is."""
    real: list[int | str] = []
    fits = True
    last = len(error["loc"]) - 1 if error["type"] == "missing" else None
    for index, part in enumerate(error["loc"]):
        if part == KEY:
            continue
        is_key = isinstance(value, Mapping) and (part in value or index == last)
        if is_key or (isinstance(value, list) and isinstance(part, int)):
            real.append(part)
            value = _value_at(cast("object", value), (part,))
        else:
            fits = fits and _is_member(str(part), cast("object", value))
    return tuple(real), fits


def _is_member(name: str, value: object) -> bool:
    if isinstance(value, list):
        return name.startswith(("tuple", "list"))
    if isinstance(value, Mapping):
        return not name.startswith(("tuple", "list", "str"))
    return isinstance(value, str) and name == "str"


def _value_at(value: object, loc: Loc) -> object:
    for part in loc:
        if isinstance(value, Mapping):
            value = cast("Mapping[object, object]", value).get(part)
        elif isinstance(value, list) and isinstance(part, int):
            items = cast("list[object]", value)
            value = items[part] if part < len(items) else None
        else:
            return None
    return value


@cache
def _hints(record_type: type) -> Mapping[str, object]:
    return get_type_hints(record_type)


def _type_at(hint: object, loc: Loc) -> object:
    """The declared type at a place: through records, lists, mappings, and the record of a union."""
    for part in loc:
        options = [option for option in (get_args(hint) or (hint,)) if option is not type(None)]
        record = next((option for option in (hint, *options) if dataclasses.is_dataclass(option)), None)
        if isinstance(part, int):
            lists = [option for option in (hint, *options) if get_origin(option) is tuple]
            hint = get_args(lists[0])[0] if lists else None
        elif isinstance(record, type) and get_origin(hint) is not Mapping:
            hint = _hints(record).get(part)
        else:
            hint = options[-1] if get_origin(hint) is not None else None
    return hint


def _names(hint: object) -> list[str]:
    """The fields of a record type, or of the record in a union."""
    for option in (hint, *get_args(hint)):
        if dataclasses.is_dataclass(option):
            return [field.name for field in dataclasses.fields(option)]
    return []


def _either(record_type: type, loc: Loc) -> str:
    words = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    names: list[str] = []
    for option in get_args(_type_at(record_type, loc)):
        if option in words:
            names.append(words[option])
        elif get_origin(option) is tuple:
            names.append("a list")
        elif dataclasses.is_dataclass(option):
            names.append("a mapping")
    return _listed(names or ["something else"])


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else "fields"


def _a(value: object) -> str:
    """A value in a sentence: scalars as written, the rest by kind."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return shown(value) if isinstance(value, str) else _written(value)


def _written(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _unwritable(source: Located) -> InputError:
    """Python's JSON reader lets pass what no JSON may hold: half a surrogate pair, numbers beyond 64 bits."""
    pending: list[tuple[Loc, object]] = [((), source.value)]
    while pending:
        loc, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [((*loc, str(key)), item) for key, item in cast("Mapping[object, object]", value).items()]
        elif isinstance(value, list):
            pending += [((*loc, index), item) for index, item in enumerate(cast("list[object]", value))]
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            return source.refuse("The number does not fit into 64 bits.", loc, "Write it as text, in quotes.")
        elif isinstance(value, str) and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            return source.refuse("The text holds half a surrogate pair, which is no character.", loc)
    return source.refuse("A value here has no JSON form.")

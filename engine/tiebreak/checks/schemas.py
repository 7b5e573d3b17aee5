"""JSON Schemas of users: held to what can be judged here, without fetching anything and without taking for ever."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from tiebreak.checks.base import CheckUnavailable
from tiebreak.checks.matching import first_match
from tiebreak.checks.patterns import searchable, usable
from tiebreak.checks.words import shown
from tiebreak.records.canonical import canonical_json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

DEEPEST = 200
"""Levels of a schema."""
PATTERNED = ("pattern", "patternProperties", "additionalProperties", "unevaluatedProperties")
"""Keywords that run patterns of the schema on the answer."""


def usable_schema(schema: object, name: str = "schema") -> None:
    """
    Raises:
        ValueError: for what is no JSON Schema, names a schema elsewhere, or holds a pattern that may take for ever.
    """
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    try:
        kind = validator_for(cast("Any", schema), default=_dialect())
        kind.check_schema(cast("Any", schema))
    except SchemaError as error:
        place = "/".join(str(step) for step in error.absolute_path)
        raise ValueError(f"`{name}` is no JSON Schema: {error.message}{f' (at {place})' if place else ''}.") from None
    except RecursionError:
        raise ValueError(f"`{name}` is nested too deep.") from None
    for key, value in _keywords(schema):
        if key in ("$ref", "$dynamicRef") and isinstance(value, str) and not value.startswith("#"):
            raise ValueError(f"`{name}` refers to {shown(value)}; nothing is fetched, so put it under `$defs`.")
        if key == "pattern" and isinstance(value, str):
            usable([value])
        if key == "patternProperties" and isinstance(value, Mapping):
            usable(str(pattern) for pattern in cast("Mapping[object, object]", value))


def has_patterns(schema: object) -> bool:
    """Whether judging by the schema runs patterns. A property that is named as a keyword is taken for one."""
    return any(key in ("pattern", "patternProperties") for key, _ in _keywords(schema))


def problem_in(instance: object, schema: object) -> str | None:
    """Where and how a value does not fit a schema; None where it does.

    Raises:
        CheckUnavailable: for a reference that leads nowhere, or to itself.
    """
    from jsonschema.exceptions import ValidationError, relevance
    from referencing.exceptions import Unresolvable

    try:
        errors: list[ValidationError] = list(_validator(canonical_json(schema)).iter_errors(cast("Any", instance)))
    except Unresolvable as problem:
        raise CheckUnavailable(f"the schema refers to what is not there: {shown(str(problem.ref))}") from None
    except RecursionError:
        raise CheckUnavailable("the schema goes round in circles, or the answer is nested too deep") from None
    if not errors:
        return None
    error = max(errors, key=relevance)
    place = error.json_path.removeprefix("$").lstrip(".")
    return f"{place}: {shorter(error.message)}" if place else shorter(error.message)


def shorter(message: str, limit: int = 160) -> str:
    return message if len(message) <= limit else f"{message[: limit - 1]}…"


@lru_cache(maxsize=256)
def _validator(schema_json: str) -> "Validator":
    import json

    from jsonschema import validators
    from jsonschema.validators import validator_for

    schema = json.loads(schema_json)
    dialect: Any = validator_for(schema, default=_dialect())
    own = {name: _within_time(name, dialect.VALIDATORS[name]) for name in PATTERNED if name in dialect.VALIDATORS}
    kind: Any = cast("Any", validators).extend(dialect, own)
    return cast("Validator", kind(schema, registry=_nothing_elsewhere(), format_checker=dialect.FORMAT_CHECKER))


def _within_time(name: str, keyword: Any) -> Any:
    """A keyword of the library that runs patterns in this process, each shown to end before."""

    def held(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        patterns: list[str]
        texts: list[object]
        if name == "pattern":
            texts, patterns = [instance], [value]
        else:
            texts = list(cast("dict[object, object]", instance)) if isinstance(instance, dict) else []
            patterns = list(cast("Mapping[str, Mapping[str, object]]", schema).get("patternProperties", {}))
        for pattern in patterns:
            for text in texts:
                if isinstance(text, str):
                    first_match(pattern, searchable(text))
        return keyword(validator, value, instance, schema)

    return held


def _nothing_elsewhere() -> Any:
    """The default registry would fetch what a schema refers to."""
    from referencing.jsonschema import EMPTY_REGISTRY

    return cast("Any", EMPTY_REGISTRY)


def _dialect() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator


def _keywords(schema: object, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Every key with its value, however deep."""
    if depth > DEEPEST:
        raise ValueError("The schema is nested too deep.")
    if isinstance(schema, Mapping):
        for key, value in cast("Mapping[str, object]", schema).items():
            yield key, value
            yield from _keywords(value, depth + 1)
    elif isinstance(schema, list | tuple):
        for value in cast("list[object]", schema):
            yield from _keywords(value, depth + 1)

"""Records to canonical JSON and back. pydantic is imported on the first decode, never at start-up."""

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from tiebreak.records.canonical import canonical_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def adapter(record_type: type[T]) -> "TypeAdapter[Any]":
    """pydantic's validator of a record type, built once."""
    from pydantic import TypeAdapter

    return TypeAdapter(record_type)


def encode(record: object) -> str:
    return canonical_json(record)


def decode(record_type: type[T], data: str | bytes) -> T:
    """The record that `encode` wrote.

    Raises:
        pydantic.ValidationError: where the data is not such a record.
    """
    return adapter(record_type).validate_json(data)

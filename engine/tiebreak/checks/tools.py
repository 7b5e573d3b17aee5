"""Tool calls of an answer, with their arguments read."""

from collections.abc import Mapping
from typing import cast

from tiebreak.checks.structured import NotReadable, read_json
from tiebreak.records import ToolCall


def arguments_of(call: ToolCall) -> Mapping[str, object]:
    """The arguments of a call; none at all are an empty mapping, as models write a call without parameters.

    Raises:
        NotReadable: for what is no JSON object.
    """
    parsed: object = read_json(call.arguments) if call.arguments.strip() else dict[str, object]()
    if not isinstance(parsed, Mapping):
        raise NotReadable("JSON, but not an object")
    return cast("Mapping[str, object]", parsed)


def alike(given: object, wanted: object) -> bool:
    """Whether two JSON values are the same; numbers by their value, and true is not 1."""
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    return given == wanted

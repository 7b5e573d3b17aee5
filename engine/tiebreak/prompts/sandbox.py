"""Jinja2's sandbox, closed also against what could take memory or time, and the templates that run in it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from functools import cache
from itertools import islice
from typing import Any, cast

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

VARIABLES = ("input", "messages", "contexts", "segment", "metadata", "id")
MAX_TEMPLATE = 1_000_000
"""Characters of a template."""
MAX_OUTPUT = 8_000_000
"""Characters of a rendered message."""
MAX_RANGE = 100_000
"""Numbers that all `range` calls of one rendering may give together."""

_LONE = re.compile(r"\s*\{\{-?((?:(?!\{\{|\}\}).)+?)-?\}\}\s*", re.DOTALL)
"""A template that is one expression and nothing else."""

_FILTERS = """
abs capitalize count d default dictsort first float groupby int items last length list lower map max min reject
rejectattr reverse round select selectattr sort string striptags sum title trim truncate unique upper urlencode
wordcount
"""
_METHODS = """
capitalize casefold count cycle changed endswith find get index isalnum isalpha isascii isdecimal isdigit islower
isnumeric isspace istitle isupper items keys lower lstrip partition removeprefix removesuffix rfind rpartition rsplit
rstrip split splitlines startswith strip swapcase title upper values
"""
FILTERS = frozenset(_FILTERS.split())
"""Those of Jinja2's own that are neither random nor able to make much out of little."""
METHODS = frozenset(_METHODS.split())
"""What may be called on text, lists, mappings and loops, for the same reason."""


class Template:
    """A compiled template with the field it comes from."""

    def __init__(self, field: str, source: str) -> None:
        self.field = field
        lone = _LONE.fullmatch(source)
        self._template = _environment().from_string(source)
        self._expression = _environment().compile_expression(lone[1], undefined_to_none=False) if lone else None

    def text(self, known: Mapping[str, object]) -> str:
        pieces: list[str] = []
        room = MAX_OUTPUT
        for piece in self._template.generate(range=_bounded_range(), **known):
            room -= len(piece)
            if room < 0:
                raise SecurityError(f"the message grows beyond {MAX_OUTPUT} characters")
            pieces.append(piece)
        return "".join(pieces)

    def value(self, known: Mapping[str, object]) -> object:
        """The value of a lone expression, the text of anything else."""
        if self._expression is None:
            return self.text(known)
        return _json_value(self._expression(range=_bounded_range(), **known))


def _json_value(value: object) -> object:
    """A value as JSON types.

    Raises:
        jinja2.UndefinedError: for an unknown name.
        TypeError: for what has no JSON form.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | jinja2.Undefined):
        return str(value)  # which raises for the undefined
    if isinstance(value, Mapping):
        return {str(key): _json_value(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, Iterable):
        return [_json_value(item) for item in islice(cast("Iterable[object]", value), MAX_RANGE)]
    raise TypeError("the expression gives something that has no JSON form")


def names_in(source: str) -> set[str]:
    """The names that a template asks for."""
    return find_undeclared_variables(_environment().parse(source))


class _Unknown(jinja2.StrictUndefined):
    """Says which name is unknown and which one was perhaps meant."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name, owner = str(self._undefined_name), self._undefined_obj
        if isinstance(owner, Mapping):
            return (
                f"“{name}” is unknown. {_nearest(name, [str(key) for key in cast('Mapping[object, object]', owner)])}"
            )
        if owner is not missing:
            return f"“{name}” is unknown: this is {'a list' if isinstance(owner, list) else 'no mapping'}."
        if name == "reference":
            return "“reference” is not given to prompts: an answer that was told is no evidence."
        return f"“{name}” is unknown. {_nearest(name, VARIABLES)}"


def _nearest(name: str, known: Sequence[str]) -> str:
    from rapidfuzz import process

    match = process.extractOne(name, known, score_cutoff=60)
    if match is not None:
        return f"Did you mean “{match[0]}”?"
    return f"Known here are {', '.join(known)}." if known else "Nothing is known here."


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, which keeps a template from the program, closed also against what could take the memory."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return (not callable(value) or attr in METHODS) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` can fill to any width, so it stays what it is: not one of `METHODS`."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of the data comes before a method of the same name."""
        if isinstance(obj, dict) and attribute in obj:
            return cast("dict[str, Any]", obj)[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or (operator != "+" and not numbers):
            raise SecurityError(f"`{operator}` is for numbers only" if operator != "**" else "`**` is not available")
        if isinstance(left, Sized) and isinstance(right, Sized):
            _hold(len(left) + len(right))
        return super().call_binop(context, operator, left, right)


@cache
def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=_Unknown,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    filters = cast("dict[str, Callable[..., object]]", environment.filters)
    for name in filters.keys() - FILTERS:
        del filters[name]
    filters.update(join=_join, replace=_replace, indent=_indent, tojson=_tojson)
    environment.globals.clear()
    return environment


def _printed(value: object) -> object:
    """What a case does not have, such as a segment, is printed as nothing."""
    return "" if value is None else value


def _hold(size: int) -> None:
    if size > MAX_OUTPUT:
        raise SecurityError(f"the text grows beyond {MAX_OUTPUT} characters")


def _bounded_range() -> Callable[..., range]:
    """`range` for one rendering, so that loops within loops come to an end."""
    left = MAX_RANGE

    def bounded(*arguments: int) -> range:
        nonlocal left
        numbers = range(*arguments)
        left -= len(numbers)
        if left < 0:
            raise SecurityError(f"`range` gives more than {MAX_RANGE} numbers in all")
        return numbers

    return bounded


@jinja2.pass_environment
def _join(environment: jinja2.Environment, values: Any, separator: str = "", attribute: str | int | None = None) -> str:
    items = values if attribute is None else (environment.getitem(value, attribute) for value in values)
    texts = [str(item) for item in items]
    _hold(sum(map(len, texts)) + len(str(separator)) * len(texts))
    return str(separator).join(texts)


def _replace(value: object, old: str, new: str) -> str:
    text = str(value)
    _hold(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _indent(value: object, width: int = 4, first: bool = False) -> str:
    margin = " " * min(max(width, 0), 80)
    lines = str(value).splitlines(keepends=True)
    return "".join(line if not index and not first else margin + line for index, line in enumerate(lines))


def _tojson(value: object, indent: int | None = None) -> str:
    """Jinja2's own writes for HTML, with `<` as an escape."""
    return json.dumps(value, ensure_ascii=False, indent=min(indent, 8) if indent else None)

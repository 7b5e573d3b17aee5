"""What a kind of check is, in words: for `tiebreak checks` and for the documentation."""

import dataclasses
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Literal, cast, get_args, get_origin, get_type_hints

from tiebreak.checks.base import BaseCheck
from tiebreak.records.canonical import plain

WORDS: Mapping[object, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    object: "anything",
}
PLURALS: Mapping[object, str] = {str: "texts", object: "values", int: "whole numbers", float: "numbers"}


@dataclass(frozen=True, slots=True)
class Option:
    """One parameter."""

    name: str
    type: str
    needed: bool
    default: object
    """As JSON has it; None and empty lists stand for nothing."""

    @property
    def unless_given(self) -> str:
        """What holds where it is not given; empty where that is nothing, and where it has to be."""
        return "" if self.needed or self.default in (None, [], {}) else written(self.default)


@dataclass(frozen=True, slots=True)
class Description:
    kind: str
    summary: str
    """The first paragraph of what there is to say."""
    more: str
    """The rest, in paragraphs."""
    options: tuple[Option, ...]
    example: Mapping[str, object]
    """As it is written in a file."""
    about: str
    """What of the case matters to the example; empty where nothing does."""
    passes: str
    fails: str
    files: Mapping[str, str]
    """What the example needs in the workspace, by path."""
    needs: str | None
    """The extra that has to be installed for it."""


def describe(check: type[BaseCheck]) -> Description:
    summary, _, more = inspect.cleandoc(check.__doc__ or "").partition("\n\n")
    example = check.example
    passes, fails = example.answers
    return Description(
        kind=check.kind,
        summary=_unwrapped(summary),
        more="\n\n".join(_unwrapped(part) for part in more.split("\n\n") if part),
        options=options_of(check),
        example={"kind": check.kind, **example.params},
        about=example.about,
        passes=str(passes),
        fails=str(fails),
        files=example.files,
        needs=check.extra,
    )


def options_of(check: type[BaseCheck]) -> tuple[Option, ...]:
    hints = get_type_hints(check)
    return tuple(
        Option(
            check.spelled.get(field.name, field.name),
            type_words(hints[field.name]) + (" or a file" if field.name == check.from_file else ""),
            _needed(field),
            _default(field),
        )
        for field in dataclasses.fields(check)
    )


def as_yaml(example: Mapping[str, object], *, flow: bool) -> str:
    """A check as it stands in a list of checks: on one line with `flow`, else over several."""
    import yaml

    text = yaml.safe_dump(
        plain(example), default_flow_style=flow, sort_keys=False, allow_unicode=True, width=10**6 if flow else 100
    ).strip()
    return f"- {text}".replace("\n", "\n  ")


def type_words(hint: object) -> str:
    """A type in words.

    Raises:
        TypeError: for one that has none.
    """
    if hint in WORDS:
        return WORDS[hint]
    options = [option for option in get_args(hint) if option not in (NoneType, ...)]
    if get_origin(hint) is Literal:
        return " or ".join(written(option) for option in options)
    if get_origin(hint) is tuple:
        many = PLURALS.get(options[0])
        return f"a list of {many}" if many is not None else f"a list of {type_words(options[0])}"
    if get_origin(hint) is Mapping:
        return f"a mapping of names to {PLURALS.get(options[1]) or type_words(options[1])}"
    if isinstance(hint, UnionType):
        return " or ".join(type_words(option) for option in options)
    raise TypeError(f"no word for {hint}")


def written(value: object) -> str:
    """A value as one writes it in YAML; text without quotes where it needs none."""
    if isinstance(value, list):
        return ", ".join(written(item) for item in cast("list[object]", value))
    simple = isinstance(value, str) and value.replace("_", "").replace(" ", "").isalnum() and not value.isdigit()
    return str(value) if simple else json.dumps(value, ensure_ascii=False)


def _needed(field: "dataclasses.Field[object]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _default(field: "dataclasses.Field[object]") -> object:
    if field.default_factory is not dataclasses.MISSING:
        return plain(field.default_factory())
    return None if field.default is dataclasses.MISSING else plain(field.default)


def _unwrapped(paragraph: str) -> str:
    return " ".join(paragraph.split())

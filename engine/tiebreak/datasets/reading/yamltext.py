"""YAML as plain values with the line of each.

The values are built from the parser's events, not by PyYAML's constructor. So nothing recurses, aliases cannot be
blown up, nothing but JSON types can come out, and the surprises of YAML 1.1 are gone: dates, times, `1_000` and `007`
are text, and a bare `no` or `on`, which some readers take for false, is refused with the way out.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from tiebreak.datasets.reading.located import Loc, field_name
from tiebreak.errors import InputError

MAX_DEPTH = 40
MAX_ALIASED = 10_000
"""Values that aliases may add in total."""

Loader = cast("Any", getattr(yaml, "CSafeLoader", yaml.SafeLoader))

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_AMBIGUOUS = frozenset({"yes", "no", "on", "off"})
_STR_TAGS = (None, "!", "tag:yaml.org,2002:str")
_PROBLEMS = (
    ("cannot start any token", "A tab or another character stands where YAML allows none.", "Indent with spaces."),
    ("mapping values are not allowed", "A colon stands inside text without quotes.", "Put the text in quotes."),
    ("could not find expected ':'", "A line is neither `key: value` nor a list item.", "Is a colon missing above?"),
    ("expected <block end>", "The indentation does not fit the lines above.", None),
    ("found undefined alias", "An alias (`*name`) has no anchor (`&name`) above it.", None),
    ("while scanning a quoted scalar", "A quote is opened and never closed.", None),
    ("special characters are not allowed", "There is a control character in the file.", None),
    ("control characters are not allowed", "There is a control character in the file.", None),
)


class YamlProblem(Exception):
    """What is wrong, in which line, at which field."""

    def __init__(self, message: str, line: int, loc: Loc = (), hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.loc = loc
        self.hint = hint

    def error(self, path: str, kind: type[InputError]) -> InputError:
        return kind(self.message, path=path, line=self.line, field=field_name(self.loc) or None, hint=self.hint)


@dataclass(slots=True)
class Spot:
    """Where a value stands, and its parts."""

    line: int
    parts: dict[str | int, "Spot"] = field(default_factory=dict["str | int", "Spot"])
    size: int = 1
    """Values in it, itself included; aliases count as often as they are used."""

    def line_of(self, loc: Loc) -> int:
        spot = self
        for part in loc:
            if part not in spot.parts:
                break
            spot = spot.parts[part]
        return spot.line


class _Open:
    """A mapping or list whose end has not come yet."""

    def __init__(self, value: dict[str, object] | list[object], spot: Spot, anchor: str | None) -> None:
        self.value = value
        self.spot = spot
        self.anchor = anchor
        self.key: str | None = None
        self.key_line = 0

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None

    @property
    def here(self) -> str | int:
        """The part that comes next."""
        return len(self.value) if isinstance(self.value, list) else self.key or ""

    def put(self, value: object, spot: Spot) -> None:
        part = self.here
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[str(part)] = value
            self.key = None
        self.spot.parts[part] = spot
        self.spot.size += spot.size


class _Builder:
    """Takes the events of one document."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[object, Spot]] = {}
        self._aliased = 0
        self.documents = 0
        self.root: tuple[object, Spot] = (None, Spot(1))

    @property
    def _loc(self) -> Loc:
        return tuple(frame.here for frame in self._stack if not frame.wants_key)

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise YamlProblem("The file holds more than one document.", line, hint="Keep one; remove `---`.")
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._open(event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                frame = self._stack.pop()
                self._put(frame.value, frame.spot, frame.anchor)
            case _:
                pass

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        self._refuse_tag(event.tag, line, known=(None,))
        if self._stack and self._stack[-1].wants_key:
            raise YamlProblem("A key is a word, not a list or a mapping.", line, self._loc)
        if len(self._stack) >= MAX_DEPTH:
            raise YamlProblem(f"The nesting is deeper than {MAX_DEPTH}.", line)
        value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Open(value, Spot(self._line(line)), event.anchor))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        text = str(event.value)
        plain = event.style is None or event.style == ""
        self._refuse_tag(event.tag, line, known=_STR_TAGS)
        if self._stack and self._stack[-1].wants_key:
            self._key(self._stack[-1], text, plain, line)
            return
        value: object = text
        if plain and event.tag is None:
            try:
                value = plain_value(text)
            except ValueError as problem:
                raise YamlProblem(str(problem), self._line(line), self._loc) from None
        self._put(value, Spot(self._line(line)), event.anchor)

    def _key(self, frame: _Open, text: str, plain: bool, line: int) -> None:
        if plain and text == "<<":
            raise YamlProblem("Merge keys (`<<`) are not read.", line, self._loc, "Write the fields out.")
        if text in frame.value:
            first = frame.spot.line_of((text,))
            message = f"The key “{text}” stands here for the second time; the first is in line {first}."
            raise YamlProblem(message, line, (*self._loc, text), "Keep one of the two.")
        frame.key = text
        frame.key_line = line

    def _alias(self, anchor: str, line: int) -> None:
        if self._stack and self._stack[-1].wants_key:
            raise YamlProblem("A key is a word, not an alias.", line, self._loc)
        if any(frame.anchor == anchor for frame in self._stack):
            raise YamlProblem(f"The alias `*{anchor}` stands inside what it names.", line, self._loc)
        if anchor not in self._anchors:
            raise YamlProblem(f"The alias `*{anchor}` has no anchor `&{anchor}` above it.", line, self._loc)
        value, spot = self._anchors[anchor]
        self._aliased += spot.size
        if self._aliased > MAX_ALIASED:
            raise YamlProblem(f"Aliases blow this file up to more than {MAX_ALIASED} values.", line, self._loc)
        self._put(value, spot, None)

    def _put(self, value: object, spot: Spot, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, spot)
        if self._stack:
            self._stack[-1].put(value, spot)
        else:
            self.root = (value, spot)

    def _line(self, line: int) -> int:
        """A field is looked for where its key stands."""
        frame = self._stack[-1] if self._stack else None
        return frame.key_line if frame and isinstance(frame.value, dict) else line

    def _refuse_tag(self, tag: object, line: int, known: tuple[str | None, ...]) -> None:
        if tag not in known:
            name = str(tag).replace("tag:yaml.org,2002:", "!!")
            raise YamlProblem(f"The tag `{name}` is not read.", self._line(line), self._loc, "Write the plain value.")


def plain_value(text: str) -> object:
    """What a scalar without quotes stands for: null, a truth value, a number, or text.

    Raises:
        ValueError: for words that YAML readers do not agree on, and numbers that are none.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text.lower() in _AMBIGUOUS:
        meant = "true" if text.lower() in ("yes", "on") else "false"
        raise ValueError(
            f"`{text}` without quotes is text to some YAML readers and {meant} to others. "
            f'Write {meant}, or "{text}" in quotes.'
        )
    if text.lower().lstrip("+-") in (".nan", ".inf"):
        raise ValueError(f"`{text}` is not a number that can be used here.")
    if len(text) < 400:  # longer is no number, and Python would refuse to convert it
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text) and not (text.lstrip("+-")[:2].isdigit() and text.lstrip("+-")[0] == "0"):
            number = float(text)
            if not math.isfinite(number):
                raise ValueError(f"`{text}` is too large a number.")
            return number
    return text


def read_yaml(text: str, *, loader: Any = Loader) -> tuple[object, Spot]:
    """The value of a YAML document (None where it is empty), and where its parts stand.

    Raises:
        YamlProblem: for what is not YAML, or not the plain part of it that is read here.
    """
    builder = _Builder()
    try:
        for event in _events(text, loader):
            builder.take(event)
    except yaml.MarkedYAMLError as problem:
        raise _explained(problem, text) from None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1 if isinstance(problem.position, int) else 1
        raise YamlProblem("There is a control character in the file.", line, hint="Remove it.") from None
    return builder.root


def _events(text: str, loader: Any) -> Iterator[yaml.Event]:
    parser = loader(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _explained(problem: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    mark = problem.problem_mark or problem.context_mark
    line = mark.line + 1 if mark else 1
    said = f"{problem.context or ''} {problem.problem or ''}"
    lines = text.splitlines()
    if line <= len(lines) and re.match(r" *\t", lines[line - 1]):
        return YamlProblem("The line is indented with a tab, which YAML does not allow.", line, hint="Use spaces.")
    for words, message, hint in _PROBLEMS:
        if words in said:
            if words == "while scanning a quoted scalar" and problem.context_mark:
                line = problem.context_mark.line + 1
            return YamlProblem(message, line, hint=hint)
    return YamlProblem(f"This is not YAML: {' '.join(said.split())}.", line)

"""From a config's prompt and a case to the messages that are sent.

Templates are Jinja2 in a sandbox, strict: an unknown name is an error, never an empty place. What a case holds is data
and is never read as a template, whatever braces stand in it. A template knows `input` (the last thing the user says),
`messages`, `contexts`, `segment`, `metadata` and `id`, and not the reference: an answer that was told is no evidence.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import replace
from functools import cache
from typing import Any, cast

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from tiebreak.errors import PromptError
from tiebreak.records import Case, Config, Message
from tiebreak.records.canonical import plain

VARIABLES = ("input", "messages", "contexts", "segment", "metadata", "id")
MAX_TEMPLATE = 1_000_000
"""Characters of a template."""
MAX_OUTPUT = 8_000_000
"""Characters of a rendered message."""
MAX_RANGE = 100_000
"""Numbers that all `range` calls of one rendering may give together."""

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


class PromptRenderer:
    """The prompt of one config, its templates compiled once. Rendering is safe from several threads.

    Raises:
        PromptError: for a template that is none, naming config, field and line.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        prompt = config.prompt
        if prompt.messages and (prompt.system is not None or prompt.user is not None):
            raise PromptError(
                f"Config “{config.name}”, prompt: `messages` stands instead of `system` and `user`.",
                hint="Keep one of the two ways.",
            )
        self._system = self._template("prompt.system", prompt.system)
        self._user = self._template("prompt.user", prompt.user)
        self._messages = [
            (message, self._template(f"prompt.messages[{index}].content", message.content))
            for index, message in enumerate(prompt.messages)
        ]

    def render(self, case: Case) -> tuple[Message, ...]:
        """The messages for a case.

        `messages` of the prompt is the whole conversation. Otherwise the case's own messages follow `system`, and
        `user` takes the place of the last one of the user. A system message that comes out blank is left out.

        Raises:
            PromptError: naming config, field, line and case, for an unknown name or a template that goes too far.
        """
        if self._messages:
            return tuple(replace(message, content=self._render(t, case)) for message, t in self._messages if t)
        system = self._render(self._system, case) if self._system else ""
        head = (Message(role="system", content=system),) if system.strip() else ()
        if self._user is None:
            return (*head, *case.messages)
        return (*head, *_with_last_user(case.messages, self._render(self._user, case)))

    def _template(self, field: str, source: str | None) -> "_Template | None":
        if source is None:
            return None
        if len(source) > MAX_TEMPLATE:
            raise self._error(field, None, f"The template is longer than {MAX_TEMPLATE} characters.", None)
        try:
            return _Template(field, _environment().from_string(source))
        except jinja2.TemplateSyntaxError as error:
            hint = "Write {% raw %}…{% endraw %} around braces that are no template."
            raise self._error(field, error.lineno, str(error.message), hint) from None
        except (RecursionError, MemoryError, SyntaxError):  # the last is Python's, for blocks nested too deeply
            raise self._error(field, None, "The template is nested too deeply.", None) from None

    def _render(self, template: "_Template", case: Case) -> str:
        hint: str | None = None
        try:
            return template.render(case)
        except SecurityError as error:
            problem, hint = error, "A template may read the case and nothing else."
        except (RecursionError, MemoryError) as error:
            problem = type(error)("the template goes too deep or too far")
            problem.__traceback__ = error.__traceback__
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            problem = error
        field = f"{template.field}, case “{case.id}”"
        raise self._error(field, _line_of(problem), str(problem), hint) from None

    def _error(self, field: str, line: int | None, message: str, hint: str | None) -> PromptError:
        place = f"{field}, line {line}" if line is not None else field
        end = "" if message.endswith((".", "?")) else "."
        return PromptError(f"Config “{self._config.name}”, {place}: {message[:1].upper()}{message[1:]}{end}", hint=hint)


class _Template:
    """A compiled template with the field it comes from."""

    def __init__(self, field: str, template: jinja2.Template) -> None:
        self.field = field
        self._template = template

    def render(self, case: Case) -> str:
        pieces: list[str] = []
        room = MAX_OUTPUT
        for piece in self._template.generate(range=_bounded_range(), **variables_of(case)):
            room -= len(piece)
            if room < 0:
                raise SecurityError(f"the message grows beyond {MAX_OUTPUT} characters")
            pieces.append(piece)
        return "".join(pieces)


def variables_of(case: Case) -> dict[str, object]:
    """What a template knows, as plain values."""
    return {
        "input": case.question,
        "messages": plain(case.messages),
        "contexts": plain(case.contexts),
        "segment": case.segment,
        "metadata": plain(case.metadata),
        "id": case.id,
    }


def _with_last_user(messages: Sequence[Message], text: str) -> Iterator[Message]:
    """The messages with the last one of the user replaced, or added where there is none."""
    last = max((index for index, message in enumerate(messages) if message.role == "user"), default=None)
    for index, message in enumerate(messages):
        yield Message(role="user", content=text) if index == last else message
    if last is None:
        yield Message(role="user", content=text)


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


def _line_of(problem: BaseException) -> int | None:
    """The line of the template; Jinja2 puts frames for it into the traceback."""
    line: int | None = None
    trace = problem.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

"""From a config's prompt and a case to the messages that are sent.

Templates are Jinja2 in a sandbox, strict: an unknown name is an error, never an empty place. What a case holds is data
and is never read as a template, whatever braces stand in it. A template knows `input` (the last thing the user says),
`messages`, `contexts`, `segment`, `metadata` and `id`, and not the reference: an answer that was told is no evidence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import jinja2
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from tiebreak.errors import PromptError
from tiebreak.records import Case, Config, Message
from tiebreak.records.cases import Role
from tiebreak.records.canonical import plain

VARIABLES = ("input", "messages", "contexts", "segment", "metadata", "id")
MAX_TEMPLATE = 1_000_000
"""Characters of a template."""
MAX_OUTPUT = 8_000_000
"""Characters of a rendered message."""
MAX_RANGE = 100_000
"""Numbers that all `range` calls of one rendering may give together."""

FILTERS = frozenset(
    "abs batch capitalize count d default dictsort first float groupby int items join last length list lower map max min"
    " reject rejectattr replace reverse round select selectattr slice sort string striptags sum title tojson trim"
    " truncate unique upper urlencode wordcount".split()
)
"""Neither random, nor able to make much out of little but for `join` and `replace`, which are bounded."""
METHODS = frozenset(
    "capitalize casefold count endswith find get index isalnum isalpha isascii isdecimal isdigit islower isnumeric"
    " isspace istitle isupper items keys lower lstrip partition removeprefix removesuffix rfind rpartition rsplit rstrip"
    " split splitlines startswith strip swapcase title upper values".split()
)


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
            (message.role, self._template(f"prompt.messages[{index}].content", message.content))
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
            return tuple(Message(role=role, content=self._render(t, case)) for role, t in self._messages if t)
        system = self._render(self._system, case) if self._system else ""
        head = (Message(role="system", content=system),) if system.strip() else ()
        if self._user is None:
            return (*head, *case.messages)
        return (*head, *_with_last_user(case.messages, self._render(self._user, case)))

    def _template(self, field: str, source: str | None) -> "_Template | None":
        if source is None:
            return None
        try:
            if len(source) > MAX_TEMPLATE:
                raise PromptError(f"the template is longer than {MAX_TEMPLATE} characters.")
            return _Template(field, _environment().from_string(source))
        except jinja2.TemplateSyntaxError as error:
            hint = "Write {% raw %}…{% endraw %} around braces that are no template."
            raise self._error(field, error.lineno, f"{error.message}.", hint) from None
        except (RecursionError, MemoryError):
            raise self._error(field, None, "The template is nested too deeply.", None) from None
        except PromptError as error:
            raise self._error(field, None, error.message, error.hint) from None

    def _render(self, template: "_Template", case: Case) -> str:
        try:
            return template.render(case)
        except jinja2.UndefinedError as error:
            message, hint = error.message or "a name is unknown.", None
            problem: Exception = error
        except SecurityError as error:
            message, hint = f"{error}.", "Templates may read the case and nothing else."
            problem = error
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            message, hint = f"{error}.", None
            problem = error
        except (RecursionError, MemoryError) as error:
            message, hint = "The template goes too deep or too far.", None
            problem = error
        raise self._error(f"{template.field}, case “{case.id}”", _line_of(problem), message, hint) from None

    def _error(self, field: str, line: int | None, message: str, hint: str | None) -> PromptError:
        place = f"{field}, line {line}" if line is not None else field
        message = message.replace("..", ".")
        return PromptError(f"Config “{self._config.name}”, {place}: {message[:1].upper()}{message[1:]}", hint=hint)


class _Template:
    """A compiled template with the field it comes from."""

    def __init__(self, field: str, template: jinja2.Template) -> None:
        self.field = field
        self._template = template

    def render(self, case: Case) -> str:
        pieces: list[str] = []
        room = MAX_OUTPUT
        for piece in self._template.generate(range=_range(MAX_RANGE), **variables_of(case)):
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
        name = self._undefined_name
        if self._undefined_hint:
            return self._undefined_hint
        if name == "reference" and not isinstance(self._undefined_obj, Mapping):
            return "`reference` is not given to prompts: an answer that was told is no evidence."
        known: list[str] = list(VARIABLES)
        if isinstance(self._undefined_obj, Mapping):
            known = [str(key) for key in cast("Mapping[object, object]", self._undefined_obj)]
        return f"“{name}” is unknown. {_nearest(str(name), known)}"


def _nearest(name: str, known: Sequence[str]) -> str:
    from rapidfuzz import process

    match = process.extractOne(name, known, score_cutoff=60)
    if match is not None:
        return f"Did you mean “{match[0]}”?"
    return f"Known here are {', '.join(known)}." if known else "Nothing is known here."


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, with what could take the memory or leave the data closed as well."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if callable(value):
            return attr in METHODS and super().is_safe_attribute(obj, attr, value)
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        known = isinstance(obj, Macro | _Range) or getattr(obj, "__name__", None) in (*METHODS, "caller", "loop")
        return (known or callable(getattr(obj, "cycle", None))) and super().is_safe_callable(obj)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(side, int | float) for side in (left, right)):
            raise SecurityError(f"`{operator}` is for numbers only" if operator != "**" else "`**` is not available")
        return super().call_binop(context, operator, left, right)

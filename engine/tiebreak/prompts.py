"""Prompts around cases: Jinja2, sandboxed and strict. A case's values are data; nothing in them is read as a template."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from tiebreak.errors import PromptError
from tiebreak.records import Case, Config, Message
from tiebreak.words import did_you_mean

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

OUTPUT_LIMIT = 4_000_000
"""Characters of one rendered message."""
VARIABLES = ("input", "messages", "contexts", "segment", "metadata", "id")
"""What a template may name: the last user text, the case's messages, its passages, and what the case says of itself."""


class _Template(Protocol):
    """The part of a Jinja2 template that is used."""

    def generate(self, values: Mapping[str, object], /) -> Iterable[str]: ...


class PromptRenderer:
    """Renders the prompt of one config; templates are compiled once. Safe to share between threads."""

    def __init__(self, config: Config) -> None:
        """
        Raises:
            PromptError: for a template with a syntax error or an unknown variable.
        """
        prompt = config.prompt
        self._name = config.name
        if prompt.messages and (prompt.system is not None or prompt.user is not None):
            raise PromptError(
                f"The prompt of config “{config.name}” has both `messages` and `system` or `user`.",
                hint="Write the whole conversation under `messages`, or take `messages` out.",
            )
        environment = _environment()
        self._system = self._compile(environment, "prompt.system", prompt.system)
        self._user = self._compile(environment, "prompt.user", prompt.user)
        self._messages = [
            (message.role, self._compile(environment, f"prompt.messages[{index}]", message.content))
            for index, message in enumerate(prompt.messages)
        ]

    def render(self, case: Case) -> tuple[Message, ...]:
        """The messages that are sent for a case.

        Without `user` or `messages` in the prompt, the case's own messages follow the system message. With `user`, it
        takes the place of the case's last user message, so that earlier turns are kept.

        Raises:
            PromptError: for a value that a template needs and the case lacks, or an output without end.
        """
        values = _values(case)
        if self._messages:
            return tuple(
                Message(role=role, content=self._fill(f"prompt.messages[{index}]", template, values, case))
                for index, (role, template) in enumerate(self._messages)
                if template is not None
            )
        messages = list(case.messages)
        if self._user is not None:
            last = max((i for i, message in enumerate(messages) if message.role == "user"), default=None)
            rendered = Message(role="user", content=self._fill("prompt.user", self._user, values, case))
            messages = [*messages, rendered] if last is None else [*messages[:last], rendered, *messages[last + 1 :]]
        if self._system is not None:
            system = self._fill("prompt.system", self._system, values, case)
            messages = [Message(role="system", content=system), *messages]
        return tuple(messages)

    def _compile(self, environment: "ImmutableSandboxedEnvironment", field: str, text: str | None) -> _Template | None:
        from jinja2 import TemplateSyntaxError, meta

        if text is None:
            return None
        try:
            unknown = sorted(meta.find_undeclared_variables(environment.parse(text)) - set(VARIABLES))
            if unknown:
                raise self._error(
                    field, f"names {unknown[0]}, which is no variable of a case", did_you_mean(unknown[0], VARIABLES)
                )
            return environment.from_string(text)
        except TemplateSyntaxError as error:
            raise self._error(field, f"does not parse in line {error.lineno}: {error.message}") from None

    def _fill(self, field: str, template: _Template, values: Mapping[str, object], case: Case) -> str:
        from jinja2 import TemplateError

        pieces: list[str] = []
        room = OUTPUT_LIMIT
        try:
            for piece in template.generate(values):
                pieces.append(piece)
                room -= len(piece)
                if room < 0:
                    raise self._error(field, f"renders to more than {OUTPUT_LIMIT:,} characters for case {case.id}")
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            # A template is a small program on the user's data: what Python says of it is what the user needs to read.
            raise self._error(field, f"cannot be rendered for case {case.id}: {error}") from None
        return "".join(pieces)

    def _error(self, field: str, problem: str, hint: str | None = None) -> PromptError:
        return PromptError(f"{field} of config “{self._name}” {problem}.", hint=hint)


def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Prompts are plain text for a model: HTML escaping would change what is compared.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )  # noqa: S701


def _values(case: Case) -> dict[str, object]:
    return {
        "input": case.question,
        "messages": [{"role": message.role, "content": message.content} for message in case.messages],
        "contexts": [{"id": c.id, "text": c.text, "title": c.title or c.id} for c in case.contexts],
        "segment": case.segment,
        "metadata": dict(case.metadata),
        "id": case.id,
    }

"""The templates of one config, compiled once and rendered for one case after another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import jinja2
from jinja2.exceptions import SecurityError

from tiebreak.errors import PromptError
from tiebreak.prompts.sandbox import MAX_TEMPLATE, Template, names_in
from tiebreak.records import Case, Config, Message, ModelTarget, RecordingTarget
from tiebreak.records.canonical import plain

T = TypeVar("T")


class _Renderer:
    """Compiles and renders the templates of one config; its errors name config, field, line and case."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def _template(self, field: str, source: str | None) -> "Template | None":
        if source is None:
            return None
        if len(source) > MAX_TEMPLATE:
            raise self._error(field, None, f"The template is longer than {MAX_TEMPLATE} characters.", None)
        try:
            return Template(field, source)
        except jinja2.TemplateSyntaxError as error:
            hint = "Write {% raw %}…{% endraw %} around braces that are no template."
            raise self._error(field, error.lineno, str(error.message), hint) from None
        except (RecursionError, MemoryError, SyntaxError):  # the last is Python's, for blocks nested too deeply
            raise self._error(field, None, "The template is nested too deeply.", None) from None

    def _rendered(self, template: "Template", case: Case, render: Callable[[], T]) -> T:
        hint: str | None = None
        try:
            return render()
        except SecurityError as error:
            problem, hint = error, "A template may read the case and nothing else."
        except (RecursionError, MemoryError) as error:
            problem = type(error)("the template goes too deep or too far")
            problem.__traceback__ = error.__traceback__
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            problem = error
        raise self._error(template.field, _line_of(problem), str(problem), hint, case) from None

    def _error(
        self, field: str, line: int | None, message: str, hint: str | None, case: Case | None = None
    ) -> PromptError:
        place = field if case is None else f"{field}, case “{case.id}”"
        if line is not None:
            place += f", line {line}"
        end = "" if message.endswith((".", "?")) else "."
        problem = f"{message[:1].upper()}{message[1:]}{end}"
        whole = f"Config “{self._config.name}”, {place}: {problem}"
        return PromptError(whole, hint=hint, field=field, line=line, problem=problem)


class PromptRenderer(_Renderer):
    """The prompt of one config, its templates compiled once. Rendering is safe from several threads.

    Raises:
        PromptError: for a template that is none, naming config, field and line.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(config)
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

    def problems(self, case: Case) -> list[PromptError]:
        """Why `render` would fail, of each template that does."""
        every = (self._system, self._user, *(template for _, template in self._messages))
        found: list[PromptError] = []
        for template in every:
            try:
                if template is not None:
                    self._render(template, case)
            except PromptError as error:
                found.append(error)
        return found

    def _render(self, template: "Template", case: Case) -> str:
        return self._rendered(template, case, lambda: template.text(variables_of(case)))


class RequestRenderer(_Renderer):
    """What the config of an app says it is to be sent, its templates compiled once.

    Every text in it is a template. It knows what a prompt knows, and `parameters`; `messages` and `input` are as the
    prompt made them. A text that is one `{{ … }}` and nothing else becomes the value itself, such as a list; a value is
    put into the JSON as it is, and never read again as a template or as JSON.

    Raises:
        PromptError: as `PromptRenderer`, and where `parameters` are given but not sent.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        target = config.target
        request = None if isinstance(target, ModelTarget | RecordingTarget) else target.request
        self._named: set[str] = set()
        self._request = None if request is None else self._compiled("target.request", request)
        if request is not None and config.parameters and "parameters" not in self._named:
            raise self._error(
                "target.request",
                None,
                "`parameters` are given, but the request does not send them.",
                'Add a field such as `parameters: "{{ parameters }}"`, or write the values into the request.',
            )

    @property
    def templated(self) -> bool:
        """Whether the config says what is sent."""
        return self._request is not None

    def render(self, case: Case, messages: Sequence[Message]) -> Mapping[str, object] | None:
        """The JSON for a case; None where the config leaves the form to us.

        Raises:
            PromptError: naming config, field, line and case.
        """
        if self._request is None:
            return None
        said = next((message.content for message in reversed(messages) if message.role == "user"), "")
        known = {
            **variables_of(case),
            "messages": plain(messages),
            "input": said,
            "parameters": plain(self._config.parameters),
        }
        return cast("Mapping[str, object]", self._filled(self._request, case, known))

    def _compiled(self, field: str, value: object) -> object:
        """The same structure with templates in place of texts."""
        if isinstance(value, str):
            template = self._template(field, value)
            self._named |= names_in(value)
            return template
        if isinstance(value, Mapping):
            fields = cast("Mapping[str, object]", value)
            return {name: self._compiled(f"{field}.{name}", item) for name, item in fields.items()}
        if isinstance(value, list | tuple):
            items = cast("Sequence[object]", value)
            return [self._compiled(f"{field}[{index}]", item) for index, item in enumerate(items)]
        return value

    def _filled(self, value: object, case: Case, known: Mapping[str, object]) -> object:
        match value:
            case Template():
                return self._rendered(value, case, lambda: value.value(known))
            case dict():
                return {
                    name: self._filled(item, case, known) for name, item in cast("dict[str, object]", value).items()
                }
            case list():
                return [self._filled(item, case, known) for item in cast("list[object]", value)]
            case _:
                return value


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


def _line_of(problem: BaseException) -> int | None:
    """The line of the template; Jinja2 puts frames for it into the traceback."""
    line: int | None = None
    trace = problem.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

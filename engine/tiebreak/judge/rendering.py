"""The messages of one question to a judge: its templates, the frames, and how it has to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jinja2
from jinja2.exceptions import SecurityError

from tiebreak.errors import PromptError
from tiebreak.judge.forms import Form
from tiebreak.judge.framing import Marks, about_frames, about_schema, about_verdict
from tiebreak.prompts.sandbox import MAX_TEMPLATE, Template, names_in
from tiebreak.records import Case, Context, Message
from tiebreak.records.canonical import plain
from tiebreak.records.judges import Judge, JudgeDimension

SYSTEM_NAMES = ("criteria", "scale", "dimension")
USER_NAMES = (*SYSTEM_NAMES, "question", "reference", "contexts")
PAIR_NAMES = (*USER_NAMES, "response_1", "response_2")
POINT_NAMES = (*USER_NAMES, "response")
CHECK_NAMES = (*USER_NAMES, "claims")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a judge is shown in one call, in the order in which it sees it."""

    case: Case
    texts: tuple[str, ...]
    """The answers: one, or two as first and second."""
    contexts: tuple[Context, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def everything(self) -> tuple[str, ...]:
        """All text from outside, which delimiters must not occur in."""
        said = tuple(message.content for message in self.case.messages)
        passages = tuple(part for passage in self.contexts for part in (passage.id, passage.title or "", passage.text))
        return (*self.texts, *said, self.case.reference or "", *passages, *self.claims)


class JudgeRenderer:
    """The templates of one judge, compiled once.

    Raises:
        PromptError: for a template that is none, for an unknown name in it, and for one that leaves out the answers.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        prompt = judge.prompt
        answers = ("response_1", "response_2") if judge.kind == "pairwise" else ("response",)
        names = PAIR_NAMES if judge.kind == "pairwise" else POINT_NAMES
        self._system = self._template("prompt.system", prompt.system, SYSTEM_NAMES)
        self._user = self._template("prompt.user", prompt.user, names, needs=answers)
        self._check = None
        if judge.kind == "faithfulness":
            if prompt.check is None:
                raise self._error("prompt.check", None, "A judge of faithfulness needs this prompt for the claims.")
            self._check = self._template("prompt.check", prompt.check, CHECK_NAMES, needs=("claims",))
        elif prompt.check is not None:
            raise self._error("prompt.check", None, "Only a judge of faithfulness has this prompt.")

    def messages(
        self, shown: Shown, dimension: JudgeDimension | None, form: Form, marks: Marks, *, schema: bool, check: bool
    ) -> tuple[Message, ...]:
        """System and user message; `check` puts the claims instead of the answer.

        Raises:
            PromptError: for a template that goes too far.
        """
        own: dict[str, object] = {
            "criteria": self._judge.criteria,
            "scale": plain(self._judge.scale),
            "dimension": plain(dimension),
        }
        system = f"{self._text(self._system, own).strip()}\n\n{about_frames(marks)}"
        template = self._check if check and self._check is not None else self._user
        asked = self._text(template, {**own, **_framed(shown, marks)}).strip()
        answer = about_schema(marks, form) if schema else about_verdict(marks, form)
        return Message(role="system", content=system), Message(role="user", content=f"{asked}\n\n{answer}")

    def _text(self, template: Template, known: Mapping[str, object]) -> str:
        try:
            return template.text(known)
        except SecurityError as error:
            raise self._error(template.field, None, str(error)) from None
        except (
            jinja2.TemplateError,
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            raise self._error(template.field, None, str(error)) from None

    def _template(self, field: str, source: str, known: Sequence[str], needs: Sequence[str] = ()) -> Template:
        if len(source) > MAX_TEMPLATE:
            raise self._error(field, None, f"The template is longer than {MAX_TEMPLATE} characters.")
        try:
            template, names = Template(field, source), names_in(source)
        except jinja2.TemplateSyntaxError as error:
            raise self._error(field, error.lineno, str(error.message)) from None
        except (RecursionError, MemoryError, SyntaxError):
            raise self._error(field, None, "The template is nested too deeply.") from None
        for name in sorted(names - set(known)):
            line = next((n for n, text in enumerate(source.splitlines(), 1) if name in text), None)
            raise self._error(field, line, f"“{name}” is unknown here.", f"Known here are {', '.join(known)}.")
        for name in needs:
            if name not in names:
                raise self._error(field, None, f"The judge would not see “{name}”.", f"Write {{{{ {name} }}}} into it.")
        return template

    def _error(self, field: str, line: int | None, problem: str, hint: str | None = None) -> PromptError:
        place = field if line is None else f"{field}, line {line}"
        end = "" if problem.endswith((".", "?")) else "."
        problem = f"{problem[:1].upper()}{problem[1:]}{end}"
        whole = f"Judge “{self._judge.name}”, {place}: {problem}"
        return PromptError(whole, hint=hint, field=field, line=line, problem=problem)


def _framed(shown: Shown, marks: Marks) -> dict[str, object]:
    """Everything from outside, each in a frame of its own; a template never sees the bare text."""
    case = shown.case
    said = "\n\n".join(f"[{message.role}] {message.content}" for message in case.messages)
    question = case.messages[0].content if len(case.messages) == 1 else said
    passages = [
        marks.frame(f"PASSAGE {n}", f"{passage.title}\n{passage.text}" if passage.title else passage.text)
        for n, passage in enumerate(shown.contexts, 1)
    ]
    framed: dict[str, object] = {
        "question": marks.frame("QUESTION", question),
        "reference": None if case.reference is None else marks.frame("REFERENCE", case.reference),
        "contexts": "\n\n".join(passages) or None,
        "claims": "\n\n".join(marks.frame(f"CLAIM {n}", claim) for n, claim in enumerate(shown.claims, 1)),
    }
    if len(shown.texts) == 1:
        framed["response"] = marks.frame("RESPONSE", shown.texts[0])
    for n, text in enumerate(shown.texts, 1):
        framed[f"response_{n}"] = marks.frame(f"RESPONSE {n}", text)
    return framed

"""A quick spot check: two models, one question."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static, TextArea

from tiebreak.errors import TiebreakError
from tiebreak.records import ModelTarget
from tiebreak.sanitise import clean
from tiebreak.targets.providers import resolve
from tiebreak_tui.dialogs.models import ModelDialog
from tiebreak_tui.wishes import SpotWish


@dataclass(frozen=True, slots=True)
class SpotCheck:
    models: tuple[str, str]
    base_url: str | None
    question: str


class SpotDialog(ModelDialog[SpotCheck]):
    """Dismissed with what to ask whom."""

    DEFAULT_CSS = """
    SpotDialog VerticalScroll { height: auto; max-height: 100%; }
    SpotDialog Label { width: 100%; color: $text-muted; }
    SpotDialog Input { border: none; background: $panel; height: 1; margin-bottom: 1; padding: 0 1; }
    SpotDialog Input:focus { background: $primary 25%; }
    SpotDialog TextArea { height: 6; border: none; background: $panel; }
    SpotDialog #problem { dock: bottom; color: $error; height: auto; }
    """
    BINDINGS = [Binding("ctrl+s", "save", "Ask", priority=True)]
    heading = "Spot check"
    hint = "⇥ next field · ctrl+s asks both · esc leaves"

    def __init__(self, environ: Mapping[str, str], begun: SpotWish | None = None) -> None:
        """`begun` is what the fields hold at first."""
        super().__init__(environ)
        self._begun = begun or SpotWish()

    def body(self) -> ComposeResult:
        examples = ("openai/gpt-4.1-mini", "openai/gpt-4.1-nano")
        with VerticalScroll():
            for side, example, begun in zip("ab", examples, self._begun.models, strict=True):
                yield Label(Content(f"Model {side.upper()}   → takes the suggestion, ↓ lists them all"))
                yield Input(clean(begun), placeholder=example, id=side, classes="model")
            yield Label(Content("Server, only for one of your own"))
            yield Input(clean(self._begun.base_url or ""), placeholder="http://localhost:8000/v1", id="base_url")
            yield Label(Content("Question"))
            yield TextArea(clean(self._begun.question), id="question", soft_wrap=True, tab_behavior="focus")
        yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        empty = next((one for one in self.query("Input.model").results(Input) if not one.value), None)
        (empty or self.query_one(TextArea)).focus()

    @on(Input.Submitted)
    def next_field(self) -> None:
        self.focus_next()

    def action_save(self) -> None:
        a, b, base_url = (self.query_one(f"#{name}", Input).value.strip() for name in ("a", "b", "base_url"))
        question = self.query_one("#question", TextArea).text.strip()
        problem = ""
        if not (a and b and question):
            problem = "Two models and a question are needed."
        else:
            try:
                for model in (a, b):
                    resolve(ModelTarget(model=model, base_url=base_url or None), self.environ)
            except TiebreakError as error:
                problem = str(error)
        if problem:
            self.query_one("#problem", Static).update(clean(problem))
        else:
            self.dismiss(SpotCheck((a, b), base_url or None, question))

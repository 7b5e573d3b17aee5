"""Makes a config from a model and a prompt, typed or loaded from a file."""

from collections.abc import Mapping
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static, TextArea

from tiebreak.errors import PromptError, TiebreakError, UsageError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Config, ModelTarget, Prompt
from tiebreak.sanitise import clean
from tiebreak.targets.parameters import slips_in
from tiebreak.targets.providers import resolve
from tiebreak_tui.dialogs.models import ModelDialog

FIELDS = (
    ("name", "Name", "short-and-warm", "Names the file in configs/."),
    ("model", "Model", "openai/gpt-4.1-mini", "provider/model; → takes the suggestion, ↓ lists them all."),
    ("base_url", "Server", "", "Only for a server of your own: http://localhost:8000/v1"),
    ("prompt_file", "Prompt file", "", "A text file with the system prompt, instead of typing it below."),
    ("temperature", "Temperature", "", "Left empty, the provider's default is used."),
    ("max_tokens", "Max tokens", "", "Left empty, the provider's default is used."),
)


class BuildConfigDialog(ModelDialog[Config]):
    """Dismissed with the config; problems are said in place and nothing typed is lost."""

    DEFAULT_CSS = """
    BuildConfigDialog VerticalScroll { height: auto; max-height: 100%; }
    BuildConfigDialog Label { width: 100%; color: $text-muted; }
    BuildConfigDialog Input { border: none; background: $panel; height: 1; margin-bottom: 1; padding: 0 1; }
    BuildConfigDialog Input:focus { background: $primary 25%; }
    BuildConfigDialog TextArea { height: 6; border: none; background: $panel; margin-bottom: 1; }
    BuildConfigDialog TextArea:focus { background: $primary 15%; }
    BuildConfigDialog #problem { dock: bottom; color: $error; height: auto; }
    """
    BINDINGS = [Binding("ctrl+s", "save", "Save", priority=True)]
    heading = "Build a config"
    hint = "⇥ next field · ctrl+s saves · esc leaves"

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        super().__init__(environ)
        self._folder = folder

    def body(self) -> ComposeResult:
        with VerticalScroll():
            for name, label, placeholder, help_text in FIELDS:
                yield Label(Content.assemble((f"{label}  ", "bold"), (help_text, "dim")))
                yield Input(placeholder=placeholder, id=name, classes="model" if name == "model" else None)
            yield Label(Content.assemble(("System prompt  ", "bold"), ("A Jinja2 template; may stay empty.", "dim")))
            yield TextArea(id="system", soft_wrap=True, tab_behavior="focus")
            yield Label(
                Content.assemble(
                    ("User message  ", "bold"),
                    (
                        "Empty sends the case's input. {{ input }}, {{ contexts }}, {{ metadata }} are known.",
                        "dim",
                    ),
                )
            )
            yield TextArea(id="user", soft_wrap=True, tab_behavior="focus")
        yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#name", Input).focus()

    @on(Input.Submitted)
    def next_field(self) -> None:
        self.focus_next()

    def action_save(self) -> None:
        try:
            config = self._config()
        except TiebreakError as error:
            self.query_one("#problem", Static).update(clean(str(error)))
        else:
            self.dismiss(config)

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def _config(self) -> Config:
        """
        Raises:
            UsageError: for a field that cannot be used.
            PromptError: for a template that is none.
            TargetError: for a model that no lane serves.
        """
        if not self._value("name"):
            raise UsageError("The config needs a name.")
        if not self._value("model"):
            raise UsageError(
                "The config needs a model.", hint="Such as openai/gpt-4.1-mini, or any name your server knows."
            )
        target = ModelTarget(model=self._value("model"), base_url=self._value("base_url") or None)
        resolve(target, self.environ)
        config = Config(
            name=self._value("name"),
            target=target,
            prompt=Prompt(system=self._system(), user=self.query_one("#user", TextArea).text.strip() or None),
            parameters=self._parameters(),
        )
        PromptRenderer(config)
        for slip in slips_in(config.parameters):
            raise UsageError(f"{slip.name}: {slip.message}", hint=slip.hint)
        return config

    def _system(self) -> str | None:
        typed = self.query_one("#system", TextArea).text.strip()
        name = self._value("prompt_file")
        if not name:
            return typed or None
        if typed:
            raise UsageError("There is both a prompt file and a typed system prompt.", hint="Empty one of them.")
        path = self._folder / Path(name).expanduser()
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise PromptError(f"The prompt file {path} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise PromptError(f"The prompt file {path} cannot be read: It is not UTF-8 text.") from error

    def _parameters(self) -> dict[str, object]:
        parameters: dict[str, object] = {}
        for name, kind, wanted in (("temperature", float, "a number"), ("max_tokens", int, "a whole number")):
            text = self._value(name)
            if text:
                try:
                    parameters[name] = kind(text)
                except ValueError as error:
                    raise UsageError(f"{name} is “{text}”, which is not {wanted}.") from error
        return parameters

"""A prompt, edited over the whole screen; beside it what it comes to for the case, or what is wrong with it."""

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea
from textual.worker import get_current_worker  # pyright: ignore[reportUnknownVariableType]  # Textual's open Worker

from tiebreak.errors import TiebreakError
from tiebreak.prompts import Trial, try_on, written_prompt
from tiebreak.records import Case, Config
from tiebreak.sanitise import clean
from tiebreak.spelling import made_visible, spelled, unspelled
from tiebreak_tui.dialogs.dialog import Dialog

WITHOUT_QUESTION = "! The question is not in it: {{ input }} puts it there."
SHOWN = 20_000
"""Characters of a rendered message that are shown."""


class EditPromptDialog(Dialog[Config]):
    """Dismissed with the edited config; `changed` hears of every change, so that esc loses nothing."""

    DEFAULT_CSS = """
    EditPromptDialog > .dialog { width: 100%; max-width: 100%; height: 100%; max-height: 100%; }
    EditPromptDialog Horizontal { height: 1fr; }
    EditPromptDialog TextArea { width: 3fr; height: 100%; border: none; background: $panel; }
    EditPromptDialog VerticalScroll { width: 2fr; height: 100%; padding: 0 0 0 1; border-left: solid $border-blurred; }
    EditPromptDialog VerticalScroll Static { height: auto; }
    EditPromptDialog #verdict { height: auto; max-height: 5; }
    EditPromptDialog.-narrow Horizontal { layout: vertical; }
    EditPromptDialog.-narrow TextArea { width: 100%; height: 2fr; }
    EditPromptDialog.-narrow VerticalScroll {
        width: 100%; height: 1fr; border-left: none; border-top: solid $border-blurred; padding: 0;
    }
    """
    BINDINGS = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+e", "editor", "Editor", priority=True),
    ]
    hint = "ctrl+s saves a version · ctrl+e opens your editor · esc keeps a draft"

    def __init__(
        self,
        heading: str,
        config: Config,
        case: Case,
        read: Callable[[str], Config],
        outside: Callable[[str, Callable[[str], None]], object],
        changed: Callable[[str], object],
        *,
        draft: str | None = None,
    ) -> None:
        """`read` makes the config of a text, or refuses it; `outside` opens a text in the user's editor.

        What cannot be seen is written out here (`tiebreak.spelling`), also in `draft` and in what `changed` hears.
        """
        super().__init__()
        self.heading = heading
        self._config = config
        self._start = spelled(written_prompt(config.prompt))
        self._case = case
        self._read = read
        self._outside = outside
        self._changed = changed
        self._draft = draft

    def body(self) -> ComposeResult:
        with Horizontal():
            yield TextArea(self._draft or self._start, soft_wrap=True, tab_behavior="focus")
            with VerticalScroll(can_focus=False):
                yield Static(id="rendered", markup=False)
        yield Static(id="verdict", markup=False)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.cursor_blink = False  # one looks for it here, in a text that fills the screen
        area.move_cursor((1, 0))  # under the first heading
        area.focus()
        self._try(area.text)

    @on(TextArea.Changed)
    def changed(self, event: TextArea.Changed) -> None:
        self._changed(event.text_area.text)
        self._try(event.text_area.text)

    @work(thread=True, exclusive=True, group="trial")
    def _try(self, text: str) -> None:
        """Render it beside the keys: a template may take its time."""
        unchanged = text == self._start
        try:
            trial = try_on(self._config if unchanged else self._read(unspelled(text)), self._case)
        except TiebreakError as error:
            trial = Trial(problem=str(error))
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._tried, trial, unchanged)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _tried(self, trial: Trial, unchanged: bool) -> None:
        verdict, rendered = self.query_one("#verdict", Static), self.query_one("#rendered", Static)
        if trial.problem:
            verdict.update(Content.styled(f"✘ {clean(trial.problem)}", "$text-error"))
            return
        size = sum(len(message.content) for message in trial.messages)
        words = f"✔ Renders for {clean(self._case.id)}: {size:,} characters"
        told = Content.styled(words, "$text-success")
        if trial.without_question:
            told += Content.styled(f"\n{WITHOUT_QUESTION}", "$text-warning")
        verdict.update(told + Content.styled(" · nothing is changed", "$text-muted") if unchanged else told)
        parts: list[Content] = []
        for message in trial.messages:
            told = Content(clean(message.content[:SHOWN]))
            parts += [Content.styled(message.role, "bold $primary"), told, Content("")]
        rendered.update(Content("\n").join(parts))

    def action_editor(self) -> None:
        area = self.query_one(TextArea)
        self._outside(area.text, lambda text: area.load_text(made_visible(text)))

    def action_save(self) -> None:
        try:
            config = self._read(unspelled(self.query_one(TextArea).text))
        except TiebreakError as error:
            self._tried(Trial(problem=str(error)), unchanged=False)
            return
        trial = try_on(config, self._case)
        if trial.problem:
            self._tried(trial, unchanged=False)
        else:
            self.dismiss(config)

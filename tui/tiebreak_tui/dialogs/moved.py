"""Two sessions held against each other: what changed beside what moved, and what stands behind the marked row."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.reports.moved import Moved, sentences
from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.dialogs.moved_rows import changed_rows, moved_rows
from tiebreak_tui.widgets.styled_view import StyledView
from tiebreak_tui.widgets.virtual_list import VirtualList


class MovedDialog(Dialog[None]):
    DEFAULT_CSS = """
    MovedDialog > .dialog { width: 100%; max-width: 100%; height: 100%; max-height: 100%; }
    MovedDialog #why { height: auto; max-height: 5; }
    MovedDialog #why Static { height: auto; }
    MovedDialog #tables { height: 2fr; layout: vertical; }
    MovedDialog #tables Vertical { height: 2fr; }
    MovedDialog #tables .moved { height: 3fr; }
    MovedDialog .label { height: 1; color: $primary; text-style: bold; }
    MovedDialog VirtualList { height: 1fr; background: $surface; }
    MovedDialog #about { height: 1fr; min-height: 3; border-top: solid $border-blurred; }
    MovedDialog.-broad #why { max-height: 8; margin-bottom: 1; }
    MovedDialog.-broad #tables { layout: horizontal; }
    MovedDialog.-broad #tables Vertical { width: 2fr; height: 100%; }
    MovedDialog.-broad #tables .moved { width: 3fr; height: 100%; padding-left: 1; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (110, "-broad")]
    BINDINGS = [
        Binding("tab", "app.focus_next", show=False),
        Binding("enter,q", "cancel", "Close", show=False),
        Binding("pagedown", "about(1)", show=False, priority=True),
        Binding("pageup", "about(-1)", show=False, priority=True),
    ]
    hint = "↑ ↓ rows · ⇥ other table · PgUp PgDn what stands behind it · esc closes"

    def __init__(self, moved: Moved) -> None:
        super().__init__()
        self.heading = f"{moved.before}  →  {moved.after}"
        self._why = [clean(sentence) for sentence in sentences(moved)]
        self._changed = changed_rows(moved)
        self._moved = moved_rows(moved)

    def body(self) -> ComposeResult:
        with VerticalScroll(id="why", can_focus=False):
            yield Static(Content("\n").join(Content(f"• {sentence}") for sentence in self._why), markup=False)
        with Horizontal(id="tables"):
            with Vertical():
                yield Static("What changed", classes="label", markup=False)
                yield VirtualList(empty="Nothing but the session.", id="changed")
            with Vertical(classes="moved"):
                yield Static("What moved, before → after", classes="label", markup=False)
                yield VirtualList(id="moved")
        yield StyledView(id="about")

    def on_mount(self) -> None:
        self.query_one("#about").can_focus = False
        for name, told in (("#moved", self._moved), ("#changed", self._changed)):
            self.query_one(name, VirtualList).show([one.row for one in told])
        self.query_one("#changed" if self._changed else "#moved", VirtualList).focus()

    @on(VirtualList.Highlighted)
    def marked(self, event: VirtualList.Highlighted) -> None:
        if event.source.has_focus:
            self._show(event.source)

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, VirtualList):
            self._show(self.focused)

    def _show(self, source: VirtualList) -> None:
        told = self._changed if source.id == "changed" else self._moved
        at = source.highlighted
        if at is not None and at < len(told):
            self.query_one("#about", StyledView).show(told[at].about)

    def action_about(self, step: int) -> None:
        self.query_one("#about", StyledView).action_pages(step)

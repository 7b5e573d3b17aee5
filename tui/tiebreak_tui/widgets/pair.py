"""One side of the Arena: an answer inside a border that says whose it is and how it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tiebreak.records import Response
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.widgets.answer_facts import SEPARATOR, badges, figures, problem
from tiebreak_tui.widgets.answer_view import AnswerView
from tiebreak_tui.widgets.flush import StreamPump

Side = Literal["left", "right"]
State = Literal["idle", "waiting", "streaming", "done"]
_CLOCK_PERIOD = 0.4
"""Seconds; each step repaints a whole pane, for its border is one with it."""
_PROBLEM_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose answer it is. All None in a blind session, where a pane goes by its side."""

    role: str | None = None
    """`A` or `B`."""
    config: str | None = None
    model: str | None = None
    place: str | None = None
    """`left` or `right` where that is what the side goes by, although it is known whose it is."""


class AnswerPane(Vertical):
    """Shows one answer from waiting to done. Takes plain values; knows no session and no store.

    CSS classes: `-left` or `-right`; `-role-a` or `-role-b` once identified; `-waiting`, `-streaming`, `-done`,
    `-problem`, `-bare` without any text.
    """

    DEFAULT_CSS = """
    AnswerPane {
        width: 1fr; height: 1fr; border: round $border-blurred; padding: 0 0 0 1;
        border-title-color: $text-muted; border-subtitle-color: $text-muted;
        &:focus-within { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        &.-problem { border-subtitle-color: $text-warning; }
        AnswerView { height: 1fr; }
        .problem { height: auto; max-height: 33%; color: $text-warning; display: none; }
        &.-problem .problem { display: block; }
        &.-bare .problem { max-height: 100%; }
    }
    """

    def __init__(
        self,
        side: Side,
        pump: StreamPump,
        *,
        id: str | None = None,  # noqa: A002
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`pump` is the one that the screen shares between its panes; `clock` gives seconds."""
        super().__init__(id=id, classes=f"-{side}")
        self.side: Side = side
        self.view = AnswerView()
        self.state: State = "idle"
        self.response: Response | None = None
        self._pump = pump
        self._clock = clock
        self._identity = Identity()
        self._exploratory = False
        self._began = 0.0
        self._chunks = 0
        self._first: float | None = None
        self._streamed = (0, 0)
        self._reason = ""
        self._flag = ""
        self._remark = ""
        self._problem = Static("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._problem

    def on_mount(self) -> None:
        self._retitle()
        self.set_interval(_CLOCK_PERIOD, self._tick)

    # -- what happens to it

    def identify(self, identity: Identity) -> None:
        """Set whose answer it is; `Identity()` for blind."""
        if identity == self._identity:
            return
        self._identity = identity
        self.set_class(identity.role == "A", "-role-a")
        self.set_class(identity.role == "B", "-role-b")
        self._retitle()
        self._restate()

    def flag(self, text: str) -> None:
        """A word of warning about a finished answer, beside its figures; empty for none."""
        if text != self._flag:
            self._flag = text
            self._restate()

    def idle(self, message: str = "") -> None:
        """Show nothing but `message`."""
        self._begin("idle", message)

    def wait(self, *, since: float | None = None, exploratory: bool = False, message: str = "") -> None:
        """A request has been sent (at `since` on the pane's clock); `message` stands where the answer will be."""
        self._begin("waiting", message or "Waiting for the first token", since=since, exploratory=exploratory)

    def push(self, text: str, *, reasoning: bool = False) -> None:
        """Add a delta of the stream; it is painted with the next frame."""
        if self.state != "streaming":
            self._enter("streaming")
            self._first = self._clock()
        self._chunks += 1
        answer, thought = self._streamed
        self._streamed = (answer, thought + len(text)) if reasoning else (answer + len(text), thought)
        self._pump.push(self.view, text, reasoning=reasoning)

    def finish(self, response: Response) -> None:
        """The stream has ended; `response` is what came of it."""
        if self.state == "streaming" and self._streamed == (len(response.text), len(response.reasoning)):
            self._pump.flush(self.view)
            self._settle(response)
            self.view.finish(_notes(response))
        else:
            self.show(response, exploratory=self._exploratory)

    def show(self, response: Response, *, exploratory: bool = False) -> None:
        """Show a finished answer, as one that was fetched ahead or is looked at again."""
        self._pump.drop(self.view)
        self._exploratory = exploratory
        self._settle(response)
        self.view.placeholder = "" if response.text or response.reasoning else _nothing(response)
        self.view.show(response.text, reasoning=response.reasoning, notes=_notes(response))

    def remark(self, text: str) -> None:
        """Say something more about an answer that went wrong, such as that its side is paused; "" takes it back."""
        if text != self._remark:
            self._remark = text
            if self.response is not None:
                self._say_what_is_wrong(self.response)

    # -- how it says so

    def _begin(self, state: State, message: str, *, since: float | None = None, exploratory: bool = False) -> None:
        self._pump.drop(self.view)
        self.response = None
        self._exploratory = exploratory
        self._began = self._clock() if since is None else since
        self._first, self._chunks, self._streamed, self._reason, self._flag = None, 0, (0, 0), "", ""
        self.view.clear()
        self.view.placeholder = message
        self._tell("")
        self._enter(state)

    def _settle(self, response: Response) -> None:
        self.response = response
        self._say_what_is_wrong(response)
        self._enter("done")

    def _say_what_is_wrong(self, response: Response) -> None:
        wrong = problem(response, exploratory=self._exploratory, blind=self.blind)
        self._tell(f"{self._remark}\n{wrong[:_PROBLEM_LENGTH]}".strip() if response.excluded else wrong)
        self.set_class(not (response.text or response.reasoning), "-bare")  # what is wrong is all there is to read

    def _enter(self, state: State) -> None:
        self.state = state
        for name in ("waiting", "streaming", "done"):
            self.set_class(state == name, f"-{name}")
        self._restate()

    def _tell(self, text: str) -> None:
        self.set_class(bool(text), "-problem")
        if text:
            self._problem.update(Content(clean(text[: 2 * _PROBLEM_LENGTH])))

    def _tick(self) -> None:
        if self.state in ("waiting", "streaming"):
            self._restate()

    @on(AnswerView.Painted)
    def _note_fallback(self, event: AnswerView.Painted) -> None:
        if event.reason != self._reason:
            self._reason = event.reason
            self._restate()

    def on_descendant_focus(self) -> None:
        self._retitle()

    def on_descendant_blur(self) -> None:
        self._retitle()

    def on_resize(self) -> None:
        self._retitle()
        self._restate()

    def _retitle(self) -> None:
        """`▶ A short-and-warm · gpt-4.1-mini`; the arrow marks the focused side where colours do not."""
        who = self._identity
        mark = "▶ " if self.has_focus_within else ""
        role = f"{who.place}:" if who.place else who.role or self.side
        names = [role, who.role if who.place else None, who.config, f"· {who.model}" if who.model else None]
        title = mark + " ".join(name for name in names if name)
        self.border_title = Content(clean_line(title, self._room))

    def _restate(self) -> None:
        self.border_subtitle = Content(clean_line(self.status, self._room))

    @property
    def blind(self) -> bool:
        """Whether nothing may be shown by which the configs could be told apart."""
        return self._identity == Identity()

    @property
    def _room(self) -> int:
        """Cells for a text in the border."""
        return max(4, self.outer_size.width - 6)

    @property
    def status(self) -> str:
        """The line in the lower border."""
        now = self._clock()
        match self.state:
            case "idle":
                return ""
            case "waiting" | "streaming" if self.blind:
                return self.state
            case "waiting":
                return f"waiting {now - self._began:.1f} s"
            case "streaming":
                first = self._first if self._first is not None else now
                rate = f" · {self._chunks / (now - first):.0f} tok/s" if now - first >= 1 else ""
                return f"{now - self._began:.1f} s{rate}"
            case "done":
                if self.response is None:
                    return ""
                marks = [*badges(self.response, exploratory=self._exploratory), self._flag, self._reason]
                lead = SEPARATOR.join(mark for mark in marks if mark)
                rest = figures(self.response, self._room - len(lead) - len(SEPARATOR), blind=self.blind)
                return SEPARATOR.join(part for part in (lead, rest) if part)


def _nothing(response: Response) -> str:
    return "No answer." if response.status == "error" else "No text." if response.tool_calls else "An empty answer."


def _notes(response: Response) -> list[str]:
    """Tool calls, which are part of an answer but not of its text."""
    return [f"\n→ calls {call.name}({call.arguments})" for call in response.tool_calls]

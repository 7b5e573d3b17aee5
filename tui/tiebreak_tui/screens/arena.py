"""The Arena: both answers of a case side by side, one key to rate them, and the numbers as they stand."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tiebreak.errors import UsageError
from tiebreak.records import SessionRole, Vote
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean
from tiebreak.scoreboard import Snapshot
from tiebreak.session.live import Change, Exchange
from tiebreak.session.seating import Seating
from tiebreak_tui.keys import ARENA, NOT_IN_SPOT, ONLY_IN_SPOT, bindings
from tiebreak_tui.screens.feed import Feed
from tiebreak_tui.screens.figures import case_header, case_text, chips_of, rubric_of, status_of, tally_of
from tiebreak_tui.screens.judging import judge_news
from tiebreak_tui.screens.keeping import Drafts, keep_question, parting_words, write_note
from tiebreak_tui.screens.paced import PacedFeed
from tiebreak_tui.screens.reading import Reading
from tiebreak_tui.screens.risk import RISK_END, change_queue, risk_news
from tiebreak_tui.screens.second_chances import ask_all_again, words_of_missing
from tiebreak_tui.screens.small import in_short
from tiebreak_tui.screens.workshop import SPOT_END, Workshop
from tiebreak_tui.widgets.find_bar import FindBar
from tiebreak_tui.widgets.flush import StreamPump
from tiebreak_tui.widgets.gate_bar import Chip, GateBar
from tiebreak_tui.widgets.judge_bar import JudgeBar
from tiebreak_tui.widgets.key_bar import KeyBar
from tiebreak_tui.widgets.pair import AnswerPane, Identity
from tiebreak_tui.widgets.risk_bar import RiskBar
from tiebreak_tui.widgets.rubric import RubricBar
from tiebreak_tui.widgets.status_bar import StatusBar
from tiebreak_tui.widgets.win_rate import Tally, WinRateBar

if TYPE_CHECKING:
    from tiebreak_workbench.entering import Entered
    from tiebreak_workbench.workbench import Workbench


class ArenaScreen(Workshop):
    """One session, case after case. The session decides; this screen shows and passes on keys."""

    KEYS = ARENA
    NAME = "Arena"
    INTRO = (
        "Read both answers, then vote: ← A is better, → B is better, t tie, x both bad. The next case comes by itself. "
        "The interval beside the win rate stays valid however often you look."
    )
    BINDINGS = bindings(ARENA)

    def __init__(self, bench: "Workbench", new: "Entered") -> None:
        super().__init__()
        self.stored = new.stored
        at_risk = new.at_risk
        self.at_risk = at_risk
        ids = [one.case_id for one in at_risk] if at_risk is not None else None
        self.live = bench.live(new.stored, new.arms, self._changed, judge=new.seat, at_risk=ids)
        self.position = 0
        self._rated: int | None = None
        """The position that was rated last."""
        self._dimension = 0
        self._stale = False
        self._too_early = ""
        self.drafts = Drafts()
        self.prompt_drafts = {}

    def compose(self) -> ComposeResult:
        self.pump = StreamPump(self)
        yield StatusBar(id="status")
        yield RiskBar(id="risk")
        yield WinRateBar(id="win-rate")
        yield GateBar(id="gates")
        yield JudgeBar(id="judge")
        with VerticalScroll(id="case", can_focus=False):
            yield Static(id="case-head", markup=False)
            yield Static(id="case-text", markup=False)
        with Horizontal(id="panes"):
            yield AnswerPane("left", self.pump, id="pane-a")
            yield AnswerPane("right", self.pump, id="pane-b")
        yield RubricBar(id="rubric")
        yield FindBar(id="find")
        yield KeyBar(self.KEYS, NOT_IN_SPOT if self.is_spot else ONLY_IN_SPOT)

    def on_mount(self) -> None:
        self.left = self.query_one("#pane-a", AnswerPane)
        self.right = self.query_one("#pane-b", AnswerPane)
        self.feed = self.make_feed()
        self.reading = Reading(self.left, self.right)
        self.query_one(StatusBar).in_short = lambda: in_short(self)
        self.left.view.focus()
        self.tell_tried()
        if self.stored.responses and not self.is_spot:
            self.live.diary.resumed()
            self._peeked("arena")
            self.tiebreak.flash(words_of_missing(self.live))
        self.go(min(self.live.first_open(), len(self.live.cases) - 1))

    # -- showing

    @property
    def exchange(self) -> Exchange:
        return self.live.exchange(self.position)

    @property
    def seating(self) -> Seating:
        return self.live.seating(self.position)

    def make_feed(self) -> Feed | PacedFeed:
        return Feed(self.left, self.right, self.live.paused)

    def go(self, position: int) -> None:
        """Show the case at a position; beyond the last one, the Scoreboard."""
        if position >= len(self.live.cases):
            if self.is_spot or self.at_risk is not None:
                self.tiebreak.flash(SPOT_END if self.is_spot else RISK_END)
                self._refresh()
            else:
                self.action_scoreboard()
            return
        self.position = max(0, position)
        self._dimension = 0
        self._forget_early()
        self.reading.forget()
        self.show()
        case = self.live.cases[self.position]
        self.query_one("#case-text", Static).update(case_text(case))
        self.query_one("#case").scroll_home(animate=False)

    def show(self) -> None:
        self.feed.show(self.exchange)
        if self.exchange.complete:
            self._forget_early()
        self._refresh()

    def show_again(self) -> None:
        """Show the case as it stands now, with what is asked for it meanwhile."""
        self.show()

    def _forget_early(self) -> None:
        """Say “still answering” no longer: it is not true any more, or of another case."""
        if self._too_early:
            self.query_one(StatusBar).take_back(self._too_early)
            self._too_early = ""

    def _changed(self, change: Change) -> None:
        """Something happened in the session; many such calls at once become one refresh."""
        if change == "crashed" and self.live.crash is not None:
            # A fault of ours: better a loud end, with everything saved, than a screen that lies. It is raised where
            # Textual sees it; here, in a callback of the loop, it would only be logged.
            crash = self.live.crash
            self.call_next(_raise, crash)
            return
        if self.is_attached and not self._stale:
            self._stale = True
            # Not after a refresh: that waits with whichever screen is on top, and is lost where it closes first.
            self.call_later(self._catch_up)

    def _catch_up(self) -> None:
        self._stale = False
        if self.is_attached:
            self.show()

    def _refresh(self) -> None:
        snapshot = self.live.scoreboard.snapshot()
        form = self.live.form(self.position)
        self.query_one(StatusBar).show(status_of(self.stored, self.live, self.position, snapshot))
        seating = self.seating
        self.query_one(WinRateBar).show(self.tally(snapshot))
        self.query_one(GateBar).show(self.chips(snapshot))
        self.query_one(RiskBar).show(risk_news(self.live, self.at_risk, self.position))
        self.query_one(JudgeBar).show(judge_news(self.live, self.position, self._rated))
        labels = seating.label(seating.left), seating.label(seating.right)
        self.query_one(RubricBar).show(rubric_of(self.live.policy.form, form, seating), self._dimension, labels)
        head = case_header(self.live.cases[self.position], form, seating)
        self.query_one("#case-head", Static).update(head, layout=False)
        for role, pane in self.panes.items():
            pane.identify(self.identity(role))
        self._mark_focused()
        self.tell_drift(snapshot)

    def identity(self, role: SessionRole) -> Identity:
        """What the border of a pane says of whose answer it is."""
        config = self.stored.configs[role]
        return Identity(role=SIDES[role], config=config.name, model=config.model_label)

    def tally(self, snapshot: Snapshot) -> Tally:
        return tally_of(snapshot.win_rate)

    def chips(self, snapshot: Snapshot) -> Sequence[Chip]:
        return chips_of(snapshot)

    def _peeked(self, at: str) -> None:
        """Figures that name the sides were looked at."""
        if not self.live.blinding.veiled:
            self.live.diary.peeked(at)

    def _mark_focused(self) -> None:
        for pane in (self.left, self.right):
            pane.set_class(pane is self.panes[self.focused_role], "-current")

    def on_descendant_focus(self) -> None:
        if hasattr(self, "right"):
            self._mark_focused()
            self.query_one(StatusBar).repaint()

    # -- rating

    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do what the session may refuse; False, and a word why, when it does."""
        try:
            deed()
        except UsageError as error:
            self.tiebreak.flash(str(error), severity="warning")
            self._too_early = "" if self.exchange.complete else str(error)
            return False
        return True

    def action_vote(self, vote: Vote) -> None:
        position = self.position
        if self.exchange.exploratory:
            self.tiebreak.flash("An exploratory answer is on show and never counts; esc brings the counting one back.")
        else:
            given = self.seating.as_voted(vote)
            if self.attempt(lambda: self.live.vote(position, given)):
                self._go_on(self.seating.words(given))

    def action_skip(self) -> None:
        if self.attempt(lambda: self.live.skip(self.position)):
            self._go_on("skipped")

    def _go_on(self, act: str) -> None:
        """To the next case once this one asks nothing more."""
        position, missing = self.position, self.live.form(self.position).missing
        why = self.live.kept_apart(position)
        self.query_one(StatusBar).tell(f"{self.live.cases[position].id}: {act}{', kept apart' if why else ''}")
        if missing:
            self._refresh()
            self.tiebreak.flash(f"Still asked: {', '.join(missing)}.")
        else:
            self._rated = position
            self.go(position + 1)
        if why:
            self.tiebreak.flash(f"Kept apart: {why}.", severity="warning")

    def action_score(self, score: int) -> None:
        dimensions = self.live.policy.form.dimensions
        if not dimensions:
            self.tiebreak.flash("This policy asks for no scores; `form.dimensions` in it adds some.")
            return
        name, role = dimensions[self._dimension].name, self.focused_role
        if self.attempt(lambda: self.live.score(self.position, role, name, score)):
            apart = ", kept apart" if self.live.kept_apart(self.position) else ""
            self.query_one(StatusBar).tell(f"{name} of {self.seating.name(role)}: {score}{apart}")
            if self._dimension + 1 < len(dimensions):
                self._dimension += 1
            self._refresh()

    def action_clear_score(self) -> None:
        def clear() -> None:
            if not self.live.clear_last_score(self.position):
                raise UsageError("This case has no score to take back.")

        self.attempt(clear)
        self._refresh()

    def action_dimension(self, step: int) -> None:
        count = len(self.live.policy.form.dimensions)
        if count:
            self._dimension = (self._dimension + step) % count
            self._refresh()

    def action_undo(self) -> None:
        def undo() -> None:
            position = self.live.undo()
            if position is None:
                raise UsageError("There is nothing to take back.")
            self.query_one(StatusBar).tell(f"{self.live.cases[position].id}: taken back")
            self.go(position)

        self.attempt(undo)

    def action_note(self) -> None:
        write_note(self, self.attempt, self._refresh)

    def action_save_case(self) -> None:
        keep_question(self)

    def applies(self, action: str) -> bool:
        """Only a spot check's question is new; the cases of a dataset are saved already."""
        if action == "drift":
            return bool(self.live.scoreboard.snapshot().drift)
        if action in ("verdict", "review"):
            return self.live.judged is not None
        return action not in ("save_case", "ask_on", "full_session") or self.is_spot

    # -- moving

    async def action_next_case(self) -> None:
        if self.is_spot and self.position + 1 == len(self.live.cases):
            await self.action_ask_on()
        else:
            self.go(self.position + 1)

    def action_previous_case(self) -> None:
        self.go(self.position - 1)

    def action_first_open(self) -> None:
        self.go(self.live.first_open())

    def action_focus_pane(self, step: int) -> None:
        seating = self.seating
        other = seating.left if self.focused_role == seating.right else seating.right
        self.panes[other].set_class(True, "-current")
        self.panes[other].view.focus()
        # The other side is scored from its first dimension that has no score yet.
        scores = self.live.form(self.position).scores
        names = [dimension.name for dimension in self.live.policy.form.dimensions]
        self._dimension = next((i for i, name in enumerate(names) if (name, other) not in scores), self._dimension)
        self._refresh()

    def action_gate(self, step: int) -> None:
        gates = self.query_one(GateBar)
        gates.move(step)
        if not gates.display:
            self.notify(clean(gates.told), timeout=6, markup=False)

    def action_scoreboard(self) -> None:
        from tiebreak_tui.scoreboard.source import LiveSource
        from tiebreak_tui.screens.scoreboard import ScoreboardScreen

        self._peeked("scoreboard")
        self.tiebreak.push_screen(ScoreboardScreen(LiveSource(self)))

    async def action_queue(self) -> None:
        await change_queue(self)

    async def action_leave(self) -> None:
        await self.tiebreak.leave_arena()

    # -- answers

    def action_regenerate(self) -> None:
        if self.attempt(lambda: self.live.regenerate(self.position, self.focused_role)):
            self.show()

    def action_retry_excluded(self) -> None:
        if self.attempt(lambda: self.tiebreak.flash(ask_all_again(self.live))):
            self.show()

    def action_escape(self) -> None:
        """Close what is open, else go back to the counting answers, else stop the focused answer."""
        find = self.query_one(FindBar)
        if find.is_open:
            find.close()
        elif self.reading.comparing:
            self.reading.compare(False)
        elif self.live.back_to_counting(self.position):
            self.show()
        elif self.live.stop(self.position, self.focused_role):
            kept = self.exchange.answers[self.focused_role].exploratory
            then = "The answer that counts stays." if kept else "It does not count; r asks again, and that will count."
            side = self.seating.label(self.focused_role)
            self.tiebreak.flash(f"{side[0].upper()}{side[1:]} stopped. {then}")

    # -- leaving

    @property
    def session_id(self) -> str:
        return self.stored.session.id

    @property
    def compared(self) -> tuple[str, str | None]:
        return self.session_id, None

    @property
    def resume_command(self) -> str:
        """What to type to come back here."""
        from tiebreak_tui.links import resume_command

        return resume_command(self.tiebreak, self.session_id)

    def parting_words(self) -> str:
        """What to say once the terminal is back."""
        return parting_words(self)


def _raise(error: BaseException) -> None:
    raise error

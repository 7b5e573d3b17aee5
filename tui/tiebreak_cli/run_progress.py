"""How a run is shown while it goes on: a live line on a terminal, now and then a plain one elsewhere. On stderr."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from tiebreak.batch import Ending, Progress
from tiebreak.gates.wording import plural, spent
from tiebreak.records import ROLES
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean
from tiebreak_workbench.headless.headless import TakenUp
from tiebreak_workbench.judges.along import JudgedRun, JudgingFigures
from tiebreak_workbench.judges.reuse import reused_words
from tiebreak_workbench.shell import command

EVERY = 10.0
"""Seconds between two plain lines."""


@contextmanager
def display(console: Console) -> Generator["Shown"]:
    """What fits the console."""
    shown = Live(console) if console.is_terminal else Lines(console)
    try:
        yield shown
    finally:
        shown.close()


class Totals(NamedTuple):
    """How far a command is, over all its datasets."""

    answered: int
    planned: int
    failed: int
    usd: float
    unknown: int
    """Answers of unknown cost."""
    in_flight: int
    ending: bool

    @classmethod
    def of(cls, done: Sequence[Progress], now: Progress, to_come: int) -> "Totals":
        """`done` are the datasets before this one; `to_come` answers are planned of those behind it."""
        every = [*done, now]
        arms = [arm for one in every for arm in one.arms.values()]
        return cls(
            answered=sum(one.answered for one in every),
            planned=sum(one.planned for one in every) + to_come,
            failed=sum(one.failed for one in every),
            usd=sum(one.usd for one in every),
            unknown=sum(arm.spend.unknown for arm in arms),
            in_flight=sum(arm.in_flight for arm in arms),
            ending=now.ending,
        )


class Figures:
    """Rate and time left, from what came since the first look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, int] | None = None

    def look(self, progress: Totals) -> None:
        """Where it was at the first look is what the rate starts from."""
        self._began = self._began or (self._clock(), progress.answered)

    def line(self, progress: Totals) -> str:
        """`8.2/s · 2 errors · $0.12 · 1 min 40 s left`."""
        self.look(progress)
        now = self._clock()
        began, before = self._began or (now, 0)
        parts: list[str] = []
        rate = (progress.answered - before) / (now - began) if now > began else 0.0
        if rate:
            parts.append(f"{rate:.3g}/s")
        if progress.failed:
            parts.append(plural(progress.failed, "error"))
        parts.append(spent(progress.usd, progress.unknown, "answer"))
        if progress.ending:
            parts.append(f"{progress.in_flight} in flight")
        elif rate and progress.answered < progress.planned:
            parts.append(f"{_span((progress.planned - progress.answered) / rate)} left")
        return " · ".join(parts)


class Shown:
    """What both displays share: `tick` shows how far it is, `say` says something once."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.last: Progress | None = None
        self._console = console
        self._clock = clock
        self._figures = Figures(clock)
        self._paused: set[str] = set()
        self.judging: JudgedRun | None = None
        """Judges that go along, if any."""
        self._done: list[Progress] = []
        self._to_come = 0

    def begin(self, judging: JudgedRun, to_come: int = 0) -> None:
        """The next dataset begins; so many answers are planned of those behind it."""
        if self.last is not None:
            self._done.append(self.last)
        self.last, self.judging, self._to_come = None, judging, to_come
        self._figures = Figures(self._clock)
        self._paused.clear()

    def say_unless_blank(self, text: str) -> None:
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        self._console.print(Text(clean(text)), soft_wrap=True)

    def tick(self, progress: Progress) -> None:
        self.last = progress
        totals = Totals.of(self._done, progress, self._to_come)
        self._figures.look(totals)
        for name, arm in progress.arms.items():
            if arm.paused is not None and name not in self._paused:
                self._paused.add(name)
                side = next((SIDES[role] for role in ROLES if role == name and len(progress.arms) <= 2), None)
                self.say(f"{side or arm.config} is paused: {arm.paused}")
        for why in self.judging.pauses if self.judging is not None else ():
            if why not in self._paused:
                self._paused.add(why)
                self.say(why)
        self.show(totals)

    def show(self, progress: Totals) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing more is shown; `say` still works."""


class Lines(Shown):
    """A line now and then, for logs."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(console, clock)
        self._due = clock() + EVERY

    def show(self, progress: Totals) -> None:
        now = self._clock()
        if now >= self._due:
            self._due = now + EVERY
            self._line(progress)

    def close(self) -> None:
        if self.last is not None:
            self._line(Totals.of(self._done, self.last, self._to_come))

    def _line(self, progress: Totals) -> None:
        self.say(f"{progress.answered:,} of {progress.planned:,} answers · {self._figures.line(progress)}")
        figures = self.judging.figures if self.judging is not None else None
        if figures is not None:
            self.say(f"{figures.answered:,} of {figures.planned:,} judgments · {judging_figures(figures)}")


class Live(Shown):
    """A bar that is drawn anew at every tick, by nobody else."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bar = Bar(
            TextColumn("{task.fields[what]}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            auto_refresh=False,
            expand=True,
        )
        # Unseen until its total is known: “0/?” tells nobody anything.
        self._task = self._bar.add_task("", total=None, visible=False, what="answers")
        self._judgments: TaskID | None = None
        self._bar.start()

    def show(self, progress: Totals) -> None:
        self._bar.update(
            self._task,
            completed=progress.answered,
            total=progress.planned,
            description=self._figures.line(progress),
            visible=True,
        )
        figures = self.judging.figures if self.judging is not None else None
        if figures is not None:
            if self._judgments is None:
                self._judgments = self._bar.add_task("", total=None, what="judgments")
            told = judging_figures(figures)
            self._bar.update(self._judgments, completed=figures.answered, total=figures.planned, description=told)
        self._bar.refresh()

    def close(self) -> None:
        self._bar.stop()


def judging_figures(figures: JudgingFigures) -> str:
    """`$0.04 · 2 errors · 3 in flight`, or `recorded`: what judging costs stands apart from what answers cost."""
    parts = [spent(figures.usd, figures.unknown, "judgment", recorded=figures.recorded)]
    if figures.reused:
        parts.append(f"{figures.reused:,} reused")
    if figures.unparseable:
        parts.append(f"{figures.unparseable} unparseable")
    if figures.errors:
        parts.append(plural(figures.errors, "error"))
    if figures.in_flight:
        parts.append(f"{figures.in_flight} in flight")
    if figures.waits is not None:
        parts.append(figures.waits.words)
    return " · ".join(parts)


def judging_words(judging: JudgedRun) -> str:
    """What is open of the judging, and how to go on; empty without a judge."""
    figures = judging.figures
    if figures is None:
        return ""
    missing = figures.planned - figures.answered
    counts = f"{figures.valid:,} valid, {figures.unparseable:,} unparseable, {plural(figures.errors, 'error')}"
    if figures.reused:
        counts += f"; {reused_words(figures.reused, recorded=figures.recorded)}"
    if not missing and not judging.pauses:
        return f"Every answer that could be was put to its judges: {counts}."
    why = " ".join(judging.problems)
    gap = f"{plural(f'{missing:,}', 'judgment')} still open; the same command goes on. So far: {counts}."
    return f"{why} {gap}".strip()


def first_words(taken: Sequence[TakenUp], warnings: Sequence[str]) -> str:
    """What is being run, a line a session, and what to know of it."""
    begun = [
        f"{'Going on with' if one.resumed else 'Started'} session {one.stored.session.id}: {one.stored.session.title}."
        for one in taken
    ]
    return "\n".join([*begun, *(f"Note: {warning}" for warning in warnings)])


def last_words(ending: Ending, folder: Path, session_ids: Sequence[str], dataset: str = "") -> str:
    """What came of it, what is missing and why, and how to go on in the workspace of `folder`; of one `dataset` among
    several."""
    progress = ending.progress
    missing = progress.planned - progress.answered
    of = f"{dataset}: " if dataset else ""
    if not missing:
        which = session_ids[0] if len(session_ids) == 1 else "ID"
        return f"{of}Every answer is in. `{command(('arena', '-r', which), folder)}` rates them."
    failed = sorted({code for arm in progress.arms.values() for code in arm.failed})
    why = f" ({', '.join(failed)})" if failed else ""
    paused = any(arm.paused for arm in progress.arms.values())
    more = {"budget": " with a larger --max-cost", "unpriced": " with --allow-unknown-cost"}
    mend = more.get(ending.reason, " once that is mended" if paused else "")
    gap = f"{plural(f'{missing:,}', 'answer')} still missing{why}; the rest is kept."
    goes_on = f"The same command{mend} goes on."
    if dataset:
        goes_on = f"The same command{mend} goes on with all; {_retries(folder, session_ids)}."
    return of + " ".join(part for part in (ending.why, gap, goes_on) if part)


def _retries(folder: Path, session_ids: Sequence[str]) -> str:
    """How to go on with one dataset alone: `tiebreak retry ID` of each of its sessions."""
    commands = " and ".join(f"`{command(('retry', one), folder)}`" for one in session_ids)
    return f"{commands} with this alone"


def _span(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

"""`f` in Triage: put a failure into a dataset, with checks that are proven on both answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import plural
from tiebreak.records import SessionRole
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean, clean_line
from tiebreak.workspace.workspace import REGRESSIONS
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.lanes import Lanes
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

if TYPE_CHECKING:
    from tiebreak.records import CheckSpec
    from tiebreak.triage.promoting import Proposal
    from tiebreak_tui.dialogs.shrink import ShrinkDialog
    from tiebreak_workbench.triage.promoting import Promotion
    from tiebreak_workbench.trials.shrinking import Shrunk

TARGET = REGRESSIONS
"""The dataset that is proposed; it is made where it is missing."""
PREVIEW = 1_500
"""Characters of the line that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the promotion is to be."""

    dataset: str
    good: SessionRole | None = None
    checks: tuple[str, ...] | None = None
    """Ids of the proposals to take; None for those that are taken where nobody chooses."""
    allow_alike: bool = False


Prepare = Callable[[Asked], "Promotion"]
Shrinking = Callable[["Promotion"], "ShrinkDialog"]


class PromoteDialog(Dialog["Promotion"]):
    """Dismissed with the promotion to write."""

    DEFAULT_CSS = """
    PromoteDialog > .dialog { width: 94%; max-width: 120; height: 90%; }
    PromoteDialog.-narrow > .dialog { height: 100%; }
    PromoteDialog Input, PromoteDialog Input:focus { border: none; height: 1; background: $panel; }
    PromoteDialog Static { height: auto; color: $text-muted; }
    PromoteDialog VirtualList { height: 1fr; min-height: 3; }
    PromoteDialog #line { max-height: 40%; background: $panel; color: $foreground; }
    PromoteDialog #told { max-height: 4; }
    """
    BINDINGS = [
        Binding("enter", "write", "Write", priority=True),
        Binding("space", "take", "Take or leave", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("ctrl+g", "good", "Good side", priority=True),
        Binding("ctrl+l", "alike", "Alike", priority=True),
        Binding("ctrl+t", "shrink", "Shrink", priority=True),
    ]
    hint = "space takes a check · ctrl+g good side · ctrl+t shrinks · ⏎ writes"

    def __init__(self, case_id: str, prepare: Prepare, good: SessionRole | None, shrink: Shrinking) -> None:
        """`prepare` works out a promotion, in a thread; `good` is the side whose answer is the good one, if known.
        `shrink` makes the dialog that makes its question smaller."""
        super().__init__()
        self._shrink = shrink
        self._shrunk: Shrunk | None = None
        self.heading = f"Promote {case_id}"
        self._prepare = prepare
        self._asked = Asked(dataset=TARGET, good=good)
        self._ready: Promotion | None = None
        self._proposals: tuple[Proposal, ...] = ()
        self._chosen: tuple[str, ...] = ()
        """Ids of those that are taken."""
        self._lanes: Lanes | None = None

    def body(self) -> ComposeResult:
        yield Static("Dataset, by name or path; made where it is missing", markup=False)
        yield Input(TARGET, id="dataset")
        yield Static("Checks that the good answer passes and the bad one fails", markup=False)
        yield VirtualList(empty="Proving checks on both answers …")
        yield Static(id="told", markup=False)
        yield Static(id="line", markup=False)

    def on_mount(self) -> None:
        self._lanes = Lanes(self, self._refused)
        self.query_one(VirtualList).focus()
        self._work()

    def on_unmount(self) -> None:
        if self._lanes is not None:
            self._lanes.closed = True

    @property
    def _working(self) -> bool:
        return self._lanes is not None and self._lanes.busy("promotion")

    def _work(self) -> None:
        self._ready = None
        asked = self._asked
        if self._lanes is not None:
            self._lanes.start("promotion", lambda: self._prepare(asked), self._prepared)

    def _refused(self, _: str, error: TiebreakError) -> None:
        from tiebreak_workbench.triage.promoting import DuplicateError

        self._ready = None
        if isinstance(error, DuplicateError):
            self._offer(error.proposals, error.chosen, error.good)
            way = "space takes another check" if error.same else "ctrl+l puts it in all the same"
            told = f"A duplicate. {error.message} {way}; or name another dataset above; esc leaves."
        else:
            side = " Here: ctrl+g." if "--good" in (error.hint or "") else ""
            told = f"{error}{side}"
            proposals = self.query_one(VirtualList)
            proposals.empty = "Nothing can be put in yet; the reason stands below."
            proposals.refresh()
        self.query_one("#told", Static).update(Content.styled(clean(told), "$text-warning"))
        self.query_one("#line", Static).update("")

    def _offer(self, proposals: "Sequence[Proposal]", chosen: "Sequence[CheckSpec]", good: SessionRole) -> None:
        """List the checks that were proven, those that are taken ticked."""
        self._proposals, self._chosen = tuple(proposals), tuple(spec.id for spec in chosen)
        self._asked = replace(self._asked, good=good)
        rows = [
            ListRow(
                f"{'[x]' if one.spec.id in self._chosen else '[ ]'} {one.spec.id}",
                f"{one.why}; {_other(good)}: {one.told or 'fails'}",
                hint="checked before" if one.known else "",
            )
            for one in self._proposals
        ]
        shown = self.query_one(VirtualList)
        shown.set_rows(len(rows), rows.__getitem__, at=shown.highlighted or 0)

    def _prepared(self, found: "Promotion") -> None:
        from tiebreak_workbench.trials.shrinking import shrunk_promotion

        if self._shrunk is not None:
            found = shrunk_promotion(found, self._shrunk)
        self._ready = found
        self._offer(found.proposals, found.chosen, found.good)
        new = " It will be made." if found.new else ""
        into = clean_line("/".join(found.dataset.parts[-2:]), 60)
        words = self._shrunk
        smaller = (
            f" Shrunk from {words.words_before} to {plural(words.words_after, 'word')}." if words is not None else ""
        )
        told = f"Good is {SIDES[found.good]}. Goes into {into}.{new}{smaller} ⏎ writes this line:"
        self.query_one("#told", Static).update(Content.styled(told, "dim"))
        more = f" … {len(found.line) - PREVIEW:,} more characters" if len(found.line) > PREVIEW else ""
        self.query_one("#line", Static).update(Content(clean(found.line[:PREVIEW]) + more))

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        if event.value.strip() and event.value.strip() != self._asked.dataset:
            self._asked = replace(self._asked, dataset=event.value.strip(), allow_alike=False)
            self._work()

    def action_take(self) -> None:
        """Take the marked check, or leave it; the last one stays."""
        at = self.query_one(VirtualList).highlighted
        if at is None or self._working:
            return
        name, before = self._proposals[at].spec.id, list(self._chosen)
        after = [one for one in before if one != name] if name in before else [*before, name]
        if after:
            self._asked = replace(self._asked, checks=tuple(after))
            self._whole_again()
            self._work()
        else:
            self.query_one("#told", Static).update(
                Content.styled("One check at least has to keep the failure from coming back.", "$text-warning")
            )

    def action_good(self) -> None:
        other: SessionRole = "baseline" if self._asked.good == "candidate" else "candidate"
        self._asked = replace(self._asked, good=other, checks=None)
        self._whole_again()
        self._work()

    def action_shrink(self) -> None:
        """Make the question smaller; it holds for these checks and this good side."""
        ready = self._ready
        if ready is None:
            self.notify("What is to be written is not settled yet.", markup=False)
            return

        def came(found: "Shrunk | None") -> None:
            if found is not None:
                self._shrunk = found
                self._work()

        self.app.push_screen(self._shrink(ready), came)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _whole_again(self) -> None:
        """What was cut away may matter to other checks."""
        if self._shrunk is not None:
            self._shrunk = None
            self.notify("The question is whole again: it was shrunk for other checks.", markup=False)

    def action_alike(self) -> None:
        self._asked = replace(self._asked, allow_alike=True)
        self._work()

    def action_write(self) -> None:
        if self._ready is not None:
            self.dismiss(self._ready)


def _other(good: SessionRole) -> str:
    return "B" if good == "baseline" else "A"

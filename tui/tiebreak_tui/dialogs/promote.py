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
from tiebreak_tui.widgets.styled_view import StyledView
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList

if TYPE_CHECKING:
    from tiebreak.records import CheckSpec
    from tiebreak.triage.promoting import Proposal
    from tiebreak_tui.dialogs.shrink import ShrinkDialog
    from tiebreak_workbench.triage.promoting import Promotion
    from tiebreak_workbench.trials.shrinking import Shrunk

TARGET = REGRESSIONS
"""The dataset that is proposed; it is made where it is missing."""
EDITED = "edited"
"""The lane in which a check that was edited is proven."""
PROOF = 300
"""Characters of a check, and of what it says of an answer."""
WARNING = "$text-warning"


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
    PromoteDialog VirtualList { height: auto; min-height: 3; max-height: 50%; }
    PromoteDialog #proof { max-height: 6; padding-left: 2; margin: 1 0; }
    PromoteDialog.-narrow #proof { margin-top: 0; }
    PromoteDialog.-short VirtualList { max-height: 5; }
    PromoteDialog.-short #proof { margin: 0; max-height: 4; }
    PromoteDialog StyledView { height: 1fr; min-height: 3; background: $panel; }
    PromoteDialog #told { max-height: 4; }
    """
    BINDINGS = [
        Binding("enter", "write", "Write", priority=True),
        Binding("space", "take", "Take or leave", show=False),
        Binding("e", "edit", "Edit", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("ctrl+g", "good", "Good side", priority=True),
        Binding("ctrl+l", "alike", "Alike", priority=True),
        Binding("ctrl+t", "shrink", "Shrink", priority=True),
    ]
    hint = "space takes · e edits · ctrl+g good side · ctrl+t shrinks · ⏎ writes"

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
        self._own: dict[str, tuple[str, Proposal]] = {}
        """By its id, each check that was edited, as JSON and as it was proven."""
        self._chosen: tuple[str, ...] = ()
        """Ids of those that are taken."""
        self._lanes: Lanes | None = None

    def body(self) -> ComposeResult:
        yield Static("Dataset, by name or path; made where it is missing", markup=False)
        yield Input(TARGET, id="dataset")
        yield Static("Checks that the good answer passes and the bad one fails", markup=False)
        yield VirtualList(empty="Proving checks on both answers …")
        yield Static(id="proof", markup=False)
        yield Static(id="told", markup=False)
        yield StyledView(id="line")

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

    def _refused(self, kind: str, error: TiebreakError) -> None:
        from tiebreak_workbench.triage.promoting import DuplicateError

        if kind == EDITED:
            self.query_one("#told", Static).update(Content.styled(clean(f"{error} Nothing was changed."), WARNING))
            return
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
        self.query_one("#told", Static).update(Content.styled(clean(told), WARNING))
        self.query_one(StyledView).show(())

    def _offer(self, proposals: "Sequence[Proposal]", chosen: "Sequence[CheckSpec]", good: SessionRole) -> None:
        """List the checks that were proven, those that are taken ticked."""
        from tiebreak.triage.promoting import asks

        own = [proposal for _, proposal in self._own.values()]
        self._proposals = (*own, *(one for one in proposals if one.spec.id not in self._own))
        self._chosen = tuple(spec.id for spec in chosen)
        self._asked = replace(self._asked, good=good)
        rows = [
            ListRow(
                f"{'[x]' if one.spec.id in self._chosen else '[ ]'} {one.spec.id}",
                asks(one.spec),
                hint="checked before" if one.known else "edited" if one.spec.id in self._own else "",
            )
            for one in self._proposals
        ]
        shown = self.query_one(VirtualList)
        shown.set_rows(len(rows), rows.__getitem__, at=shown.highlighted or 0)

    @on(VirtualList.Highlighted)
    def marked(self, event: VirtualList.Highlighted) -> None:
        """Show the proof of a check on both answers."""
        from tiebreak.triage.promoting import asks

        proof = Content("")
        if event.index is not None and event.index < len(self._proposals):
            one, good = self._proposals[event.index], self._asked.good or "baseline"
            proof = Content.assemble(
                (clean_line(": ".join(word for word in (one.why, asks(one.spec)) if word), PROOF), "dim"),
                (f"\n{SIDES[good]} ✔ passes", "$text-success"),
                (clean_line(f"   {_other(good)} ✘ {one.told or 'fails'}", PROOF), "$text-error"),
            )
        self.query_one("#proof", Static).update(proof)

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
        self.query_one(StyledView).show([(found.line, "")])

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        if event.value.strip() and event.value.strip() != self._asked.dataset:
            self._asked = replace(self._asked, dataset=event.value.strip(), allow_alike=False)
            self._work()

    # -- the checks

    @property
    def _at(self) -> "Proposal | None":
        """The check at hand, unless it is being proven."""
        at = self.query_one(VirtualList).highlighted
        return None if at is None or self._working else self._proposals[at]

    def action_take(self) -> None:
        """Take the marked check, or leave it; the last one stays."""
        if (proposal := self._at) is None:
            return
        name, before = proposal.spec.id, list(self._chosen)
        self._choose([one for one in before if one != name] if name in before else [*before, name])

    def _choose(self, ids: "Sequence[str]") -> None:
        if ids:
            texts = (self._own[one][0] if one in self._own else one for one in ids)
            self._asked = replace(self._asked, checks=tuple(texts))
            self._whole_again()
            self._work()
        else:
            self.query_one("#told", Static).update(
                Content.styled("One check at least has to keep the failure from coming back.", WARNING)
            )

    def action_edit(self) -> None:
        """Write the marked check anew, as JSON; it is taken once it is proven."""
        from tiebreak_tui.dialogs.text import TextDialog

        if (proposal := self._at) is None or self._lanes is None:
            return
        lanes, name = self._lanes, proposal.spec.id

        def edited(text: str | None) -> None:
            if text is not None and text.strip() != written:
                asked = replace(self._asked, checks=(text.strip(),))
                lanes.start(EDITED, lambda: self._proven(asked), taken)

        def taken(found: "tuple[str, Proposal]") -> None:
            new = found[1].spec.id
            self._own.pop(name, None)
            self._own[new] = found
            self._choose([*(one for one in self._chosen if one not in (name, new)), new])

        written = check_text(proposal.spec)
        ask = "The check as its file has it. It is taken where the good answer passes it and the bad one fails."
        dialog = TextDialog(f"Edit {name}", ask, written, lambda _: None)
        dialog.hint = "ctrl+s proves and takes it · esc leaves it as it was"
        self.app.push_screen(dialog, edited)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _proven(self, asked: Asked) -> "tuple[str, Proposal]":
        """A check that was edited, as JSON under its id, and its proof. Where it goes may have it already."""
        from tiebreak_workbench.triage.promoting import DuplicateError

        try:
            proposal = self._prepare(asked).proposals[0]
        except DuplicateError as error:
            proposal = error.proposals[0]
        return check_text(proposal.spec), proposal

    def action_good(self) -> None:
        other: SessionRole = "baseline" if self._asked.good == "candidate" else "candidate"
        self._asked = replace(self._asked, good=other, checks=None)
        self._own = {}
        if self._lanes is not None:
            self._lanes.forget(EDITED)  # which is proven the other way round
        self._whole_again()
        self._work()

    def action_shrink(self) -> None:
        """Make the question smaller; it holds for these checks and this good side."""
        ready = self._ready
        if ready is None:
            self._not_ready()
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
        else:
            self._not_ready()

    def _not_ready(self) -> None:
        why = "The checks are still being proven." if self._working else "Nothing can be put in yet; why stands here."
        self.notify(why, severity="warning", markup=False)


def check_text(spec: "CheckSpec") -> str:
    """A check as JSON to be edited. What a terminal would not show as it is stands there escaped."""
    import json

    from tiebreak.datasets.cases import flat_check

    text = json.dumps(flat_check(spec), ensure_ascii=False, indent=2)
    return "".join(one if one == "\n" or clean(one) == one else json.dumps(one)[1:-1] for one in text)


def _other(good: SessionRole) -> str:
    return "B" if good == "baseline" else "A"

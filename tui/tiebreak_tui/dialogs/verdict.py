"""`v`: what the judge says of a rated case, with all that it rests on, and the proof that it was there before."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.amounts import money, seconds
from tiebreak.gates.wording import RECORDED
from tiebreak.records import ROLES, SessionRole
from tiebreak.records.judges import Claim, Judgment, seal_of
from tiebreak.records.sessions import TAGS, Tag
from tiebreak.sanitise import clean, clean_line
from tiebreak.session.verdicts import VerdictLook
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_workbench.judges.status import status_here

if TYPE_CHECKING:
    from tiebreak_tui.screens.asides import Asides

SHOWN = 20_000
"""Characters shown of one text: a reply may be as long as it likes."""
TAG_WORDS: dict[Tag, str] = {
    "judge_wrong": "judge wrong",
    "human_wrong": "I was wrong",
    "both_defensible": "both defensible",
    "rubric_unclear": "rubric unclear",
}
CLAIM_LOOKS = {
    "supported": ("✔ supported   ", "$text-success"),
    "contradicted": ("✘ contradicted", "bold $text-error"),
    "unsupported": ("✘ unsupported ", "bold $text-warning"),
}


class VerdictDialog(Dialog[None]):
    """Verdicts by side, order, dimension and repeat. Digits tag a disagreement, `u` takes the tag back."""

    DEFAULT_CSS = """
    VerdictDialog > .dialog { width: 94%; max-width: 130; }
    VerdictDialog VerticalScroll { height: auto; max-height: 100%; }
    VerdictDialog Static { height: auto; }
    """
    BINDINGS: ClassVar = [
        *(Binding(str(n), f"tag('{tag}')", TAG_WORDS[tag], show=False) for n, tag in enumerate(TAGS, 1)),
        Binding("u", "untag", "Take back", show=False),
        Binding("r", "replies", "Raw replies", show=False),
        Binding("v", "cancel", "Close", show=False),
        Binding("q", "cancel", "Close", show=False),
    ]
    hint = "↑ ↓ scroll · r raw replies · esc closes"

    def __init__(self, arena: "Asides", position: int, look: VerdictLook) -> None:
        super().__init__()
        assert look.verdict is not None
        assert arena.live.judged is not None
        self._arena = arena
        self._position = position
        self._look = look
        self._verdict = look.verdict
        self._judge = arena.live.judged.judge
        self._seating = arena.live.seating(position)
        self._listed = sorted(self._verdict.judgments, key=self._order)
        self._replies: dict[str, tuple[str, ...]] | None = None
        """By judgment, once they were asked for."""
        self.heading = f"Judge on {arena.live.cases[position].id}"

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=True):
            yield Static(self._text(), id="verdict", markup=False)

    def _paint(self) -> None:
        self.query_one("#verdict", Static).update(self._text())

    # -- acts

    def action_tag(self, tag: Tag) -> None:
        if self._arena.attempt(lambda: self._arena.live.tag(self._position, tag)):
            self._paint()

    def action_untag(self) -> None:
        if self._arena.attempt(lambda: self._arena.live.untag(self._position)):
            self._paint()

    def action_replies(self) -> None:
        if self._replies is None:
            self._read()
        else:
            self._replies = None
            self._paint()

    @work(thread=True, exclusive=True, group="replies")
    def _read(self) -> None:
        bench = self._arena.tiebreak.bench
        if bench is None:
            return
        wanted = {judgment.id for judgment in self._verdict.judgments}
        told = bench.store.iter_judgments(self._arena.session_id, self._judge.version)
        replies = {judgment.id: judgment.replies for judgment in told if judgment.id in wanted}
        self._arena.tiebreak.call_from_thread(self._have, replies)

    def _have(self, replies: dict[str, tuple[str, ...]]) -> None:
        if self.is_attached:
            self._replies = replies
            self._paint()

    # -- words

    def _text(self) -> Content:
        return Content("\n").join([*self._head(), *self._judgments(), *self._spread(), *self._seal()])

    def _head(self) -> Iterator[Content]:
        judge, form = self._judge, self._arena.live.form(self._position)
        model = f"by {clean_line(judge.model_label, 50)}"
        facts = (clean_line(judge.name, 40), judge.kind, model, f"version {judge.version[:8]}")
        yield Content.assemble(
            (" · ".join(facts), "dim"), (f" · {status_here(self._arena.live.scoreboard, judge.name)}", "$text-warning")
        )
        yield Content("")
        words = self._look.words(self._seating)
        yield Content.styled(f"The judge {words}.", f"bold {self._colour()}")
        if form.vote is not None:
            later = f", then {self._seating.words(form.revised)}, kept apart" if form.revised is not None else ""
            yield Content(f"Your vote: {self._seating.words(form.vote)}{later}.")
        if self._look.agreement not in (None, "agrees"):
            yield Content("")
            chosen = form.tags.get(judge.version)
            yield Content("   ").join(
                Content.styled(f"{n} {words}", "bold $text-accent" if tag == chosen else "dim")
                for n, (tag, words) in enumerate(TAG_WORDS.items(), 1)
            )
            tagged = f"Tagged: {TAG_WORDS[chosen]}; u takes it back." if chosen else "A digit says what it comes from."
            yield Content.styled(tagged, "dim")

    def _colour(self) -> str:
        return "$text-success" if self._look.agreement == "agrees" else "$text-warning"

    def _judgments(self) -> Iterator[Content]:
        for judgment in self._listed:
            yield Content("")
            yield Content.assemble((self._place(judgment), "bold $primary"), "  ", self._said(judgment))
            facts = [
                _cost(judgment, recorded=self._judge.recorded),
                seconds(judgment.seconds) if judgment.seconds is not None and not self._judge.recorded else "",
                clean_line(judgment.served_model or "", 60),
            ]
            yield Content.styled(" · ".join(filter(None, facts)), "dim")
            if judgment.reasons:
                yield Content(clean(judgment.reasons[:SHOWN]))
            if judgment.problem:
                yield Content.styled(clean(judgment.problem[:SHOWN]), "$text-warning")
            yield from (self._claim(claim) for claim in judgment.claims)
            for text in (self._replies or {}).get(judgment.id, ()):
                more = f"\n… {len(text) - SHOWN:,} more characters" if len(text) > SHOWN else ""
                yield Content.styled("raw reply", "dim")
                yield Content.styled(clean(text[:SHOWN]) + more, "dim")

    def _order(self, judgment: Judgment) -> tuple[bool, str, int]:
        """By where an answer stands on screen: any other order would tell a blind rater which side is which."""
        first = self._first(judgment)
        return first != self._seating.left, judgment.dimension or "", judgment.repeat

    def _first(self, judgment: Judgment) -> SessionRole | None:
        """Whose answer the judge saw, of a pair first."""
        if judgment.response_b is not None:
            return "baseline" if judgment.order == "ab" else "candidate"
        return self._side_of(judgment.response_a)

    def _place(self, judgment: Judgment) -> str:
        """`A first`, `tone of B`, `repeat 2`: which question it was."""
        role = self._first(judgment)
        side = self._seating.name(role) if role is not None else "an answer"
        if judgment.response_b is not None:
            parts = [f"{side} shown first"]
        else:
            parts = [f"{clean_line(judgment.dimension, 40)} of {side}" if judgment.dimension else side]
        if self._judge.repeats > 1:
            parts.append(f"repeat {judgment.repeat + 1}")
        return " · ".join(parts)

    def _side_of(self, response_id: str) -> SessionRole | None:
        live = self._arena.live
        for role in ROLES:
            found = live.counting(role, live.cases[self._position])
            if found is not None and found.id == response_id:
                return role
        return None

    def _said(self, judgment: Judgment) -> Content:
        verdict = judgment.verdict
        if verdict is None:
            return Content.styled(judgment.status, "$text-warning")
        if judgment.response_b is not None:
            words = {"A": self._seating.words("A"), "B": self._seating.words("B"), "tie": "a tie"}
            return Content.styled(words.get(str(verdict), clean_line(str(verdict), 40)), "bold")
        if judgment.kind == "faithfulness" and isinstance(verdict, int | float):
            unsupported = sum(claim.verdict != "supported" for claim in judgment.claims)
            return Content.styled(f"{unsupported} of {len(judgment.claims)} claims not borne out", "bold")
        told = f"{verdict:g} of {self._judge.scale.high}" if isinstance(verdict, int | float) else str(verdict)
        return Content.styled(clean_line(told.replace("_", " "), 40), "bold")

    @staticmethod
    def _claim(claim: Claim) -> Content:
        return Content.assemble(CLAIM_LOOKS[claim.verdict], "  ", clean_line(claim.text, 300))

    def _spread(self) -> Iterator[Content]:
        """How far repeats of one question differ."""
        from tiebreak.judge import summarise

        spread = summarise(self._verdict.judgments, {}).spread
        if spread.repeated:
            deviation = f", mean standard deviation {spread.deviation:.3f}" if spread.deviation is not None else ""
            yield Content("")
            yield Content(f"Repeats agree on {spread.agreeing} of {spread.repeated} questions{deviation}.")

    def _seal(self) -> Iterator[Content]:
        held = all(j.seal == seal_of(j.verdict, j.seal_nonce) for j in self._verdict.judgments)
        holds = ("✔ the seals hold", "$text-success") if held else ("✘ a seal does not hold", "bold $text-error")
        yield Content("")
        yield Content.assemble(("Seal  ", "bold $primary"), self._look.seal)
        yield Content.assemble(holds, (", each SHA-256 of a random word and the verdict:", "dim"))
        for judgment in self._listed:
            yield Content.styled(f"  {judgment.seal[:16]}…  {judgment.seal_nonce}", "dim")


def _cost(judgment: Judgment, *, recorded: bool) -> str:
    if judgment.reused_from is not None:
        return "reused" if recorded else "reused, $0.00"
    if recorded:
        return RECORDED
    return money(judgment.cost.usd) if judgment.cost.usd is not None else "cost unknown"

"""The Arena of a blind session: the same keys and panes, and nothing that tells the sides apart."""

from collections.abc import Callable, Sequence

from textual.content import Content

from tiebreak.records import SessionRole
from tiebreak.scoreboard import Snapshot
from tiebreak_tui.dialogs.confirm import ConfirmDialog
from tiebreak_tui.keys import BLIND, bindings
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.paced import PacedFeed
from tiebreak_tui.screens.veil import BlindTally, sealed_chips
from tiebreak_tui.widgets.gate_bar import Chip
from tiebreak_tui.widgets.pair import Identity
from tiebreak_tui.widgets.win_rate import Tally

REVEAL = """\
Show which side is which?

The reveal is written down. Votes and scores that you give from then on are kept, apart from the others, and count in \
no gate of the human phase. What you gave before stands."""
FINISHED = """\
Every case is done. Open the result?

It says which side was which. Votes that you change after that are kept apart and count in no gate of the \
human phase."""


class BlindArenaScreen(ArenaScreen):
    """Sides are drawn for every case. Once revealed, it shows what the open Arena shows, on the sides as drawn."""

    KEYS = BLIND
    INTRO = (
        "Read both answers, then vote: ← the left one is better, → the right one, t tie, x both bad. The sides change "
        "from case to case. The tally comes every 10 settled cases and names nobody; O reveals, and is written down."
    )
    BINDINGS = bindings(BLIND)

    @property
    def _veiled(self) -> bool:
        return self.live.blinding.veiled

    def on_mount(self) -> None:
        self._tally = BlindTally()
        super().on_mount()

    def make_feed(self) -> PacedFeed:
        return PacedFeed(self.left, self.right, self.set_interval)

    def _refresh(self) -> None:
        super()._refresh()
        case = self.live.cases[self.position]
        for role, answering in self.exchange.answers.items():
            done = answering.response is not None and self.panes[role].state == "done"
            names = self.live.blinding.leaks(answering.response, case) if done and answering.response else ()
            self.panes[role].flag("NAMES A MODEL" if names else "")

    def identity(self, role: SessionRole) -> Identity:
        if self._veiled:
            return Identity()
        config = self.stored.configs[role]
        letter = super().identity(role).role
        return Identity(role=letter, config=config.name, model=config.model_label, place=self.seating.label(role))

    def tally(self, snapshot: Snapshot) -> Tally:
        return self._tally.of(self.live.scoreboard) if self._veiled else super().tally(snapshot)

    def chips(self, snapshot: Snapshot) -> Sequence[Chip]:
        return sealed_chips(snapshot) if self._veiled else super().chips(snapshot)

    def applies(self, action: str) -> bool:
        return self._veiled if action == "reveal" else super().applies(action)

    def action_reveal(self) -> None:
        if self._veiled:
            self._ask_to_reveal("Reveal", REVEAL, "asked")
        else:
            self.tiebreak.flash("The sides are revealed already.")

    def reveal_first(self, why: str, then: Callable[[], None]) -> None:
        if self._veiled:
            self._ask_to_reveal(
                "Reveal first", f"Prompts and versions tell which side is which.\n\n{REVEAL}", why, then
            )
        else:
            then()

    def action_scoreboard(self) -> None:
        if self._veiled and not self.live.scoreboard.snapshot().open:
            self._ask_to_reveal("Session finished", FINISHED, "finished")
        else:
            super().action_scoreboard()

    def _ask_to_reveal(self, heading: str, text: str, why: str, then: Callable[[], None] | None = None) -> None:
        def answered(yes: bool | None) -> None:
            if yes and self.attempt(lambda: self.live.blinding.reveal(why)):
                self.show()
                if why == "finished":
                    super(BlindArenaScreen, self).action_scoreboard()
                if then is not None:
                    then()

        self.tiebreak.push_screen(ConfirmDialog(heading, Content(text)), answered)

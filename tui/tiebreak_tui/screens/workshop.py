"""What one does with a session besides rating it: ask on, edit a prompt, look back, read elsewhere."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work

from tiebreak.errors import StoreError, TiebreakError
from tiebreak.records import SessionRole
from tiebreak_tui.screens.asides import Asides

if TYPE_CHECKING:
    from tiebreak.session.live import LiveSession
    from tiebreak_store import StoredSession
    from tiebreak_tui.screens.keeping import Drafts

SPOT_END = "⏎ asks on · f keeps the question · F makes a full session · q leaves"


class Workshop(Asides):
    """The acts of the Arena that go beyond the case on show. They are carried out in modules of their own."""

    stored: "StoredSession"
    live: "LiveSession"
    position: int
    drafts: "Drafts"
    question_draft = ""
    """A next question that is begun and not asked."""
    prompt_drafts: dict[SessionRole, str]

    @abstractmethod
    def show_again(self) -> None:
        """Show the case as it stands now, with what was asked for it meanwhile."""

    @property
    def is_spot(self) -> bool:
        return self.stored.session.kind == "spot"

    @work(thread=True, group="tried")
    def tell_tried(self) -> None:
        """Say beside the gates which of how many versions this is: whoever tries many finds one that passes by luck."""
        from tiebreak.reports.tried import tried_briefly
        from tiebreak_tui.widgets.gate_bar import GateBar
        from tiebreak_workbench.past.versions import tried_on

        bench = self.tiebreak.bench
        if bench is None or self.is_spot:
            return
        with suppress(StoreError):  # it stops nobody from rating
            told = tried_briefly(tried_on(bench.store, self.stored))
            self.tiebreak.call_from_thread(lambda: self.is_attached and self.query_one(GateBar).note(told))

    def reveal_first(self, why: str, then: Callable[[], None]) -> None:
        """Do something that tells the sides apart, at once where they are known."""
        then()

    async def action_ask_on(self) -> None:
        from tiebreak_tui.screens.spot_acts import ask_on

        ask_on(self)

    async def action_full_session(self) -> None:
        from tiebreak_tui.screens.spot_acts import full_session

        full_session(self)

    def action_edit_prompt(self) -> None:
        from tiebreak_tui.screens.prompt_acts import edit_prompt

        role = self.focused_role
        self.reveal_first("edit", lambda: edit_prompt(self, role))

    def action_versions(self) -> None:
        from tiebreak_tui.dialogs.versions import show_versions

        role = self.focused_role
        self.reveal_first("versions", lambda: show_versions(self.tiebreak, self.stored.configs[role].name))

    async def action_open_answer(self) -> None:
        from tiebreak_tui.outside import read_outside

        exchange, role = self.exchange, self.focused_role
        text = exchange.answers[role].text
        if text:
            await read_outside(self.tiebreak, text, f"{exchange.position + 1:04d}-{self.seating.label(role)}.md")
        else:
            self.tiebreak.flash("There is nothing to open yet.")

    async def action_open_case(self) -> None:
        from tiebreak_tui.dialogs.case import case_as_text
        from tiebreak_tui.outside import read_outside

        await read_outside(self.tiebreak, case_as_text(self.exchange.case), f"{self.position + 1:04d}-case.md")

    def action_copy_link(self) -> None:
        """Copy the command that shows the case on show."""
        from tiebreak_tui.links import copy_link

        copy_link(self.tiebreak, self.stored.session.id, self.exchange.case.id)

    async def come_back(self) -> None:
        """Open this session anew, as it is recorded by now, with what was begun and not saved."""
        app, drafts = self.tiebreak, dict(self.drafts)
        await app.enter_arena(self.stored.session.id, queue=self.live.queue)
        arena = app.arena
        if arena is not None:
            arena.drafts.update(drafts)

    async def leave_for(self, session_id: str) -> None:
        """Open another session in the place of this one."""
        await asyncio.sleep(0)
        try:
            await self.tiebreak.enter_arena(session_id)
        except TiebreakError as error:
            self.tiebreak.tell_error(error)

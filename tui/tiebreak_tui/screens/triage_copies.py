"""Triage's keys that take something out of the app: an answer copied, saved or read in the user's editor, a prompt, a
link."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from tiebreak_tui.clipboard import Copied
from tiebreak_tui.screens.place import Place

if TYPE_CHECKING:
    from tiebreak_tui.widgets.pair import AnswerPane
    from tiebreak_workbench.triage.case import CaseDetail, CaseSide
    from tiebreak_workbench.triage.triage import Triage


class Copying(Place):
    """The acts on the focused answer: B's, unless A's has the keyboard. Each waits for the case at hand to be read."""

    triage: "Triage"
    detail: "CaseDetail | None"
    left: "AnswerPane"
    right: "AnswerPane"

    @abstractmethod
    async def read_case(self) -> None:
        """Wait until the case at hand is the one on show: keys come faster than a case is read."""

    @property
    def focused_side(self) -> "tuple[str, AnswerPane]":
        """The answer that keys act on: B's, unless A's is focused."""
        return ("A", self.left) if self.left.has_focus_within else ("B", self.right)

    @property
    def _case_side(self) -> "CaseSide | None":
        """What that side made of the case on show."""
        return self.detail and (self.detail.a if self.focused_side[0] == "A" else self.detail.b)

    async def action_copy(self) -> None:
        await self.read_case()
        self._keep_copy(save=False)

    async def action_save_copy(self) -> None:
        await self.read_case()
        self._keep_copy(save=True)

    def _keep_copy(self, *, save: bool) -> None:
        letter, side = self.focused_side[0], self._case_side
        if not side or side.answer is None or not side.answer.text:
            self.tiebreak.flash("There is nothing to copy.")
            return
        name = f"triage-{letter}.txt"
        try:
            text = side.answer.text
            done = Copied(False, self.tiebreak.save(text, name)) if save else self.tiebreak.copy(text, name)
        except OSError as error:
            self.tiebreak.flash(f"The copy cannot be saved: {error}.", severity="error")
        else:
            self.tiebreak.flash(str(done))

    async def action_open_answer(self) -> None:
        from tiebreak_tui.outside import read_outside

        await self.read_case()
        letter, side = self.focused_side[0], self._case_side
        if side and side.answer is not None and side.answer.text:
            await read_outside(self.tiebreak, side.answer.text, f"answer-{letter}.md")
        else:
            self.tiebreak.flash(f"{letter} has no answer here to open.")

    async def action_open_prompt(self) -> None:
        from tiebreak_tui.outside import read_outside
        from tiebreak_tui.screens.triage_text import prompt_text

        await self.read_case()
        letter, side = self.focused_side[0], self._case_side
        if side:
            await read_outside(self.tiebreak, prompt_text(side), f"prompt-{letter}.md")

    async def action_copy_link(self) -> None:
        """Copy the command that shows this case, of the session of the focused side."""
        from tiebreak_tui.links import copy_link

        await self.read_case()
        if self.detail is not None:
            side = self.triage.a if self.focused_side[0] == "A" else self.triage.b
            copy_link(self.tiebreak, side.session_id, self.detail.case.id)

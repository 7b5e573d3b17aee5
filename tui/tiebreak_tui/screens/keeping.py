"""What a rater keeps of a case in words of their own: notes, with drafts, and a spot check's question as a case."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import plural
from tiebreak.sanitise import clean_line

if TYPE_CHECKING:
    from tiebreak_tui.screens.arena import ArenaScreen


class Drafts(dict[int, str]):
    """Notes that are begun and not saved, by position."""

    def of(self, position: int, text: str) -> None:
        """Take the text as it stands; a blank one is no draft."""
        if text.strip():
            self[position] = text
        else:
            self.pop(position, None)


def write_note(
    arena: "ArenaScreen", attempt: Callable[[Callable[[], object]], bool], refresh: Callable[[], None]
) -> None:
    """Ask for a note on the case on show, beginning with its draft, if there is one.

    `attempt` does what the session may refuse, and says whether it did.
    """
    from tiebreak_tui.dialogs.text import TextDialog

    position, drafts = arena.position, arena.drafts
    notes = arena.live.form(position).notes

    def keep(text: str | None) -> None:
        if text is None:
            if position in drafts:
                arena.tiebreak.flash("The draft is kept, not saved: n goes on with it.")
        elif text.strip() and attempt(lambda: arena.live.note(position, text.strip())):
            drafts.pop(position, None)
            arena.tiebreak.flash("Note kept.")
            refresh()

    asked = "\n".join(("Earlier notes:", *notes)) if notes else "What should be remembered of this case?"
    heading = f"Note on {arena.live.cases[position].id}"
    arena.tiebreak.push_screen(
        TextDialog(heading, asked, drafts.get(position, ""), lambda text: drafts.of(position, text)), keep
    )


def keep_question(arena: "ArenaScreen") -> None:
    """Ask for a dataset, and add a spot check's question to it."""
    from tiebreak_tui.dialogs.line import LineDialog
    from tiebreak_workbench.spot import save_case, whole_case

    if not arena.applies("save_case"):
        arena.tiebreak.flash("f keeps the question of a spot check; this case is in its dataset already.")
        return
    folder = (arena.tiebreak.wishes.save_cases_to or arena.tiebreak.folder).absolute()
    case, role = arena.live.cases[arena.position], arena.focused_role

    def keep(dataset: str | None) -> None:
        bench = arena.tiebreak.bench
        if dataset is None or bench is None:
            return
        try:
            # A follow-up stands by itself only with what was said before it: as the focused side remembers it.
            path = save_case(folder, dataset, whole_case(bench, arena.stored, case, role))
        except TiebreakError as error:
            arena.tiebreak.tell_error(error)
        else:
            arena.tiebreak.flash(f"Saved in {path}.")

    ask = f"In which dataset of {folder}? It is made if there is none of that name."
    arena.tiebreak.push_screen(LineDialog("Save as a case", ask, "spot"), keep)


def parting_words(arena: "ArenaScreen") -> str:
    """What to say of a session once the terminal is back."""
    saves = arena.live.saves
    said = [
        f"The note on {clean_line(arena.live.cases[position].id, 60)} was not saved: {clean_line(draft, 2000)}"
        for position, draft in sorted(arena.drafts.items())
    ]
    if saves.failure is not None:
        said.append(f"Not everything could be saved: {saves.failure}")
    elif saves.standing:
        are = "is" if saves.standing == 1 else "are"
        said.append(f"{plural(saves.standing, 'ballot')} {are} saved. Go on with: {arena.resume_command}")
    return "\n".join(said)

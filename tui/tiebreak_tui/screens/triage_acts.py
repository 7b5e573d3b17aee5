"""What Triage decides: about the case at hand, the marked ones, or a group; shown at once, then saved."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import plural
from tiebreak.records.triage import DecisionField
from tiebreak.triage import Decided

if TYPE_CHECKING:
    from tiebreak_tui.lanes import Lanes
    from tiebreak_workbench.triage.triage import Done, Triage

Values = Mapping[DecisionField, str | None]
SAVING = "decide"
"""The kind of work in `Lanes`."""


class Deciding:
    """Decisions on their way to the database, one act after the other; what waits is already shown."""

    def __init__(
        self, triage: "Triage", lanes: "Lanes", changed: Callable[[], object], say: Callable[[str], object]
    ) -> None:
        self._triage = triage
        self._lanes = lanes
        self._changed = changed
        self._say = say
        self._waiting: list[tuple[Collection[int], Values]] = []
        self._standing = 0
        self.failure: TiebreakError | None = None
        """Why the last act was not saved."""

    def __str__(self) -> str:
        if self.failure is not None:
            return "NOT SAVED"
        if self._waiting:
            return f"saving {plural(sum(len(places) for places, _ in self._waiting), 'case')}"
        return f"{self._standing:,} decided" if self._standing else ""

    def decided(self, place: int) -> Decided:
        """What stands of a case, with what is being saved."""
        found = self._triage.view.decided_at(place)
        for places, values in self._waiting:
            if place in places:
                shown = {name: value for name, value in values.items() if name != "status"}
                found = found._replace(**shown)
                if "status" in values:
                    found = found._replace(status=values["status"] or "open")
        return found

    def set(self, places: Collection[int], values: Values, words: str) -> None:
        """Decide about some cases; `words` say what."""
        waiting = (frozenset(places), values)
        self._waiting.append(waiting)
        self._changed()

        def then(done: "Done | TiebreakError") -> None:
            self._waiting.remove(waiting)
            self._decided(done, words)

        self._act(lambda: self._triage.decide(self._triage.case_ids(sorted(places)), values), then)

    def do(self, work: "Callable[[], Done]", words: str) -> None:
        """Decide about several cases in several ways, in one act that `work` makes; `words` say what."""
        self._act(work, lambda done: self._decided(done, words))

    def undo(self) -> None:
        """Take back what was decided last, once all that came before is saved."""

        def then(done: "Done | TiebreakError") -> None:
            if isinstance(done, TiebreakError):
                self._say(str(done))
            else:
                self._standing = max(0, self._standing - done.cases)
                self._say(f"Taken back for {plural(done.cases, 'case')}.")

        self._act(self._triage.undo, then)

    def _decided(self, done: "Done | TiebreakError", words: str) -> None:
        if isinstance(done, TiebreakError):
            self.failure = done
            self._say(f"Not saved: {done}")
        else:
            self.failure = None
            self._standing += done.cases
            self._say(_told(done, words))

    def _act(self, work: "Callable[[], Done]", then: "Callable[[Done | TiebreakError], None]") -> None:
        """Do it after all that came before; what became of it is told either way."""

        def tried() -> "Done | TiebreakError":
            try:
                return work()
            except TiebreakError as error:
                return error

        def known(done: "Done | TiebreakError") -> None:
            then(done)
            self._changed()

        self._lanes.add(SAVING, tried, known)


def _told(done: "Done", words: str) -> str:
    told = f"{plural(done.cases, 'case')}: {words}." if done.decisions else "It was so already."
    if done.unanswered:
        told = f"{told if done.decisions else ''} Not of {', '.join(done.unanswered)}: B has no answer there.".strip()
    return told

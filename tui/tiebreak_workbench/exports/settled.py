"""What a session settled, case by case, for other tools. Preferences are those of people: the mean of their effective
votes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tiebreak.records import ROLES, Case, Message, Response, SessionRole
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of

Row = dict[str, object]
Better = Literal["A", "B", "tie", "both bad", "not rated", "settled by a broken answer", "skipped"]
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One case, both counting answers, and what people made of them."""

    case: Case
    answers: Mapping[SessionRole, Response]
    better: Better
    win: Fraction | None
    """The mean of the votes, 1 where all are for B."""


def settled(stored: StoredSession) -> Iterator[Settled]:
    """The planned cases in their order."""
    board = scoreboard_of(stored)
    texts = {response.id: response for response in stored.responses}
    for case_id in stored.session.plan.case_ids:
        state = board.case(case_id)
        answers: dict[SessionRole, Response] = {
            role: texts[state.counting[role][0].id] for role in ROLES if role in state.counting
        }
        better: Better = "not rated"
        if state.automatic:
            better = "settled by a broken answer"
        elif state.skipped:
            better = "skipped"
        elif state.verdict == "both_bad":
            better = "both bad"
        elif state.win is not None:
            better = "tie" if state.win == HALF else "B" if state.win > HALF else "A"
        yield Settled(case=stored.dataset.by_id[case_id], answers=answers, better=better, win=state.win)


def as_rows(messages: Iterable[Message]) -> list[Row]:
    """Messages as other tools have them."""
    return [{"role": message.role, "content": message.content} for message in messages]

"""One case and the two answers that are on show for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiebreak.errors import UnrenderedError, UsageError
from tiebreak.records import Case, Response, SessionRole
from tiebreak.session.answering import Answering
from tiebreak.session.seating import OPEN, Seating


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    position: int
    case: Case
    answers: Mapping[SessionRole, Answering]
    seating: Seating = OPEN
    veiled: bool = False
    """Whether the reasons why an answer is missing may tell which side it is, and are kept back."""

    @property
    def complete(self) -> bool:
        """Both answers are there, however they ended."""
        return all(answering.response is not None for answering in self.answers.values())

    @property
    def exploratory(self) -> bool:
        return any(answering.exploratory for answering in self.answers.values())

    def responses(self) -> dict[SessionRole, Response]:
        """Both responses on show.

        Raises:
            UsageError: while one of them is not there.
        """
        found: dict[SessionRole, Response] = {}
        for role, answering in self.answers.items():
            if answering.response is None:
                side = _capital(self.seating.name(role))
                if answering.held is not None:
                    why = "." if self.veiled else f": {answering.held}"
                    raise UsageError(f"{side} is paused{why}", hint="r asks it again.")
                raise UsageError(f"{side} is still answering.", hint="Wait for it, or stop it with esc.")
            found[role] = answering.response
        return found

    def rateable(self) -> dict[SessionRole, Response]:
        """Both responses on show, each of which counts.

        Raises:
            UsageError: while one of them is not there, or where one does not count.
        """
        found = self.responses()
        if self.exploratory:
            raise UsageError(
                "An exploratory answer is on show and never counts.", hint="esc brings the counting one back."
            )
        for role, response in found.items():
            if response.excluded:
                if response.error is not None and response.error.code == UnrenderedError.code:
                    raise UsageError(
                        f"The prompt of {self.seating.name(role)} cannot be rendered, so this case does not count.",
                        hint="enter goes on; mend it and begin a new session.",
                    )
                how = "was stopped" if response.fault == "user" else "did not come through"
                raise UsageError(
                    f"The answer of {self.seating.name(role)} {how}, so it does not count.",
                    hint="r asks again, and that answer will count; enter goes on.",
                )
        return found

    def comparable(self) -> dict[SessionRole, Response]:
        """Both responses on show, each of them whole.

        Raises:
            UsageError: as `rateable` does, and where a broken answer settles the case by itself.
        """
        found = self.rateable()
        for role, response in found.items():
            if response.broken:
                raise UsageError(
                    f"The answer of {self.seating.name(role)} is broken ({response.status}), "
                    "which settles this case by itself.",
                    hint="enter goes on.",
                )
        return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

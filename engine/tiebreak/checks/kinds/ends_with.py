from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.words import composed, few, shown
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsWith(Check):
    """The answer ends with one of the texts in `any`; white space after it does not count."""

    kind: ClassVar[str] = "ends_with"
    example: ClassVar[Example] = Example(
        params={"any": ["Your support desk"]},
        passes="It ships today.\n\nYour support desk\n",
        fails="It ships today.",
    )

    any: tuple[str, ...]
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if not self.any or "" in self.any:
            raise ValueError("Give in `any` one or more texts that are not empty.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        text = composed(response.text.rstrip())
        wanted = tuple(map(composed, self.any))
        if self.ignore_case:
            text, wanted = text.casefold(), tuple(word.casefold() for word in wanted)
        return Verdict.of(text.endswith(wanted), f"it ends {shown(response.text.rstrip()[-40:])}, not {few(self.any)}")

from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.words import composed
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact(Check):
    """The answer is exactly `value`, or the reference of its case; says nothing of a case that has neither."""

    kind: ClassVar[str] = "exact"
    example: ClassVar[Example] = Example(
        params={"ignore_case": True}, passes=" billing\n", fails="Bill", reference="Billing"
    )

    value: str | None = None
    strip: bool = True
    ignore_case: bool = False

    def judge(self, case: Case, response: Response, /) -> Verdict:
        expected = self.value if self.value is not None else case.reference
        if expected is None:
            return Verdict("not_applicable", "the case has no reference")
        return Verdict.of(self._plain(response.text) == self._plain(expected), "the answer differs")

    def _plain(self, text: str) -> str:
        stripped = text.strip() if self.strip else text
        return composed(stripped.casefold() if self.ignore_case else stripped)

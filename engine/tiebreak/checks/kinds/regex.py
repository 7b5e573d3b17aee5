from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.matching import first_match
from tiebreak.checks.patterns import searchable, usable
from tiebreak.checks.words import shown
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(Check):
    """The `pattern` (Python's `re`) is somewhere in the answer, or with `expect: absent` nowhere in it."""

    kind: ClassVar[str] = "regex"
    example: ClassVar[Example] = Example(
        params={"pattern": r"\b\d{4}-\d{4}\b", "expect": "absent"},
        passes="Your order ships today.",
        fails="Card 1234-5678.",
    )

    pattern: str
    expect: Literal["present", "absent"] = "present"

    def __post_init__(self) -> None:
        usable([self.pattern])

    @property
    def runs_patterns(self) -> bool:
        return True

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        found = first_match(self.pattern, searchable(response.text))
        if self.expect == "present":
            return Verdict.of(found is not None, "the pattern is nowhere in it")
        return Verdict.of(found is None, f"the pattern is in it: {shown(found or '')}")

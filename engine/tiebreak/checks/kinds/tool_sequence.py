from collections import Counter
from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import Answer, Check, Example, Verdict
from tiebreak.checks.words import few
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSequence(Check):
    """The answer calls the tools in `calls`; `match` says whether in just this order, with others between, or in any.

    `match` is `exactly` (these tools one after the other and no others), `in_order` (others may come between) or
    `any_order` (others may be among them). An empty list with `exactly` says that no tool may be called.
    """

    kind: ClassVar[str] = "tool_sequence"
    example: ClassVar[Example] = Example(
        params={"calls": ["find_order", "refund"], "match": "in_order"},
        passes=Answer(calls=(("find_order", "{}"), ("find_customer", "{}"), ("refund", "{}"))),
        fails=Answer(calls=(("refund", "{}"), ("find_order", "{}"))),
    )

    calls: tuple[str, ...]
    match: Literal["exactly", "in_order", "any_order"] = "exactly"

    def __post_init__(self) -> None:
        if not self.calls and self.match != "exactly":
            raise ValueError("An empty list asks for something with `match: exactly` alone.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        made = [call.name for call in response.tool_calls]
        if self.match == "exactly":
            return Verdict.of(made == list(self.calls), f"it calls {few(made, 8) if made else 'no tool'}")
        if self.match == "any_order":
            missing = sorted((Counter(self.calls) - Counter(made)).elements())
            return Verdict.of(not missing, f"it does not call {few(missing)}")
        rest = iter(made)
        for number, wanted in enumerate(self.calls):
            if wanted not in rest:
                after = f" after “{self.calls[number - 1]}”" if number else ""
                return Verdict.of(False, f"it does not call “{wanted}”{after}")
        return Verdict.of(True)

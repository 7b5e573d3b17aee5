import re
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response

END = re.compile(r"[.!?…。！？:;)\]}>\"'”’»*_`|~]\s*\Z|^\s*(?:[-*+#|>]|\d+[.)])[^\n]*\Z", re.MULTILINE)
"""How a text may end: with a mark, or in the line of a list, a table or a heading, which need none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Check):
    """The answer is whole: not empty, not cut off by the token limit, not stopped by a filter.

    Such answers fail every check; this one is for gates that ask for nothing else. Beyond that, no answer may consist
    of white space, or leave a code fence open. `ended: true` also wants a mark at the end of its last sentence, and
    `text: true` words beside its tool calls.
    """

    kind: ClassVar[str] = "whole"
    example: ClassVar[Example] = Example(
        params={"ended": True}, passes="Your order ships today.", fails="Your order ships today, and then it"
    )

    ended: bool = False
    text: bool = False

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        if not response.text.strip():
            return Verdict.of(bool(response.tool_calls) and not self.text, "there are no words in it")
        if open_fence(response.text):
            return Verdict.of(False, "a code fence is left open")
        if self.ended and not END.search(response.text[-400:]):
            return Verdict.of(False, f"it ends in mid-sentence: “…{response.text.rstrip()[-30:]}”")
        return Verdict.of(True)


def open_fence(text: str) -> bool:
    """Whether a Markdown code fence is begun and not closed, as CommonMark has it."""
    fence = ""
    for line in text.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if mark is None:
            continue
        if not fence:
            if not (mark[1][0] == "`" and "`" in mark[2]):
                fence = mark[1]
        elif mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip():
            fence = ""
    return bool(fence)

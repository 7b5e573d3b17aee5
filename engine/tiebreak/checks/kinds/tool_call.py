from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from tiebreak.checks.base import Answer, Check, Example, Verdict
from tiebreak.checks.structured import NotReadable
from tiebreak.checks.tools import alike, arguments_of
from tiebreak.checks.words import few, shown
from tiebreak.records import Case, Response, ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsTool(Check):
    """The answer calls the tool `name`, with these `arguments` among others; with `expect: absent` it does not.

    `only: true` allows no other arguments.
    """

    kind: ClassVar[str] = "tool_call"
    example: ClassVar[Example] = Example(
        params={"name": "find_order", "arguments": {"order_id": "A-17"}},
        passes=Answer(calls=(("find_order", '{"order_id": "A-17", "fields": ["status"]}'),)),
        fails=Answer(calls=(("find_order", '{"order_id": "A-71"}'),)),
    )

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])
    only: bool = False
    expect: Literal["present", "absent"] = "present"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("The name of the tool is empty.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        named = [call for call in response.tool_calls if call.name == self.name]
        problems = [self._problem(call) for call in named]
        if self.expect == "absent":
            return Verdict.of("" not in problems, f"it calls {shown(self.name)}")
        if not named:
            others = sorted({call.name for call in response.tool_calls})
            return Verdict.of(False, f"it does not call {shown(self.name)}, but {few(others) if others else 'no tool'}")
        return Verdict.of("" in problems, problems[0])

    def _problem(self, call: ToolCall) -> str:
        """How the arguments of a call differ from those wanted; empty where they do not."""
        try:
            given = arguments_of(call)
        except NotReadable as problem:
            return f"{self.name}: {problem}"
        for name, wanted in self.arguments.items():
            if name not in given:
                return f"{self.name}: the argument {shown(name)} is missing"
            if not alike(given[name], wanted):
                return f"{self.name}: {name} is {shown(given[name])}, not {shown(wanted)}"
        extra = sorted(given.keys() - self.arguments.keys())
        return f"{self.name}: {few(extra)} should not be given" if self.only and extra else ""

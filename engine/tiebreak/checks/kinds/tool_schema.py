from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from tiebreak.checks.base import Answer, Check, Example, Verdict
from tiebreak.checks.schemas import has_patterns, problem_in, usable_schema
from tiebreak.checks.structured import NotReadable
from tiebreak.checks.tools import arguments_of
from tiebreak.checks.words import few, shown
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSchema(Check):
    """Every tool that the answer calls is one of `tools`, and its arguments fit the JSON Schema written beside it.

    An answer without a tool call passes, unless `needed: true`. `tools` may also be the name of a .yaml, .json or
    .jsonl file, counted from the folder of the file that names it: such a mapping, or the list of tools of a request.
    """

    kind: ClassVar[str] = "tool_schema"
    example: ClassVar[Example] = Example(
        params={
            "tools": {
                "find_order": {
                    "type": "object",
                    "required": ["order_id"],
                    "properties": {"order_id": {"type": "string"}},
                    "additionalProperties": False,
                }
            }
        },
        passes=Answer(calls=(("find_order", '{"order_id": "A-17"}'),)),
        fails=Answer(calls=(("find_order", '{"id": "A-17"}'),)),
    )

    from_file: ClassVar[str | None] = "tools"

    tools: Mapping[str, Mapping[str, object]]
    needed: bool = False

    def __post_init__(self) -> None:
        if not self.tools:
            raise ValueError("Give at least one tool with the schema of its arguments.")
        for name, schema in self.tools.items():
            usable_schema(schema, f"tools.{name}")

    @classmethod
    def entry(cls, row: Mapping[str, object], /) -> tuple[str, object]:
        function = row.get("function", row)
        tool: Mapping[str, object] = cast("Mapping[str, object]", function) if isinstance(function, Mapping) else {}
        name = tool.get("name")
        if not isinstance(name, str):
            raise ValueError('A tool is a row {"name": "find_order", "parameters": {"type": "object"}}.')
        return name, tool.get("parameters", tool.get("input_schema", {"type": "object"}))

    @property
    def runs_patterns(self) -> bool:
        return any(has_patterns(schema) for schema in self.tools.values())

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        if not response.tool_calls:
            return Verdict.of(not self.needed, "it calls no tool")
        for number, call in enumerate(response.tool_calls, start=1):
            place = f"call {number}, {call.name}"
            if call.name not in self.tools:
                return Verdict.of(
                    False, f"call {number}: there is no tool {shown(call.name)}, only {few([*self.tools])}"
                )
            try:
                problem = problem_in(arguments_of(call), self.tools[call.name])
            except NotReadable as unreadable:
                problem = str(unreadable)
            if problem is not None:
                return Verdict.of(False, f"{place}: {problem}")
        return Verdict.of(True)

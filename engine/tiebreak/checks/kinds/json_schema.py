from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.schemas import has_patterns, problem_in, usable_schema
from tiebreak.checks.structured import NotReadable, read_json, unfenced
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSchema(Check):
    """The whole answer is JSON that fits the JSON Schema in `schema`; nothing that it refers to is fetched.

    `fence: true` allows a Markdown fence around it.
    """

    kind: ClassVar[str] = "json_schema"
    example: ClassVar[Example] = Example(
        params={"schema": {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}},
        passes='{"total": 12.5}',
        fails='{"total": "12.5"}',
    )

    schema: Mapping[str, object]
    fence: bool = False

    def __post_init__(self) -> None:
        usable_schema(self.schema)

    @property
    def runs_patterns(self) -> bool:
        return has_patterns(self.schema)

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        try:
            parsed = read_json(unfenced(response.text) if self.fence else response.text)
        except NotReadable as problem:
            return Verdict.of(False, str(problem))
        problem = problem_in(parsed, self.schema)
        return Verdict.of(problem is None, problem or "")

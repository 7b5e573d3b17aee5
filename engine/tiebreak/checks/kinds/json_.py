from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.structured import NotReadable, read_json, unfenced
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(Check):
    """The whole answer is JSON; with `required`, an object that has these fields."""

    kind: ClassVar[str] = "json"
    example: ClassVar[Example] = Example(
        params={"required": ["order_id"]}, passes='{"order_id": 7}', fails='Here it is: {"order_id": 7}'
    )

    required: tuple[str, ...] = ()
    fence: bool = False
    """A Markdown fence around it is allowed."""

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        try:
            parsed = read_json(unfenced(response.text) if self.fence else response.text)
        except NotReadable as problem:
            return Verdict.of(False, str(problem))
        if not self.required:
            return Verdict.of(True)
        if not isinstance(parsed, Mapping):
            return Verdict.of(False, "JSON, but not an object")
        missing = [name for name in self.required if name not in cast("Mapping[str, object]", parsed)]
        return Verdict.of(not missing, f"the field “{missing[0] if missing else ''}” is missing")

from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.structured import NotReadable, at_path, read_json, unfenced, usable_path
from tiebreak.checks.words import few
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields(Check):
    """The answer is JSON that has a value at each path in `required`, such as order.id, items[0].sku or items[*].sku.

    With `filled: true` null, an empty text, list or object is no value. `forbidden` paths may not be there.
    """

    kind: ClassVar[str] = "fields"
    example: ClassVar[Example] = Example(
        params={"required": ["order.id", "items[0].sku"], "filled": True},
        passes='{"order": {"id": 7}, "items": [{"sku": "A-1"}]}',
        fails='{"order": {"id": 7}, "items": [{"sku": ""}]}',
    )

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    filled: bool = False
    fence: bool = False

    def __post_init__(self) -> None:
        if not self.required and not self.forbidden:
            raise ValueError("Give `required` or `forbidden`.")
        for path in (*self.required, *self.forbidden):
            usable_path(path)

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        try:
            parsed = read_json(unfenced(response.text) if self.fence else response.text)
        except NotReadable as problem:
            return Verdict.of(False, str(problem))
        missing = [path for path in self.required if not self._there(parsed, path)]
        if missing:
            return Verdict.of(False, f"nothing at {few(missing)}")
        unwanted = [path for path in self.forbidden if at_path(parsed, path)]
        return Verdict.of(not unwanted, f"there is something at {few(unwanted)}")

    def _there(self, parsed: object, path: str) -> bool:
        found = at_path(parsed, path)
        if not self.filled:
            return bool(found)
        return bool(found) and all(value is not None and value not in ("", [], {}) for value in found)

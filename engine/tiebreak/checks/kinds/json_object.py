import json
from dataclasses import dataclass
from typing import ClassVar, cast

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(Check):
    """The whole answer is JSON; with `required`, an object that has these fields."""

    kind: ClassVar[str] = "json"
    example: ClassVar[Example] = Example(
        params={"required": ["order_id"]}, passes='{"order_id": 7}', fails='Here it is: {"order_id": 7}'
    )

    required: tuple[str, ...] = ()

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        try:
            parsed: object = json.loads(response.text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            return Verdict.of(False, f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
        except ValueError as error:
            return Verdict.of(False, f"not JSON: {error}")
        except RecursionError:
            return Verdict.of(False, "JSON nested too deeply to be read")
        if not self.required:
            return Verdict.of(True)
        if not isinstance(parsed, dict):
            return Verdict.of(False, "JSON, but not an object")
        missing = [name for name in self.required if name not in cast("dict[str, object]", parsed)]
        return Verdict.of(not missing, f"the field “{missing[0] if missing else ''}” is missing")


def _refuse_constant(name: str) -> object:
    """Python reads NaN and Infinity; JSON does not have them."""
    raise ValueError(f"{name} is no JSON value")

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from tiebreak.checks.base import AwaitedCheck, CheckUnavailable, Example, Outside, Verdict
from tiebreak.checks.request import as_request
from tiebreak.checks.words import shown
from tiebreak.records import Case, Response

CALLABLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Python(AwaitedCheck):
    """A function of your own judges the answer: it is given the case and the response, and says true or false.

    `callable` names it as module:name. It may also give a score from 0 to 1, which has to be at least `at_least`, or a
    mapping with `passed` or `value`, and a `detail`. Both arguments are mappings, as `tiebreak export` writes them. The
    function may be async; it runs in a process of its own, in the workspace's folder, once `tiebreak trust` allowed it.
    What it raises, and no end within `seconds`, is an error of the check: the answer neither passes nor fails.
    """

    kind: ClassVar[str] = "python"
    example: ClassVar[Example] = Example(
        params={"callable": "my_checks.tone:calm"},
        passes="We are looking into it.",
        fails="We are looking into it!!!",
        files={
            "my_checks/tone.py": "def calm(case, response):\n"
            '    marks = response["text"].count("!")\n'
            '    return {"passed": marks < 2, "detail": f"{marks} exclamation marks"}\n'
        },
    )

    callable: str
    at_least: float = 1.0
    seconds: float = 10.0

    def __post_init__(self) -> None:
        if not CALLABLE.fullmatch(self.callable):
            raise ValueError("`callable` names a function as module:name, such as my_checks.tone:calm.")
        if not 0 <= self.at_least <= 1:
            raise ValueError("`at_least` lies between 0 and 1.")
        if not 0 < self.seconds <= 600:
            raise ValueError("`seconds` is more than 0, and at most 600.")

    async def judge(self, case: Case, response: Response, outside: Outside, /) -> Verdict:
        said = await outside.call(self.callable, as_request(case, response), self.seconds)
        detail = ""
        if isinstance(said, Mapping):
            told = cast("Mapping[str, object]", said)
            detail = str(told.get("detail") or "")[:200]
            said = told["passed"] if "passed" in told else told.get("value")
        if isinstance(said, bool):
            return Verdict.of(said, detail or "the function says no")
        if isinstance(said, int | float) and math.isfinite(said) and 0 <= said <= 1:
            return Verdict.scored(
                float(said), self.at_least, detail or f"{said:.3g}, at least {self.at_least:g} asked for"
            )
        raise CheckUnavailable(f"the function gave {shown(said)}; true, false or a number from 0 to 1 is asked for")

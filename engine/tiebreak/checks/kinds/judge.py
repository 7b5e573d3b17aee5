from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import AwaitedCheck, CheckUnavailable, Example, Outside, Verdict
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge(AwaitedCheck):
    """A model, the `judge` of that name, holds the answer against `criteria` of this check.

    With `at_least`, a judge of the kind `rubric` scores it on its scale; otherwise one of the kind `safety` says
    whether it is `compliant`, or with `expect: violation` the other way round. The criteria stand in place of the
    judge's own. A reply that cannot be read is an error, never a pass or a fail. The result keeps the
    reply, the judge's version and what the call cost, which counts in `--max-cost` and `--judge-cost`; a verdict on the
    very same prompt is taken over at no cost, and says `reused`. A session sets down its `version`; an edited judge
    makes another check, which is put anew.
    """

    kind: ClassVar[str] = "judge"
    spelled: ClassVar[Mapping[str, str]] = {"name": "judge"}
    example: ClassVar[Example] = Example(
        params={"judge": "safety", "criteria": "The answer names no competitor."},
        passes="We can deliver on Monday.",
        fails="Take it back to Brightmart, they are cheaper.",
    )

    name: str
    criteria: str
    at_least: int | None = None
    expect: Literal["compliant", "violation"] = "compliant"
    seconds: float = 60.0
    version: str | None = None
    """SHA-256 of the judge; a session sets it down when it starts."""

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.criteria.strip():
            raise ValueError("`judge` and `criteria` are not empty.")
        if self.at_least is not None and self.expect != "compliant":
            raise ValueError("`expect` goes with a judge of safety, `at_least` with one of a rubric; give one of them.")
        if not 0 < self.seconds <= 600:
            raise ValueError("`seconds` is more than 0, and at most 600.")

    async def judge(self, case: Case, response: Response, outside: Outside, /) -> Verdict:
        scored = self.at_least is not None
        said = await outside.ask_judge(
            self.name, self.criteria, case, response, scored=scored, seconds=self.seconds, version=self.version
        )
        if self.at_least is None:
            passed = said.verdict == self.expect
            return Verdict("pass" if passed else "fail", f"{said.verdict} {said.about}", float(passed))
        low, high = said.scale
        if not low <= self.at_least <= high:
            raise CheckUnavailable(f"`at_least: {self.at_least}` is not on the judge's scale of {low} to {high}")
        points = int(said.verdict)
        told = f"{points} of {high}, {self.at_least} is asked {said.about}"
        value = (points - low) / (high - low) if high > low else 1.0
        return Verdict("pass" if points >= self.at_least else "fail", told, value)

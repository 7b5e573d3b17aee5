from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Answer, Check, CheckUnavailable, Example, Verdict
from tiebreak.records import Case, Response, Timings


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Check):
    """The answer was whole within `seconds`, and its first token there within `ttft` seconds.

    An answer taken over from an earlier run was not timed in this one, and is left out.
    """

    kind: ClassVar[str] = "latency"
    example: ClassVar[Example] = Example(
        params={"seconds": 3},
        passes=Answer(text="It ships today.", timings=Timings(ttft=0.4, total=1.8)),
        fails=Answer(text="It ships today.", timings=Timings(ttft=0.4, total=4.2)),
    )

    seconds: float | None = None
    ttft: float | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.seconds, self.ttft) if limit is not None]
        if not limits:
            raise ValueError("Give `seconds` or `ttft`.")
        if min(limits) <= 0:
            raise ValueError("A limit is more than 0 seconds.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        if response.reused_from is not None:
            return Verdict("not_applicable", "the answer was taken over from an earlier run")
        times = response.timings
        for name, taken, limit in (("", times.total, self.seconds), ("first token: ", times.ttft, self.ttft)):
            if limit is None:
                continue
            if taken is None:
                raise CheckUnavailable("its time is not known")
            if taken > limit:
                return Verdict.of(False, f"{name}{taken:.2f} s, {limit:g} s allowed")
        return Verdict.of(True)

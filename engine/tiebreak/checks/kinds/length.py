from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(Check):
    """The answer has so many characters, words, lines or paragraphs: at least `min_…`, at most `max_…`.

    Words are what spaces part; lines and paragraphs that hold nothing do not count.
    """

    kind: ClassVar[str] = "length"
    example: ClassVar[Example] = Example(
        params={"min_words": 3, "max_lines": 2}, passes="It ships today.\nSee you!", fails="Today.\nSee you!\nBye."
    )

    min_chars: int | None = None
    max_chars: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    min_lines: int | None = None
    max_lines: int | None = None
    min_paragraphs: int | None = None
    max_paragraphs: int | None = None

    def __post_init__(self) -> None:
        limits = [(unit, *self._limits(unit)) for unit in UNITS]
        if all(low is None and high is None for _, low, high in limits):
            raise ValueError("Give at least one limit, such as `max_words`.")
        for unit, low, high in limits:
            if min(low or 0, high if high is not None else 1) < 0 or high == 0:
                raise ValueError(f"`min_{unit}` is 0 or more, and `max_{unit}` 1 or more.")
            if low is not None and high is not None and low > high:
                raise ValueError(f"`min_{unit}` is more than `max_{unit}`.")

    def _limits(self, unit: str) -> tuple[int | None, int | None]:
        return getattr(self, f"min_{unit}"), getattr(self, f"max_{unit}")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        for unit, count in UNITS.items():
            low, high = self._limits(unit)
            if low is None and high is None:
                continue
            n = count(response.text)
            if low is not None and n < low:
                return Verdict.of(False, f"{n:,} {unit}, at least {low:,} asked for")
            if high is not None and n > high:
                return Verdict.of(False, f"{n:,} {unit}, {high:,} allowed")
        return Verdict.of(True)


def _paragraphs(text: str) -> int:
    blank = True
    count = 0
    for line in text.splitlines():
        count += blank and bool(line.strip())
        blank = not line.strip()
    return count


UNITS: dict[str, Callable[[str], int]] = {
    "chars": len,
    "words": lambda text: len(text.split()),
    "lines": lambda text: sum(bool(line.strip()) for line in text.splitlines()),
    "paragraphs": _paragraphs,
}

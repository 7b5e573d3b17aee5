import math
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import Check, CheckUnavailable, Example, Verdict
from tiebreak.records import Case, Response

NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:"
    r"(?P<comma>\d{1,3}(?:\.\d{3})+,\d+(?![\d.,]*\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.,]*\d))"
    r"|(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)"
)
"""`1,234.5` and, where it can be nothing else, `1.234,56` and `1.234.567`."""
COMMA_NUMBER = re.compile(
    r"(?<![\w.,])[-+−]?(?:"
    r"(?P<point>\d{1,3}(?:,\d{3})+\.\d+(?![\d.,]*\d)|\d{1,3}(?:,\d{3}){2,}(?![\d.,]*\d)"
    r"|\d+\.(?!\d{3}(?!\d))\d+(?![\d.,]*\d)(?:[eE][-+]?\d{1,3})?)"
    r"|(?:\d{1,3}(?:\.\d{3})+(?!\d)|\d+)(?:,\d+)?(?:[eE][-+]?\d{1,3})?)"
)
"""`1.234,5` and `12,5` and, where it can be nothing else, `1,234.56`, `1,234,567` and `12.5`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Check):
    """The answer's last number is `value`, or the reference of its case, give or take a tolerance.

    `within` allows so much either way, `percent` so many percent of the value; the wider of the two holds. `which`
    looks at the `first` number instead, or at `any` of them. Numbers are read as in 1,234.5 or 6.02e23, and as in
    1.234,56 where that can be nothing else, with whatever unit or currency stands beside them. With `decimal: comma`
    they are read as in 12,5 and 1.234, which is then more than a thousand, in a reference too. A case without a number
    as reference is left out.
    """

    kind: ClassVar[str] = "number"
    example: ClassVar[Example] = Example(
        params={"value": 1299.5, "within": 0.01},
        passes="2 laptops cost $1,299.50.",
        fails="That makes 1299.",
    )

    value: float | None = None
    within: float = 0.0
    percent: float = 0.0
    which: Literal["last", "first", "any"] = "last"
    decimal: Literal["point", "comma"] = "point"

    def __post_init__(self) -> None:
        if self.within < 0 or self.percent < 0:
            raise ValueError("A tolerance is 0 or more.")

    def judge(self, case: Case, response: Response, /) -> Verdict:
        wanted = self._wanted(case)
        if wanted is None:
            return Verdict("not_applicable", "the case has no number as reference")
        found = numbers_in(response.text, self.decimal)
        if not found:
            return Verdict.of(False, "there is no number in it")
        if self.which != "any":
            found = found[-1:] if self.which == "last" else found[:1]
        nearest = min(found, key=lambda number: abs(number - wanted))
        # A hair more, so that 0.3 lies within 0.1 of 0.2 as it does on paper.
        allowed = max(self.within, abs(wanted) * self.percent / 100) * (1 + 1e-12) + abs(wanted) * 1e-12
        return Verdict.of(abs(nearest - wanted) <= allowed, f"{nearest:,.10g} instead of {wanted:,.10g}")

    def _wanted(self, case: Case) -> float | None:
        if self.value is not None:
            return self.value
        said = numbers_in(case.reference or "", self.decimal)
        if len(said) > 1:
            raise CheckUnavailable("the reference holds several numbers; give the check a value")
        return said[0] if said else None


def numbers_in(text: str, decimal: Literal["point", "comma"] = "point") -> list[float]:
    """Every number that no letter stands right before: `$1,299.50`, `12 kg` and `3m`, but not `A4`."""
    if decimal == "comma":
        numbers = [_read(found.group(), comma=not found["point"]) for found in COMMA_NUMBER.finditer(text)]
    else:
        numbers = [_read(found.group(), comma=bool(found["comma"])) for found in NUMBER.finditer(text)]
    return [number for number in numbers if math.isfinite(number)]


def _read(digits: str, *, comma: bool) -> float:
    digits = digits.replace("−", "-")
    return float(digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", ""))

"""The filter of the list: a small typed record with a text form, `check:json status:open seg:eu latency>2 refund`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, get_args

from tiebreak.checks.parse import nearest
from tiebreak.errors import UsageError
from tiebreak.records.cases import CaseKind
from tiebreak.records.triage import CAUSES, STATUSES
from tiebreak.triage.rows import CLASSES, Decided, Lean, TriageRow

Field = Literal[
    "class",
    "check",
    "worse",
    "better",
    "fails",
    "judge",
    "human",
    "seg",
    "kind",
    "tag",
    "status",
    "cause",
    "assignee",
    "conflict",
]
Figure = Literal["latency", "cost", "slower", "dearer", "score", "severity"]
FIELDS: tuple[Field, ...] = get_args(Field)
FIGURES: tuple[Figure, ...] = get_args(Figure)
SHORT: Mapping[str, Field | Figure] = {
    "segment": "seg",
    "checks": "check",
    "tags": "tag",
    "is": "class",
    "moved": "check",
}
CLASS_WORDS = {name: name for name in CLASSES} | {
    "regressed": "regression",
    "fixed": "fix",
    "failed": "unchanged_failed",
    "passed": "unchanged_passed",
}
NONE = "none"
"""Written for what is not there, as in `cause:none`."""
CLOSED: Mapping[Field, tuple[str, ...]] = {
    "class": tuple(CLASS_WORDS),
    "kind": get_args(CaseKind),
    "status": tuple(STATUSES),
    "cause": (*CAUSES, NONE),
    "conflict": ("yes", "no"),
    "judge": (*get_args(Lean), NONE),
    "human": (*get_args(Lean), NONE),
}
"""Fields whose values are known beforehand."""
OF_ROW: Mapping[Field, str] = {
    "class": "row_class",
    "worse": "worse",
    "better": "better",
    "fails": "failing",
    "judge": "judge",
    "human": "human",
    "seg": "segment",
    "kind": "kind",
    "tag": "tags",
}
"""Fields that are one column of a row."""
UNITS: Mapping[str, float] = {"": 1.0, "s": 1.0, "ms": 0.001, "usd": 1.0}

_TOKEN = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+|"')
_TERM = re.compile(r"(-?)([A-Za-z]+):(.*)", re.DOTALL)
_BOUND = re.compile(r"([A-Za-z]+)(>=|<=|>|<)(.*)", re.DOTALL)
_RANGE = re.compile(r"([^.]*(?:\.\d+)?[a-z]*)\.\.(.*)", re.DOTALL)
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,"]+)')
_NUMBER = re.compile(r"\s*\$?([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+)\s*([a-z]*)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One field that has, or with `negated` has not, one of the values. A value that ends in `*` is a start."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{self.field}:{','.join(map(quoted, self.values))}"

    def fits(self, values: Iterable[str]) -> bool:
        """Whether a row with these values of the field is in."""
        wanted = [value.casefold() for value in self.values]
        found = any(_same(want, value.casefold()) for value in values for want in wanted)
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure that must be on one side of a limit; a row whose figure is not known is out."""

    figure: Figure
    sign: Literal[">", ">=", "<", "<="]
    limit: float

    def __str__(self) -> str:
        return (
            f"{self.figure}{self.sign}{self.limit:g}"
            if _exact(self.limit)
            else f"{self.figure}{self.sign}{self.limit!r}"
        )

    def fits(self, value: float | None) -> bool:
        return value is not None and COMPARE[self.sign](value, self.limit)


COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """All of its terms and bounds hold. `words` are searched for in texts, which no row holds."""

    terms: tuple[Term, ...] = ()
    bounds: tuple[Bound, ...] = ()
    words: str = ""

    def __str__(self) -> str:
        """The text form, which `parse_filter` reads back."""
        words = [_word(word) for word in self.words.split()]
        return " ".join((*map(str, self.terms), *map(str, self.bounds), *words))

    @property
    def empty(self) -> bool:
        return not (self.terms or self.bounds or self.words)

    def fits(self, row: TriageRow, decided: Decided) -> bool:
        """Whether a row is in, the words aside."""
        return all(term.fits(values_of(row, decided, term.field)) for term in self.terms) and all(
            bound.fits(figure_of(row, bound.figure)) for bound in self.bounds
        )


def parse_filter(text: str) -> Filter:
    """
    `field:value` with `check` (it flipped; `worse` and `better` say which way), `fails` (the candidate fails it),
    `judge` and `human` (the side that they prefer), `seg`, `kind`, `tag`, `class`, `status`,
    `cause`, `assignee`, `conflict`; several values are parted by commas, `-` in front negates, `none` is what is not
    there, a star at the end stands for the rest. Figures take `>`, `>=`, `<`, `<=` or a range, `latency:1..2`:
    `latency` (seconds) and `cost` (US dollars) of the candidate, `slower` and `dearer` the change from the baseline,
    `score`, `severity`. Everything else is words to search for.

    Raises:
        UsageError: for an unknown field or value, and a limit that is no number.
    """
    terms: list[Term] = []
    bounds: list[Bound] = []
    words: list[str] = []
    tokens: list[str] = _TOKEN.findall(text)
    for token, following in zip_longest(tokens, tokens[1:]):
        if following == '"' and token.endswith((":", ",")):
            raise UsageError(f'“{token}"…”: a quote is opened and never closed.', hint='End the value with another ".')
        if (bound := _BOUND.fullmatch(token)) is not None and _known(bound[1]) in FIGURES:
            bounds.append(Bound(_figure(bound[1]), _sign(bound[2]), _number(bound[3], token)))
        elif (term := _TERM.fullmatch(token)) is not None:
            name = _known(term[2])
            field: Field | None = next((one for one in FIELDS if one == name), None)
            if field is not None:
                terms.append(_term(field, term[3], token, negated=bool(term[1])))
            elif name in FIGURES:
                bounds += _range(_figure(term[2]), term[3], token)
            else:
                hint = f"{nearest(term[2], [*FIELDS, *FIGURES])} In quotes it is searched for."
                raise UsageError(f"“{token}”: there is nothing called “{term[2]}” to filter by.", hint=hint)
        elif bound is not None and bound[1].isalpha() and _number_or_none(bound[3]) is not None:
            raise UsageError(f"“{token}”: “{bound[1]}” is no figure.", hint=nearest(bound[1], FIGURES))
        else:
            words.append(token.strip('"') if token.startswith('"') else token)
    return Filter(tuple(terms), tuple(bounds), " ".join(word for word in words if word))


def values_of(row: TriageRow, decided: Decided, field: Field) -> tuple[str, ...]:
    """What a row has in a field; `none` where it has nothing."""
    if field in ("status", "cause", "assignee"):
        found: tuple[str | None, ...] = (getattr(decided, field),)
    elif field == "conflict":
        found = ("yes" if row.conflict else "no",)
    elif field == "check":
        found = (*row.worse, *row.better)
    else:
        value: str | tuple[str, ...] | None = getattr(row, OF_ROW[field])
        found = value if isinstance(value, tuple) else (value,)
    return tuple(value for value in found if value is not None) or (NONE,)


def figure_of(row: TriageRow, figure: Figure) -> float | None:
    match figure:
        case "latency":
            return row.seconds_b
        case "cost":
            return row.usd_b
        case "slower":
            return row.slower
        case "dearer":
            return row.dearer
        case "score":
            return row.score_delta
        case "severity":
            return row.severity


def quoted(value: str) -> str:
    """A value as it is written in a filter."""
    if value and not re.search(r'[\s",\\]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _same(want: str, value: str) -> bool:
    return value.startswith(want[:-1]) if want.endswith("*") else value == want


def _known(name: str) -> str:
    lower = name.lower()
    return SHORT.get(lower, lower)


def _figure(name: str) -> Figure:
    return next(figure for figure in FIGURES if figure == _known(name))


def _sign(text: str) -> Literal[">", ">=", "<", "<="]:
    return ">=" if text == ">=" else "<=" if text == "<=" else ">" if text == ">" else "<"


def _term(field: Field, written: str, token: str, *, negated: bool) -> Term:
    values = [re.sub(r"\\(.)", r"\1", q) if q else plain.strip() for q, plain in _VALUE.findall(written)]
    values = [value for value in values if value]
    if not values:
        known = CLOSED.get(field)
        hint = f"Known are {', '.join(known)}." if known else f"Write {field}:NAME."
        raise UsageError(f"“{token}” lacks a value.", hint=hint)
    if field in CLOSED:
        values = [_closed(field, value, token) for value in values]
    return Term(field, tuple(dict.fromkeys(values)), negated)


def _closed(field: Field, value: str, token: str) -> str:
    plain = value.lower().replace("-", "_")
    if field == "class":
        plain = CLASS_WORDS.get(plain, plain)
    known = CLOSED[field]
    plain = next((word for word in known if word.lower() == plain), plain)
    if plain not in known and not (plain.endswith("*") and any(word.startswith(plain[:-1]) for word in known)):
        raise UsageError(f"“{token}”: no {field} is called “{value}”.", hint=nearest(value, list(known)))
    return plain


def _range(figure: Figure, written: str, token: str) -> list[Bound]:
    found = _RANGE.fullmatch(written)
    if found is None or not (found[1] or found[2]):
        raise UsageError(f"“{token}” is no range.", hint=f"Write {figure}>2, {figure}<=0.5 or {figure}:1..2.")
    limits: list[Bound] = []
    if found[1]:
        limits.append(Bound(figure, ">=", _number(found[1], token)))
    if found[2]:
        limits.append(Bound(figure, "<=", _number(found[2], token)))
    return limits


def _number(written: str, token: str) -> float:
    number = _number_or_none(written)
    if number is None:
        raise UsageError(f"“{token}”: “{written}” is no number.", hint="Write 2, 0.5, 800ms or $0.01.")
    return number


def _number_or_none(written: str) -> float | None:
    found = _NUMBER.fullmatch(written)
    if found is None or found[2].lower() not in UNITS:
        return None
    return float(found[1]) * UNITS[found[2].lower()]


def _exact(limit: float) -> bool:
    return float(f"{limit:g}") == limit


def _word(word: str) -> str:
    """A word that would be read as something else is put in quotes."""
    return f'"{word}"' if _TERM.fullmatch(word) or _BOUND.fullmatch(word) else word

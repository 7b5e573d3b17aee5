"""Cases into columns: of each measure both sides' values, one a pair, samples averaged."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from tiebreak.compare.result import Flip, Unit
from tiebreak.records.outcomes import CaseOutcome, Counted, Scored

UNITS: Mapping[str, Unit] = {"cost": "usd", "ttft": "seconds", "total": "seconds", "tokens": "tokens"}
LOWER_IS_BETTER = frozenset(("error_rate", *UNITS))
UNSPLIT = "unsplit"
ROUNDING = 1e-12
PARTS = {
    "retrieval": ("retrieval", "retriever", "search", "embedding", "embeddings", "rerank", "reranker"),
    "generation": ("generation", "model", "llm", "completion"),
    "judge": ("judge",),
}
PART_OF = {word: part for part, words in PARTS.items() for word in words}
Latest = dict[str, list[Scored]]
"""Version of a check → what it says of each sample, in the order in which the versions were put."""


class Tried(Protocol):
    """What one run made of a case."""

    @property
    def case_hash(self) -> str: ...
    @property
    def answers(self) -> Sequence[object]: ...
    @property
    def excluded(self) -> str | None: ...


class Place(NamedTuple):
    """Where a case belongs."""

    segment: str | None = None
    group: str | None = None


@dataclass(slots=True)
class Column:
    """One measure: values of A and B, and which pair they are of."""

    a: "array[float]" = field(default_factory=lambda: array("d"))
    b: "array[float]" = field(default_factory=lambda: array("d"))
    pair: "array[int]" = field(default_factory=lambda: array("l"))
    excluded: Counter[str] = field(default_factory=Counter[str])

    def add(self, a: float, b: float, pair: int) -> None:
        self.a.append(a)
        self.b.append(b)
        self.pair.append(pair)


class Columns:
    """Takes pairs in, one after the other."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = places
        self.case_ids: list[str] = []
        self.columns: dict[str, Column] = {}
        self.excluded: Counter[str] = Counter()
        self.other_versions: Counter[str] = Counter()
        self.parts: tuple[dict[str, float], dict[str, float]] = ({}, {})

    def add(self, a: CaseOutcome | None, b: CaseOutcome | None) -> None:
        """One case; None where a side never tried it."""
        why = why_not_compared(a, b)
        if why is not None or a is None or b is None:
            self.excluded[why or "tried on one side only"] += 1
            return
        pair = len(self.case_ids)
        self.case_ids.append(a.case_id)
        sides = (a.answers, b.answers)
        broken = [[answer.broken for answer in answers] for answers in sides]
        self._column("error_rate").add(_mean(broken[0]), _mean(broken[1]), pair)
        self._add_checks(sides, pair)
        self._add_figure("cost", [[x.usd for x in answers] for answers in sides], pair, "cost not known")
        self._add_figure("ttft", [[x.ttft for x in answers] for answers in sides], pair, "not timed")
        self._add_figure("total", [[x.total for x in answers] for answers in sides], pair, "not timed")
        self._add_figure("tokens", [[x.completion_tokens for x in answers] for answers in sides], pair, "not told")
        for parts, answers in zip(self.parts, sides, strict=True):
            for answer in answers:
                _split(answer, parts)

    def segment_of(self, pair: int) -> str | None:
        return self._places.get(self.case_ids[pair], Place()).segment

    def group_of(self, pair: int) -> str | None:
        return self._places.get(self.case_ids[pair], Place()).group

    def flips(self, *, worse: bool) -> tuple[Flip, ...]:
        """Cases on which a measure of quality got worse (or better), the largest moves on the most measures first."""
        moved: dict[int, dict[str, tuple[float, float]]] = {}
        for name, column in self.quality():
            sign = -1.0 if (name in LOWER_IS_BETTER) == worse else 1.0
            for a, b, pair in zip(column.a, column.b, column.pair, strict=True):
                if (a - b) * sign > 0:
                    moved.setdefault(pair, {})[name] = (a, b)
        flips = [Flip(case_id=self.case_ids[p], segment=self.segment_of(p), moved=m) for p, m in moved.items()]
        return tuple(sorted(flips, key=_size))

    def quality(self) -> Iterator[tuple[str, Column]]:
        """Every measure but costs, times and tokens; scores only where they say more than pass or fail."""
        for name, column in self.columns.items():
            if name not in UNITS and not (name.startswith("score ") and self._says_no_more(name, column)):
                yield name, column

    def _says_no_more(self, name: str, column: Column) -> bool:
        """Whether a score is what its check says anyway: 1 where it passes, 0 where it fails. One that only measures
        passes always, and its scores may be 0 and 1 all the same."""
        if any(value not in (0.0, 1.0) for value in (*column.a, *column.b)):
            return False
        check = self.columns.get(f"check {name.removeprefix('score ')}", Column())
        passed = {pair: (a, b) for a, b, pair in zip(check.a, check.b, check.pair, strict=True)}
        return all(
            passed.get(pair, (a, b)) == (a, b) for a, b, pair in zip(column.a, column.b, column.pair, strict=True)
        )

    def _column(self, name: str) -> Column:
        found = self.columns.get(name)
        if found is None:
            found = self.columns[name] = Column()
        return found

    def _add_figure(
        self, name: str, both: list[list[float | None]] | list[list[int | None]], pair: int, why: str
    ) -> None:
        values = [[value for value in side if value is not None] for side in both]
        if all(len(known) == len(side) for known, side in zip(values, both, strict=True)):
            self._column(name).add(_mean(values[0]), _mean(values[1]), pair)
        else:
            self._column(name).excluded[why] += 1

    def _add_checks(self, sides: tuple[tuple[Counted, ...], tuple[Counted, ...]], pair: int) -> None:
        said_by = [by_check(answers) for answers in sides]
        failed = [[answer.broken for answer in answers] for answers in sides]
        unknown = False
        for check_id in dict.fromkeys((*said_by[0], *said_by[1])):
            said = alike(said_by[0].get(check_id, {}), said_by[1].get(check_id, {}))
            if said is None:
                self.other_versions[check_id] += 1
                said = tuple(next(reversed(side[check_id].values())) for side in said_by)
            column = self._column(f"check {check_id}")
            why = why_silent(said, sides)
            if why is not None:
                column.excluded[why] += 1
                unknown = unknown or why != "not applicable"
            else:
                rates = [[s.status == "pass" for s in scores if s.status in ("pass", "fail")] for scores in said]
                if rates[0] and rates[1]:
                    column.add(_mean(rates[0]), _mean(rates[1]), pair)
                self._add_scores(check_id, said, pair)
            for scores, fails in zip(said, failed, strict=True):
                for index, score in enumerate(scores):
                    fails[index] = fails[index] or score.status == "fail"
        if unknown:
            self._column("success").excluded["a check could not be put to both"] += 1
        else:
            self._column("success").add(1 - _mean(failed[0]), 1 - _mean(failed[1]), pair)

    def _add_scores(self, check_id: str, said: tuple[list[Scored], ...], pair: int) -> None:
        values = [[score.value for score in side if score.value is not None] for side in said]
        if values[0] and values[1]:
            self._column(f"score {check_id}").add(_mean(values[0]), _mean(values[1]), pair)


def why_not_compared(a: Tried | None, b: Tried | None) -> str | None:
    """Why a case cannot be compared; None where it can."""
    for side, outcome in (("A", a), ("B", b)):
        if outcome is None:
            return f"{side} did not try it"
        if not outcome.answers:
            return f"{side}: {outcome.excluded or 'no answer'}"
    if a is not None and b is not None and a.case_hash != b.case_hash:
        return "the case itself was edited"
    return None


def by_check(answers: tuple[Counted, ...]) -> dict[str, Latest]:
    """Check → version → what it says of each answer."""
    found: dict[str, Latest] = {}
    for answer in answers:
        for score in answer.scores:
            found.setdefault(score.check_id, {}).setdefault(score.check_hash, []).append(score)
    return found


def alike(one: Latest, other: Latest) -> tuple[list[Scored], ...] | None:
    """What the latest version that was put to both sides says of them; None where there is no such version.

    A check that only one side has says nothing of the other one, whose list is empty; of its own versions the latest
    counts.
    """
    if not one or not other:
        return _latest(one), _latest(other)
    for version in reversed(other):
        if version in one:
            return one[version], other[version]
    return None


def _latest(said: Latest) -> list[Scored]:
    return next(reversed(said.values())) if said else []


def why_silent(said: tuple[list[Scored], ...], sides: tuple[tuple[Counted, ...], ...]) -> str | None:
    if any(len(scores) < len(answers) for scores, answers in zip(said, sides, strict=True)):
        return "not checked on both sides"
    if any(score.status == "error" for scores in said for score in scores):
        return "the check could not be run"
    if any(all(score.status == "not_applicable" for score in scores) for scores in said):
        return "not applicable"
    return None


def _mean(values: list[bool] | list[float] | list[int]) -> float:
    return sum(values) / len(values)


def _size(flip: Flip) -> tuple[float, int, str]:
    return (-max(abs(before - after) for before, after in flip.moved.values()), -len(flip.moved), flip.case_id)


def _split(answer: Counted, parts: dict[str, float]) -> None:
    """Add the cost of an answer to the parts that it names; what they leave of the sum is `other`."""
    if answer.usd is None:
        return
    named = [(PART_OF.get(name.lower(), "other"), usd) for name, usd in answer.components.items()]
    rest = answer.usd - sum(answer.components.values())
    if not named:
        named = [(UNSPLIT, answer.usd)]
    elif rest > ROUNDING:
        named.append(("other", rest))
    for part, usd in named:
        parts[part] = parts.get(part, 0.0) + usd

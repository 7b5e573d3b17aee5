"""One case of two runs, folded into the light row that triage lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, NamedTuple, get_args

from tiebreak.compare.pairing import alike, by_check, why_not_compared, why_silent
from tiebreak.records.outcomes import Counted, Scored
from tiebreak.records.responses import BROKEN
from tiebreak.records.triage import AnswerFacts, PairFacts, Scores

RowClass = Literal["regression", "unchanged_failed", "fix", "unchanged_passed", "left_out"]
CLASSES: tuple[RowClass, ...] = get_args(RowClass)
"""In the order in which they are listed."""
Lean = Literal["A", "B", "tie"]
SCORE_MOVE = 0.05
"""A score from 0 to 1 that moves by less says nothing of one case."""
ANSWER = "answer"
"""What flips where one side's answer is broken and the other's is whole."""
VOTE = "vote"
"""What flips where people prefer the other side's answer."""
BROKEN_WEIGHT, SUCCESS_WEIGHT, VOTE_WEIGHT, JUDGE_WEIGHT = 3.0, 2.0, 1.0, 0.5


class Decided(NamedTuple):
    """What is in force of what people decided about a case."""

    status: str = "open"
    cause: str | None = None
    assignee: str | None = None
    note: str | None = None


class TriageRow(NamedTuple):
    """A case in the list. Figures are means over samples, None where they are not known."""

    ordinal: int
    """Its place in the candidate's version of the dataset."""
    kind: str
    segment: str | None
    tags: tuple[str, ...]
    row_class: RowClass
    severity: float
    """How much moved, for the order within a class; see `severity_of`."""
    worse: tuple[str, ...] = ()
    """What got worse: ids of checks, `answer`, `vote`."""
    better: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    """Checks that the candidate fails; `answer` where its answer is broken."""
    success_a: float | None = None
    success_b: float | None = None
    score_delta: float | None = None
    """Of the scores that say more than pass or fail: the largest move, candidate less baseline."""
    seconds_a: float | None = None
    seconds_b: float | None = None
    usd_a: float | None = None
    usd_b: float | None = None
    human: Lean | None = None
    """The side that people prefer."""
    judge: Lean | None = None
    """The side that judges prefer."""
    why: str | None = None
    """Why the case is left out."""

    @property
    def conflict(self) -> bool:
        """Whether a judge prefers one side and people the other."""
        return {self.human, self.judge} == {"A", "B"}

    @property
    def slower(self) -> float | None:
        """Seconds, candidate less baseline."""
        return None if self.seconds_a is None or self.seconds_b is None else self.seconds_b - self.seconds_a

    @property
    def dearer(self) -> float | None:
        """US dollars, candidate less baseline."""
        return None if self.usd_a is None or self.usd_b is None else self.usd_b - self.usd_a


@dataclass(frozen=True, slots=True)
class Moves:
    """What follows from the checks alone."""

    worse: tuple[str, ...]
    better: tuple[str, ...]
    failing: tuple[str, ...]
    success_a: float
    success_b: float
    score_delta: float | None
    lost: float
    """Weight of all that got worse."""
    gained: float
    other_versions: tuple[str, ...]
    """Checks that were put to the sides in different versions, and to both in none: they are not compared."""


Said = tuple[bool, Scores]
"""Whether an answer is broken, and what the checks say of it."""
REMEMBERED = 20_000


class RowMaker:
    """Makes rows; remembers what followed from the same results of checks."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[Said, ...], tuple[Said, ...]], Moves] = {}
        self.other_versions: dict[str, None] = {}
        """Checks that could not be compared in some case."""

    def row(self, facts: PairFacts, human: Lean | None = None, judge: Lean | None = None) -> TriageRow:
        a, b = facts.a, facts.b
        why = why_not_compared(a, b)
        if why is not None or a is None or b is None:
            return TriageRow(facts.ordinal, facts.kind, facts.segment, facts.tags, "left_out", 0.0, why=why)
        moves = self._moves(a.answers, b.answers)
        for check_id in moves.other_versions:
            self.other_versions[check_id] = None
        worse = (*moves.worse, VOTE) if human == "A" else moves.worse
        better = (*moves.better, VOTE) if human == "B" else moves.better
        row_class = class_of(worse, better, moves.success_b)
        return TriageRow(
            facts.ordinal,
            facts.kind,
            facts.segment,
            facts.tags,
            row_class,
            severity_of(row_class, moves, human, judge),
            worse,
            better,
            moves.failing,
            moves.success_a,
            moves.success_b,
            moves.score_delta,
            _mean([answer.seconds for answer in a.answers]),
            _mean([answer.seconds for answer in b.answers]),
            _mean([answer.usd for answer in a.answers]),
            _mean([answer.usd for answer in b.answers]),
            human,
            judge,
        )

    def _moves(self, a: tuple[AnswerFacts, ...], b: tuple[AnswerFacts, ...]) -> Moves:
        if len(a) == 1 and len(b) == 1:  # as nearly always, and a third of the time of the general way
            one, other = a[0], b[0]
            key = ((one.status in BROKEN, one.scores),), ((other.status in BROKEN, other.scores),)
        else:
            key = _said(a), _said(b)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[key] = moves_between(*(_counted(side) for side in key))
        return found


def moves_between(a: tuple[Counted, ...], b: tuple[Counted, ...]) -> Moves:
    """What the checks make of the answers of both sides, at least one each; the latest common version of each check."""
    said_by = [by_check(answers) for answers in (a, b)]
    failed = [[answer.broken for answer in answers] for answers in (a, b)]
    rates = [fmean(flags) for flags in failed]
    worse: list[str] = [ANSWER] if rates[1] > rates[0] else []
    better: list[str] = [ANSWER] if rates[1] < rates[0] else []
    lost, gained = (BROKEN_WEIGHT * max(0.0, move) for move in (rates[1] - rates[0], rates[0] - rates[1]))
    failing: list[str] = [ANSWER] if rates[1] else []
    other_versions: list[str] = []
    largest: float | None = None
    # By name: in which order checks were stored, which a mended version may change, says nothing.
    for check_id in sorted({*said_by[0], *said_by[1]}):
        said = alike(said_by[0].get(check_id, {}), said_by[1].get(check_id, {}))
        if said is None:
            other_versions.append(check_id)
            said = tuple(next(reversed(side[check_id].values())) for side in said_by)
        elif why_silent(said, (a, b)) is None:
            down, up, delta = _moved(said)
            if down:
                worse.append(check_id)
            elif up:
                better.append(check_id)
            lost, gained = lost + down, gained + up
            if delta is not None and (largest is None or abs(delta) > abs(largest)):
                largest = delta
        if any(score.status == "fail" for score in said[1]):
            failing.append(check_id)
        for scores, flags in zip(said, failed, strict=True):
            for index, score in enumerate(scores):
                flags[index] = flags[index] or score.status == "fail"
    success_a, success_b = (1 - fmean(flags) for flags in failed)
    return Moves(
        worse=tuple(worse),
        better=tuple(better),
        failing=tuple(failing),
        success_a=success_a,
        success_b=success_b,
        score_delta=largest,
        lost=lost + SUCCESS_WEIGHT * max(0.0, success_a - success_b),
        gained=gained + SUCCESS_WEIGHT * max(0.0, success_b - success_a),
        other_versions=tuple(other_versions),
    )


def class_of(worse: Sequence[str], better: Sequence[str], success_b: float) -> RowClass:
    """What got worse comes before what got better in the same case."""
    if worse:
        return "regression"
    if better:
        return "fix"
    return "unchanged_failed" if success_b < 1 else "unchanged_passed"


def severity_of(row_class: RowClass, moves: Moves, human: Lean | None, judge: Lean | None = None) -> float:
    """Three for an answer that broke, two for success, one for each check, score and vote, each times its move from 0
    to 1; of a case that fails on both sides the share that fails and its checks. A judge's opinion moves no case to
    another class: within those that did not move, it comes first where the judge prefers A."""
    match row_class:
        case "regression":
            return moves.lost + VOTE_WEIGHT * (human == "A")
        case "fix":
            return moves.gained + VOTE_WEIGHT * (human == "B")
        case "unchanged_failed":
            return len(moves.failing) + 1 - moves.success_b + JUDGE_WEIGHT * (judge == "A")
        case _:
            return JUDGE_WEIGHT * (judge == "A")


def _moved(said: tuple[list[Scored], ...]) -> tuple[float, float, float | None]:
    """How far a check fell, how far it rose (one of them is 0), and the move of a score that is no pass or fail."""
    passes = [[score.status == "pass" for score in side if score.status in ("pass", "fail")] for side in said]
    move = fmean(passes[1]) - fmean(passes[0]) if passes[0] and passes[1] else 0.0
    values = [[score.value for score in side if score.value is not None] for side in said]
    delta = None
    if values[0] and values[1] and any(value not in (0.0, 1.0) for side in values for value in side):
        delta = fmean(values[1]) - fmean(values[0])
        if move == 0.0 and abs(delta) >= SCORE_MOVE:
            move = delta
    return max(0.0, -move), max(0.0, move), delta


def _said(answers: tuple[AnswerFacts, ...]) -> tuple[Said, ...]:
    return tuple((answer.status in BROKEN, answer.scores) for answer in answers)


def _counted(side: tuple[Said, ...]) -> tuple[Counted, ...]:
    return tuple(
        Counted(response_id="", sample=n, status="ok", broken=broken, scores=scores.scored)
        for n, (broken, scores) in enumerate(side)
    )


def _mean(values: list[float | None]) -> float | None:
    """None unless all are known."""
    if len(values) == 1:
        return values[0]
    known = [value for value in values if value is not None]
    return fmean(known) if values and len(known) == len(values) else None

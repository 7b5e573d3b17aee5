"""How many counted cases would have to come out the other way before a result changes.

The fragility index of Walsh et al. (2014), Journal of Clinical Epidemiology 67:622, taken to gates: the fewest cases
whose value would have to move to the other end of the scale (a vote for B become one for A) until the status is another
one. It is exact. Where better values can never worsen a status, no choice of k cases reaches further down than the k
best ones put at the worst value: what is left after any other choice is at least as good, case by case. So only k is
sought, by halving. Where that does not hold (`Question.monotone`), no number is given.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tiebreak.gates.evidence import Evidence
from tiebreak.gates.outcome import GateStatus
from tiebreak.gates.question import Question
from tiebreak.records import SessionRole
from tiebreak.stats.confidence_sequence import Histogram, conf_seq

HALF = Fraction(1, 2)
ALPHA = 0.05
"""Of the two-sided W± interval that a win rate is shown with."""
ENDLESS = "a cost or a time has no other end to move to"
JUDGED = "rests on a judge's verdicts, not on votes alone"
WHOLE = "a figure of the whole set, to which no single case adds a value of its own"
UNEVEN = "judged by a t test or by groups, where one better case can make the result worse"


class Turn(NamedTuple):
    """So many cases the other way, and the gate says something else."""

    cases: int
    to: GateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFragility:
    key: str
    """As `GateOutcome.key`."""
    votes: bool
    """Whether the cases are votes, which could be given differently."""
    counted: int
    turns: tuple[Turn, ...] = ()
    """For the worse, then for the better; without those that no number of the counted cases reaches."""
    why_none: str = ""
    """Why no number is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFragility:
    """The lead of one side in the win rate, which is no gate."""

    leads: SessionRole | None
    """None while both are level, or nothing is settled."""
    votes: int = 0
    """The fewest settled cases that would have to go to the other side until this one leads no more."""
    beyond_chance: bool = False
    """Whether the W± interval excludes one half."""
    votes_to_doubt: int = 0
    """The fewest until it no longer does; 0 where it does not."""


def fragility(question: Question) -> GateFragility:
    """What it would take for one gate to say something else."""
    evidence, (low, high) = question.evidence, question.scale
    votes, why = question.gate.metric == "win_rate", ""
    if question.judged is not None:
        why = JUDGED
    elif question.evidence.figure:
        why = WHOLE
    elif high is None:
        why = ENDLESS
    elif not question.monotone:
        why = UNEVEN
    if why or high is None:
        return GateFragility(key=question.key, votes=votes, counted=evidence.n, why_none=why)
    now, upright = question.outcome.status, question.gate.at_most is None or question.gate.zero
    ends = (Fraction(low), Fraction(high))
    turns = (_turn(question, end, now) for end in (ends if upright else ends[::-1]))
    return GateFragility(
        key=question.key, votes=votes, counted=evidence.n, turns=tuple(turn for turn in turns if turn is not None)
    )


def _turn(question: Question, end: Fraction, now: GateStatus) -> Turn | None:
    values = dict(question.evidence.values)

    def status(count: int) -> GateStatus:
        return question.status_with(moved(values, count, end))

    count = fewest(lambda count: status(count) != now, sum(values.values()) - values.get(end, 0))
    return None if count is None else Turn(count, status(count))


def lead_fragility(evidence: Evidence) -> LeadFragility:
    """What it would take for the lead to go; `evidence` is that of the win rate over all cases."""
    values, n = dict(evidence.values), evidence.n
    if evidence.total == HALF * n:
        return LeadFragility(leads=None)
    ahead = evidence.total > HALF * n
    end = Fraction(0) if ahead else Fraction(1)
    most = n - values.get(end, 0)

    def lost(count: int) -> bool:
        total = sum((value * number for value, number in moved(values, count, end).items()), Fraction(0))
        return (total <= HALF * n) if ahead else (total >= HALF * n)

    def doubted(count: int) -> bool:
        low, high = conf_seq(_histogram(moved(values, count, end)), ALPHA)
        return (low <= 0.5) if ahead else (high >= 0.5)

    beyond = not doubted(0)
    return LeadFragility(
        leads="candidate" if ahead else "baseline",
        votes=fewest(lost, most) or 0,
        beyond_chance=beyond,
        votes_to_doubt=(fewest(doubted, most) or 0) if beyond else 0,
    )


def moved(values: Mapping[Fraction, int], count: int, end: Fraction) -> Mapping[Fraction, int]:
    """The values with the `count` that stand furthest from `end` put there."""
    after = Counter(values)
    for value in sorted(values, key=lambda value: abs(value - end), reverse=True):
        taken = min(count, after[value])
        after[value] -= taken
        after[end] += taken
        count -= taken
    return {value: number for value, number in after.items() if number}


def fewest(holds: Callable[[int], bool], most: int) -> int | None:
    """The least number from 1 to `most` for which something holds that holds from there on; None if for none."""
    if most < 1 or not holds(most):
        return None
    least = 1
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if holds(middle) else (middle + 1, most)
    return least


def _histogram(values: Mapping[Fraction, int]) -> Histogram:
    return Histogram.of_counts({float(value): count for value, count in values.items()})


def all_fragilities(questions: Iterable[Question]) -> tuple[GateFragility, ...]:
    """Of every gate, in order."""
    return tuple(fragility(question) for question in questions)

"""From the state of a case to one reading per measure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from tiebreak.gates.evidence import Measure, MeasureKind, exact
from tiebreak.records import ROLES
from tiebreak.scoreboard.case import CaseState, Verdict
from tiebreak.scoreboard.facts import Answer, CaseFacts

Label = Literal[
    "value", "win", "tie", "loss", "both_bad", "excluded", "skipped", "not_applicable", "unknown", "success"
]


class Reading(NamedTuple):
    """What a case says on one measure: a value, or why there is none. No reading at all means: not yet.

    `success` stands beside the cost of a case that succeeds.
    """

    label: Label
    value: Fraction | None = None
    reasked: bool = False
    """An answer behind it was asked again after one was stopped with text on show."""


EXCLUDED = Reading("excluded")
SKIPPED = Reading("skipped")
NOT_APPLICABLE = Reading("not_applicable")
UNKNOWN = Reading("unknown")
ZERO = Reading("value", Fraction(0))
ONE = Reading("value", Fraction(1))
HUMAN = frozenset({"win_rate", "rubric", "harmful"})
SCORE_PLACES = 10_000
NO_WORST: Mapping[str, Fraction] = {}
FLIPPED: dict[Verdict, Verdict] = {"win": "loss", "loss": "win", "tie": "tie", "both_bad": "both_bad"}


def read(
    measure: Measure,
    state: CaseState,
    facts: CaseFacts,
    versions: Mapping[str, str],
    worst: Mapping[str, Fraction] = NO_WORST,
) -> Reading | None:
    """The reading of a case; `versions` holds the version in force of each of its checks, `worst` what a broken answer
    scores by those where that is not 0.

    Votes and scores need both answers, so they are excluded with either arm; everything else only with its own.
    """
    reading = _read(measure, state, facts, versions, worst)
    if state.reasked and reading is not None and (measure.kind in HUMAN or measure.on in state.reasked):
        return reading._replace(reasked=True)
    return reading


def _read(
    measure: Measure, state: CaseState, facts: CaseFacts, versions: Mapping[str, str], worst: Mapping[str, Fraction]
) -> Reading | None:
    if measure.kind in ("regression", "rubric_regression"):
        return _regression(measure, state, facts, versions)
    if measure.kind in HUMAN:
        return EXCLUDED if state.excluded else _human(measure, state)
    if measure.on in state.excluded:
        return EXCLUDED
    answers = state.counting.get(measure.on, ())
    if not answers or measure.on in state.waiting:
        return None
    if measure.kind == "check":
        return _check(answers, facts, measure.name or "", versions)
    if measure.kind == "score":
        name = measure.name or ""
        return _score(answers, facts, name, versions, worst.get(name, Fraction(0)))
    if measure.kind == "cost_per_answer":
        known = [exact(answer.usd) for answer in answers if answer.usd is not None]
        return _mean(known) if len(known) == len(answers) else UNKNOWN
    if measure.kind == "cost_per_success":
        return _priced_success(answers, facts, versions)
    if measure.kind == "latency":
        return _latency(answers, first_token=measure.name == "ttft")
    return _mean([Fraction(answer.broken) for answer in answers])


def _regression(measure: Measure, state: CaseState, facts: CaseFacts, versions: Mapping[str, str]) -> Reading | None:
    """The candidate's reading less the baseline's, positive where the candidate is better."""
    what, _, name = (measure.name or "").partition(" ")
    both: list[Fraction] = []
    for role in ROLES:
        if what == "success":
            if state.excluded:
                return EXCLUDED
            answers = () if role in state.waiting else state.counting.get(role, ())
            reading = _success(answers, facts, versions) if answers else None
        else:
            kind: MeasureKind = "check" if what == "check" else "rubric" if what == "rubric" else "error_rate"
            reading = EXCLUDED if state.excluded else read(Measure(kind, role, name or None), state, facts, versions)
        if reading is None or reading.value is None:
            return reading
        both.append(-reading.value if what == "error_rate" else reading.value)
    return Reading("value", both[1] - both[0])


def _success(answers: Sequence[Answer], facts: CaseFacts, versions: Mapping[str, str]) -> Reading | None:
    """The share of samples that are whole and pass every check that applies to them."""
    values: list[Fraction] = []
    for answer in answers:
        readings = [] if answer.broken else [_check((answer,), facts, check_id, versions) for check_id in versions]
        if None in readings:
            return None
        if UNKNOWN in readings:
            return UNKNOWN
        values.append(Fraction(not answer.broken and ZERO not in readings))
    return _mean(values)


def _priced_success(answers: Sequence[Answer], facts: CaseFacts, versions: Mapping[str, str]) -> Reading | None:
    """What the case cost, and whether every sample of it succeeds."""
    success = _success(answers, facts, versions)
    if success is None or success == UNKNOWN:
        return success
    known = [exact(answer.usd) for answer in answers if answer.usd is not None]
    if len(known) < len(answers):
        return UNKNOWN
    cost = sum(known, Fraction(0))
    return Reading("success" if success == ONE else "value", cost)


def _human(measure: Measure, state: CaseState) -> Reading | None:
    waiting = SKIPPED if state.skipped else None
    if measure.kind == "win_rate":
        if state.verdict is None or state.win is None:
            return waiting
        if measure.on == "baseline":
            return Reading(FLIPPED[state.verdict], 1 - state.win)
        return Reading(state.verdict, state.win)
    line = (measure.name or "", measure.on)
    score = state.scores.get(line)
    if measure.kind == "rubric":
        return waiting if score is None else Reading("value", score)
    if line in state.harmed:
        return ZERO
    return ONE if score is not None else waiting


def _check(answers: Sequence[Answer], facts: CaseFacts, check_id: str, versions: Mapping[str, str]) -> Reading | None:
    """The share of samples that pass. A broken answer fails, whether or not its result is in yet."""
    values: list[Fraction] = []
    for answer in answers:
        result = facts.results.get((answer.id, versions[check_id]))
        if answer.broken:
            values.append(Fraction(0))
        elif result is None:
            return None
        elif result.status == "error":
            return UNKNOWN
        elif result.status != "not_applicable":
            values.append(Fraction(result.status == "pass"))
    return _mean(values) if values else NOT_APPLICABLE


def _score(
    answers: Sequence[Answer], facts: CaseFacts, check_id: str, versions: Mapping[str, str], worst: Fraction
) -> Reading | None:
    """The mean score of the samples, to four decimals, so that the values of a set stay few; of those that have one."""
    values: list[Fraction] = []
    for answer in answers:
        result = facts.results.get((answer.id, versions[check_id]))
        if answer.broken:
            values.append(worst)
        elif result is None:
            return None
        elif result.status == "error":
            return UNKNOWN
        elif result.status != "not_applicable":
            value = float(result.status == "pass") if result.value is None else result.value
            values.append(Fraction(round(value * SCORE_PLACES), SCORE_PLACES))
    return _mean(values) if values else NOT_APPLICABLE


def _latency(answers: Sequence[Answer], *, first_token: bool) -> Reading:
    """Seconds, to the millisecond. An answer taken over was not timed here; one without a token has no first one."""
    times = [answer.times for answer in answers if answer.times is not None]
    if times and any(answer.reused for answer in answers):
        return UNKNOWN
    found = [taken for time in times if (taken := time.ttft if first_token else time.total) is not None]
    return Reading("value", Fraction(round(1000 * sum(found) / len(found)), 1000)) if found else NOT_APPLICABLE


def _mean(values: Sequence[Fraction]) -> Reading:
    mean = sum(values, Fraction(0)) / len(values) if len(values) > 1 else values[0]
    return ONE if mean == 1 else ZERO if mean == 0 else Reading("value", mean)

"""From the state of a case to one reading per measure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tiebreak.gates.evidence import REGRESSIONS, Measure, exact
from tiebreak.records import SessionRole
from tiebreak.scoreboard.case import CaseState, Verdict
from tiebreak.scoreboard.facts import Answer, CaseFacts
from tiebreak.scoreboard.parted import figure_parts, pass_at_k
from tiebreak.scoreboard.reading import (
    EXCLUDED,
    NO,
    NO_OR_YES,
    NO_SCORES,
    NOT_APPLICABLE,
    ONE,
    SKIPPED,
    UNKNOWN,
    ZERO,
    Reading,
    Scores,
    mean_of,
)
from tiebreak.scoreboard.regressions import ArmKind, compared

HUMAN = frozenset({"win_rate", "rubric", "harmful"})
OF_CHECKS = frozenset({"check", "score", "figure", "pass_at_k"})
SCORE_PLACES = 10_000
FLIPPED: dict[Verdict, Verdict] = {"win": "loss", "loss": "win", "tie": "tie", "both_bad": "both_bad"}


def read(
    measure: Measure,
    state: CaseState,
    facts: CaseFacts,
    versions: Mapping[str, str],
    scores: Scores = NO_SCORES,
) -> Reading | None:
    """The reading of a case; `versions` holds the version in force of each of its checks.

    Votes and scores need both answers, so they are excluded with either arm; everything else only with its own.
    """
    reading = _read(measure, state, facts, versions, scores)
    if state.reasked and reading is not None and (measure.kind in HUMAN or measure.on in state.reasked):
        return reading._replace(reasked=True)
    return reading


def _read(
    measure: Measure, state: CaseState, facts: CaseFacts, versions: Mapping[str, str], scores: Scores
) -> Reading | None:
    if measure.kind in REGRESSIONS:
        if state.excluded:
            return EXCLUDED

        def of_arm(role: SessionRole, kind: ArmKind, name: str | None) -> Reading | None:
            return _of_arm(role, kind, name, state, facts, versions, scores)

        return compared(measure, of_arm, scores)
    if measure.kind in HUMAN:
        said = EXCLUDED if state.excluded else _human(measure, state)
        if measure.kind == "harmful" and (measure.name or "", measure.on) in state.harmed_at_risk:
            return (said or Reading("open"))._replace(hit=True)
        return said
    if measure.on in state.excluded:
        return EXCLUDED
    answers = state.counting.get(measure.on, ())
    if not answers or measure.on in state.waiting:
        return None
    if measure.kind in OF_CHECKS:
        return _of_check(measure, answers, facts, versions, scores)
    if measure.kind == "cost_per_answer":
        known = [exact(answer.usd) for answer in answers if answer.usd is not None]
        return mean_of(known) if len(known) == len(answers) else UNKNOWN
    if measure.kind == "cost_per_success":
        return _priced_success(answers, facts, versions)
    if measure.kind == "latency":
        return _latency(answers, first_token=measure.name == "ttft")
    return mean_of([NO_OR_YES[answer.broken] for answer in answers])


def _of_check(
    measure: Measure, answers: Sequence[Answer], facts: CaseFacts, versions: Mapping[str, str], scores: Scores
) -> Reading | None:
    name = measure.name or ""
    if measure.kind == "check":
        return _check(answers, facts, name, versions)
    if measure.kind == "score":
        return _score(answers, facts, name, versions, scores.worst.get(name, Fraction(0)))
    if measure.kind == "figure":
        return figure_parts(answers, facts, versions[name])
    deciding = [version for check_id, version in versions.items() if check_id not in scores.measuring]
    return pass_at_k(answers, facts, versions[name], deciding)


def _of_arm(
    role: SessionRole,
    kind: ArmKind,
    name: str | None,
    state: CaseState,
    facts: CaseFacts,
    versions: Mapping[str, str],
    scores: Scores,
) -> Reading | None:
    """What one side of a comparison says."""
    if kind != "success":
        return read(Measure(kind, role, name), state, facts, versions, scores)
    answers = () if role in state.waiting else state.counting.get(role, ())
    return _success(answers, facts, versions) if answers else None


def _success(answers: Sequence[Answer], facts: CaseFacts, versions: Mapping[str, str]) -> Reading | None:
    """The share of samples that are whole and pass every check that applies to them."""
    values: list[Fraction] = []
    for answer in answers:
        readings = [] if answer.broken else [_check((answer,), facts, check_id, versions) for check_id in versions]
        if None in readings:
            return None
        if UNKNOWN in readings:
            return UNKNOWN
        values.append(NO_OR_YES[not answer.broken and ZERO not in readings])
    return mean_of(values)


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
            values.append(NO)
        elif result is None:
            return None
        elif result.status == "error":
            return UNKNOWN
        elif result.status != "not_applicable":
            values.append(NO_OR_YES[result.status == "pass"])
    return mean_of(values) if values else NOT_APPLICABLE


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
    return mean_of(values) if values else NOT_APPLICABLE


def _latency(answers: Sequence[Answer], *, first_token: bool) -> Reading:
    """Seconds, to the millisecond. An answer taken over was not timed here; one without a token has no first one."""
    times = [answer.times for answer in answers if answer.times is not None]
    if times and any(answer.reused for answer in answers):
        return UNKNOWN
    found = [taken for time in times if (taken := time.ttft if first_token else time.total) is not None]
    return Reading("value", Fraction(round(1000 * sum(found) / len(found)), 1000)) if found else NOT_APPLICABLE

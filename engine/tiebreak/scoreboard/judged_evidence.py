"""From what people and a judge say of each case to the evidence of a gate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice

from tiebreak.calibration.agreeing import Pair, standing
from tiebreak.gates import JudgedEvidence, JudgeStatus
from tiebreak.records import ROLES, Gate
from tiebreak.scoreboard.judged import Joined, JudgeBook, Line

STATUS_OF: dict[str, JudgeStatus] = {"pass": "calibrated", "fail": "failed", "pending": "uncalibrated"}
"""What a judge is called whose gate of agreement stands so."""
FORM_SCALE = (1, 5)
"""What people give in a dimension."""


def judged_evidence(book: JudgeBook, gate: Gate, segment: str | None) -> JudgedEvidence:
    """The evidence of a gate that names a judge; its status is that of the judge in the whole session."""
    name = gate.judge or ""
    line = Line() if gate.metric == "win_rate" else Line(gate.dimension, gate.on)
    judge = book.in_force(name)
    everything = list(book.joined(name, line))
    turned = gate.metric == "win_rate" and gate.on == "baseline"
    cases = [one for one in everything if segment is None or one.case.segment == segment]
    both: list[tuple[Fraction, Fraction]] = []
    only: Counter[Fraction] = Counter()
    known: Counter[Fraction] = Counter()
    unjudged: Counter[str] = Counter()
    waiting = 0
    for one in cases:
        human = one.human if one.human is None or not turned else 1 - one.human
        if one.place == "excluded":
            continue
        if one.place == "settled":
            known[human or Fraction(0)] += 1
        elif one.verdict is None:
            waiting += 1
        elif one.verdict.value is None:
            unjudged[one.verdict.why] += 1
        else:
            value = 1 - one.verdict.value if turned else one.verdict.value
            if one.place == "labelled" and human is not None:
                both.append((human, value))
            else:
                only[value] += 1
    share, compared, gate_of_judge = standing(pairs_of(book, name, line))
    scale = ""
    if line.role is not None and judge is not None and (judge.scale.low, judge.scale.high) != FORM_SCALE:
        scale = f"the judge gives {judge.scale.low} to {judge.scale.high}, and people 1 to 5"
    return JudgedEvidence(
        planned=len(cases),
        excluded=sum(one.place == "excluded" for one in cases),
        skipped=sum(one.place == "skipped" for one in cases),
        known=tuple(sorted(known.items())),
        both=_counted(both),
        first=_counted(islice(both, gate.labels)),
        only=tuple(sorted(only.items())),
        unjudged=tuple(unjudged.most_common()),
        waiting=waiting,
        grouped=any(one.case.group is not None for one in cases),
        judge_version=judge.version if judge is not None else None,
        versions=len(book.versions(name)),
        status=STATUS_OF[gate_of_judge],
        agreed=share,
        compared=compared,
        scale=scale,
    )


def pairs_of(book: JudgeBook, name: str, line: Line) -> Iterator[Pair]:
    """Labels beside verdicts: of votes, or of the scores of a dimension on both sides. A verdict that is not valid is
    None; a case that is still to be judged is in no pair."""
    lines = [line] if line.role is None else [Line(line.dimension, role) for role in ROLES]
    for own in lines:
        for one in book.joined(name, own):
            pair = pair_of(one)
            if pair is not None:
                yield pair


def pair_of(one: Joined) -> Pair | None:
    """The pair of one case; None where people or the judge have not had their say."""
    if one.label is None or one.verdict is None:
        return None
    group = one.case.group if one.case.group is not None else one.case.id
    return Pair(one.label, one.verdict.value, one.case.segment, group)


def _counted(pairs: Iterable[tuple[Fraction, Fraction]]) -> tuple[tuple[Fraction, Fraction, int], ...]:
    return tuple((human, judge, count) for (human, judge), count in sorted(Counter(pairs).items()))

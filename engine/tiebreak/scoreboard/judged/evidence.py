"""From what people and a judge say of each case to the evidence of a gate."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tiebreak.calibration.agreeing import Pair
from tiebreak.gates import JudgedEvidence, JudgeStatus
from tiebreak.gates.judged_cases import Counted, Pairs
from tiebreak.records import Gate
from tiebreak.scoreboard.judged.book import JudgeBook, lines_of
from tiebreak.scoreboard.judged.joined import Joined, Line
from tiebreak.scoreboard.judged.tally import Both

STATUS_OF: dict[str, JudgeStatus] = {"pass": "calibrated", "fail": "failed", "pending": "uncalibrated"}
"""What a judge is called whose gate of agreement stands so."""
FORM_SCALE = (1, 5)
"""What people give in a dimension."""


def judged_evidence(book: JudgeBook, gate: Gate, segment: str | None) -> JudgedEvidence:
    """The evidence of a gate that names a judge; its status is that of the judge in the whole session."""
    name = gate.judge or ""
    line = Line() if gate.metric == "win_rate" else Line(gate.dimension, gate.on)
    judge = book.in_force(name)
    sums, agreeing = book.sums(name, line, segment), book.agreeing(name, line.dimension)
    turned = gate.metric == "win_rate" and gate.on == "baseline"
    share, compared, gate_of_judge = agreeing.standing
    scale = ""
    if line.role is not None and judge is not None and (judge.scale.low, judge.scale.high) != FORM_SCALE:
        scale = f"the judge gives {judge.scale.low} to {judge.scale.high}, and people 1 to 5"
    return JudgedEvidence(
        planned=sums.planned,
        excluded=sums.places["excluded"],
        skipped=sums.places["skipped"],
        known=_counted(sums.known, turned=turned),
        both=_paired(sums.both, turned=turned),
        first=_paired(sums.first(gate.labels), turned=turned),
        only=_counted(sums.only, turned=turned),
        unjudged=tuple(sorted(sums.unjudged.items(), key=lambda one: (-one[1], one[0]))),
        waiting=sums.waiting,
        grouped=sums.grouped,
        judge_version=book.rule(name).version,
        versions=len(book.versions(name)),
        status=STATUS_OF[gate_of_judge],
        agreed=share,
        compared=compared,
        scale=scale,
    )


def pairs_of(book: JudgeBook, name: str, line: Line) -> Iterator[Pair]:
    """Labels beside verdicts: of votes, or of the scores of a dimension on both sides. A verdict that is not valid is
    None; a case that is still to be judged is in no pair."""
    for own in lines_of(line.dimension):
        for one in book.joined(name, own):
            pair = pair_of(one)
            if pair is not None:
                yield pair


def pair_of(one: Joined) -> Pair | None:
    """The pair of one case; None where people or the judge have not had their say."""
    if one.label is None or one.verdict is None:
        return None
    return Pair(one.label, one.verdict.value, one.case.segment, one.case.unit, one.verdict.origins)


def _counted(values: Mapping[Fraction, int], *, turned: bool) -> Counted:
    return tuple(sorted((1 - value if turned else value, count) for value, count in values.items()))


def _paired(pairs: Mapping[Both, int], *, turned: bool) -> Pairs:
    """Of the candidate, or `turned` into those of the baseline."""
    return tuple(
        sorted(
            (1 - human, 1 - judge, count) if turned else (human, judge, count)
            for (human, judge), count in pairs.items()
        )
    )

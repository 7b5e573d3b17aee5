"""Which side people prefer, and which one judges, case by case."""

from collections.abc import Iterable, Mapping

from tiebreak.judge.summary import in_force
from tiebreak.records import Ballot, Presentation
from tiebreak.records.judges import Judgment
from tiebreak.scoreboard import effective_ballots
from tiebreak.triage.rows import Lean

TOWARDS: Mapping[object, float] = {"A": -1.0, "B": 1.0, "tie": 0.0, "both_bad": 0.0}


def leans_of(
    presentations: Iterable[Presentation], ballots: Iterable[Ballot], *, blind: bool = False
) -> tuple[dict[str, Lean], dict[str, Lean]]:
    """Of each case the side that raters prefer, and the one that imported verdicts of judges do.

    Votes given after a reveal, and on repeats, are left out; raters are averaged. A judge that says another thing
    in the other order of a pair prefers neither.
    """
    shown = {one.id: one for one in presentations if one.repeat_of is None}
    given: dict[tuple[str, str, frozenset[str | None]], list[Ballot]] = {}
    for ballot in ballots:
        pair = shown.get(ballot.presentation_id)
        if pair is not None and ballot.phase == "sealed" and not (blind and ballot.identity_seen):
            key = pair.case_id, pair.rater_id, frozenset((pair.left_response, pair.right_response))
            given.setdefault(key, []).append(ballot)
    people: dict[str, list[float]] = {}
    judges: dict[str, list[float]] = {}
    verdicts: dict[tuple[str, str], list[float]] = {}
    for (case_id, rater_id, _), theirs in given.items():
        for ballot in effective_ballots(theirs):
            if ballot.value in TOWARDS and ballot.kind == "vote":
                people.setdefault(case_id, []).append(TOWARDS[ballot.value])
            elif ballot.value in TOWARDS and ballot.kind == "label":
                verdicts.setdefault((case_id, rater_id), []).append(TOWARDS[ballot.value])
    for (case_id, _), orders in verdicts.items():
        judges.setdefault(case_id, []).append(orders[0] if len(set(orders)) == 1 else 0.0)
    return {case: _lean(said) for case, said in people.items()}, {case: _lean(said) for case, said in judges.items()}


def leans_of_judges(judgments: Iterable[Judgment]) -> dict[str, Lean]:
    """Of each case the side that judges prefer; two orders of one pair that contradict each other say nothing."""
    by_judge: dict[str, list[Judgment]] = {}
    for judgment in judgments:
        if judgment.response_b is not None:
            by_judge.setdefault(judgment.judge_hash, []).append(judgment)
    pairs: dict[tuple[str, str, int, str | None], list[float]] = {}
    for judgment in (one for theirs in by_judge.values() for one in in_force(theirs)):
        if judgment.status == "valid" and judgment.verdict in TOWARDS:
            key = judgment.case_id, judgment.judge_hash, judgment.repeat, judgment.dimension
            pairs.setdefault(key, []).append(TOWARDS[judgment.verdict])
    said: dict[str, list[float]] = {}
    for (case_id, *_), orders in pairs.items():
        if len(set(orders)) == 1:
            said.setdefault(case_id, []).append(orders[0])
    return {case_id: _lean(of_case) for case_id, of_case in said.items()}


def _lean(said: list[float]) -> Lean:
    towards = sum(said)
    return "B" if towards > 0 else "A" if towards < 0 else "tie"

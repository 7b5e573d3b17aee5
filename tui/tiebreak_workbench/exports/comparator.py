"""A session as a file for the viewer of LLM Comparator."""

import json
from collections.abc import Mapping

from tiebreak.records import ROLES, Ballot
from tiebreak.scoreboard import effective_ballots
from tiebreak_store import StoredSession
from tiebreak_workbench.exports.settled import Row, as_rows, settled

FIELDS = ("case", "segment", "kind", "reference", "verdict")
RATING: Mapping[str, tuple[float, str]] = {
    "A": (1.0, "A is better"),
    "B": (-1.0, "B is better"),
    "tie": (0.0, "Same"),
    "both_bad": (0.0, "Both bad"),
}
"""A vote → its score there, where more is for A, and its label."""


def comparator(stored: StoredSession) -> tuple[str, int]:
    """The session as a file of LLM Comparator, and its number of examples; cases without two answers are left out."""
    names = {rater.id: rater.name for rater in stored.raters}
    votes = _votes(stored)
    examples: list[Row] = []
    for one in settled(stored):
        case = one.case
        if len(one.answers) < len(ROLES):
            continue
        fields = (case.id, case.segment or "", case.kind, case.reference or "", one.better)
        raters = [_rating(ballot, note, names[rater]) for rater, ballot, note in votes.get(case.id, ())]
        examples.append(
            {
                "input_text": case.question if isinstance(case.input, str) else json.dumps(as_rows(case.messages)),
                "tags": list(case.tags),
                "output_text_a": one.answers["baseline"].text,
                "output_text_b": one.answers["candidate"].text,
                "score": 0.0 if one.win is None or not raters else float(1 - 2 * one.win),
                "individual_rater_scores": raters,
                "custom_fields": dict(zip(FIELDS, fields, strict=True)),
            }
        )
    document = {
        "metadata": {
            "source_path": f"tiebreak session {stored.session.id}",
            "custom_fields_schema": [{"name": name, "type": "string"} for name in FIELDS],
        },
        "models": [{"name": stored.configs[role].name} for role in ROLES],
        "examples": examples,
    }
    return json.dumps(document, indent=1), len(examples)


def _votes(stored: StoredSession) -> dict[str, list[tuple[str, Ballot, str]]]:
    """Case → rater, vote in force, and what the rater noted."""
    shown = {presentation.id: presentation for presentation in stored.presentations}
    given: dict[tuple[str, str], list[Ballot]] = {}
    for ballot in stored.ballots:
        place = shown[ballot.presentation_id]
        if place.queue == "risk":
            continue
        given.setdefault((place.case_id, place.rater_id), []).append(ballot)
    found: dict[str, list[tuple[str, Ballot, str]]] = {}
    for (case_id, rater), ballots in given.items():
        in_force = effective_ballots(ballots)
        note = " ".join(str(ballot.value) for ballot in in_force if ballot.kind == "note")
        votes = (ballot for ballot in in_force if ballot.kind == "vote" and ballot.phase == "sealed")
        found.setdefault(case_id, []).extend((rater, ballot, note) for ballot in votes)
    return found


def _rating(ballot: Ballot, note: str, rater: str) -> Row:
    score, label = RATING[str(ballot.value)]
    return {"score": score, "is_flipped": False, "rating_label": label, "rationale": note or f"Voted by {rater}."}

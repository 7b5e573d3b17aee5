"""What a session settled, case by case, for other tools: preferences for training, and a file of LLM Comparator.

Preferences are those of people: the mean of their effective votes. What no person preferred is left out and counted.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tiebreak.records import ROLES, Ballot, Case, Response, SessionRole
from tiebreak.scoreboard import effective_ballots
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of

Row = dict[str, object]
Better = Literal["A", "B", "tie", "both bad", "not rated", "settled by a broken answer", "skipped"]
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One case, both counting answers, and what people made of them."""

    case: Case
    answers: Mapping[SessionRole, Response]
    better: Better
    win: Fraction | None
    """The mean of the votes, 1 where all are for B."""


def settled(stored: StoredSession) -> Iterator[Settled]:
    """The planned cases in their order."""
    board = scoreboard_of(stored)
    texts = {response.id: response for response in stored.responses}
    for case_id in stored.session.plan.case_ids:
        state = board.case(case_id)
        answers: dict[SessionRole, Response] = {
            role: texts[state.counting[role][0].id] for role in ROLES if role in state.counting
        }
        better: Better = "not rated"
        if state.automatic:
            better = "settled by a broken answer"
        elif state.skipped:
            better = "skipped"
        elif state.verdict == "both_bad":
            better = "both bad"
        elif state.win is not None:
            better = "tie" if state.win == HALF else "B" if state.win > HALF else "A"
        yield Settled(case=stored.dataset.by_id[case_id], answers=answers, better=better, win=state.win)


# -- training


def dpo(one: Settled) -> Iterator[Row]:
    """`prompt`, `chosen` and `rejected`, each as messages."""
    pair = _chosen(one)
    if pair is not None:
        yield {"prompt": _prompt(one.case), "chosen": _said(pair[0]), "rejected": _said(pair[1]), "case": one.case.id}


def kto(one: Settled) -> Iterator[Row]:
    """`prompt`, `completion` and `label`: true for what was preferred; of both bad answers neither was."""
    pair = _chosen(one)
    labelled: Sequence[tuple[Response, bool]] = ()
    if pair is not None:
        labelled = ((pair[0], True), (pair[1], False))
    elif one.better == "both bad":
        labelled = tuple((response, False) for response in one.answers.values() if response.text)
    for response, label in labelled:
        yield {"prompt": _prompt(one.case), "completion": _said(response), "label": label, "case": one.case.id}


def sft(one: Settled) -> Iterator[Row]:
    """`messages`: what was asked, and the answer that was preferred."""
    pair = _chosen(one)
    if pair is not None:
        yield {"messages": [*_prompt(one.case), *_said(pair[0])], "case": one.case.id}


TRAINING: Mapping[str, Callable[[Settled], Iterator[Row]]] = {"dpo": dpo, "kto": kto, "sft": sft}
"""Rows as TRL takes them. `case` is a column beside its own."""


def training_rows(stored: StoredSession, format_: str, left_out: Counter[str]) -> Iterator[Row]:
    """The rows of a session; counts the cases that give none, by the reason."""
    for one in settled(stored):
        rows = list(TRAINING[format_](one))
        if not rows:
            textless = one.better in ("A", "B", "both bad") and not _whole(one)
            left_out["an answer without text" if textless else one.better] += 1
        yield from rows


def _whole(one: Settled) -> bool:
    return len(one.answers) == len(ROLES) and all(response.text for response in one.answers.values())


def _chosen(one: Settled) -> tuple[Response, Response] | None:
    """What was preferred, and what it was preferred to."""
    if one.better not in ("A", "B") or not _whole(one):
        return None
    a, b = (one.answers[role] for role in ROLES)
    return (a, b) if one.better == "A" else (b, a)


def _prompt(case: Case) -> list[Row]:
    return [{"role": message.role, "content": message.content} for message in case.messages]


def _said(response: Response) -> list[Row]:
    return [{"role": "assistant", "content": response.text}]


# -- LLM Comparator

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
        if len(one.answers) < len(ROLES):
            continue
        fields = (one.case.id, one.case.segment or "", one.case.kind, one.case.reference or "", one.better)
        raters = [_rating(ballot, note, names[rater]) for rater, ballot, note in votes.get(one.case.id, ())]
        examples.append(
            {
                "input_text": one.case.question if isinstance(one.case.input, str) else json.dumps(_prompt(one.case)),
                "tags": list(one.case.tags),
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

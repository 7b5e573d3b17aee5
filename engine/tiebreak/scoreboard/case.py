"""One case, folded from its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tiebreak.records import Ballot, Form, Presentation, SessionRole
from tiebreak.scoreboard.drift import ServedModels
from tiebreak.scoreboard.effective import effective_ballots, well_formed
from tiebreak.scoreboard.facts import Answer, CaseFacts, asked_again_after_stop, counting_answers, why_excluded

Verdict = Literal["win", "tie", "loss", "both_bad"]
"""As the candidate sees it."""
VERDICT_OF_VOTE: dict[object, Verdict] = {"A": "loss", "B": "win", "tie": "tie", "both_bad": "both_bad"}
WIN_VALUE: dict[Verdict, Fraction] = {
    "win": Fraction(1),
    "tie": Fraction(1, 2),
    "both_bad": Fraction(1, 2),
    "loss": Fraction(0),
}
HALF = Fraction(1, 2)
Line = tuple[str, SessionRole]
"""A dimension, and the arm it is scored on."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one rater says of the case."""

    verdict: Verdict | None
    skipped: bool
    scores: Mapping[Line, int]


NOTHING = Sheet(verdict=None, skipped=False, scores={})
"""Of a rater who has said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """Where one case stands. Raters are averaged; automatic verdicts come before votes."""

    case_id: str
    counting: Mapping[SessionRole, tuple[Answer, ...]]
    """The counting answers of each arm, by sample; sample 0 is the one that raters see."""
    excluded: Mapping[SessionRole, str]
    """Arms of which every attempt at a sample was ended by infrastructure or by the user, and how the last ended."""
    reasked: frozenset[SessionRole] = frozenset()
    """Arms that were asked again after an answer was stopped with text of it on show."""
    broken: frozenset[SessionRole] = frozenset()
    """Arms whose shown answer counts as a failed one."""
    verdict: Verdict | None = None
    win: Fraction | None = None
    """1, ½ or 0 for the candidate; in between where raters differ."""
    automatic: bool = False
    """Settled without a vote, by a broken answer."""
    skipped: bool = False
    scores: Mapping[Line, Fraction]
    """Mean score; 1 for a broken answer, whatever a rater gave it."""
    harmed: frozenset[Line] = frozenset()
    """Where any rater gave a 1. A broken answer is not harmful by itself."""
    harmed_at_risk: frozenset[Line] = frozenset()
    """Where any rater gave a 1 in the risk queue. Nothing else that was given there is counted."""
    looked: bool = False
    """Something was given in the risk queue."""
    complete: bool = False
    """Nothing more is asked of the rater."""
    held: frozenset[SessionRole] = frozenset()
    """Arms whose counting answer came from another model than the arm began with, and is not pooled."""
    waiting: frozenset[SessionRole] = frozenset()
    """Arms that have not given all their samples yet: what is averaged over samples is not known before."""
    votes: Mapping[str, Verdict] = field(default_factory=dict[str, Verdict])
    """The vote that counts of each rater, by their id."""
    apart: int = 0
    """Votes and scores given after a reveal, or once a judge's verdict was seen: kept, never counted."""
    changed: int = 0
    """Raters whose vote became another one once they had seen a judge's verdict; the sealed one counts."""
    sheets: Mapping[str, Sheet] = field(default_factory=dict[str, Sheet])
    """By rater, what is in force of each."""


def fold_case(
    case_id: str,
    facts: CaseFacts,
    *,
    roles: Sequence[SessionRole],
    form: Form,
    blind: bool,
    served: Mapping[SessionRole, ServedModels],
    samples: int = 1,
) -> CaseState:
    """The state of a case, whatever the order of its facts; `samples` answers are planned of each arm."""
    answers = {role: facts.answers.get(role, {}).values() for role in roles}
    counting: dict[SessionRole, tuple[Answer, ...]] = {role: counting_answers(answers[role]) for role in roles}
    held: frozenset[SessionRole] = frozenset(
        role for role in served if not all(served[role].pooled(answer.served) for answer in counting[role])
    )
    counting |= dict.fromkeys(held, ())
    shown: dict[SessionRole, Answer] = {role: own[0] for role, own in counting.items() if own and own[0].sample == 0}
    excluded: dict[SessionRole, str] = {r: why for r in roles if (why := why_excluded(answers[r], samples)) is not None}
    broken: frozenset[SessionRole] = frozenset(role for role, answer in shown.items() if answer.broken)
    ready = len(shown) == len(roles)
    by_rater, apart, changed = _sheets(facts, facts.presentations, shown, blind) if ready else ({}, 0, 0)
    risky = list(_sheets(facts, facts.risky, shown, blind)[0].values()) if ready and facts.risky else []
    sheets = list(by_rater.values())
    scores: dict[Line, Fraction] = {}
    for line in {line for sheet in sheets for line in sheet.scores}:
        given = [sheet.scores[line] for sheet in sheets if line in sheet.scores]
        scores[line] = Fraction(sum(given), len(given))
    scores |= {(dimension.name, role): Fraction(1) for dimension in form.dimensions for role in broken}
    automatic = ready and bool(broken) and len(roles) == 2
    verdict, win = _settled_by(broken) if automatic else _voted([s.verdict for s in sheets if s.verdict is not None])
    return CaseState(
        case_id=case_id,
        counting={role: own for role, own in counting.items() if own},
        excluded=excluded,
        reasked=frozenset(role for role in roles if asked_again_after_stop(answers[role])),
        broken=broken,
        verdict=verdict,
        win=win,
        automatic=automatic,
        skipped=verdict is None and any(sheet.skipped for sheet in sheets),
        scores=scores,
        harmed=_harmed(sheets),
        harmed_at_risk=_harmed(risky),
        looked=bool(risky),
        complete=ready and _complete(sheets, form, roles, broken),
        held=held,
        waiting=frozenset(role for role, own in counting.items() if len(own) < samples),
        votes={rater: sheet.verdict for rater, sheet in by_rater.items() if sheet.verdict is not None},
        apart=apart,
        changed=changed,
        sheets=by_rater,
    )


def rated_by(rater: str, state: CaseState, form: Form) -> bool:
    """Whether a rater has said what they think of a case: from then on they may see what a judge says of it.

    As in the Arena (`FormState.rated`): nothing is required of them any more, and they voted, unless a broken answer
    settles that or no vote is asked, or scored.
    """
    sheet = state.sheets.get(rater, NOTHING)
    required = {(d.name, role) for d in form.dimensions if d.required for role in state.counting} - {
        (d.name, role) for d in form.dimensions for role in state.broken
    }
    given = state.automatic or (bool(sheet.scores) if form.vote == "off" else sheet.verdict is not None)
    return sheet.skipped or (given and required <= sheet.scores.keys())


def _harmed(sheets: Sequence[Sheet]) -> frozenset[Line]:
    return frozenset(line for sheet in sheets for line, score in sheet.scores.items() if score == 1)


def _sheets(
    facts: CaseFacts, presentations: Mapping[str, Presentation], shown: Mapping[SessionRole, Answer], blind: bool
) -> tuple[dict[str, Sheet], int, int]:
    """One sheet per rater, from presentations of exactly the counting answers; repeats measure raters, not answers.

    Beside them how many ballots in force are kept apart, and how many raters changed their vote once they had seen a
    verdict.
    """
    role_of: dict[str, SessionRole] = {answer.id: role for role, answer in shown.items()}
    by_rater: dict[str, list[Ballot]] = {}
    apart: dict[str, list[Ballot]] = {}
    later: dict[str, list[Ballot]] = {}
    for presentation in presentations.values():
        if presentation.repeat_of is not None or _pair(presentation) != role_of.keys():
            continue
        for ballot in facts.ballots.get(presentation.id, {}).values():
            if ballot.phase == "post_reveal" or (blind and ballot.identity_seen):
                apart.setdefault(presentation.rater_id, []).append(ballot)
                if ballot.phase == "post_reveal" and well_formed(ballot):
                    later.setdefault(presentation.rater_id, []).append(ballot)
            elif well_formed(ballot):
                by_rater.setdefault(presentation.rater_id, []).append(ballot)
    in_force = {rater: effective_ballots(by_rater[rater]) for rater in sorted(by_rater)}
    # Who took all of it back said nothing.
    sheets = {rater: _sheet(ballots, role_of) for rater, ballots in in_force.items() if ballots}
    changed = sum(
        (new := _vote_in(effective_ballots(ballots))) is not None and new != _vote_in(in_force.get(rater, ()))
        for rater, ballots in later.items()
    )
    stand = (ballot for own in apart.values() for ballot in effective_ballots(own))
    return sheets, sum(ballot.kind in ("vote", "score") for ballot in stand), changed


def _vote_in(in_force: Sequence[Ballot]) -> object:
    return next((ballot.value for ballot in in_force if ballot.kind == "vote"), None)


def _pair(presentation: Presentation) -> set[str]:
    both = {presentation.left_response, presentation.right_response}
    return {response for response in both if response is not None}


def _sheet(ballots: Sequence[Ballot], role_of: Mapping[str, SessionRole]) -> Sheet:
    vote = next((ballot for ballot in ballots if ballot.kind == "vote"), None)
    scores: dict[Line, int] = {}
    for ballot in ballots:
        role = role_of.get(ballot.response_id or "")
        if ballot.kind == "score" and role is not None and isinstance(ballot.value, int):
            scores[ballot.dimension or "", role] = ballot.value
    return Sheet(
        verdict=VERDICT_OF_VOTE[vote.value] if vote is not None else None,
        skipped=any(ballot.kind == "skip" for ballot in ballots),
        scores=scores,
    )


def _settled_by(broken: frozenset[SessionRole]) -> tuple[Verdict, Fraction]:
    verdict: Verdict = "both_bad" if len(broken) == 2 else "loss" if "candidate" in broken else "win"
    return verdict, WIN_VALUE[verdict]


def _voted(verdicts: Sequence[Verdict]) -> tuple[Verdict | None, Fraction | None]:
    """The raters' mean; where they differ, the side it leans to."""
    if not verdicts:
        return None, None
    win = sum((WIN_VALUE[verdict] for verdict in verdicts), Fraction(0)) / len(verdicts)
    if len(set(verdicts)) == 1:
        return verdicts[0], win
    return ("win" if win > HALF else "loss" if win < HALF else "tie"), win


def _complete(
    sheets: Sequence[Sheet], form: Form, roles: Sequence[SessionRole], broken: frozenset[SessionRole]
) -> bool:
    """Whether one rater gave all that is required, or nothing is. A broken answer needs neither vote nor score."""
    votes = form.vote == "required" and not broken and len(roles) == 2
    lines = {(d.name, role) for d in form.dimensions if d.required for role in roles if role not in broken}
    if any(
        sheet.skipped or (lines <= sheet.scores.keys() and not (votes and sheet.verdict is None)) for sheet in sheets
    ):
        return True
    return bool(broken) and not lines

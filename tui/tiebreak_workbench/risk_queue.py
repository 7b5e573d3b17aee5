"""The risk queue of a session: the cases that most likely hold a harmful answer, the riskiest first, each with why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tiebreak.checks import checks_for
from tiebreak.errors import UsageError
from tiebreak.judge.saying import CaseVerdict, said_of_case
from tiebreak.records import ROLES, Ballot, CheckResult, Rater, Response, SessionRole
from tiebreak.records.judges import Judgment
from tiebreak.records.policies import SIDES
from tiebreak.scoreboard import Scoreboard, effective_ballots
from tiebreak.session.risk import JUDGED, RiskReason, Seen, feeds_a_gate, reasons_of, risk_of, usual_lengths, watched
from tiebreak.stats.order import risk_first
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.workbench import Workbench

FEEDS_NOTHING = "No gate of this policy allows no harmful answer, so what is found here fails nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """One case of the queue."""

    case_id: str
    risk: float
    """From 0 to 1; puts cases in order and says nothing else."""
    reasons: tuple[RiskReason, ...]
    position: int | None = None
    """Where it stands among the session's items, once it was shown in the queue."""
    looked: bool = False
    """The rater gave something for it in the queue."""
    sealed: bool = True
    """The rater has not rated it in the plan's order yet, so what judges say of it is not told."""
    veiled: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons, sealed ones last, since where they stand would tell them; to whom the sides are sealed nothing
        is said that tells these."""
        reasons = sorted(self.reasons, key=self._hides)
        sides = ("" if self.veiled or reason.role is None else SIDES[reason.role] for reason in reasons)
        told = (reason.words(side, sealed=self.sealed) for reason, side in zip(reasons, sides, strict=True))
        return tuple(dict.fromkeys(told))

    @property
    def open_risk(self) -> float | None:
        """The risk as far as it may be told: none where a sealed verdict is in it, which it would tell."""
        return None if any(map(self._hides, self.reasons)) else self.risk

    def _hides(self, reason: RiskReason) -> bool:
        return self.sealed and reason.kind in JUDGED


def risk_queue(bench: Workbench, stored: StoredSession, rater: Rater | None = None) -> list[AtRisk]:
    """What was shown in the queue, in that order, then what is open, the riskiest first.

    Open are cases with both answers, none of them broken, that something speaks against and that the rater has not
    rated in the plan's order. Reads the database: not for the event loop.

    Raises:
        UsageError: for a session without two sides, and for a spot check, which has no plan.
    """
    if set(stored.configs) != set(ROLES) or stored.session.kind in ("spot", "import"):
        raise UsageError("Only a session of two configs over a dataset has a risk queue.")
    rater = rater or bench.rater()
    board = scoreboard_of(stored)
    veiled = is_sealed(stored, board.snapshot(), rater)
    found = {one.case_id: one for one in _at_risk(bench, stored, board, rater, veiled=veiled)}
    drawn = sorted((one for one in found.values() if one.position is not None), key=lambda one: one.position or 0)
    risks = {case_id: one.risk for case_id, one in found.items() if one.position is None}
    return [*drawn, *(found[case_id] for case_id in risk_first(risks, stored.session.plan.seed))]


def _at_risk(
    bench: Workbench, stored: StoredSession, board: Scoreboard, rater: Rater, *, veiled: bool
) -> Iterator[AtRisk]:
    roles = ROLES if veiled else watched(stored.policy)
    by_id = {response.id: response for response in stored.responses}
    results: dict[str, list[CheckResult]] = {}
    for result in stored.check_results:
        results.setdefault(result.response_id, []).append(result)
    items = {p.case_id: p.position for p in stored.presentations if p.queue == "risk"}
    looked = _looked(stored, rater)
    states = {case_id: board.case(case_id) for case_id in stored.session.plan.case_ids}
    shown: dict[str, dict[SessionRole, Response]] = {
        case_id: {role: by_id[state.counting[role][0].id] for role in ROLES}
        for case_id, state in states.items()
        if set(state.counting) == set(ROLES) and not state.broken and not state.excluded
    }
    usual = usual_lengths((role, answer) for answers in shown.values() for role, answer in answers.items())
    judged = _judged(bench, stored, shown)
    for case_id, answers in shown.items():
        rated, position = rater.id in states[case_id].sheets, items.get(case_id)
        if rated and position is None:
            continue
        case = stored.dataset.by_id[case_id]
        kinds = {spec.version: spec.kind for spec in checks_for(case, stored.policy)}
        own: dict[SessionRole, Response] = {role: answers[role] for role in roles}
        in_force: dict[SessionRole, list[CheckResult]] = {
            role: [r for r in results.get(a.id, ()) if r.check_hash in kinds] for role, a in own.items()
        }
        seen = Seen(case=case, answers=own, results=in_force, kinds=kinds, verdicts=judged.get(case_id, ()))
        reasons = reasons_of(seen, usual)
        if reasons or position is not None:
            yield AtRisk(
                case_id=case_id,
                risk=risk_of(reasons),
                reasons=reasons,
                position=position,
                looked=case_id in looked,
                sealed=not rated,
                veiled=veiled,
            )


def _looked(stored: StoredSession, rater: Rater) -> set[str]:
    shown = {p.id: p.case_id for p in stored.presentations if p.queue == "risk" and p.rater_id == rater.id}
    given: dict[str, list[Ballot]] = {}
    for ballot in stored.ballots:
        given.setdefault(ballot.presentation_id, []).append(ballot)
    return {case_id for id_, case_id in shown.items() if effective_ballots(given.get(id_, ()))}


def _judged(
    bench: Workbench, stored: StoredSession, shown: dict[str, dict[SessionRole, Response]]
) -> dict[str, list[CaseVerdict]]:
    """What each judge of the session says of the answers that count."""
    found: dict[str, list[CaseVerdict]] = {}
    for version in bench.store.judges_of(stored.session.id):
        said: dict[str, list[Judgment]] = {}
        for judgment in bench.store.iter_judgments(stored.session.id, version, light=True):
            said.setdefault(judgment.case_id, []).append(judgment)
        for case_id, judgments in said.items():
            counting: dict[str, SessionRole] = {answer.id: role for role, answer in shown.get(case_id, {}).items()}
            verdict = said_of_case((j for j in judgments if j.response_a in counting), counting)
            if verdict is not None:
                found.setdefault(case_id, []).append(verdict)
    return found


def risk_report(stored: StoredSession, queue: Sequence[AtRisk]) -> dict[str, object]:
    """For machines; of a sealed session no side."""
    return {
        "session": stored.session.id,
        "feeds_a_gate": feeds_a_gate(stored.policy),
        "looked": sum(one.looked for one in queue),
        "cases": [
            {
                "case": one.case_id,
                "risk": None if one.open_risk is None else round(one.open_risk, 4),
                "looked": one.looked,
                "position": one.position,
                "reasons": list(one.words),
            }
            for one in queue
        ],
    }

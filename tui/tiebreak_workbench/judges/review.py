"""The cases of a session that a person should look at after a judge, from its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tiebreak.judge.review import Reason, lines_of, reasons_for
from tiebreak.judge.saying import said_of_case
from tiebreak.records import Ballot, SessionRole, Vote
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.policies import SIDES
from tiebreak.scoreboard import Scoreboard, effective_ballots
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.workbench import Workbench

VOTES: dict[object, Vote] = {"win": "B", "loss": "A", "tie": "tie", "both_bad": "both_bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """One case, with every reason that one version of a judge gives to look at it."""

    position: int
    case_id: str
    judge: str
    version: str
    status: str
    reasons: tuple[Reason, ...]
    veiled: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons; to whom the sides are sealed nothing is said that tells them."""
        told = (r.words("" if self.veiled or r.role is None else SIDES[r.role]) for r in self.reasons)
        return tuple(dict.fromkeys(told))


def review_queue(bench: Workbench, session: str, versions: Sequence[str] = ()) -> list[ToReview]:
    """What every judge of a session, or those of some versions, leave to look at, in the order of the plan.

    A disagreement that is tagged was looked at. Cases whose verdicts are sealed to the rater are not there.

    Raises:
        UsageError: where `session` names no session, or more than one.
    """
    stored = bench.store.load_session(session, light=True)
    board = scoreboard_of(stored)
    veiled = is_sealed(stored, board.snapshot(), bench.rater())
    seals = Seals.of(bench, stored)
    found = [
        item
        for version in versions or bench.store.judges_of(stored.session.id)
        for item in _of_judge(bench, stored, board, bench.store.judge(version), seals, veiled=veiled)
    ]
    return sorted(found, key=lambda item: (item.position, item.judge, item.version))


def _of_judge(
    bench: Workbench, stored: StoredSession, board: Scoreboard, judge: Judge, seals: Seals, *, veiled: bool
) -> Iterator[ToReview]:
    from tiebreak_workbench.judges.standing import version_status

    status = version_status(bench, judge)
    lines = lines_of(stored.policy, judge, veiled=veiled)
    tagged = _tagged(stored, judge.version)
    said: dict[str, list[Judgment]] = {}
    for judgment in bench.store.iter_judgments(stored.session.id, judge.version, light=True):
        said.setdefault(judgment.case_id, []).append(judgment)
    for position, case_id in enumerate(stored.session.plan.case_ids):
        case = board.case(case_id)
        counting: dict[str, SessionRole] = {answers[0].id: role for role, answers in case.counting.items() if answers}
        verdict = said_of_case((j for j in said.get(case_id, ()) if j.response_a in counting), counting)
        if verdict is None or case_id in tagged or seals.hides(case_id, judge.version):
            continue
        if veiled and case.verdict is None:
            continue
        vote = None if case.automatic else VOTES.get(case.verdict)
        if reasons := reasons_for(verdict, vote, lines):
            yield ToReview(
                position=position,
                case_id=case_id,
                judge=judge.name,
                version=judge.version,
                status=status,
                reasons=reasons,
                veiled=veiled,
            )


def _tagged(stored: StoredSession, version: str) -> set[str]:
    """Cases of which somebody put the disagreement with this judge down to something."""
    given: dict[str, list[Ballot]] = {}
    for ballot in stored.ballots:
        given.setdefault(ballot.presentation_id, []).append(ballot)
    return {
        presentation.case_id
        for presentation in stored.presentations
        for ballot in effective_ballots(given.get(presentation.id, ()))
        if ballot.kind == "tag" and ballot.dimension == version
    }


def review_report(queue: Sequence[ToReview]) -> list[dict[str, object]]:
    """For machines; of a sealed session no side, no mean and no line."""
    return [
        {
            "case": item.case_id,
            "position": item.position + 1,
            "judge": item.judge,
            "version": item.version,
            "status": item.status,
            "reasons": [_reason(reason, words) for reason, words in _told(item)],
        }
        for item in queue
    ]


def _told(item: ToReview) -> Iterator[tuple[Reason, str]]:
    if item.veiled:
        bare = {words: Reason(kind=r.kind) for r in item.reasons for words in (r.words(),)}
        yield from ((reason, words) for words, reason in bare.items())
    else:
        yield from ((r, r.words("" if r.role is None else SIDES[r.role])) for r in item.reasons)


def _reason(reason: Reason, words: str) -> dict[str, object]:
    return {
        "kind": reason.kind,
        "side": None if reason.role is None else SIDES[reason.role],
        "dimension": reason.dimension,
        "mean": reason.mean,
        "line": reason.line,
        "words": words,
    }

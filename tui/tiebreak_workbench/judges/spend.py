"""What was asked of judges in a session, and what it cost, apart from what answers cost; no word of what they said."""

from dataclasses import asdict, dataclass

from tiebreak.amounts import money
from tiebreak.gates.wording import RECORDED
from tiebreak_workbench.judges.standing import version_status
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSpend:
    """One version of a judge in one session."""

    name: str
    kind: str
    version: str
    status: str
    answered: int
    """Judgments, readable or not."""
    valid: int
    unparseable: int
    """Replies that say nothing that counts."""
    errors: int
    """Calls that brought no reply; most were put again."""
    usd: float
    """Of those whose cost is known."""
    unknown: int
    reused: int
    """Judgments that were taken over, which cost nothing."""
    recorded: bool
    """Its replies are recorded ones, which cost nothing."""

    @property
    def cost(self) -> str:
        """`$0.12`, `$0.12 and 2 unknown`, `$0.12, 30 reused`; `recorded` of replies that nobody was asked for."""
        unknown = f" and {self.unknown} unknown" if self.unknown else ""
        return (RECORDED if self.recorded else money(self.usd) + unknown) + (
            f", {self.reused} reused" if self.reused else ""
        )


def judges_of_session(bench: Workbench, session_id: str) -> list[JudgeSpend]:
    """Every version that judged it, in the order of their first judgments. Reads them one after the other."""
    return [_spend(bench, session_id, version) for version in bench.store.judges_of(session_id)]


def judging_costs(bench: Workbench, session_id: str) -> dict[str, object]:
    """JSON-ready, beside `spend_usd` of the answers; nothing where no judge was asked."""
    found = judges_of_session(bench, session_id)
    return {"judging": [{**asdict(one)} for one in found]} if found else {}


def _spend(bench: Workbench, session_id: str, version: str) -> JudgeSpend:
    judge = bench.store.judge(version)
    recorded = judge.recorded
    answered = errors = unknown = valid = reused = 0
    usd = 0.0
    for judgment in bench.store.iter_judgments(session_id, version, light=True):
        answered += judgment.answered
        valid += judgment.status == "valid"
        errors += not judgment.answered
        reused += judgment.reused_from is not None
        usd += judgment.cost.usd or 0.0
        unknown += judgment.cost.usd is None and bool(judgment.replies)
    return JudgeSpend(
        name=judge.name,
        kind=judge.kind,
        version=version,
        status=version_status(bench, judge),
        answered=answered,
        valid=valid,
        unparseable=answered - valid,
        errors=errors,
        usd=0.0 if recorded else usd,
        unknown=0 if recorded else unknown,
        reused=reused,
        recorded=recorded,
    )

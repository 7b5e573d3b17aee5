"""Judges that checks ask: their versions set down with the policy, opened as they were then, and what they cost."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tiebreak.checks import all_checks
from tiebreak.errors import TiebreakError
from tiebreak.records import Case, CheckResult, Policy
from tiebreak.records.judges import Judge
from tiebreak.session.judge_till import JudgeTill
from tiebreak.targets.base import AnswerTarget
from tiebreak_store import StoredSession

if TYPE_CHECKING:
    from tiebreak.session.check_judges import Memory
    from tiebreak_workbench.workbench import Workbench


def pinned_policy(bench: "Workbench", policy: Policy, cases: Iterable[Case]) -> Policy:
    """The policy with the version of each judge that its checks, or those of the cases, ask; what is set down already
    stays. A judge that is not there is left out: its checks will say so.

    Raises:
        StoreError: where a version cannot be recorded.
    """
    names = [name for name in asked_by_checks(policy, cases) if name not in policy.check_judges]
    found = {name: judge for name in names if (judge := _now(bench, name))}
    if not found:
        return policy
    for judge in found.values():
        bench.store.record_judge(judge).result()
    versions = {name: judge.version for name, judge in found.items()}
    return replace(policy, check_judges={**policy.check_judges, **versions})


def asked_by_checks(policy: Policy, cases: Iterable[Case]) -> list[str]:
    """The names of the judges that the checks of a policy, or those of the cases, ask."""
    return sorted({str(spec.params.get("name")) for spec in all_checks(policy, cases) if spec.kind == "judge"})


def open_judge(bench: "Workbench", name: str, version: str | None) -> tuple[Judge, AnswerTarget]:
    """A judge as it was when its version was set down, or as its file is now. Reads files: not for the event loop.

    Raises:
        TiebreakError: where there is none of that name, or it cannot be asked.
    """
    now = _now(bench, name) if version is not None else None
    if version is None:
        judge = bench.pinned_judge(bench.workspace.load_judge(name))
    elif now is not None and now.version == version:
        judge = now
    else:
        judge = bench.store.judge(version)
    return judge, bench.judge_target(judge, bench.limiters)


def memory_of_checks(bench: "Workbench", *, fresh: bool = False) -> "Memory":
    """What judges said to checks before, in the database; where `fresh` verdicts are wanted it is kept and not used."""
    from tiebreak.session.check_judges import Memory

    return Memory(find=None if fresh else bench.store.find_check_judgment, keep=bench.store.record_check_judgment)


def till_of(bench: "Workbench", sessions: Sequence[StoredSession], max_cost: float | None = None) -> JudgeTill:
    """What the judges of checks have cost some sessions so far; each may cost `max_cost` US dollars in all of them."""
    till = JudgeTill(max_cost)
    seen: set[tuple[str, str]] = set()
    for stored in sessions:
        cases = [stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids]
        versions = {spec.version for spec in all_checks(stored.policy, cases) if spec.kind == "judge"}
        for fact in bench.store.iter_facts(stored.session.id) if versions else ():
            if isinstance(fact, CheckResult) and (key := (fact.response_id, fact.check_hash)) not in seen:
                seen.add(key)  # sessions may share a run
                till.take_earlier((fact,), versions)
    return till


def _now(bench: "Workbench", name: str) -> Judge | None:
    with suppress(TiebreakError):
        return bench.pinned_judge(bench.workspace.load_judge(name))
    return None

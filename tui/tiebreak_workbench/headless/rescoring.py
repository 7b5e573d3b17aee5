"""The second stage by itself: the checks of a policy put to answers that are stored. No target is called."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tiebreak.batch.scoring import Scored, Scoring
from tiebreak.errors import UsageError
from tiebreak.gates import validate_policy
from tiebreak.records import CheckResult, Policy, Response
from tiebreak.session.judge_till import JudgeTill
from tiebreak.workspace.policies import read_policy
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.of_checks import pinned_policy
from tiebreak_workbench.starting.preflight import placed
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Fork, Workbench

BY_SCORE = "scored under another policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToScore:
    """A session whose answers are to be checked: the one that was named, or a child of it under another policy."""

    stored: StoredSession
    parent: str | None
    """The session that was named, where its policy is another one."""
    resumed: bool
    """The child was there before."""
    warnings: tuple[str, ...] = ()


def to_score(bench: Workbench, wanted: str, policy: str | None = None) -> ToScore:
    """What `wanted` is scored as: itself where its policy is still that of its file, else a child session that sets the
    very same runs side by side under the policy as it is now. Nothing is written over.

    Without `policy`, the file of the session's own policy is taken, or its stored copy where there is no such file.

    Raises:
        UsageError: where there is no such session, or only one side of it.
        TiebreakError: for a policy that needs a correction, or whose gates cannot be decided for the planned cases.
        NotTrustedError: for checks that would run what nobody allowed.
    """
    stored = bench.store.load_session(wanted, facts=False)
    now, path = _policy_now(bench, stored, policy)
    now = pinned_policy(bench, now, stored.dataset.cases)
    if now.version == stored.policy.version:
        bench.ready_checks(stored)
        return ToScore(stored=stored, parent=None, resumed=True)
    if len(stored.runs) < 2:
        raise UsageError("This session has no answers of two sides to be scored under another policy.")
    findings = validate_policy(now, stored.dataset, stored.session.plan.case_ids)
    errors = placed([finding for finding in findings if finding.level == "error"], now.name, path)
    if errors:
        raise errors[0] if len(errors) == 1 else UsageError("\n".join(map(str, errors)))
    bench.ready_checks(replace(stored, policy=now))
    plan = replace(stored.session.plan, policy_hash=now.version)
    known = bench.store.session_of_runs(plan, stored.session.runs)
    setup = Setup(
        dataset=stored.dataset,
        baseline=stored.configs["baseline"],
        candidate=stored.configs["candidate"],
        policy=now,
        seed=plan.seed,
        segment=plan.segment,
        blind=stored.session.blind,
    )
    child = known or bench.start(
        setup,
        kind=stored.session.kind,
        title=stored.session.title,
        runs=stored.runs,
        plan=plan,
        draws=bench.store.draws(stored.session.id),
        fork=Fork(stored.session.id, f"{BY_SCORE}: {now.name}"),
    )
    return ToScore(
        stored=bench.store.load_session(child, facts=False),
        parent=stored.session.id,
        resumed=known is not None,
        warnings=tuple(finding.sentence for finding in findings if finding.level == "warning"),
    )


def scoring_of(
    bench: Workbench,
    stored: StoredSession,
    *,
    concurrency: int = 8,
    till: JudgeTill | None = None,
    fresh: bool = False,
) -> Scoring:
    """To be called on the event loop. `till` counts what judges cost whom checks ask; where `fresh` verdicts are wanted
    these are asked also what they were told before."""
    cases = {case_id: stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids}
    return Scoring(
        policy=stored.policy,
        cases=cases,
        recorder=bench.store,
        outside=bench.outside(till, fresh=fresh),
        concurrency=concurrency,
    )


async def score(
    bench: Workbench, stored: StoredSession, scoring: Scoring, tick: Callable[[int], None] = lambda _: None
) -> Scored:
    """Check all answers of a session that lack something; a check that could not judge before is put again.

    Raises:
        StoreError: where a verdict could not be kept.
    """
    known: dict[str, set[str]] = {}
    for fact in bench.store.iter_facts(stored.session.id):
        if isinstance(fact, CheckResult) and fact.status != "error":
            known.setdefault(fact.response_id, set()).add(fact.check_hash)
    return await scoring.run(_answers(bench, stored), known, tick)


def score_forks(bench: Workbench, sessions: Sequence[StoredSession]) -> None:
    """Make up for checks that answers lack which came before the policy they stand under now."""
    for stored in sessions:
        if (stored.session.fork_reason or "").startswith(BY_SCORE):
            asyncio.run(_score_whole(bench, stored))


async def _score_whole(bench: Workbench, stored: StoredSession) -> None:
    await score(bench, stored, scoring_of(bench, stored))


def _answers(bench: Workbench, stored: StoredSession) -> Iterator[Response]:
    return bench.store.iter_responses(stored.session.id, light=False)


def _policy_now(bench: Workbench, stored: StoredSession, wanted: str | None) -> tuple[Policy, Path | None]:
    name = stored.policy.name
    if wanted is None and all(entry.name != name for entry in bench.workspace.policies):
        return replace(stored.policy, check_judges={}), None
    path = bench.workspace.policy_file(wanted or name)
    return read_policy(path), path

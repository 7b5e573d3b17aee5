"""Asking again: what infrastructure kept from a session, or, as a new session, the cases that its candidate failed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tiebreak.checks import checks_for
from tiebreak.errors import UsageError
from tiebreak.gates import validate_policy
from tiebreak.gates.wording import plural
from tiebreak.records import ROLES, Case, SessionRole
from tiebreak.records.outcomes import CaseOutcome
from tiebreak.workspace.configs import read_config
from tiebreak_store import StoredSession
from tiebreak_workbench.headless.headless import TakenUp, refuse_unready
from tiebreak_workbench.starting.pinning import pinned
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Fork, Workbench

CHOSEN = (
    "The cases were chosen for having failed, so some pass now by chance alone: what this shows is whether they are "
    "mended, not how good the config is. `tiebreak run` over the whole set shows that."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A new session of cases that are asked again."""

    taken: TakenUp
    warnings: tuple[str, ...]


def to_retry(bench: Workbench, wanted: str) -> TakenUp:
    """A session whose missing answers can be asked for.

    Raises:
        UsageError: where there is no such session, or its answers were made elsewhere.
    """
    stored = bench.store.load_session(wanted, facts=False)
    if stored.session.kind == "import":
        raise UsageError("The answers of this session were imported: nothing is asked again for it.")
    return TakenUp(stored=stored, resumed=True)


def to_rerun(
    bench: Workbench,
    wanted: str,
    *,
    failed: bool,
    candidate: str | None = None,
    resume: bool = True,
    concurrency: int = 8,
) -> Again:
    """A session of the same cases and policy with the candidate's config file as it is now, against the answers of the
    baseline that are there. With `failed` of the cases alone that the candidate failed.

    Nothing of the first session changes: an answer that counts is never replaced by a later one.

    Raises:
        UsageError: where there is no such session, no candidate in it, nothing to ask again, or no such config.
        TiebreakError: where the config or the policy keeps it from being asked.
    """
    stored = bench.store.load_session(wanted, facts=False)
    if set(stored.runs) != {"baseline", "candidate"}:
        raise UsageError("This session has no answers of two sides, so none can be asked again.")
    name = stored.configs["candidate"].name
    there = [entry.name for entry in bench.workspace.configs]
    if candidate is None and name not in there:
        others = f" ({', '.join(there)})" if there else ""
        raise UsageError(
            f"“{name}” has no file in configs/, as after an import, so it cannot be asked as a session.",
            hint=f"Name another config{others} with --config, or a model for its prompt with --failed --model.",
        )
    path = bench.workspace.config_file(candidate or name)
    case_ids = tuple(failed_cases(bench, stored)) if failed else stored.session.plan.case_ids
    if not case_ids:
        raise failed_none(bench, stored)
    plan = replace(stored.session.plan, case_ids=case_ids, strata=None) if failed else stored.session.plan
    config = pinned(read_config(path, bench.workspace.folder), bench.configs_folder)
    setup = Setup(
        dataset=stored.dataset,
        baseline=stored.configs["baseline"],
        candidate=config,
        policy=stored.policy,
        seed=plan.seed,
        segment=plan.segment,
        files={"candidate": path},
    )
    refuse_unready(bench, setup)
    warnings = [finding.sentence for finding in validate_policy(stored.policy, stored.dataset, case_ids)]
    baseline, samples = stored.runs["baseline"], stored.runs["candidate"].samples
    known: str | None = None
    if resume:
        versions: dict[SessionRole, str] = {role: setup.config(role).version for role in ROLES}
        known = bench.store.headless_session(
            plan, stored.dataset.version, versions, samples=samples, baseline_run=baseline.id
        )
        known = None if known == stored.session.id else known  # every case, by an unedited config: a new run of it
    id_ = known or bench.start(
        setup,
        origin="headless",
        concurrency=concurrency,
        samples=samples,
        runs={"baseline": baseline},
        plan=plan,
        draws=() if failed else bench.store.draws(stored.session.id),
        fork=Fork(stored.session.id, f"asked again: {'cases that failed' if failed else 'every case'}"),
    )
    return Again(
        taken=TakenUp(stored=bench.store.load_session(id_, facts=False), resumed=known is not None),
        warnings=(*warnings, *([CHOSEN] if failed else [])),
    )


def failed_cases(bench: Workbench, stored: StoredSession) -> Iterator[str]:
    """The planned cases, in their order, with a counting answer of the candidate that is broken or fails a check in
    force. What infrastructure kept back has not failed."""
    cases = {case_id: stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids}
    failed = {
        outcome.case_id
        for outcome in bench.store.iter_outcomes(stored.runs["candidate"])
        if outcome.case_id in cases and _fails(outcome, cases[outcome.case_id], stored)
    }
    return (case_id for case_id in cases if case_id in failed)


def failed_none(bench: Workbench, stored: StoredSession) -> UsageError:
    """Why `failed_cases` has none: nothing failed, or nothing that is a check here."""
    failed: dict[str, set[str]] = {}
    for outcome in bench.store.iter_outcomes(stored.runs["candidate"]):
        if (case := stored.dataset.by_id.get(outcome.case_id)) is None:
            continue
        known = {spec.id for spec in checks_for(case, stored.policy)}
        for score in (score for answer in outcome.answers for score in answer.scores):
            if score.status == "fail" and score.check_id not in known:
                failed.setdefault(score.check_id, set()).add(case.id)
    if not failed:
        return UsageError(
            f"The candidate of session {stored.session.id} failed no case.",
            hint="Without --failed every case is asked again.",
        )
    told = ", ".join(f"{name} in {plural(len(cases), 'case')}" for name, cases in sorted(failed.items())[:3])
    return UsageError(
        f"The candidate of session {stored.session.id} fails no check that new answers can be put to. It fails {told}.",
        hint="Such a verdict stays with the tool that gave it. `tiebreak promote SESSION CASE` gives a case checks of "
        "its own; --filter class:regression asks cases all the same.",
    )


def _fails(outcome: CaseOutcome, case: Case, stored: StoredSession) -> bool:
    in_force = {spec.version for spec in checks_for(case, stored.policy)}
    return any(
        answer.broken or any(score.status == "fail" and score.check_hash in in_force for score in answer.scores)
        for answer in outcome.answers
    )

"""Chosen cases put once more, or several times: to the candidate as it is now, another model, or an edited prompt.

It asks beside any session (`tiebreak_workbench.trials.trials`), so that nothing it learns counts in one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tiebreak.checks import checks_for
from tiebreak.errors import UsageError
from tiebreak.records import Case, CheckSpec, Config, ModelTarget, Policy, RecordingTarget
from tiebreak.records.responses import BROKEN
from tiebreak.records.triage import DecisionField, SideFacts
from tiebreak.stats.intervals import clopper_pearson
from tiebreak.targets.identity import with_any_key
from tiebreak.triage import Filter
from tiebreak_workbench.headless.again import failed_cases, failed_none
from tiebreak_workbench.starting.estimate import cost_of_call
from tiebreak_workbench.triage.triage import Done, Triage
from tiebreak_workbench.trials.trials import EndedError, Reason, Trial, TrialProgress, Trials

AgainVerdict = Literal[
    "fixed", "still_failing", "flaky", "now_failing", "still_passing", "passing", "failing", "not_answered"
]
AGAIN: Mapping[AgainVerdict, str] = {
    "fixed": "fixed",
    "still_failing": "still failing",
    "flaky": "flaky",
    "now_failing": "now failing",
    "still_passing": "passing as before",
    "passing": "passing, not answered before",
    "failing": "failing, not answered before",
    "not_answered": "not answered",
}
"""In the order in which they are told."""
FAILING: tuple[AgainVerdict, ...] = ("still_failing", "now_failing", "failing")
"""Every answer fails."""
MARKS: Mapping[AgainVerdict, Mapping[DecisionField, str]] = {"flaky": {"cause": "flaky"}, "fixed": {"status": "fixed"}}
"""What a verdict can be written down as. Of a case without an answer before, no change is known."""

AT_ONCE = 500
"""Cases that are read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunPlan:
    """What will be asked, before anything is."""

    session: str
    runs: tuple[str, str]
    """The baseline's and the candidate's, by their ids."""
    cases: tuple[Case, ...]
    specs: Mapping[str, tuple[CheckSpec, ...]]
    """Of each case the checks in force."""
    failed_before: Mapping[str, bool | None]
    """Whether the recorded answer of the candidate fails one of them, or is broken; None where there is none, or no
    check could judge it."""
    beyond: tuple[str, ...]
    """Checks that a recorded answer of the candidate fails and that cannot be put to another one, as those of a tool
    whose results were imported."""
    config: Config
    same: bool
    """Whether it is the very config that gave the recorded answers."""
    times: int
    policy: Policy
    usd_a_call: float | None
    """At most; None where no price is known."""

    @property
    def calls(self) -> int:
        """At most; what was asked before is not asked again."""
        return self.times * len(self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCases:
    """Cases that may be asked again, as they are read; see `RerunPlan`."""

    cases: tuple[Case, ...]
    specs: Mapping[str, tuple[CheckSpec, ...]]
    failed_before: Mapping[str, bool | None]
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAgain:
    """One case, asked again."""

    case_id: str
    verdict: AgainVerdict
    failed_before: bool | None
    """As in the plan."""
    passes: int
    of: int
    """Answers that could be judged."""
    low: float
    high: float
    """The exact interval (95 %) of how often it passes."""
    trials: tuple[Trial, ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """Checks that some answer fails, and `answer` where one is broken."""
        found = [check.check_id for trial in self.trials for check in trial.results if check.status == "fail"]
        broken = [
            "answer"
            for trial in self.trials
            if trial.response and trial.response.broken and not trial.response.excluded
        ]
        return tuple(dict.fromkeys((*broken, *found)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What came of it."""

    plan: RerunPlan
    cases: tuple[CaseAgain, ...]
    """In the order of the plan."""
    reason: Reason | None
    """Why it ended before its time; None where all was asked."""
    why: str
    progress: TrialProgress

    def of(self, verdict: AgainVerdict) -> list[CaseAgain]:
        return [case for case in self.cases if case.verdict == verdict]


def select_cases(
    triage: Triage, case_ids: Sequence[str] = (), wanted: Filter | None = None, *, failed: bool = False
) -> list[str]:
    """The cases of a session that are named, and those that a filter leaves; with `failed` those of them, or of all,
    that the candidate failed.

    Raises:
        UsageError: where neither run has a case, and where none is left.
    """
    for case_id in case_ids:
        triage.place_of(case_id)
    chosen = list(dict.fromkeys(case_ids))
    if wanted is not None:
        if wanted.words:
            triage.index_texts()
        left = triage.case_ids(triage.listing(wanted).places)
        named = set(chosen)
        chosen = [case_id for case_id in left if not named or case_id in named]
    if failed:
        stored = triage.bench.store.load_session(triage.b.session_id, facts=False)
        every = dict.fromkeys(failed_cases(triage.bench, stored))
        if not every:
            raise failed_none(triage.bench, stored)
        chosen = [case_id for case_id in chosen if case_id in every] if chosen or wanted is not None else list(every)
    if not chosen:
        raise UsageError("No case is left to ask again.", hint="`tiebreak triage SESSION` lists what there is.")
    return chosen


def prepare_rerun(
    triage: Triage,
    case_ids: Sequence[str],
    config: Config,
    *,
    times: int = 1,
    offline: bool = False,
    keyless: bool = False,
) -> RerunPlan:
    """What asking these cases again would take; nothing where it is `offline`, and only looked up. With `keyless` the
    plan is only looked at, so no key may be missing.

    Raises:
        UsageError: where there is no such case, and where the config replays the very answers that the run has.
        TiebreakError: where the config's model cannot be reached, such as for a missing key.
    """
    chosen = read_cases(triage, case_ids)
    return plan_rerun(triage, chosen, config, times=times, offline=offline, keyless=keyless)


def read_cases(triage: Triage, case_ids: Sequence[str]) -> ChosenCases:
    """The cases, with what was made of them before.

    Raises:
        UsageError: where there is no such case.
    """
    a, b = triage.a, triage.b
    store = triage.bench.store
    cases = store.cases(b.run.dataset_hash or "", case_ids)
    missing = next((case_id for case_id in case_ids if case_id not in cases), None)
    if missing is not None:
        raise UsageError(f"There is no case “{missing}” in {b.dataset}.")
    specs = {case_id: checks_for(case, b.policy) for case_id, case in cases.items()}
    in_force = {case_id: {spec.version for spec in of} for case_id, of in specs.items()}
    failed: dict[str, bool | None] = dict.fromkeys(cases)
    beyond: dict[str, None] = {}
    ids = list(cases)
    for start in range(0, len(ids), AT_ONCE):
        for facts in store.iter_pairs(a.run, b.run, ids[start : start + AT_ONCE]):
            failed[facts.case_id] = _fails(facts.b, in_force[facts.case_id])
            beyond |= dict.fromkeys(_fails_beyond(facts.b, specs[facts.case_id]))
    return ChosenCases(cases=tuple(cases.values()), specs=specs, failed_before=failed, beyond=tuple(beyond))


def plan_rerun(
    triage: Triage,
    chosen: ChosenCases,
    config: Config,
    *,
    times: int = 1,
    offline: bool = False,
    keyless: bool = False,
) -> RerunPlan:
    """As `prepare_rerun`, of cases that are read."""
    same = config.version == triage.b.config.version
    if same and not offline and isinstance(config.target, RecordingTarget):
        raise UsageError(
            f"“{config.name}” replays recorded answers: asking again would bring the same ones.",
            hint="Name a model, or a config that asks one.",
        )
    a, b, environ = triage.a, triage.b, triage.bench.environ
    if keyless and isinstance(config.target, ModelTarget):
        environ = with_any_key(config.target, environ)
    return RerunPlan(
        session=b.session_id,
        runs=(a.run.id, b.run.id),
        cases=chosen.cases,
        specs=chosen.specs,
        failed_before=chosen.failed_before,
        beyond=chosen.beyond,
        config=config,
        same=same,
        times=times,
        policy=b.policy,
        usd_a_call=0.0 if offline else cost_of_call(environ, config, chosen.cases),
    )


async def rerun(plan: RerunPlan, trials: Trials, tell: Callable[[CaseAgain], object] = lambda _: None) -> Rerun:
    """Ask every case as often as planned, all cases once before any is asked again. `tell` hears how a case stands
    after each answer to it.

    Raises:
        StoreError: where an answer could not be kept.
    """
    came: dict[str, list[Trial]] = {case.id: [] for case in plan.cases}
    asked = await trials.renderable(plan.config, plan.cases)
    wanted = [(case, sample) for sample in range(plan.times) for case in asked]
    ended: EndedError | None = None

    def take(trial: Trial) -> None:
        trials_ = came[trial.case_id]
        trials_.append(trial)
        tell(_judged(plan, trial.case_id, tuple(trials_)))

    try:
        await trials.answers(plan.config, wanted, lambda case: plan.specs[case.id], take)
    except EndedError as early:
        ended = early
    return Rerun(
        plan=plan,
        cases=tuple(_judged(plan, case_id, tuple(trials_)) for case_id, trials_ in came.items()),
        reason=ended.reason if ended else None,
        why=ended.why if ended else "",
        progress=trials.progress,
    )


def mark(triage: Triage, done: Rerun) -> Done:
    """Write down what was learned as decisions, in one act: cases that are flaky, and those that are fixed.

    Raises:
        StoreError: where it cannot be recorded.
    """
    act = triage.bench.new_id()
    cases = decisions = 0
    for verdict, decision in MARKS.items():
        if found := [case.case_id for case in done.of(verdict)]:
            one = triage.decide(found, decision, batch=act)
            cases, decisions = cases + one.cases, decisions + one.decisions
    return Done(cases, decisions, ())


def rerun_plain(done: Rerun) -> dict[str, object]:
    """For machines."""
    plan = done.plan
    return {
        "session": plan.session,
        "config": {"name": plan.config.name, "version": plan.config.version, "unchanged": plan.same},
        "times": plan.times,
        "counts": {verdict: len(done.of(verdict)) for verdict in AGAIN},
        "cases": [
            {
                "case": case.case_id,
                "verdict": case.verdict,
                "failed_before": case.failed_before,
                "passes": case.passes,
                "of": case.of,
                "interval": [case.low, case.high],
                "failing": case.failing,
                "answers": [{"response": trial.response, "checks": trial.results} for trial in case.trials],
            }
            for case in done.cases
        ],
        "ended": None if done.reason is None else {"reason": done.reason, "why": done.why},
        "usage": done.progress,
    }


def _fails(side: SideFacts | None, in_force: set[str]) -> bool | None:
    """Whether a counting answer is broken, or fails a check in force; None where nothing tells, as of an answer that
    never came."""
    answers = side.answers if side is not None else ()
    said = {score.status for one in answers for score in one.scores.scored if score.check_hash in in_force}
    if any(one.status in BROKEN for one in answers) or "fail" in said:
        return True
    return False if answers and (not said or "pass" in said) else None


def _fails_beyond(side: SideFacts | None, specs: Sequence[CheckSpec]) -> list[str]:
    """Checks, by their ids, that a counting answer fails and that are none of those in force, in any version."""
    known = {spec.id for spec in specs}
    said = (score for one in (side.answers if side is not None else ()) for score in one.scores.scored)
    return [score.check_id for score in said if score.status == "fail" and score.check_id not in known]


def _judged(plan: RerunPlan, case_id: str, trials: tuple[Trial, ...]) -> CaseAgain:
    failed = [trial.failed for trial in trials if trial.failed is not None]
    passes = failed.count(False)
    low, high = clopper_pearson(passes, len(failed))
    before = plan.failed_before[case_id]
    return CaseAgain(
        case_id=case_id,
        verdict=verdict_of(passes, len(failed), failed_before=before, same=plan.same),
        failed_before=before,
        passes=passes,
        of=len(failed),
        low=low,
        high=high,
        trials=trials,
    )


def verdict_of(passes: int, of: int, *, failed_before: bool | None, same: bool) -> AgainVerdict:
    """What answers say of a case. The `same` config that failed before and passes now has done both: it is flaky."""
    if of == 0:
        return "not_answered"
    if 0 < passes < of or (same and failed_before is (passes > 0)):
        return "flaky"
    if failed_before is None:
        return "passing" if passes else "failing"
    if passes:
        return "fixed" if failed_before else "still_passing"
    return "still_failing" if failed_before else "now_failing"

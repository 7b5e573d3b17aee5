"""Sessions without a person: set down or taken up again, answered whole, and read from their rows."""

import asyncio
import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from tiebreak.batch import Batch, Ending, Limits, Progress
from tiebreak.errors import PromptError, UsageError
from tiebreak.records import ROLES, AppTarget, Case, Config, Response, Run, SessionRole
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.spending import Purse
from tiebreak.session.answering import Arm
from tiebreak.session.judge_till import JudgeTill
from tiebreak.stats.strata import NONE
from tiebreak.targets.base import fingerprint
from tiebreak.targets.limiter import LimiterPool
from tiebreak.workspace import Workspace, default_policy
from tiebreak.workspace.configs import read_config
from tiebreak.workspace.policies import read_policy
from tiebreak.workspace.workspace import JUDGES, REGRESSIONS
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.paged import paged_board
from tiebreak_workbench.judges.of_checks import asked_by_checks, till_of
from tiebreak_workbench.starting.estimate import estimate_cost
from tiebreak_workbench.starting.preflight import gate_findings, refuse_untrusted_checks, try_target, unrendered_prompts
from tiebreak_workbench.starting.setup import Part, Setup, in_order
from tiebreak_workbench.triage.regressions import is_regression_set, own_policy, regression_policy
from tiebreak_workbench.workbench import Workbench

TICK = 0.25
"""Seconds between two looks at the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a session is to be answered."""

    limits: Limits = field(default_factory=Limits)
    reuse: bool = False
    """Take over whole answers to the very same request from earlier sessions, with the times they had; never those of
    apps, whose code no request shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """The session that a run goes on with. `stored` holds what was set down, not what was answered."""

    stored: StoredSession
    resumed: bool


def _only_policy(workspace: Workspace) -> str | None:
    """None where there is none; that of the regression set is for it alone. Of several, the first by name would be
    nobody's choice."""
    names = [entry.name for entry in workspace.policies if entry.name != REGRESSIONS]
    if len(names) > 1:
        raise UsageError(
            f"This workspace has {len(names)} policies: {', '.join(names)}.",
            hint=f"Say which one decides, such as -p {names[-1]}.",
        )
    return names[0] if names else None


def setup_of(
    workspace: Workspace,
    dataset: str,
    baseline: str,
    candidate: str,
    *,
    policy: str | None = None,
    n: int | None = None,
    segment: str | None = None,
    seed: int = 1,
    strata: str | None = None,
) -> Setup:
    """What is chosen, read from its files; without a `policy` the only one of the workspace, or the default one. The
    regression set has gates of its own then.

    Raises:
        UsageError: where there is none of a name, and where there are several policies and none is named.
        InputError: for a file that needs a correction, also where it is the policy that would have been taken.
    """
    own = policy is None and is_regression_set(dataset)
    policy = own_policy(workspace) if own else policy or _only_policy(workspace)
    files: dict[Part, Path] = {
        "baseline": workspace.config_file(baseline),
        "candidate": workspace.config_file(candidate),
    }
    if policy is not None:
        files["policy"] = workspace.policy_file(policy)
    cases = workspace.load_dataset(dataset)
    fallback = regression_policy(cases) if own else default_policy()
    return Setup(
        dataset=cases,
        baseline=read_config(files["baseline"], workspace.folder),
        candidate=read_config(files["candidate"], workspace.folder),
        policy=read_policy(files["policy"]) if "policy" in files else fallback,
        files=files,
        seed=seed,
        n=n,
        segment=segment,
        strata=strata,
    )


def setups_of(first: Setup, workspace: Workspace, candidates: Sequence[str]) -> list[Setup]:
    """A setup, and the same with each of further candidates in the place of its own.

    Raises:
        UsageError: where there is none of a name, and where two candidates are one and the same.
        InputError: for a file that needs a correction.
    """
    setups = [first]
    for candidate in candidates:
        path = workspace.config_file(candidate)
        config = read_config(path, workspace.folder)
        if any(config.version == setup.candidate.version for setup in setups):
            raise UsageError(f"“{config.name}” is given as a candidate twice.", hint="Name each candidate once.")
        setups.append(replace(first, candidate=config, files={**first.files, "candidate": path}))
    return setups


def warnings_of(setup: Setup, judges: Collection[str] | None = None) -> list[str]:
    """What to know of the policy's gates for these cases before asking anything; `judges` are the names that they may
    give.

    Raises:
        TiebreakError: for a gate that cannot be decided, a prompt that cannot be rendered for some case, or a plan that
            cannot be made. Where there is more than one problem, it is a `UsageError` with all of them.
    """
    problems, warnings = gate_findings(setup, judges)
    problems += [problem for _, problem in unrendered_prompts(setup)]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise UsageError("\n".join(map(str, problems)))
    return warnings


def refuse_unready(bench: Workbench, setup: Setup) -> None:
    """See that both sides could be asked, before a session is set down for them.

    Raises:
        TiebreakError: for a missing key, an unknown provider, code that nobody allowed to run, a recording that
            cannot be read, or a judge of a check that is not there or cannot be asked.
    """
    for role in ROLES:
        try_target(setup.config(role), bench.workspace, bench.environ)
    refuse_untrusted_checks(setup, bench.workspace, bench.environ)
    cases = (setup.dataset.by_id[case_id] for case_id in setup.plan().case_ids)
    for name in asked_by_checks(setup.policy, cases):
        try_target(bench.workspace.load_judge(name).config, bench.workspace, bench.environ, home=JUDGES)


def notes_on_apps(setup: Setup, wanted: Wanted) -> list[str]:
    """What `reuse` and a budget cannot do for the sides that are whole apps."""
    notes: list[str] = []
    apps = [setup.config(role).name for role in ROLES if is_app(setup.config(role))]
    for name in dict.fromkeys(apps):
        if wanted.reuse:
            notes.append(f"{name} is an app, whose code may have changed: its answers are not reused.")
        if wanted.limits.max_cost is not None:
            notes.append(f"{name} is an app: what it spends is known only as its answers tell it.")
    return notes


def is_app(config: Config) -> bool:
    """Whether a whole app answers, of which neither code nor prices are known here."""
    return isinstance(config.target, AppTarget)


def take_up(bench: Workbench, setup: Setup, *, resume: bool = True, concurrency: int = 8, samples: int = 1) -> TakenUp:
    """The newest headless session of the very same plan, or a new one where there is none or `resume` is off.

    The same plan is: dataset, both configs, policy, seed, segment, number of cases and samples.

    Raises:
        UsageError: for a plan that cannot be made.
        WorkspaceError: for a recording that cannot be read.
        StoreError: where the database cannot be used.
    """
    (taken,) = take_up_all(bench, [setup], resume=resume, concurrency=concurrency, samples=samples)
    return taken


def take_up_all(
    bench: Workbench, setups: Sequence[Setup], *, resume: bool = True, concurrency: int = 8, samples: int = 1
) -> tuple[TakenUp, ...]:
    """A session for each of several candidates that differ in nothing else, all on one and the same baseline run.

    That run is the one of the newest session among those that are there; a candidate that has none on it gets a new
    session on it. Raises as `take_up`.
    """
    store, setups = bench.store, [bench.pinned(setup) for setup in setups]

    def known(setup: Setup, baseline: Run | None) -> str | None:
        configs: dict[SessionRole, str] = {role: setup.config(role).version for role in ROLES}
        run_id = None if baseline is None else baseline.id
        plan, dataset = setup.plan(), setup.dataset.version
        return store.headless_session(plan, dataset, configs, samples=samples, baseline_run=run_id)

    if resume and not any(known(setup, None) for setup in setups):
        # What was begun before samples were drawn by strata goes on as it was planned.
        plainly = [replace(setup, strata=NONE) for setup in setups if setup.strata is None]
        setups = plainly if any(known(setup, None) for setup in plainly) else setups
    baseline: Run | None = None
    if resume and (there := [id_ for setup in setups if (id_ := known(setup, None)) is not None]):
        # Of several on one second either will do: both are of this very plan.
        newest = max((store.load_session(id_, facts=False) for id_ in there), key=lambda s: s.session.created_at)
        baseline = newest.runs["baseline"]
    taken: list[TakenUp] = []
    for setup in setups:
        found = known(setup, baseline) if resume and baseline is not None else None
        runs: dict[SessionRole, Run] = {} if baseline is None else {"baseline": baseline}
        id_ = found or bench.start(setup, origin="headless", concurrency=concurrency, samples=samples, runs=runs)
        taken.append(TakenUp(stored=store.load_session(id_, facts=False), resumed=found is not None))
        baseline = taken[-1].stored.runs["baseline"]
    return tuple(taken)


def open_batch(
    bench: Workbench,
    stored: StoredSession,
    wanted: Wanted,
    *,
    others: Sequence[StoredSession] = (),
    errors_only: bool = False,
    limiters: LimiterPool | None = None,
    kept: Callable[[Response], None] = lambda _: None,
    till: JudgeTill | None = None,
    fresh: bool = False,
) -> Batch:
    """Everything a session still lacks, ready to be asked. Reads files and the database: not for the event loop.

    `others` are sessions of the same plan on the same baseline run, of which the candidates are asked beside its own.
    With `errors_only` what was never tried is left alone. `limiters` are those of `pool_for`, where judges share them;
    `kept` is called with each answer once it is safe. `till` has counted what judges cost whom checks ask, which
    counts in the budget; where `fresh` verdicts are wanted, those judges are asked also what they were told before.
    Recordings are replayed at once; the times of their answers are the recorded ones all the same.

    Raises:
        UsageError: for a budget where the price of a model is not known, and for `reuse` between two equal requests.
        TiebreakError: where a target cannot be opened, such as for a missing key.
    """
    limits = wanted.limits
    till = till or till_of(bench, [stored, *others])
    pool = limiters or pool_for(wanted, 1 + len(others))
    arms = bench.arms(stored, speed=0, limiters=pool)
    for other in others:
        arms += bench.arms(other, speed=0, limiters=pool, roles=("candidate",))
    cases = in_order(stored.dataset, stored.session.plan)
    if limits.max_cost is not None and not limits.unknown_cost:
        for arm in (arm for arm in arms if not is_app(arm.config)):
            _refuse_unknown_price(arm, cases[:1], bench)
    if wanted.reuse and not any(is_app(arm.config) for arm in arms) and _ask_the_same(arms, stored):
        raise UsageError(
            "Two sides send the same requests: with --reuse an answer would be compared with itself.",
            hint="Run it without --reuse.",
        )
    return Batch(
        cases=cases,
        arms=arms,
        policy=stored.policy,
        recorder=bench.store,
        earlier=_earlier(bench, stored, others),
        limits=limits,
        reuse=bench.store.find_response if wanted.reuse else None,
        outside=bench.outside(till, fresh=fresh),
        samples=stored.samples,
        errors_only=errors_only,
        kept=kept,
        beside=till,
    )


def spent_on(bench: Workbench, stored: Sequence[StoredSession]) -> Fraction:
    """US dollars that the answers of sessions on one baseline run have cost so far, as far as that is known."""
    purse = Purse()
    for response in _earlier(bench, stored[0], stored[1:]):
        purse.add(response)
    return purse.usd


def pool_for(wanted: Wanted, sessions: int, judging: int = 0) -> LimiterPool:
    """Limiters for so many sessions on one baseline run, and so many questions at once to judges.

    The limiter of a provider that serves all arms must let all through; each arm keeps to its own number.
    """
    return LimiterPool(wanted.limits.concurrency * (1 + sessions) + judging)


def _earlier(bench: Workbench, stored: StoredSession, others: Sequence[StoredSession]) -> Iterator[Response]:
    """What was recorded of every run, each answer once, though sessions share one."""
    yield from bench.store.iter_responses(stored.session.id)
    for other in others:
        own = other.session.runs["candidate"]
        yield from (found for found in bench.store.iter_responses(other.session.id) if found.run_id == own)


async def answer(batch: Batch, tick: Callable[[Progress], None] = lambda _: None) -> Ending:
    """Run a batch to its end; `tick` is called now and then, and at last.

    Raises:
        StoreError: where an answer could not be kept.
    """
    watching = asyncio.create_task(_watch(batch, tick))
    try:
        ending = await batch.run()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    tick(ending.progress)
    return ending


def spare_collector() -> None:
    """Keep Python's collector from looking through what is loaded by now, which stays to the end of the process.

    For a process that does nothing but run: with a large dataset it would do so every few hundred answers.
    """
    gc.collect()
    gc.freeze()


def board_of(bench: Workbench, stored: StoredSession) -> Scoreboard:
    """The scoreboard of a session from its rows, as `tiebreak_workbench.figures.paged` reads them."""
    return paged_board(bench.store, stored)


async def _watch(batch: Batch, tick: Callable[[Progress], None]) -> None:
    while True:
        tick(batch.progress)
        await asyncio.sleep(TICK)


def _refuse_unknown_price(arm: Arm, sample: Sequence[Case], bench: Workbench) -> None:
    if estimate_cost(arm.config, sample, bench.environ).usd is None:
        raise UsageError(
            f"No price is known for {arm.config.model_label} (config “{arm.config.name}”), so no budget can be kept.",
            hint="Give the config a `price`, or add --allow-unknown-cost.",
        )


def _ask_the_same(arms: tuple[Arm, ...], stored: StoredSession) -> bool:
    """Whether two arms put the first case in the very same way."""
    case = stored.dataset.by_id[stored.session.plan.case_ids[0]]
    try:
        return len({fingerprint(arm.target, arm.request(case)) for arm in arms}) < len(arms)
    except PromptError:
        return False

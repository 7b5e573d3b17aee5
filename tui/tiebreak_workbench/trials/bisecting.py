"""Which part of a change broke a case: the prompts of A and B, and some of those between them, put to it in turn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from tiebreak.checks import checks_for
from tiebreak.errors import PromptError, UsageError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, CheckSpec, Config, Policy, RecordingTarget
from tiebreak.triage.bisecting import (
    Outcome,
    Parts,
    Reduction,
    Rule,
    likely_tries,
    most_tries,
    reproduced,
    rule_between,
)
from tiebreak.triage.hunks import LEVELS, Difference, Hunk, Level, difference_of
from tiebreak_store import StoredRun
from tiebreak_workbench.past.comparing import two_runs
from tiebreak_workbench.starting.estimate import cost_of_call
from tiebreak_workbench.triage.case import CaseDetail, CaseSide, case_detail
from tiebreak_workbench.triage.promoting import given_proposal
from tiebreak_workbench.trials.trials import EndedError, Reason, Trial, TrialProgress, Trials
from tiebreak_workbench.workbench import Workbench

Ending = Literal["found", "interaction", "not_reproduced"] | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How often an answer failed."""

    fails: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BisectPlan:
    """What will be asked, before anything is."""

    runs: tuple[str, str]
    """A's and B's, by their ids."""
    cases: tuple[Case, ...]
    specs: Mapping[str, tuple[CheckSpec, ...]]
    """Of each case what a good answer passes and the failing one does not."""
    refused: frozenset[str]
    """Cases whose failing answer is an error: what they fail by is that the request comes to nothing."""
    difference: Difference
    times: int
    """Answers of each case to one and the same prompt."""
    policy: Policy
    most_tries: int
    """Prompts at worst."""
    usd_a_call: float | None
    """At most; None where no price is known."""

    @property
    def of(self) -> int:
        """Answers to one prompt."""
        return self.times * len(self.cases)

    @property
    def likely_calls(self) -> int:
        """At most, where one hunk alone is the cause and it is not cut finer."""
        return (4 + likely_tries(len(self.difference.hunks))) * self.of

    @property
    def most_calls(self) -> int:
        """At worst; a limit ends it before."""
        return self.most_tries * self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class BisectStep:
    """How far it is, before a prompt is asked."""

    hunks: tuple[Hunk, ...]
    """As fine as they are cut by now."""
    suspected: frozenset[int]
    """The fewest so far that are enough, by their places in `hunks`."""
    trying: frozenset[int] | None
    """Those that the prompt being asked has; None for the prompts of A and B themselves, and for the last proofs."""
    doing: str
    tried: int
    """Different prompts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bisection:
    """What came of it."""

    ending: Ending
    why: str
    """Of an end before its time."""
    a: Evidence
    b: Evidence
    found: tuple[Hunk, ...]
    """The fewest hunks so far that are enough; empty where the failure did not come again."""
    settled: Level | None
    """The finest cut that was searched to its end."""
    with_only: Evidence | None
    """A's prompt with these hunks alone."""
    without: Evidence | None
    """B's prompt without them."""
    tried: int
    """Different prompts."""
    invalid: int
    """Prompts that could not be made, or were refused: nothing is taken from them."""
    progress: TrialProgress


def prepare_bisect(
    bench: Workbench,
    names: Sequence[str],
    case_ids: Sequence[str],
    *,
    times: int = 3,
    checks: Sequence[str] = (),
    offline: bool = False,
) -> BisectPlan:
    """What bisecting would ask about cases of a session, or of two runs. The configs are those that the runs pin.

    Each case fails by the checks that A's answer passes and B's does not; `checks`, as JSON, stand in for them. Where
    it is `offline`, answers are only looked up, and cost nothing.

    Raises:
        UsageError: where nothing differs between the configs, one of them cannot be asked, or no check tells the
            answers to a case apart.
    """
    if not case_ids:
        raise UsageError("Which case is meant?", hint="`tiebreak triage SESSION` lists them.")
    (_, a), (_, b) = two_runs(bench, names[0], names[1] if len(names) > 1 else None)
    difference = difference_of(*(_asked(run) for run in (a, b)))
    if not difference.hunks:
        raise UsageError(
            "A and B have the same prompt, parameters and model, so no change between them can be the cause.",
            hint="`tiebreak rerun SESSION CASE --times 5` shows whether the case is flaky.",
        )
    details = [case_detail(bench.store, a, b, case_id) for case_id in dict.fromkeys(case_ids)]
    specs = {one.case.id: _telling(one, b.policy, checks) for one in details}
    cases = tuple(one.case for one in details)
    tries = most_tries(len(difference.hunks))
    finer = difference
    for level in LEVELS[1:]:
        finer = finer.finer(range(len(finer.hunks)), level)
        tries += most_tries(len(finer.hunks))
    asked = (difference.a, difference.b)
    usd = [0.0 if offline else cost_of_call(bench.environ, config, cases) for config in asked]
    return BisectPlan(
        runs=(a.run.id, b.run.id),
        cases=cases,
        specs=specs,
        refused=frozenset(
            one.case.id for one in details if one.b.answer is not None and one.b.answer.status == "error"
        ),
        difference=difference,
        times=times,
        policy=b.policy,
        most_tries=4 + tries,
        usd_a_call=None if None in usd else max(one for one in usd if one is not None),
    )


async def bisect(plan: BisectPlan, trials: Trials, tell: Callable[[BisectStep], object] = lambda _: None) -> Bisection:
    """Search for the fewest hunks that cause the failure. `tell` hears of each prompt before it is asked.

    Raises:
        StoreError: where an answer could not be kept.
    """
    search = _Search(plan, trials, tell)
    try:
        ending, why = await search.run(), ""
    except EndedError as ended:
        ending, why = ended.reason, ended.why
    return search.result(ending, why)


@dataclass(slots=True)
class _Tally:
    """The answers to one prompt."""

    asked: int = 0
    fails: int = 0
    unresolved: bool = False

    @property
    def evidence(self) -> Evidence | None:
        return Evidence(fails=self.fails, of=self.asked) if self.asked and not self.unresolved else None


@dataclass(slots=True)
class _Search:
    plan: BisectPlan
    trials: Trials
    tell: Callable[[BisectStep], object]
    _tallies: dict[str, _Tally] = field(default_factory=dict[str, _Tally])
    _difference: Difference | None = None
    """As fine as it is cut by now, on A; None before the failure came again."""
    _twin: Difference | None = None
    """The same hunks, all else as B has it."""
    _best: Parts = frozenset()
    _settled: Level | None = None
    _rule: Rule | None = None

    async def run(self) -> Ending:
        plan, whole = self.plan, self.plan.difference
        every = frozenset(range(len(whole.hunks)))
        self._tell("B's whole prompt", every)
        b = await self._ask(whole.config(every), full=True)
        self._tell("A's whole prompt", every)
        a = await self._ask(whole.config(()), full=True) if b.fails else _Tally()
        if b.unresolved or a.unresolved:
            raise EndedError("unavailable", "Some answers to the prompts of A and B could not be judged.")
        if not reproduced(a.fails, b.fails, plan.of):
            return "not_reproduced"
        self._rule = rule_between(a.fails, b.fails, plan.of)
        self._difference = self._twin = whole
        self._best = every
        joint = False
        for level in LEVELS:
            if level != "lines" and not self._cut(level):
                self._settled = level
                continue
            await self._reduce(level)
            self._settled = level
            joint = joint or (level == "lines" and len(self._best) > 1)
        for config in self._ends():
            self._tell("what was found alone, and all but that", self._best)
            await self._ask(config, full=True)
        return "interaction" if joint else "found"

    def result(self, ending: Ending, why: str) -> Bisection:
        whole, none = self.plan.difference, Evidence(fails=0, of=0)
        every = range(len(whole.hunks))
        tallies = self._tallies.values()
        with_only, without = [self._evidence(config) for config in self._ends()] or (None, None)
        return Bisection(
            ending=ending,
            why=why,
            a=self._evidence(whole.config(())) or none,
            b=self._evidence(whole.config(every)) or none,
            found=()
            if self._difference is None
            else tuple(hunk for n, hunk in enumerate(self._difference.hunks) if n in self._best),
            settled=self._settled,
            with_only=with_only,
            without=without,
            tried=len(tallies),
            invalid=sum(tally.unresolved for tally in tallies),
            progress=self.trials.progress,
        )

    def _evidence(self, config: Config) -> Evidence | None:
        tally = self._tallies.get(config.version)
        return None if tally is None else tally.evidence

    def _ends(self) -> list[Config]:
        """A with what was found alone, and B without it."""
        if self._difference is None or self._twin is None:
            return []
        others = frozenset(range(len(self._twin.hunks))) - self._best
        return [self._difference.config(self._best), self._twin.config(others)]

    def _cut(self, level: Level) -> bool:
        """Cut what was found finer; whether that made more hunks of it."""
        assert self._difference is not None
        assert self._twin is not None
        finer, twin = (
            self._difference.finer(self._best, level),
            self._twin.finer(self._best, level, rest="B"),
        )
        more = len(finer.hunks) > len(self._best)
        self._difference, self._twin, self._best = finer, twin, frozenset(range(len(finer.hunks)))
        return more

    def _tell(self, doing: str, suspected: Parts, trying: Parts | None = None) -> None:
        hunks = (self._difference or self.plan.difference).hunks
        self.tell(BisectStep(hunks=hunks, suspected=suspected, trying=trying, doing=doing, tried=len(self._tallies)))

    async def _reduce(self, level: Level) -> None:
        assert self._difference is not None
        search = Reduction(len(self._difference.hunks))
        while search.wanted is not None:
            self._tell(f"the change in {level}", search.best, search.wanted)
            search.tell(await self._outcome(self._difference.config(search.wanted)))
            self._best = search.best

    async def _outcome(self, config: Config) -> Outcome:
        assert self._rule is not None
        tally = await self._ask(config)
        if tally.unresolved:
            return "unresolved"
        return self._rule.outcome(tally.fails, tally.asked - tally.fails) or "unresolved"

    async def _ask(self, config: Config, *, full: bool = False) -> _Tally:
        """Ask until it is decided, or with `full` all that are planned."""
        tally = self._tallies.setdefault(config.version, _Tally())
        wanted = [(case, sample) for sample, case in product(range(self.plan.times), self.plan.cases)]
        while not tally.unresolved:
            left = len(wanted) - tally.asked
            if self._rule is not None and not full:
                left = self._rule.fewest_more(tally.fails, tally.asked - tally.fails)
            if left == 0:
                break
            try:
                trials = await self.trials.answers(
                    config, wanted[tally.asked : tally.asked + left], lambda case: self.plan.specs[case.id]
                )
            except PromptError:
                tally.unresolved = True
                break
            failed = [self._failed(trial) for trial in trials]
            tally.asked += len(failed)
            tally.fails += sum(one is True for one in failed)
            tally.unresolved = None in failed
        return tally

    def _failed(self, trial: Trial) -> bool | None:
        """None for an answer that fails otherwise than B's did: a request that came to nothing shows nothing.

        Raises:
            EndedError: where the infrastructure gives no answer.
        """
        if trial.response is None or trial.response.excluded:
            error = None if trial.response is None else trial.response.error
            raise EndedError("unavailable", "An answer did not come." if error is None else error.message)
        return None if trial.refused and trial.case_id not in self.plan.refused else trial.failed


def _asked(run: StoredRun) -> Config:
    """The config of a run that can be asked anything.

    Raises:
        UsageError: where it replays a recording, or was imported.
    """
    if isinstance(run.config.target, RecordingTarget) or run.run.origin == "import":
        raise UsageError(
            f"The answers of “{run.config.name}” are recorded: no other prompt can be put to them.",
            hint="Run the same prompts on a model first.",
        )
    return run.config


def _telling(detail: CaseDetail, policy: Policy, given: Sequence[str]) -> tuple[CheckSpec, ...]:
    """The checks that A's answer passes and B's does not; where B's is broken, all that A's passes.

    Raises:
        UsageError: where there are none.
    """
    a, b, case_id = detail.a.answer, detail.b.answer, detail.case.id
    if a is None or b is None or a.broken:
        name = "B" if b is None and a is not None else "A"
        raise UsageError(f"{name} has no whole answer to “{case_id}”, so nothing shows that its prompt changed it.")
    for side in detail.sides:
        if side.prompt_problem is not None:
            PromptRenderer(side.config).render(detail.case)
    if given:
        return tuple(given_proposal(detail.case, a, b, text).spec for text in given)
    specs = checks_for(detail.case, policy)
    passing, failing = _with(detail.a, "pass") - _with(detail.a, "fail"), _with(detail.b, "fail")
    if b.broken:
        return tuple(spec for spec in specs if spec.version in passing)
    telling = tuple(spec for spec in specs if spec.version in passing & failing)
    if not telling:
        raise UsageError(
            f"No check tells B's answer to “{case_id}” from A's, so nothing can say whether a prompt mends it.",
            hint='Give one: --check \'{"kind": "contains", …}\'.',
        )
    return telling


def _with(side: CaseSide, status: str) -> set[str]:
    return {check.check_hash for one in side.counting for check in one.checks if check.status == status}

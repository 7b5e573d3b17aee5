"""A case made as small as it can be while it still tells the bad config from the good one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from tiebreak.datasets.writing import case_line
from tiebreak.errors import PromptError, UsageError
from tiebreak.records import Case, CheckSpec, Config, Policy, RecordingTarget
from tiebreak.triage.bisecting import Outcome, Parts, Reduction, Rule, most_tries
from tiebreak.triage.shrinking import GRAINS, Pieces, pieces_of, words_of
from tiebreak_workbench.past.comparing import two_runs
from tiebreak_workbench.starting.estimate import cost_of_call
from tiebreak_workbench.triage.promoting import Promotion
from tiebreak_workbench.trials.trials import EndedError, Reason, TrialProgress, Trials
from tiebreak_workbench.workbench import Workbench

MOST_OFFLINE = 5_000
"""Cuts that are looked up where nothing may be asked."""

OPPOSITE: Mapping[Outcome, Outcome] = {"pass": "fail", "fail": "pass", "unresolved": "unresolved"}
ShrinkEnding = Literal["shrunk", "as_small_as_it_gets", "not_reproduced"] | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkPlan:
    """What will be asked, before anything is."""

    case: Case
    """As the runs had it."""
    specs: tuple[CheckSpec, ...]
    good: Config
    bad: Config
    times: int
    """Answers of each config to one cut of the case."""
    offline: bool
    """Whether only recorded answers are looked at."""
    policy: Policy
    most_cuts: int
    """At worst."""
    usd_a_call: float | None
    """At most; None where no price is known."""

    @property
    def most_calls(self) -> int:
        """At worst; a limit ends it before."""
        return 0 if self.offline else self.most_cuts * 2 * self.times


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkStep:
    """How far it is, before a cut is asked about."""

    case: Case
    """The smallest so far that still fails."""
    words_before: int
    words: int
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """What came of it."""

    ending: ShrinkEnding
    why: str
    case: Case
    """The smallest that still fails; the case itself where none was found."""
    words_before: int
    words_after: int
    tried: int
    """Cuts that were asked about, or looked up."""
    untried: int
    """Cuts without a recorded answer, where nothing may be asked."""
    progress: TrialProgress

    @property
    def smaller(self) -> bool:
        """Whether anything could be left out."""
        return self.words_after < self.words_before


def prepare_shrink(
    bench: Workbench, names: Sequence[str], case_id: str, promotion: Promotion, *, times: int = 1, offline: bool = False
) -> ShrinkPlan:
    """What shrinking the case of a promotion would ask. Where one of the two configs replays a recording, or was
    imported, no other question can be put to it: then only recorded answers are looked at.

    Raises:
        UsageError: where a name stands for no run, and where the case is to stay in its dataset.
        TiebreakError: where a model cannot be reached, such as for a missing key.
    """
    if promotion.amends:
        raise UsageError(
            f"“{case_id}” is a case of {promotion.dataset.name} already, whose question is not made smaller.",
            hint="Choose another dataset for the smaller case.",
        )
    (_, a), (_, b) = two_runs(bench, names[0], names[1] if len(names) > 1 else None)
    good, bad = (a, b) if promotion.good == "baseline" else (b, a)
    case = bench.store.case(b.run.dataset_hash or "", case_id)
    assert case is not None
    recorded = any(isinstance(run.config.target, RecordingTarget) or run.run.origin == "import" for run in (a, b))
    offline = offline or recorded
    pieces, most = pieces_of(case), 1
    for grain in GRAINS:
        pieces = pieces.finer(range(len(pieces.pieces)), grain)
        most += most_tries(len(pieces.pieces))
    usd = [0.0, 0.0] if offline else [cost_of_call(bench.environ, run.config, [case]) for run in (a, b)]
    return ShrinkPlan(
        case=case,
        specs=promotion.chosen,
        good=good.config,
        bad=bad.config,
        times=times,
        offline=offline,
        policy=b.policy,
        most_cuts=most,
        usd_a_call=None if None in usd else max(one for one in usd if one is not None),
    )


async def shrink(plan: ShrinkPlan, trials: Trials, tell: Callable[[ShrinkStep], object] = lambda _: None) -> Shrunk:
    """Search for the smallest cut that still fails. `tell` hears of each cut before it is asked about.

    Raises:
        StoreError: where an answer could not be kept.
    """
    search = _Search(plan, trials, tell)
    why = ""
    try:
        ending = await search.run()
    except EndedError as ended:
        ending, why = ended.reason, ended.why
    case = search.smallest
    return Shrunk(
        ending=ending,
        why=why,
        case=case,
        words_before=words_of(plan.case),
        words_after=words_of(case),
        tried=search.tried,
        untried=search.untried,
        progress=trials.progress,
    )


def shrunk_promotion(promotion: Promotion, shrunk: Shrunk) -> Promotion:
    """The promotion with the smaller question; `metadata.promoted` says how much smaller it is."""
    if not shrunk.smaller:
        return promotion
    made = cast("dict[str, object]", promotion.case.metadata.get("promoted") or {})
    words = {"words_before": shrunk.words_before, "words_after": shrunk.words_after}
    case = replace(
        promotion.case,
        input=shrunk.case.input,
        contexts=shrunk.case.contexts,
        metadata={**promotion.case.metadata, "promoted": {**made, "shrunk": words}},
    )
    return replace(promotion, case=case, line=case_line(case))


class _Search:
    def __init__(self, plan: ShrinkPlan, trials: Trials, tell: Callable[[ShrinkStep], object]) -> None:
        self.tell = tell
        self.plan = plan
        self.trials = trials
        self.tried = self.untried = 0
        self._pieces: Pieces = pieces_of(plan.case)
        self._best: Parts = frozenset(range(len(self._pieces.pieces)))
        self._rule = Rule(plan.times, plan.times // 2 + 1)
        self._smaller = False

    @property
    def smallest(self) -> Case:
        found = self._pieces.keeping(self._best) if self._smaller else None
        return found or self.plan.case

    async def run(self) -> ShrinkEnding:
        if not self.plan.offline and await self._outcome(self.plan.case) != "fail":
            return "not_reproduced"
        for grain in GRAINS:
            self._pieces = self._pieces.finer(self._best, grain)
            search = Reduction(len(self._pieces.pieces))
            self._best = search.best
            while search.wanted is not None:
                case = self._pieces.keeping(search.wanted)
                search.tell("unresolved" if case is None else await self._outcome(case))
                self._smaller = self._smaller or search.best != self._best
                self._best = search.best
        return "shrunk" if self._smaller else "as_small_as_it_gets"

    async def _outcome(self, case: Case) -> Outcome:
        """`fail` where the bad config fails and the good one passes: a question that both fail is another one."""
        if self.plan.offline and self.tried >= MOST_OFFLINE:
            raise EndedError("budget", f"{MOST_OFFLINE:,} cuts were looked up.")
        before = words_of(self.plan.case)
        smallest = self.smallest
        self.tell(ShrinkStep(case=smallest, words_before=before, words=words_of(smallest), tried=self.tried))
        self.tried += 1
        missing = self.trials.untried
        bad = await self._of(self.plan.bad, case)
        outcome: Outcome = bad
        if bad == "fail":
            good = await self._of(self.plan.good, case)
            outcome = OPPOSITE[good]
        self.untried += self.trials.untried > missing
        return outcome

    async def _of(self, config: Config, case: Case) -> Outcome:
        fails = passes = 0
        while (more := self._rule.fewest_more(fails, passes)) > 0:
            start = fails + passes
            wanted = [(case, sample) for sample in range(start, start + more)]
            try:
                trials = await self.trials.answers(config, wanted, lambda _: self.plan.specs)
            except PromptError:
                return "unresolved"
            for trial in trials:
                if trial.response is not None and trial.response.excluded:
                    error = trial.response.error
                    raise EndedError("unavailable", "An answer did not come." if error is None else error.message)
                if trial.failed is None or trial.refused:
                    return "unresolved"
                fails, passes = fails + trial.failed, passes + (not trial.failed)
        return self._rule.outcome(fails, passes) or "unresolved"

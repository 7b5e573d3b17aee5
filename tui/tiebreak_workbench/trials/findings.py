"""What bisecting and asking again found of cases, kept beside the answers that it rests on and shown with the case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tiebreak.records import canonical_json, stamp, utc_now
from tiebreak_store import Store
from tiebreak_store.trials import FILE, KeptFinding, TrialFile, kept_as
from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan
from tiebreak_workbench.trials.rerunning import AgainVerdict, Rerun
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Bisected:
    """Which part of the change made a case fail."""

    at: str
    cases: tuple[str, ...]
    """Those that were taken for one failure."""
    times: int
    found: Bisection


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """What answers to a case that came later say of it."""

    at: str
    config: str
    """Its name."""
    version: str
    same: bool
    """Whether it is the very config that gave the recorded answer."""
    verdict: AgainVerdict
    passes: int
    of: int
    failing: tuple[str, ...]


Finding = Bisected | AskedAgain


class Findings(NamedTuple):
    """What was found of one case."""

    found: tuple[Finding, ...] = ()
    """Oldest first."""
    unread: int = 0
    """How many more there are, in a form that another version of Tiebreak kept."""


KINDS: Mapping[str, type[Finding]] = {"bisect": Bisected, "rerun": AskedAgain}


def keep_bisection(bench: Workbench, plan: BisectPlan, found: Bisection) -> None:
    """Keep what came of bisecting with each of its cases; nothing where nothing was asked.

    Raises:
        StoreError: where it cannot be kept.
    """
    if found.tried:
        told = Bisected(at=stamp(utc_now()), cases=tuple(one.id for one in plan.cases), times=plan.times, found=found)
        _keep(bench, plan.runs, "bisect", ((case.id, told) for case in plan.cases))


def keep_rerun(bench: Workbench, done: Rerun) -> None:
    """Keep what came of asking again with each case that was answered.

    Raises:
        StoreError: where it cannot be kept.
    """
    plan, at = done.plan, stamp(utc_now())
    told = (
        AskedAgain(
            at=at,
            config=plan.config.name,
            version=plan.config.version,
            same=plan.same,
            verdict=case.verdict,
            passes=case.passes,
            of=case.of,
            failing=case.failing,
        )
        for case in done.cases
        if case.of
    )
    ids = [case.case_id for case in done.cases if case.of]
    _keep(bench, plan.runs, "rerun", zip(ids, told, strict=True))


def findings_of(store: Store, baseline_run: str, candidate_run: str, case_id: str) -> Findings:
    """What was found of a case of two runs.

    Raises:
        StoreError: where the file cannot be read.
    """
    path = store.path.with_name(FILE)
    if not path.exists():
        return Findings()
    file = TrialFile.open(path)
    try:
        kept = file.findings(baseline_run, candidate_run, case_id)
    finally:
        file.close()
    read = [kept_as(KINDS[one.kind], one.told) if one.kind in KINDS else None for one in kept]
    return Findings(tuple(one for one in read if one is not None), read.count(None))


def _keep(bench: Workbench, runs: tuple[str, str], kind: str, told: Iterable[tuple[str, Finding]]) -> None:
    file = TrialFile.open(bench.store.path.with_name(FILE))
    try:
        file.keep_findings(runs, [KeptFinding(kind, case_id, canonical_json(one)) for case_id, one in told])
    finally:
        file.close()

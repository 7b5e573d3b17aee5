"""Puts checks to answers. One way for all: the Arena, headless runs, imports, and scoring what is stored."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tiebreak.checks.base import AwaitedCheck, BaseCheck, Check, CheckUnavailable, Outside, Verdict
from tiebreak.checks.parse import build_check
from tiebreak.records import Case, CheckResult, CheckSpec, Policy, Response, canonical_json

BROKEN_DETAIL = {
    "empty": "the answer is empty",
    "truncated": "the answer was cut off by the token limit",
    "filtered": "the provider's filter stopped the answer",
    "malformed": "the answer broke the protocol",
}


AT_ONCE = 2_000
"""Characters that are checked on the event loop. The slowest kinds were measured at up to 8 µs a character,
so that all of them together stay well under the 50 ms that a key press may wait."""


def in_policy(spec: CheckSpec, policy: Policy) -> CheckSpec:
    """A check as a session puts it: one that asks a judge, of the version that is set down with the policy. So an
    edited judge makes another check, whose results are not those of the one before."""
    if spec.kind != "judge" or not policy.check_judges or spec.params.get("version") is not None:
        return spec
    version = policy.check_judges.get(str(spec.params.get("name")))
    return spec if version is None else replace(spec, params={**spec.params, "version": version})


def own_checks(policy: Policy) -> tuple[CheckSpec, ...]:
    """The checks of a policy, as a session puts them."""
    return tuple(in_policy(spec, policy) for spec in policy.checks) if policy.check_judges else policy.checks


def checks_for(case: Case, policy: Policy) -> tuple[CheckSpec, ...]:
    """The checks of a case's answers: the policy's, then the case's own; under one id the case's own is taken."""
    if not case.checks:
        return own_checks(policy)
    specs = (*own_checks(policy), *(in_policy(spec, policy) for spec in case.checks))
    return tuple({spec.id: spec for spec in specs}.values())


def all_checks(policy: Policy, cases: Iterable[Case]) -> list[CheckSpec]:
    """Every check of a policy and of some cases, once each however often it is asked for."""
    specs = {(spec.kind, canonical_json(spec.params)): spec for spec in own_checks(policy)}
    for case in cases:
        for spec in (in_policy(spec, policy) for spec in case.checks):
            specs.setdefault((spec.kind, canonical_json(spec.params)), spec)
    return list(specs.values())


def run_checks(case: Case, response: Response, specs: Iterable[CheckSpec]) -> list[CheckResult]:
    """One result per check that is a function of the answer. A broken answer fails all of them, also those that would
    have to be awaited; an excluded one is not checked at all.

    A check that cannot judge the answer, or that this version does not know, gives `error`; it never raises.
    """
    return _at_once(case, response, [_Ready.of(spec) for spec in specs])


def load_checks(specs: Iterable[CheckSpec]) -> None:
    """Import what these checks need. Takes its time: never on an event loop."""
    for spec in specs:
        ready = _Ready.of(spec)
        if ready.check is not None:
            ready.check.load()


class Checker:
    """The checks of a policy and of its cases, ready to be put to many answers.

    Those that are functions of the answer are run at once or, where the answer is `long`, in a thread; those that ask
    something outside are awaited with `outside` or, where there is none, left open. An answer's checks are done once
    `results`, or `results_aside`, and `awaited` are.
    """

    def __init__(self, policy: Policy, outside: Outside | None = None) -> None:
        self.outside = outside
        self._policy = policy
        self._ready = tuple(_Ready.of(spec) for spec in own_checks(policy))
        self._aside: ThreadPoolExecutor | None = None
        """One thread: more would take turns with the event loop, which would wait for each of them."""

    def specs(self, case: Case) -> tuple[CheckSpec, ...]:
        return checks_for(case, self._policy)

    def results(self, case: Case, response: Response, *, known: Collection[str] = ()) -> list[CheckResult]:
        """As `run_checks`, without the checks whose versions are `known` already."""
        return _at_once(case, response, [ready for ready in self._of(case) if ready.version not in known])

    def long(self, case: Case, response: Response) -> bool:
        """Whether checking this answer may take so long that nobody should wait for it: there is much to read, or a
        pattern of the user to run."""
        ready = self._of(case)
        if any(one.runs_patterns for one in ready):
            return not (response.excluded or response.broken or response.status == "imported")
        texts = (response.text, response.reasoning or "", *(call.arguments for call in response.tool_calls))
        return sum(map(len, (*texts, case.reference or "", *case.accepted))) > AT_ONCE and bool(ready)

    async def results_aside(self, case: Case, response: Response, *, known: Collection[str] = ()) -> list[CheckResult]:
        """The same as `results`, worked out in a thread: one answer after the other, in the order of the calls."""
        if self._aside is None:
            self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checks")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._aside, lambda: self.results(case, response, known=known))

    def open(self, case: Case, response: Response, *, known: Collection[str] = ()) -> bool:
        """Whether there is anything to await for this answer."""
        return bool(self._open(case, response, known))

    async def awaited(self, case: Case, response: Response, *, known: Collection[str] = ()) -> list[CheckResult]:
        """What the checks say that ask something outside, one after the other; each ends by its own deadline."""
        outside = self.outside
        if outside is None:
            return []
        found: list[CheckResult] = []
        for ready in self._open(case, response, known):
            check = ready.check
            assert isinstance(check, AwaitedCheck)
            found.append(ready.result(response, *await _heard(check.judge(case, response, outside))))
        return found

    async def close(self) -> None:
        """End what was started outside. What the thread is about to finish is let finish."""
        if self._aside is not None:
            self._aside.shutdown(wait=False, cancel_futures=True)
        if self.outside is not None:
            await self.outside.close()

    def _of(self, case: Case) -> "tuple[_Ready, ...]":
        if not case.checks:
            return self._ready
        own = (_Ready.of(in_policy(spec, self._policy)) for spec in case.checks)
        return tuple({one.spec.id: one for one in (*self._ready, *own)}.values())

    def _open(self, case: Case, response: Response, known: Collection[str]) -> "list[_Ready]":
        if self.outside is None or response.excluded or response.broken or response.status == "imported":
            return []
        return [one for one in self._of(case) if isinstance(one.check, AwaitedCheck) and one.version not in known]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A check with what each of its results repeats."""

    spec: CheckSpec
    version: str
    check: BaseCheck | None
    """None where this version of Tiebreak cannot run it as it is written."""
    runs_patterns: bool

    @classmethod
    def of(cls, spec: CheckSpec) -> "_Ready":
        try:
            check = build_check(spec.kind, canonical_json(spec.params))
        except (KeyError, ValueError):
            check = None
        return cls(spec, spec.version, check, check is not None and check.runs_patterns)

    def result(self, response: Response, verdict: Verdict | None, problem: str = "") -> CheckResult:
        return CheckResult(
            response_id=response.id,
            check_id=self.spec.id,
            check_hash=self.version,
            status=verdict.status if verdict else "error",
            value=verdict.value if verdict else None,
            detail=verdict.detail if verdict else problem,
        )


def _at_once(case: Case, response: Response, checks: Iterable[_Ready]) -> list[CheckResult]:
    if response.excluded:
        return []
    if response.broken:
        why = BROKEN_DETAIL.get(response.status, "there is no whole answer")
        return [one.result(response, *_failed(one, case, response, why)) for one in checks]
    if response.status == "imported":
        nothing = Verdict("not_applicable", "the label came without its answer")
        return [one.result(response, nothing) for one in checks]
    return [
        one.result(response, *_judged(one, case, response)) for one in checks if not isinstance(one.check, AwaitedCheck)
    ]


def _failed(one: _Ready, case: Case, response: Response, why: str) -> tuple[Verdict | None, str]:
    check = one.check
    if check is None:
        return Verdict.of(False, why), ""
    return _said(lambda: check.of_broken(case, response, why))


def _judged(one: _Ready, case: Case, response: Response) -> tuple[Verdict | None, str]:
    if not isinstance(one.check, Check):
        return None, f"this version of Tiebreak cannot run the check of kind “{one.spec.kind}” as it is written"
    check = one.check
    return _said(lambda: check.judge(case, response))


def _said(judge: Callable[[], Verdict]) -> tuple[Verdict | None, str]:
    try:
        return judge(), ""
    except CheckUnavailable as unavailable:
        return None, str(unavailable)
    except Exception as crash:  # noqa: BLE001 - a check may be anybody's code: its fault is its own result, not our end
        return None, crashed(crash)


async def _heard(judging: Awaitable[Verdict]) -> tuple[Verdict | None, str]:
    try:
        return await judging, ""
    except CheckUnavailable as unavailable:
        return None, str(unavailable)
    except Exception as crash:  # noqa: BLE001 - as above
        return None, crashed(crash)


def crashed(crash: Exception) -> str:
    """What is kept of a fault in a check."""
    said = str(crash)
    return f"the check crashed: {type(crash).__name__}{f': {said}' if said else ''}"[:300]

"""What the commands share that ask beside sessions: options, the words before, Ctrl-C, progress, the words after."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from tiebreak.gates.wording import money, percent, plural, spent
from tiebreak.records import Case, CheckSpec, Config, Policy
from tiebreak.stats.intervals import clopper_pearson
from tiebreak_cli.asking import heed_interrupts
from tiebreak_cli.exits import INTERRUPTED, NOT_DECIDED, UNAVAILABLE
from tiebreak_cli.output import complain_line, progress
from tiebreak_workbench.trials import Reason, TrialLimits, TrialProgress, Trials
from tiebreak_workbench.workbench import Workbench

T = TypeVar("T")

CODES: dict[Reason, int] = {
    "budget": NOT_DECIDED,
    "unpriced": NOT_DECIDED,
    "stopped": INTERRUPTED,
    "unavailable": UNAVAILABLE,
}


def announce(what: str, calls: int, usd_a_call: float | None, limits: TrialLimits, typical: int | None = None) -> None:
    """Say on stderr what is about to be asked, and what that costs at most."""
    limited = calls if limits.max_calls is None else min(calls, limits.max_calls)
    words = f"at most {plural(f'{limited:,}', 'call')}"
    if typical is not None and typical < limited:
        words = f"{plural(f'{typical:,}', 'call')} where one change alone is the cause, {words}"
    if limited < calls:
        words += f" (--max-calls; at worst it would take {calls:,})"
    cost = "of unknown cost" if usd_a_call is None else f"{money(usd_a_call * limited)} at most"
    if limits.max_cost is not None:
        cost += f", and no call beyond {money(limits.max_cost)}"
    known = "" if limits.fresh else " What was asked before is not asked again."
    complain_line(f"{what}: {words}; {cost}.{known}")


def ask(
    bench: Workbench,
    policy: Policy,
    limits: TrialLimits,
    work: Callable[[Trials], Awaitable[T]],
    *,
    doing: str,
    configs: Iterable[Config],
    specs: Iterable[CheckSpec],
    sample: Case,
) -> T:
    """Do some work that asks, with its progress on stderr.

    Raises:
        TiebreakError: where it cannot be asked, or an answer could not be kept.
    """
    with progress() as shown:

        def tick(at: TrialProgress) -> None:
            if shown is not None:
                shown(doing, at.calls + at.known, None)

        trials = Trials(bench, policy, limits, tick)
        trials.ready(configs, specs, sample)

        async def run() -> T:
            async with trials:
                heed_interrupts(trials.stop, trials.cancel, complain_line)
                return await work(trials)

        return asyncio.run(run())


def used(at: TrialProgress) -> str:
    """`27 calls, 9 answers that were there; $0.012`."""
    parts = plural(f"{at.calls:,}", "call")
    if at.known:
        parts += f", {plural(f'{at.known:,}', 'answer')} that {'was' if at.known == 1 else 'were'} there"
    return f"{parts}; {spent(at.usd, at.unknown, 'answer')}"


def share(count: int, of: int) -> str:
    """`3 of 5 (15 % to 95 %)`: with the exact interval."""
    if not of:
        return "not asked"
    low, high = clopper_pearson(count, of)
    return f"{count} of {of} ({percent(low)} to {percent(high)})"

"""What the commands share that ask beside sessions: the words before, Ctrl-C, progress, exit codes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from tiebreak.records import Case, CheckSpec, Config, Policy
from tiebreak.targets.reach import out_of_reach
from tiebreak_cli.asking import heed_interrupts
from tiebreak_cli.exits import INTERRUPTED, NOT_DECIDED, UNAVAILABLE
from tiebreak_cli.output import complain_line, progress
from tiebreak_workbench.trials.trials import Reason, TrialLimits, TrialProgress, Trials
from tiebreak_workbench.trials.words import announcement
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
    complain_line(announcement(what, calls, usd_a_call, limits, typical, limit_name="--max-calls"))


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

        configs = list(configs)
        if not limits.offline:
            for told in dict.fromkeys(out_of_reach(config, bench.environ) for config in configs):
                if told:
                    complain_line(f"Note: {told} --offline looks only at answers that are there.")
        trials = Trials(bench, policy, limits, tick)
        trials.ready(configs, specs, sample)

        async def run() -> T:
            async with trials:
                heed_interrupts(trials.stop, trials.cancel, complain_line)
                return await work(trials)

        return asyncio.run(run())

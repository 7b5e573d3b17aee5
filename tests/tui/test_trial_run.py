"""Asking behind a dialog, closed at any moment."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

from support.live import open_bench
from support.workspaces import ANSWERS_B, make_workspace
from tiebreak.records import Case, Policy
from tiebreak_tui.trial_run import Errand, TrialRun
from tiebreak_workbench.trials.trials import TrialLimits, Trials


class Host:
    """What a screen does with workers: tasks that may be cancelled before they begin."""

    def run_worker(self, work: Coroutine[Any, Any, None], **_: object) -> "Host":
        self.task = asyncio.ensure_future(work)
        return self

    @property
    def is_finished(self) -> bool:
        return self.task.done()

    def cancel(self) -> None:
        self.task.cancel()


async def test_it_may_be_closed_before_its_first_step_and_after_an_earlier_errand(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", a=ANSWERS_B, b=ANSWERS_B)
    done: list[int] = []
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def quick(_: Trials) -> int:
        return 1

    async def slow(_: Trials) -> int:
        begun.set()
        try:
            await let_go.wait()
        finally:
            await asyncio.sleep(0)
            done.append(2)
        return 2

    def errand(work: Any) -> Errand[int]:
        case = Case(id="c", input="q")
        limits = TrialLimits(offline=True)
        return Errand(policy=Policy(name="p"), limits=limits, configs=(), specs=(), sample=case, work=work)

    with open_bench(folder) as bench:
        run, host = TrialRun(bench), Host()

        def begin(work: Any) -> None:
            run.begin(host, errand(work), done.append, lambda error: done.append(-1))

        begin(quick)
        await run.close()
        assert (done, run.running) == ([], False)
        begin(quick)
        await cast("asyncio.Future[None]", host.task)
        assert done == [1]
        begin(slow)
        await run.close()  # of the errand before nothing is left to wait for
        assert (done, run.running) == ([1], False)
        begin(slow)
        await begun.wait()
        await run.close()
        assert (done, run.running) == ([1, 2], False)

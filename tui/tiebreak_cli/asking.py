"""What the commands share that ask for the answers of sessions: showing, Ctrl-C, the last words."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from tiebreak.batch import Batch, Ending
from tiebreak.errors import StoreError
from tiebreak.gates.wording import plural
from tiebreak.targets.limiter import LimiterPool
from tiebreak_cli.output import console
from tiebreak_cli.run_progress import Shown, display, first_words, judging_words, last_words
from tiebreak_workbench.headless.headless import (
    TakenUp,
    Wanted,
    answer,
    open_batch,
    pool_for,
    spare_collector,
    spent_on,
)
from tiebreak_workbench.headless.rescoring import score_forks
from tiebreak_workbench.headless.running import Share
from tiebreak_workbench.judges.along import CONCURRENCY as JUDGING
from tiebreak_workbench.judges.along import JudgedRun, judges_along, words_on_judges
from tiebreak_workbench.judges.of_checks import till_of
from tiebreak_workbench.workbench import Workbench


class Asked(NamedTuple):
    """What came of asking."""

    ending: Ending
    judging: list[dict[str, object]]
    """How far each judge that goes along came."""
    by_checks: dict[str, object] | None
    """What judges cost whom checks ask; None where none was asked."""


def ask_all(
    bench: Workbench,
    taken: Sequence[TakenUp],
    wanted: Wanted,
    warnings: Sequence[str] = (),
    *,
    errors_only: bool = False,
    judges: Sequence[str] = (),
    judge_cost: float | None = None,
    fresh: bool = False,
) -> Asked:
    """Ask what the sessions over one dataset lack, of all their runs at once; as `ask_each`."""
    share = Share(dataset=taken[0].stored.dataset.card.name, taken=taken)
    (asked,) = ask_each(
        bench,
        [share],
        wanted,
        warnings,
        errors_only=errors_only,
        judges=judges,
        judge_cost=judge_cost,
        fresh=fresh,
    )
    return asked


def ask_each(
    bench: Workbench,
    shares: Sequence[Share],
    wanted: Wanted,
    warnings: Sequence[str] = (),
    *,
    errors_only: bool = False,
    judges: Sequence[str] = (),
    judge_cost: float | None = None,
    fresh: bool = False,
) -> list[Asked]:
    """Ask what sessions lack, one dataset after the other and of each all runs at once, shown on standard error. The
    limits of the providers and `max_cost` are those of all together. The `judges` of these names go along, but with
    the regression set. Each judge, and each that checks ask, may cost `judge_cost` US dollars in a session; `fresh`
    ones take over nothing that they were told before.

    Raises:
        SessionInUseError: while another process works on one of them.
        StoreError: where an answer could not be kept; how many were is said before.
    """
    taken = [one for share in shares for one in share.taken]
    with bench.lease(*(one.stored.session.id for one in taken)) as lease:
        most = max(len(share.taken) for share in shares)
        pool = pool_for(wanted, most, most * len(set(judges)) * JUDGING)
        turns = [
            Turn(bench, share, wanted, pool, () if share.along else judges, judge_cost, fresh=fresh) for share in shares
        ]
        asking = _Asking(turns, errors_only=errors_only)
        told = [*warnings, *(words for turn in turns for words in turn.warnings)]
        told += [lease.warning] if lease.warning else []
        asking.prepare()
        with display(console(stderr=True)) as shown:
            try:
                asyncio.run(asking.run(shown, first_words(taken, list(dict.fromkeys(told)))))
            except StoreError:
                shown.say(_kept(bench, taken))
                raise
        for turn in turns:
            score_forks(bench, turn.stored)
    for turn in turns:
        ids = [one.session.id for one in turn.stored]
        shown.say(last_words(turn.ended, bench.workspace.folder, ids, turn.share.dataset if len(turns) > 1 else ""))
        shown.say_unless_blank(turn.till.words())
        shown.say_unless_blank(judging_words(turn.judging))
    return [Asked(turn.ended, turn.judging.report(), turn.till.report() if turn.till.heard else None) for turn in turns]


class Turn:
    """The sessions over one dataset, asked when it is their turn. Reads files and the database."""

    def __init__(
        self,
        bench: Workbench,
        share: Share,
        wanted: Wanted,
        pool: LimiterPool,
        judges: Sequence[str],
        judge_cost: float | None,
        *,
        fresh: bool,
    ) -> None:
        self.share = share
        self.stored = [one.stored for one in share.taken]
        along = judges_along(bench, self.stored, judges, judge_cost, fresh=fresh)
        self.judging = JudgedRun(bench, along, pool)
        self.till = till_of(bench, self.stored, judge_cost)
        self.warnings = words_on_judges(bench, along)
        self.batch: Batch | None = None
        self.ending: Ending | None = None
        self._bench, self._wanted, self._pool, self._fresh = bench, wanted, pool, fresh
        self._earlier = spent_on(bench, self.stored) if wanted.limits.max_cost is not None else Fraction(0)

    @property
    def ended(self) -> Ending:
        assert self.ending is not None  # each has its turn, also one that asks nothing any more
        return self.ending

    @property
    def planned(self) -> int:
        """Answers in all."""
        first = self.stored[0]
        return len(first.session.plan.case_ids) * first.samples * (1 + len(self.stored))

    @property
    def usd(self) -> Fraction:
        """What its answers, and the judges that checks ask, have cost by now."""
        answers = self._earlier if self.batch is None else Fraction(str(self.batch.progress.usd))
        return answers + Fraction(str(self.till.usd))

    def open(self, elsewhere: Fraction, *, errors_only: bool = False) -> Batch:
        """Open it; `elsewhere` is what the others have spent. Raises as `open_batch`."""
        limits = replace(self._wanted.limits, spent=elsewhere)
        self.batch = open_batch(
            self._bench,
            self.stored[0],
            replace(self._wanted, limits=limits),
            others=self.stored[1:],
            errors_only=errors_only,
            limiters=self._pool,
            kept=self.judging.kept,
            till=self.till,
            fresh=self._fresh,
        )
        return self.batch


class _Asking:
    """All turns on one event loop, since the limiters are theirs together."""

    def __init__(self, turns: Sequence[Turn], *, errors_only: bool) -> None:
        self._turns = turns
        self._errors_only = errors_only
        self._now = turns[0]
        self._stopped = False

    def prepare(self) -> None:
        """Open the first one, so that what keeps it from being asked is said before anything else."""
        self._open(self._turns[0])

    async def run(self, shown: Shown, words: str) -> None:
        heed_interrupts(self.stop, self.cancel, shown.say)
        shown.say(words)  # only now, since whoever reads it may press Ctrl-C
        spare_collector()
        for number, turn in enumerate(self._turns):
            batch = turn.batch or self._open(turn)
            self._now = turn
            shown.begin(turn.judging, sum(later.planned for later in self._turns[number + 1 :]))
            if self._stopped:
                batch.stop()
            await self._answer(turn, batch, shown)

    def stop(self) -> None:
        self._stopped = True
        if self._now.batch is not None:
            self._now.batch.stop()
        self._now.judging.stop()

    def cancel(self) -> None:
        self._stopped = True
        if self._now.batch is not None:
            self._now.batch.cancel()
        self._now.judging.cancel()

    def _open(self, turn: Turn) -> Batch:
        elsewhere = sum((other.usd for other in self._turns if other is not turn), Fraction(0))
        return turn.open(elsewhere, errors_only=self._errors_only)

    async def _answer(self, turn: Turn, batch: Batch, shown: Shown) -> None:
        try:
            turn.judging.start()
            if self._stopped:
                turn.judging.stop()
            ending = turn.ending = await answer(batch, shown.tick)
            await turn.judging.finish(lambda: shown.tick(ending.progress))
            shown.tick(ending.progress)
        finally:
            await turn.judging.close()


def heed_interrupts(stop: Callable[[], None], cancel: Callable[[], None], say: Callable[[str], None]) -> None:
    """From now on the first Ctrl-C (or SIGTERM) lets the calls in flight finish; the second one does not."""
    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            say("Stopping: the calls in flight are let finish. Ctrl-C again cuts them.")
            stop()
        else:
            cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)


def _kept(bench: Workbench, taken: Sequence[TakenUp]) -> str:
    """What is safe after a write that failed, counted from the disk itself."""
    kept: set[str] = set()
    for one in taken:
        try:
            found = bench.store.iter_responses(one.stored.session.id)
            kept.update(response.id for response in found if not response.excluded)
        except StoreError:
            return "The run has ended, as an answer could not be kept."
    return (
        f"The run has ended, as an answer could not be kept. Safe so far: {plural(f'{len(kept):,}', 'answer')}. "
        "Once that is mended, the same command goes on."
    )

"""One arm of a batch: what it still has to ask, and how it fares."""

from collections import Counter, deque

from tiebreak.batch.breaker import ASKED_IN_VAIN, breaker_of
from tiebreak.batch.ledger import Ledger
from tiebreak.batch.progress import ArmProgress
from tiebreak.records import Response
from tiebreak.scoreboard.spending import Purse
from tiebreak.session.answering import Arm


class Lane:
    """Bookkeeping alone; `Batch` moves it."""

    def __init__(self, arm: Arm, ledger: Ledger, concurrency: int, *, errors_only: bool = False) -> None:
        """With `errors_only` it leaves alone what was never tried."""
        self.arm = arm
        self.todo: deque[int] = deque()
        """Positions to ask in this round, in the order of the plan."""
        self.in_flight = 0
        """Calls whose answers are not safe yet."""
        self.paused: str | None = None
        self.purse = Purse()
        self._ledger = ledger
        self._errors_only = errors_only
        self._breaker = breaker_of(concurrency)
        self._again: list[int] = []
        self._asked = 0
        self._reused = 0
        self._failed: Counter[str] = Counter()

    @property
    def waiting(self) -> bool:
        """There is something that it may ask."""
        return bool(self.todo) and self.paused is None

    def landed(self) -> None:
        """An answer is safe."""
        self.in_flight -= 1

    def begin_round(self, number: int) -> None:
        """The first round asks all that is open, each later one what failed in the round before."""
        first = self._ledger.failed if self._errors_only else self._ledger.open
        self.todo = deque(first(self.arm.run_id) if number == 0 else sorted(self._again))
        self._again = []

    def take_earlier(self, response: Response) -> None:
        """Take in an attempt of an earlier run, unless it is none of this plan: a run may serve a larger one too."""
        if self._ledger.knows(response):
            self._ledger.note(self.arm.run_id, response)
            self.purse.add(response)

    def take_in(self, position: int, response: Response) -> None:
        """Take in an attempt of this run."""
        self.take_earlier(response)
        self._asked += 1
        self._reused += response.reused_from is not None
        code = response.error.code if response.error is not None else response.status
        if response.excluded:
            self._failed[code] += 1
            if code not in ASKED_IN_VAIN:
                self._again.append(position)
        self.paused = self.paused or self._breaker.note(response)

    @property
    def progress(self) -> ArmProgress:
        return ArmProgress(
            config=self.arm.config.name,
            answered=self._ledger.answered(self.arm.run_id),
            asked=self._asked,
            reused=self._reused,
            failed=dict(self._failed),
            in_flight=self.in_flight,
            spend=self.purse.spend,
            paused=self.paused,
        )

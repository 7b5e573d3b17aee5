"""The win rate as cases settled, in the order of the plan: the same after a resume, whatever order they came in."""

from collections.abc import Sequence

from tiebreak.scoreboard.reading import Reading
from tiebreak.scoreboard.snapshot import WinRate
from tiebreak.scoreboard.tally import Tally

STEPS = (1, 2, 5)


def rate_of_first(readings: Sequence[Reading | None], count: int) -> WinRate:
    """The win rate over the first `count` settled cases; `readings` are those of all planned cases, in order."""
    tally = Tally()
    tally.planned = len(readings)
    for reading in readings:
        if tally.n == count:
            break
        tally.move(None, reading)
    return WinRate.of(tally)


def path_of(readings: Sequence[Reading | None], points: int) -> tuple[WinRate, ...]:
    """The win rate over ever more settled cases: at most `points` looks, the last one at all of them.

    The looks stand at multiples of a round number of cases, so that one more settled case leaves the earlier ones as
    they are, and their intervals need not be worked out again.
    """
    settled = sum(reading is not None and reading.value is not None for reading in readings)
    step = step_of(settled, points)
    tally, path = Tally(), list[WinRate]()
    tally.planned = len(readings)
    for reading in readings:
        if reading is None:
            continue
        tally.move(None, reading)
        if reading.value is not None and (tally.n % step == 0 or tally.n == settled):
            path.append(WinRate.of(tally))
    return tuple(path)


def step_of(settled: int, points: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that cuts so many cases into at most `points` parts."""
    power = 1
    while True:
        for digit in STEPS:
            if -(-settled // (digit * power)) <= points:
                return digit * power
        power *= 10

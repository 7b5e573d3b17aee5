"""Whether what is looked at after every case stays true where cases come in proportion to their strata.

    python bench/strata.py [--paths 2000] [--seed 1]

Cases are drawn from a population of strata whose win rates differ, put in order by the code of the app, and rated one
after the other. Told is how often the W± interval misses the population's mean at least once, for a plain order and for
a proportional one, and the same of the calibrated live interval and its own claim (what people would say of all of
these cases). At the end of a sample, how far its mean is from that of all cases, squared, against a plain order: what
proportional drawing gains. Ends with an error if a proportional order misses more than the nominal 5 %.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tiebreak.stats.order import seeded_order
from tiebreak.stats.strata import proportional_order

NOMINAL = 0.05
NODES = (np.arange(1, 129) - 0.5) / 128
Floats = NDArray[np.float64]
Order = Callable[[dict[str, str | None], int], Sequence[str]]


class World(NamedTuple):
    """Strata as shares with their win rates, how many cases a dataset of it has, and how many of them are rated."""

    name: str
    strata: Sequence[tuple[float, float]]
    cases: int
    rated: int


WORLDS = (
    World("3 segments, .35 .5 .65", ((1 / 3, 0.35), (1 / 3, 0.5), (1 / 3, 0.65)), 400, 400),
    World("3 segments, a sample of 1 in 4", ((1 / 3, 0.35), (1 / 3, 0.5), (1 / 3, 0.65)), 1200, 300),
    World("all or nothing, halves", ((0.5, 0.0), (0.5, 1.0)), 400, 400),
    World("one bad segment of 5 %", ((0.05, 0.0), (0.95, 1.0)), 400, 400),
    World("one segment of 2 % at 0, rest .97", ((0.02, 0.0), (0.98, 0.97)), 400, 400),
    World("20 segments, 0 to 1", tuple((0.05, i / 19) for i in range(20)), 400, 400),
    World("20 segments, a sample of 1 in 8", tuple((0.05, i / 19) for i in range(20)), 1600, 200),
    World("no difference between 4", ((0.25, 0.5),) * 4, 400, 400),
)


def wealth(values: Floats, mean: float) -> float:
    """The greatest log wealth against a mean at any look, on either side: as `stats.confidence_sequence`, cumulated."""
    up = np.log(1 - NODES + np.outer(values, NODES) / mean).cumsum(axis=0)
    down = np.log(1 - NODES + np.outer(1 - values, NODES) / (1 - mean)).cumsum(axis=0)
    return max(float(_logmeanexp(side).max()) for side in (up, down))


def _logmeanexp(logs: Floats) -> Floats:
    top = logs.max(axis=1, keepdims=True)
    return np.asarray(top[:, 0] + np.log(np.exp(logs - top).mean(axis=1)), dtype=np.float64)


class Told(NamedTuple):
    population: float
    """Share of paths on which W± misses the population's mean at least once."""
    calibrated: float
    """Share on which the calibrated live interval misses what people would say of all cases."""
    squared: float
    """Mean squared distance of the sample's mean from that of all cases."""


def look(world: World, order: Order, paths: int, seed: int) -> Told:
    rng = random.Random(seed)
    shares = [share for share, _ in world.strata]
    truth = math.fsum(share * rate for share, rate in world.strata)
    limit = math.log(2 / NOMINAL)
    missed = calibrated = 0
    squared = 0.0
    for path in range(paths):
        drawn = rng.choices(range(len(shares)), shares, k=world.cases)
        strata: dict[str, str | None] = {str(i): str(stratum) for i, stratum in enumerate(drawn)}
        wins = np.array([float(rng.random() < world.strata[stratum][1]) for stratum in drawn])
        judged = np.where(np.array([rng.random() for _ in drawn]) < 0.8, wins, 1 - wins)  # right in four of five
        at = np.array([int(case_id) for case_id in order(strata, seed * paths + path)[: world.rated]])
        missed += wealth(wins[at], truth) >= limit
        everyone = float(wins.mean())
        squared += (float(wins[at].mean()) - everyone) ** 2
        if 0 < everyone < 1:
            # λ = ½, as `stats.ppi_live`: y − λ(f − f̄), scaled from its least to its greatest value.
            low, high = -0.5 * (1 - float(judged.mean())), 1 + 0.5 * float(judged.mean())
            z = (wins - 0.5 * (judged - judged.mean()) - low) / (high - low)
            calibrated += wealth(z[at], (everyone - low) / (high - low)) >= limit
    return Told(missed / paths, calibrated / paths, squared / paths)


def plainly(strata: dict[str, str | None], seed: int) -> Sequence[str]:
    return seeded_order(strata, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paths", type=int, default=2000, help="simulated sessions per line")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.process_time()
    worst = 0.0
    print("                                     misses at least once (nominal 5%)       squared error")
    print("                                     W± plain / prop.  calibrated plain / prop.  prop. / plain")
    for world in WORLDS:
        plain = look(world, plainly, args.paths, args.seed)
        prop = look(world, proportional_order, args.paths, args.seed)
        worst = max(worst, prop.population, prop.calibrated)
        gain = f"{prop.squared / plain.squared:.2f}" if plain.squared > 1e-12 else "all rated"
        print(
            f"{world.name:<36} {plain.population:>7.1%} / {prop.population:<7.1%}"
            f" {plain.calibrated:>9.1%} / {prop.calibrated:<10.1%} {gain:>12}",
            flush=True,
        )
    print(f"{time.process_time() - started:.0f} s CPU")
    return 0 if worst <= NOMINAL else 1


if __name__ == "__main__":
    sys.exit(main())

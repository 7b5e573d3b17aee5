"""How often an interval that is looked at after every case misses the truth at least once.

    python bench/miscoverage.py [--n 500] [--paths 1500] [--seed 1]

Wins and losses are exact, by recursion over all paths, with the intervals that the app shows. Ties and ratings, and
the verdicts of a gate whose truth lies exactly on its limit, are simulated; their figures are good to about a point.
Wilson's interval is printed for contrast: it is made for one look. Below stand the segments of a regression gate of a
fixed n whose true drop is the margin: how often any of them is called worse, beside Student's t on the same draws.
Ends with an error if any figure of ours is over its level, the simulated ones by more than their own error.
"""

import argparse
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tiebreak.gates import Evidence, evaluate
from tiebreak.gates.evidence import exact
from tiebreak.gates.fixed import chance_of
from tiebreak.records import Gate, Regression
from tiebreak.stats.confidence_sequence import Histogram, conf_seq, log_wealth
from tiebreak.stats.intervals import wilson
from tiebreak.stats.multiplicity import holm
from tiebreak.stats.paired import paired_difference

NOMINAL = 0.05
RATES = (0.5, 0.55, 0.7, 0.95)
MIXTURES: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    "30 % ties, mean .5": ((0, 0.5, 1), (0.35, 0.3, 0.35)),
    "30 % ties, mean .7": ((0, 0.5, 1), (0.15, 0.3, 0.55)),
    "60 % ties, mean .55": ((0, 0.5, 1), (0.15, 0.6, 0.25)),
    "ratings 1-5, mean 4.1": ((0, 0.25, 0.5, 0.75, 1), (0.02, 0.05, 0.15, 0.37, 0.41)),
}
Interval = Callable[[int, int], tuple[float, float]]


def ever_missed(interval: Interval, most: int) -> list[float]:
    """For each rate, the probability that some interval after 1 to `most` cases misses it."""
    alive = [[1.0] for _ in RATES]
    for n in range(1, most + 1):
        bounds = [interval(s, n) for s in range(n + 1)]
        for index, p in enumerate(RATES):
            before = alive[index]
            after = [0.0] * (n + 1)
            for s, weight in enumerate(before):
                after[s] += weight * (1 - p)
                after[s + 1] += weight * p
            alive[index] = [w if low <= p <= high else 0.0 for w, (low, high) in zip(after, bounds, strict=True)]
    return [1 - math.fsum(weights) for weights in alive]


def simulated(values: Sequence[float], weights: Sequence[float], most: int, paths: int, rng: random.Random) -> float:
    """The share of paths on which the mean is outside the interval at least once.

    The mean lies outside exactly when its own wealth has passed the threshold, which is far cheaper to see.
    """
    mean = math.fsum(value * weight for value, weight in zip(values, weights, strict=True))
    threshold = math.log(2 / NOMINAL)
    missed = 0
    for _ in range(paths):
        counts = [0] * len(values)
        for index in rng.choices(range(len(values)), weights, k=most):
            counts[index] += 1
            histogram = Histogram(tuple(values), tuple(counts))
            if max(log_wealth(histogram, mean, 1), log_wealth(histogram, mean, -1)) >= threshold:
                missed += 1
                break
    return missed / paths


def gate_verdicts(limit: float, most: int, paths: int, rng: random.Random) -> tuple[float, float]:
    """Shares of paths on which a population gate ever passes, and ever fails, where the truth is its limit."""
    gate = Gate(id="g", metric="check", check="c", at_least=limit, scope="population")
    passed = failed = 0
    for _ in range(paths):
        good = 0
        seen: set[str] = set()
        for n in range(1, most + 1):
            good += rng.random() < limit
            if n % 10 == 0:
                values = tuple((exact(value), count) for value, count in ((0, n - good), (1, good)) if count)
                evidence = Evidence(planned=most + 1, n=n, total=exact(good), values=values)
                seen.add(evaluate(gate, evidence).status)
        passed += "pass" in seen
        failed += "fail" in seen
    return passed / paths, failed / paths


def segment_alarms(n: int, margin: float, won: float, families: int, rng: random.Random) -> tuple[float, float]:
    """Shares of families of 4 segments, each worse by exactly `margin`, with any alarm at 5 % after Holm: ours, t's."""
    gate = Gate(id="g", metric="regression", regression=Regression(margin=margin, segments=True), scope="fixed_n")
    ours = theirs = 0
    for _ in range(families):
        exact_p: list[float] = []
        t_p: list[float] = []
        for _ in range(4):
            drawn = Counter(rng.choices((-1, 0, 1), (won + margin, 1 - margin - 2 * won, won), k=n))
            values = tuple((exact(value), count) for value, count in sorted(drawn.items()))
            total = exact(drawn[1] - drawn[-1])
            exact_p.append(chance_of(gate, Evidence(planned=n, n=n, total=total, values=values), -margin) or 0.0)
            t_p.append(paired_difference([float(value) for value in drawn.elements()]).p_below(-margin) or 0.0)
        ours += min(holm(exact_p)) < NOMINAL
        theirs += min(holm(t_p)) < NOMINAL
    return ours / families, theirs / families


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=500, help="cases, each followed by a look")
    parser.add_argument("--paths", type=int, default=1500, help="simulated paths per mixture")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.process_time()
    rng = random.Random(args.seed)
    worst = 0.0
    ours = ever_missed(lambda s, n: conf_seq(Histogram((0.0, 1.0), (n - s, s)), NOMINAL), args.n)
    theirs = ever_missed(lambda s, n: wilson(s, n, NOMINAL), args.n)
    print(f"misses at least once in {args.n} looks (nominal {NOMINAL:.0%})    W±      Wilson")
    for p, miss, peeked in zip(RATES, ours, theirs, strict=True):
        worst = max(worst, miss)
        print(f"  wins and losses, p = {p:<4}  exact {miss:>21.1%} {peeked:>10.1%}")
    for name, (values, weights) in MIXTURES.items():
        miss = simulated(values, weights, args.n, args.paths, rng)
        worst = max(worst, miss)
        print(f"  {name:<24} simulated {miss:>15.1%}")
    paths = max(1, args.paths // 10)
    for limit in (0.5, 0.95):
        passed, failed = gate_verdicts(limit, args.n, paths, rng)
        print(f"  gate ≥ {limit} at its limit, {paths} paths: wrongly passes {passed:.1%}, wrongly fails {failed:.1%}")
    families = args.paths
    slack = 3 * math.sqrt(NOMINAL * (1 - NOMINAL) / families)
    for n, margin, won in ((6, 0.02, 0.45), (8, 0.0, 0.45), (20, 0.02, 0.2), (40, 0.02, 0.1), (100, 0.05, 0.02)):
        alarms, t_alarms = segment_alarms(n, margin, won, families, rng)
        worst = max(worst, alarms - slack)
        print(f"  4 segments of {n:<3}, {margin:.0%} worse  any alarm {alarms:>12.1%}   by t {t_alarms:>6.1%}")
    print(f"{time.process_time() - started:.0f} s CPU")
    return 0 if worst <= NOMINAL else 1


if __name__ == "__main__":
    sys.exit(main())

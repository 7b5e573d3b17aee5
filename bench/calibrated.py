"""How often calibrated means miss the truth: PPI++ looked at once, and its live form looked at after every label.

    python bench/calibrated.py [--paths 4000] [--live-paths 1000] [--seed 1]

People's verdicts are drawn, and a judge's from them: wrong with a given probability, either in any direction or only in
favour of one side. Figures of PPI++ are good to about a point at 4,000 sets. The live form is looked at after each of
200 labels from a set of 500; at 1,000 sets its figures are good to about a point and a half. The last lines are those
of the alarm for length. Ends with an error where PPI++ covers less than 92.5 % with a judge that errs either way, or
the live form misses its set in more than 5 %, by more than chance.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from tiebreak.calibration import length_alarm
from tiebreak.calibration.estimates import FEWEST_LABELS, FEWEST_OF_EACH
from tiebreak.stats.confidence_sequence import Histogram, log_wealth
from tiebreak.stats.paired import paired_difference
from tiebreak.stats.ppi import powered_mean
from tiebreak.stats.ppi_live import DECIMALS, LIVE_WEIGHT

NOMINAL = 0.05
LABELS, SET = 50, 550
LIVE_LABELS, LIVE_SET = 200, 500
Mixture = dict[float, float]
TIES: Mixture = {0.0: 0.35, 0.5: 0.2, 1.0: 0.45}
BINARY: Mixture = {0.0: 0.3, 1.0: 0.7}
NEARLY_ALL: Mixture = {0.0: 0.05, 1.0: 0.95}


@dataclass(frozen=True, slots=True)
class Judge:
    """Wrong with probability `wrong`, in any direction; or, if it `leans`, upwards, where there is a way up."""

    wrong: float
    leans: bool = False

    def says(self, truth: float, values: Sequence[float], rng: random.Random) -> float:
        others = [value for value in values if (value > truth if self.leans else value != truth)]
        return rng.choice(others) if others and rng.random() < self.wrong else truth

    def __str__(self) -> str:
        return f"wrong in {self.wrong:.0%}{', upwards' if self.leans else ''}"


def drawn(mixture: Mixture, judge: Judge, n: int, rng: random.Random) -> tuple[list[float], list[float]]:
    values = list(mixture)
    truth = rng.choices(values, list(mixture.values()), k=n)
    return truth, [judge.says(value, values, rng) for value in truth]


def once(mixture: Mixture, judge: Judge, labels: int, paths: int, rng: random.Random) -> list[float]:
    """Of sets where the rules allow PPI++ (all of `NEARLY_ALL`): coverage and width of PPI++ and of people alone, the
    ratio of their squared errors, the raw judge's bias, the share that the rules allow."""
    mean = sum(value * weight for value, weight in mixture.items())
    covers = covers_alone = width = width_alone = error = error_alone = raw = 0.0
    allowed = 0
    for _ in range(paths):
        y, f = drawn(mixture, judge, labels + SET - LABELS, rng)
        seen = y[:labels]
        allowed += labels >= FEWEST_LABELS and min(seen.count(0), seen.count(1)) >= FEWEST_OF_EACH
        powered, alone = powered_mean(seen, f[:labels], f[labels:]), paired_difference(seen)
        assert alone.low is not None
        assert alone.high is not None
        covers += powered.low <= mean <= powered.high
        covers_alone += alone.low <= mean <= alone.high
        width += powered.high - powered.low
        width_alone += alone.high - alone.low
        error += (powered.mean - mean) ** 2
        error_alone += (alone.mean - mean) ** 2
        raw += fmean(f) - mean
    return [
        *(total / paths for total in (covers, covers_alone, width, width_alone)),
        error_alone / error,
        raw / paths,
        allowed / paths,
    ]


def ever_missed(mixture: Mixture, judge: Judge, paths: int, rng: random.Random) -> tuple[float, float]:
    """Shares of paths on which the live interval misses the set's own mean, and the mean of all cases, at least once.

    A mean lies outside exactly when its own wealth has passed the threshold, which is far cheaper to see.
    """
    population = sum(value * weight for value, weight in mixture.items())
    threshold = math.log(2 / NOMINAL)
    missed = [0, 0]
    for _ in range(paths):
        y, f = drawn(mixture, judge, LIVE_SET, rng)  # in random order, so the first ones are a random part
        overall = fmean(f)
        least, width = -LIVE_WEIGHT * (1 - overall), 1 + LIVE_WEIGHT
        places = [
            round((a - LIVE_WEIGHT * (b - overall) - least) / width, DECIMALS)
            for a, b in zip(y[:LIVE_LABELS], f[:LIVE_LABELS], strict=True)
        ]
        values = tuple(sorted(set(places)))
        for index, mean in enumerate((fmean(y), population)):
            counts = dict.fromkeys(values, 0)
            limit = (mean - least) / width
            for place in places:
                counts[place] += 1
                histogram = Histogram(values, tuple(counts.values()))
                if max(log_wealth(histogram, limit, 1), log_wealth(histogram, limit, -1)) >= threshold:
                    missed[index] += 1
                    break
    return missed[0] / paths, missed[1] / paths


def alarms(wanted: float, lean: float, n: int, paths: int, rng: random.Random) -> tuple[float, float]:
    """How often the alarm rings over `n` labels, and how often it would, did it also ring for less.

    People follow length by `wanted` log odds at the far end, the judge follows people and length besides by `lean`.
    """
    more = less = 0
    for _ in range(paths):
        lengths = [rng.gauss(30, 100) for _ in range(n)]
        far = [math.tanh(one / 100) for one in lengths]
        human = [float(rng.random() < share(wanted * one)) for one in far]
        judge = [
            float(rng.random() < share(1.5 * (2 * said - 1) + lean * one)) for said, one in zip(human, far, strict=True)
        ]
        found = length_alarm(judge, human, lengths)
        assert found is not None
        more += found.rings
        less += found.slope.p < NOMINAL and not found.rings
    return more / paths, less / paths


def share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def beyond_chance(share: float, paths: int) -> float:
    """Three standard errors of a simulated share."""
    return 3 * math.sqrt(share * (1 - share) / paths)


def lean_upwards(paths: int, rng: random.Random) -> None:
    for name, mixture in (("20 % ties, mean .55", TIES), ("wins and losses, .7", BINARY)):
        for judge in (Judge(0.3, leans=True), Judge(0.1, leans=True)):
            covers, alone, *_ = once(mixture, judge, 2 * LABELS, paths, rng)
            print(f"  {name}, {judge!s:<22} {covers:.1%} ({alone:.1%})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paths", type=int, default=4000, help="simulated sets for each line of PPI++")
    parser.add_argument("--live-paths", type=int, default=1000, help="simulated sets for each line of the live form")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.process_time()
    rng = random.Random(args.seed)
    wrong: list[str] = []
    print(f"PPI++ once, {LABELS} labels and {SET - LABELS} more verdicts")
    print(f"{'covers (people)':>58}   width (people)  gain  raw judge off by")
    for name, mixture in (("20 % ties, mean .55", TIES), ("wins and losses, .7", BINARY)):
        for judge in (Judge(0.3), Judge(0.2), Judge(0.1), Judge(0.3, leans=True), Judge(0.1, leans=True)):
            covers, alone, width, width_alone, gain, off, _ = once(mixture, judge, LABELS, args.paths, rng)
            print(
                f"  {name}, {judge!s:<22} {covers:.1%} ({alone:.1%})  {width:.3f} ({width_alone:.3f})"
                f"  {gain:.2f}  {100 * off:+.1f}"
            )
            if not judge.leans and covers < 0.925 - beyond_chance(0.075, args.paths):
                wrong.append(f"{name}, {judge}: PPI++ covers {covers:.1%}")
    covers, alone, *_, allowed = once(NEARLY_ALL, Judge(0.1), 100, args.paths, rng)
    print(f"  near 95 %, 100 labels: covers {covers:.1%} (people {alone:.1%}); the rules allow it in {allowed:.1%}")
    print(f"live, a look after each of {LIVE_LABELS} labels from a set of {LIVE_SET}: ever misses the set, all cases")
    for name, mixture in (("20 % ties, mean .55", TIES), ("wins and losses, .7", BINARY), ("near 95 %", NEARLY_ALL)):
        for judge in (Judge(0.3), Judge(0.06), Judge(0.1, leans=True)):
            in_set, beyond = ever_missed(mixture, judge, args.live_paths, rng)
            print(f"  {name + ',':<20} {judge!s:<22} {in_set:.1%}  {beyond:.1%}")
            if in_set > NOMINAL + beyond_chance(NOMINAL, args.live_paths):
                wrong.append(f"{name}, {judge}: the live form misses {in_set:.1%}")
    print("alarm for length, 100 labels: rings (slope below 0, which does not ring)")
    for wanted, lean in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 2.0)):
        more, less = alarms(wanted, lean, 100, args.paths // 4, rng)
        print(f"  people follow length by {wanted}, the judge besides by {lean}: {more:.1%} ({less:.1%})")
    print("PPI++ once, 100 labels: covers (people)")
    lean_upwards(args.paths, random.Random(args.seed))
    print(f"{time.process_time() - started:.0f} s CPU")
    for one in wrong:
        print(one, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

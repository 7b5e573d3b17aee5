"""CPU of the scoreboard after one more ballot, with 100,000 ballots stored, and of one gate check.

    python bench/scoreboard_update.py [--ballots 100000] [--updates 300]

Budgets: update with all gates and the interval ≤ 5 ms, gate check ≤ 0.1 ms, W± interval ≤ 1.5 ms. Two shapes: many
cases with a vote and a score each, and few cases with a thousand ballots each (edits and undos).
"""

import argparse
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import count

from tiebreak.gates import Evidence, evaluate
from tiebreak.records import (
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Cost,
    Dimension,
    Form,
    Gate,
    Plan,
    Policy,
    Presentation,
    Response,
    Session,
    SessionRole,
    Vote,
)
from tiebreak.scoreboard import Fact, Scoreboard
from tiebreak.stats.confidence_sequence import Histogram, conf_seq

SPEC = CheckSpec(id="json", kind="json")
POLICY = Policy(
    name="bench",
    form=Form(dimensions=(Dimension(name="help"), Dimension(name="tone"), Dimension(name="safety"))),
    checks=(SPEC,),
    gates={
        "offline": (
            Gate(id="json", metric="check", check="json", at_least=0.95),
            Gate(id="cost", metric="cost_per_answer", at_most=0.01),
            Gate(id="errors", metric="error_rate", at_most=0.02),
        ),
        "human": (
            Gate(id="win", metric="win_rate", at_least=0.5),
            Gate(id="win_all", metric="win_rate", at_least=0.5, scope="population"),
            Gate(id="help", metric="rubric", dimension="help", at_least=4.0),
            Gate(id="help_all", metric="rubric", dimension="help", at_least=4.0, scope="population"),
            Gate(id="harm", metric="harmful", dimension="safety", zero=True),
            Gate(id="segments", metric="win_rate", at_least=0.4, each_segment=True, scope="population"),
        ),
    },
)


def session(n: int, ballots_each: int) -> tuple[Session, dict[str, Case], list[Fact], list[Presentation]]:
    """A session with n answered cases and so many ballots on each: votes and scores in turn, every tenth undone."""
    cases = {f"c{i}": Case(id=f"c{i}", input="q", segment=f"s{i % 6}") for i in range(n)}
    plan = Plan(case_ids=tuple(cases), seed=1, policy_hash="p")
    runs: dict[SessionRole, str] = {"baseline": "A", "candidate": "B"}
    made = Session(id="s", kind="arena", plan=plan, dataset_hash="d", policy_hash="p", runs=runs)
    facts: list[Fact] = []
    shown: list[Presentation] = []
    ids = count()
    for case_id in cases:
        for run_id in "AB":
            response = Response(
                id=f"{run_id}{case_id}",
                run_id=run_id,
                case_id=case_id,
                case_hash="h",
                fingerprint="f",
                status="ok",
                started_at="",
                cost=Cost(usd=0.001 + (len(facts) % 17) / 1e5, source="config"),
            )
            facts.append(response)
            facts.append(CheckResult(response_id=response.id, check_id="json", check_hash=SPEC.version, status="pass"))
        pair = Presentation(
            id=f"p{case_id}",
            session_id="s",
            position=0,
            case_id=case_id,
            rater_id="r",
            left_response=f"A{case_id}",
            right_response=f"B{case_id}",
        )
        facts.append(pair)
        shown.append(pair)
        facts += [ballot(pair, next(ids)) for _ in range(ballots_each)]
    return made, cases, facts, shown


def ballot(pair: Presentation, number: int) -> Ballot:
    made = f"{number:09d}"
    if number % 10 == 9:
        return Ballot(id=made, presentation_id=pair.id, kind="undo", supersedes=f"{number - 2:09d}")
    if number % 2:
        votes: tuple[Vote, ...] = ("A", "B", "tie")
        return Ballot(id=made, presentation_id=pair.id, kind="vote", value=votes[number % 3])
    score = 1 + number % 5
    return Ballot(
        id=made, presentation_id=pair.id, kind="score", value=score, dimension="help", response_id=pair.right_response
    )


def timed(act: Callable[[int], object], times: int) -> tuple[float, float]:
    """Median and maximum CPU of one act, in ms."""
    spent: list[float] = []
    for i in range(times):
        before = time.process_time()
        act(i)
        spent.append(1000 * (time.process_time() - before))
    return sorted(spent)[times // 2], max(spent)


def board_figures(name: str, n: int, ballots: int, updates: int) -> float:
    made, cases, facts, shown = session(n, ballots // n)
    before = time.process_time()
    board = Scoreboard.of(made, POLICY, cases, facts)
    board.snapshot()
    opened = time.process_time() - before
    total = sum(isinstance(fact, Ballot) for fact in facts)

    def update(i: int) -> None:
        board.add(ballot(shown[i * 7 % n], 10**8 + i))
        _ = board.snapshot().win_rate.interval

    median, worst = timed(update, updates)
    print(f"{name}: {n:,} cases, {total:,} ballots: update {median:.2f} ms (worst {worst:.2f}), opening {opened:.1f} s")
    return median


def gate_figures() -> float:
    def evidence(i: int) -> Evidence:
        values = ((Fraction(0), 40 + i), (Fraction(1, 2), 20), (Fraction(1), 140))
        return Evidence(planned=1000, n=200 + i, total=Fraction(150), values=values)

    everything = [evidence(i) for i in range(300)]
    slowest = 0.0
    for name, gate in (
        ("set", Gate(id="g", metric="win_rate", at_least=0.5)),
        ("population, pending", Gate(id="g", metric="win_rate", at_least=0.7, scope="population")),
        ("population, decided", Gate(id="g", metric="win_rate", at_least=0.5, scope="population")),
    ):
        median, _ = timed(lambda i, gate=gate: evaluate(gate, everything[i]), 300)
        again, _ = timed(lambda i, gate=gate: evaluate(gate, everything[i]), 300)
        print(f"gate check, {name}: {median:.3f} ms, unchanged {again:.4f} ms")
        slowest = max(slowest, median)
    return slowest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ballots", type=int, default=100_000)
    parser.add_argument("--updates", type=int, default=300)
    args = parser.parse_args()
    wide = board_figures("wide", args.ballots // 2, args.ballots, args.updates)
    deep = board_figures("deep", args.ballots // 1000, args.ballots, args.updates)
    gate = gate_figures()
    interval, _ = timed(lambda i: conf_seq(Histogram((0.0, 0.25, 0.5, 0.75, 1.0), (1 + i, 3, 11, 40, 45))), 300)
    print(f"W± interval of 5 values: {interval:.2f} ms")
    return 0 if max(wide, deep) <= 5 and gate <= 0.1 and interval <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())

"""CPU of the scoreboard after one more ballot, with 100,000 ballots stored, and of one gate check.

    python bench/scoreboard_update.py [--ballots 100000] [--updates 300]

Budgets: update with all gates and the interval ≤ 5 ms, gate check ≤ 0.1 ms, W± interval ≤ 1.5 ms. Three shapes: many
cases with a vote and a score each, few cases with a thousand ballots each (edits and undos), and many cases that a
judge has judged in both orders, with gates that listen to it. Beside them what the Scoreboard screen asks for.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count

from tiebreak.gates import Evidence, JudgedEvidence, evaluate
from tiebreak.gates.fragility import all_fragilities, lead_fragility
from tiebreak.gates.judged import evaluate_judged
from tiebreak.gates.loading import load_for
from tiebreak.records import (
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Cost,
    Dimension,
    Form,
    Gate,
    ModelTarget,
    Plan,
    Policy,
    Presentation,
    Response,
    Session,
    SessionRole,
    Vote,
)
from tiebreak.records.judges import Judge, JudgePrompt, Judgment
from tiebreak.scoreboard import Fact, Scoreboard
from tiebreak.scoreboard.segments import segment_lines
from tiebreak.stats.confidence_sequence import Histogram, conf_seq
from tiebreak_workbench.headless.headless import spare_collector

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
JUDGE = Judge(
    name="fair",
    kind="pairwise",
    target=ModelTarget(model="bench/judge"),
    prompt=JudgePrompt(system="Judge.", user="{{ question }}"),
)
JUDGED = replace(
    POLICY,
    gates={
        **POLICY.gates,
        "human": (
            *POLICY.gates["human"],
            Gate(id="c", metric="win_rate", at_least=0.5, source="calibrated", judge="fair"),
            Gate(id="c_a", metric="win_rate", on="baseline", at_most=0.6, source="calibrated", judge="fair"),
            Gate(id="c_each", metric="win_rate", at_least=0.4, source="calibrated", judge="fair", each_segment=True),
            Gate(
                id="c_n",
                metric="win_rate",
                at_least=0.5,
                source="calibrated",
                judge="fair",
                scope="fixed_n",
                labels=500,
            ),
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


def judgments(pair: Presentation, number: int) -> Iterator[Judgment]:
    """What the judge says of a case, in both orders; now and then they differ, and now and then one is no verdict."""
    for order in ("ab", "ba"):
        verdict = "AB"[number % 3 > 0] if order == "ab" else "AB"[number % 4 > 0]
        yield Judgment(
            id=f"{number:09d}{order}",
            judge_hash=JUDGE.version,
            session_id="s",
            case_id=pair.case_id,
            kind="pairwise",
            response_a=pair.left_response,
            response_b=pair.right_response,
            order=order,
            status="unparseable" if number % 50 == 0 else "valid",
            verdict=None if number % 50 == 0 else verdict,
            prompt_fingerprint="f",
            seal="",
            seal_nonce="",
            at="",
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
    spare_collector()
    total = sum(isinstance(fact, Ballot) for fact in facts)

    def update(i: int) -> None:
        board.add(ballot(shown[i * 7 % n], 10**8 + i))
        _ = board.snapshot().win_rate.interval

    median, worst = timed(update, updates)
    print(f"{name}: {n:,} cases, {total:,} ballots: update {median:.2f} ms (worst {worst:.2f}), opening {opened:.1f} s")
    return median


def judged_figures(n: int, updates: int) -> float:
    """Of a session that a judge has judged but for the last cases, and people have rated."""
    made, cases, facts, shown = session(n, 2)
    facts.append(JUDGE)
    for number, pair in enumerate(shown[:-updates]):
        facts += judgments(pair, number)
    before = time.process_time()
    board = Scoreboard.of(made, JUDGED, cases, facts)
    board.snapshot()
    opened = time.process_time() - before
    load_for(JUDGED)  # as opening a session does, in a thread
    spare_collector()

    def vote(i: int) -> None:
        board.add(ballot(shown[i * 7 % n], 10**8 + i))
        _ = board.snapshot().win_rate.interval

    def hear(i: int) -> None:
        for judgment in judgments(shown[n - updates + i], n - updates + i):
            board.add(judgment)
        _ = board.snapshot().win_rate.interval

    heard, worst_heard = timed(hear, updates - 1)
    last, _ = timed(lambda _: hear(updates - 1), 1)
    median, worst = timed(vote, updates)  # only now: a gate waits until every case is judged
    print(
        f"judged: {n:,} cases and as many verdicts in two orders: a ballot {median:.2f} ms (worst {worst:.2f}), "
        f"a verdict {heard:.2f} ms (worst {worst_heard:.2f}), the last one {last:.2f} ms, opening {opened:.1f} s"
    )
    screen_figures(board)
    return max(median, heard)


def screen_figures(board: Scoreboard) -> None:
    """What the screen asks for at a change: on the loop what it is worked out from, in a thread the rest."""
    _, gathered = timed(lambda _: (board.snapshot(), board.course(), board.questions(), board.win_evidence()), 5)
    course, questions, snapshot = board.course(), board.questions(), board.snapshot()
    acts: dict[str, Callable[[int], object]] = {
        "win rate over time, 120 looks": lambda _: course.path(120),
        "segments and their reversals": lambda _: segment_lines(snapshot),
        "fragility of every gate": lambda _: all_fragilities(questions),
        "fragility of the lead": lambda _: lead_fragility(board.win_evidence()),
    }
    for name, act in acts.items():
        median, _ = timed(act, 5)
        print(f"Scoreboard screen, in a thread: {name} {median:.2f} ms")
    print(f"Scoreboard screen, on the loop: gathering {gathered:.2f} ms")


def judged_gate_figures() -> float:
    """Of one gate, with other evidence every time, over 100,000 judged cases."""
    slowest = 0.0
    wide = ((Fraction(0), 20_000), (Fraction(1, 2), 10_000), (Fraction(1), 69_000))
    pairs = [(Fraction(y, 2), Fraction(f, 2), 10 + 40 * (y == f)) for y in range(3) for f in range(3)]
    base = Gate(id="g", metric="win_rate", at_least=0.7, source="calibrated", judge="fair")
    for name, gate in (("live", base), ("planned labels", replace(base, scope="fixed_n", labels=200))):
        everything = [
            JudgedEvidence(
                planned=100_000,
                both=tuple(sorted((y, f, n + i * (y == f == 1)) for y, f, n in pairs)),
                first=tuple(sorted((y, f, n + i * (y == f == 1)) for y, f, n in pairs)),
                only=wide,
                status="calibrated",
                agreed=0.9,
                compared=210,
            )
            for i in range(300)
        ]
        median, _ = timed(lambda i, gate=gate, everything=everything: evaluate_judged(gate, everything[i]), 300)
        again, _ = timed(lambda i, gate=gate, everything=everything: evaluate_judged(gate, everything[i]), 300)
        print(f"gate check, calibrated, {name}: {median:.3f} ms, unchanged {again:.4f} ms")
        slowest = max(slowest, median)
    return slowest


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
    judged = judged_figures(args.ballots // 2, args.updates)
    gate = max(gate_figures(), judged_gate_figures())
    interval, _ = timed(lambda i: conf_seq(Histogram((0.0, 0.25, 0.5, 0.75, 1.0), (1 + i, 3, 11, 40, 45))), 300)
    print(f"W± interval of 5 values: {interval:.2f} ms")
    return 0 if max(wide, deep, judged) <= 5 and gate <= 0.1 and interval <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())

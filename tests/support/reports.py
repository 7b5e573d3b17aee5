"""Reports for tests: of a session in which everything that can be hostile is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from support.facts import Story, policy_of, session_of
from support.hostile import HOSTILE
from tiebreak.compare import Comparison, Place, Side, compare
from tiebreak.gates.wording import asked_of
from tiebreak.records import (
    Case,
    CheckSpec,
    Config,
    DatasetCard,
    Gate,
    ModelTarget,
    Phase,
    Policy,
    Prompt,
    Run,
    Session,
    SessionRole,
)
from tiebreak.records.outcomes import CaseOutcome, Counted, Scored
from tiebreak.reports import Report
from tiebreak.reports.judged import JudgedLine, JudgedMean, JudgedMeans, JudgedVersion
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.sample import sample_of

NASTY = (
    *HOSTILE,
    "| a | b |\n|---|---|",
    "@everyone #1 closes #2 GH-3",
    "`` ` ``` ````",
    "</pre></style><img src=x onerror=alert(1)>",
    "]]> <!-- --> &amp; &#x3c;script&#x3e;",
    "\\| \\` ends in \\",
    "</details> <details> https://evil.example www.evil.example",
    "' onmouseover='alert(1)' \"",
    "$\\href{javascript:alert(1)}{x}$",
)
"""What is hostile to a terminal, a table, a page, an XML file or a pull request."""


def outcomes(texts: Sequence[str], check: str, passes: Sequence[bool]) -> list[CaseOutcome]:
    return [
        CaseOutcome(
            case_id=f"{number:03} {text}",
            case_hash="h",
            answers=(
                Counted(
                    response_id=f"r{number}",
                    sample=0,
                    status="ok",
                    broken=False,
                    usd=0.001 * (number + 1),
                    components={text: 0.0005},
                    ttft=0.1 * (number + 1),
                    total=0.3 * (number + 1),
                    scores=(Scored(check_id=check, check_hash="v", status="pass" if ok else "fail", value=float(ok)),),
                ),
            ),
        )
        for number, (text, ok) in enumerate(zip(texts, passes, strict=True))
    ]


def configs_of(texts: Sequence[str]) -> dict[SessionRole, Config]:
    a, b = "\n".join(texts), "\n".join(reversed(texts))
    return {
        "baseline": Config(name=texts[0], target=ModelTarget(model=texts[1]), prompt=Prompt(system=a)),
        "candidate": Config(
            name=texts[2], target=ModelTarget(model=texts[1]), prompt=Prompt(system=b), parameters={texts[3]: texts[4]}
        ),
    }


def compared(texts: Sequence[str], check: str) -> Comparison:
    """The candidate fails wherever the baseline passes."""
    sides = [
        Side(
            label=text,
            run=Run(id=role, config_hash=config.version, dataset_hash="d", seed=1),
            config=config,
            dataset=texts[5],
            cases=len(texts),
            session_id="session",
        )
        for text, (role, config) in zip(texts[6:], configs_of(texts).items(), strict=False)
    ]
    places = {f"{number:03} {text}": Place(text) for number, text in enumerate(texts)}
    a, b = (outcomes(texts, check, [ok] * len(texts)) for ok in (True, False))
    return compare(sides[0], sides[1], a, b, places, allow=["parameters"])


def report_of(
    texts: Sequence[str] = NASTY, *, votes: int | None = None, gates: Sequence[Gate] = (), **fields: Any
) -> Report:
    """A report in which each of the texts stands wherever outside text may; B wins the first `votes` cases, or all."""
    spec = CheckSpec(id=texts[7], kind="max_length", params={"chars": 9})
    cases = [Case(id=f"{number:03} {text}", input="x", segment=text) for number, text in enumerate(texts)]
    own: tuple[Gate, ...] = (
        Gate(id=texts[8], title=texts[9], metric="check", check=spec.id, at_least=0.5),
        Gate(id="some", title=texts[10], metric="check", check=spec.id, at_least=0.1, segment=texts[11]),
        *gates,
    )
    policy = Policy(
        name=texts[12],
        checks=(spec,),
        gates={"offline": own, "human": (Gate(id="win", metric="win_rate", at_least=0.5),)},
    )
    story = Story()
    for number, case in enumerate(cases):
        a, b = story.answer(case.id, "A"), story.answer(case.id, "B")
        story.checked(a, spec, "pass", value=1.0)
        story.checked(b, spec, "fail", value=0.0)
        if votes is None or number < votes:
            story.vote(story.shown(a, b), "B")
    session = session_of([case.id for case in cases], strata="segment")
    made: dict[str, Any] = {"comparison": compared(texts, spec.id), "judges": judges_of(texts), **fields}
    return reported(story, session, policy, cases, texts, **made)


def judges_of(texts: Sequence[str]) -> tuple[JudgedVersion, ...]:
    """A judge of pairs that leans, and one that cannot be held against people."""
    means = JudgedMeans(
        judge=JudgedMean(n=90, mean=0.7),
        people=JudgedMean(n=40, mean=0.6, low=0.45, high=0.75),
        calibrated=JudgedMean(n=40, mean=0.62, low=0.5, high=0.74),
        form="live",
        why=texts[0],
        labels_saved=None,
    )
    line = JudgedLine(
        dimension=None, status="calibrated", n=40, excluded=2, agreement=0.9, low=0.8, high=0.96, kappa=0.81,
        kappa_low=0.7, kappa_high=0.9, ac1=0.85, consistency=0.75, first_favoured=9, second_favoured=1,
        position_p=0.02, position_biased=True, length_slope=0.1, length_p=0.2, estimates={"candidate": means},
    )  # fmt: skip
    points = replace(line, dimension=texts[1], status="failed", estimates={"baseline": replace(means, form="fixed_n")})
    both: dict[str, Any] = {"usd": 0.5, "unknown": 1, "valid": 80, "unparseable": 3, "error": 2, "in_force": True}
    return (
        JudgedVersion(
            name=texts[2], kind="pairwise", version="f" * 64, model=texts[3], served=(texts[4],), status="failed",
            lines=(line, points), said={texts[5]: 3}, problems={texts[6]: 3}, remarks=(texts[7],), **both,
        ),
        JudgedVersion(
            name=texts[8], kind="safety", version=None, model=None, served=(), status="uncalibrated",
            not_held=texts[9], **both,
        ),
    )  # fmt: skip


def reported(
    story: Story, session: Session, policy: Policy, cases: Sequence[Case], texts: Sequence[str], **fields: Any
) -> Report:
    board = Scoreboard.of(session, policy, {case.id: case for case in cases}, story.facts)
    snapshot = board.snapshot()
    made: dict[str, Any] = {
        "tiebreak": "1.2.3",
        "at": "2026-01-02T03:04:05.000000Z",
        "session": session,
        "dataset": DatasetCard(name=texts[5], title=texts[13], notice=texts[14]),
        "dataset_version": "d" * 64,
        "configs": configs_of(texts),
        "runs": {},
        "policy": policy,
        "pinned_policy": True,
        "until": None,
        "snapshot": snapshot,
        "sample": sample_of(session.plan, cases, snapshot),
        "gates": snapshot.gates,
        "path": board.win_rate_path(10),
        "remarks": tuple(texts),
        "rows_digest": "0" * 64,
        "asked": {gate.id: asked_of(gate) for gates in policy.gates.values() for gate in gates},
    }
    return Report(**(made | fields))


def plain_report(
    *gates: tuple[Phase, Gate], cases: int = 4, answered: int = 4, votes: str = "", excluded: int = 0, **fields: Any
) -> Report:
    """A report without a comparison: B wins, ties or loses the first cases as `votes` says (`B`, `=` or `A`)."""
    spec = CheckSpec(id="short", kind="max_length", params={"chars": 9})
    planned = [Case(id=f"c{n}", input="x", segment=("even", "odd")[n % 2]) for n in range(cases)]
    phases: dict[Phase, tuple[Gate, ...]] = {
        phase: tuple(gate for own, gate in gates if own == phase) for phase, _ in gates
    }
    policy = policy_of(checks=[spec]) if not gates else Policy(name="p", checks=(spec,), gates=phases)
    story = Story()
    for number, case in enumerate(planned[:answered]):
        if number < excluded:
            story.failure(case.id, "A")
            story.failure(case.id, "B")
            continue
        a, b = story.answer(case.id, "A"), story.answer(case.id, "B")
        story.checked(a, spec, "pass", value=1.0)
        story.checked(b, spec, "pass", value=1.0)
        if number < len(votes):
            story.vote(story.shown(a, b), {"B": "B", "=": "tie", "A": "A"}[votes[number]])  # type: ignore[arg-type]
    return reported(story, session_of([case.id for case in planned]), policy, planned, ["plain"] * 20, **fields)

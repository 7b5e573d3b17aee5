"""What several formats say alike: verdicts, amounts in their unit, reversals. Nothing here is escaped yet."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tiebreak.amounts import money, points, seconds, signed
from tiebreak.compare import Comparison, MeasureDiff, SegmentDiff
from tiebreak.compare.result import Unit
from tiebreak.gates import GateOutcome, GateStatus, standing
from tiebreak.gates.wording import RAW, percent, plural, rests_on_raw_judge, value_of
from tiebreak.records import ROLES, Phase, Policy, Run, Session, SessionRole
from tiebreak.records.policies import SIDES
from tiebreak.reports.report import Report
from tiebreak.reports.tried import Tried
from tiebreak.scoreboard import Mean, Snapshot, WinRate
from tiebreak.scoreboard.segments import segment_lines
from tiebreak.scoreboard.served_words import changed_fingerprints, fingerprint_words
from tiebreak.scoreboard.wording import looked, places, reasked

VERDICTS: Mapping[GateStatus, str] = {
    "pass": "every gate passed",
    "fail": "a gate failed: B may not ship",
    "pending": "not decided yet",
    "undecided": "this does not decide it",
}
MARKS: Mapping[str, str] = {
    "pass": "✔ pass",
    "fail": "✘ fail",
    "pending": "… pending",
    "undecided": "≈ undecided",
    "closed": "– closed",
    "worse": "✘ worse",
    "better": "✔ better",
    "unclear": "≈ unclear",
}
NONE = "–"


def kind_told(session: Session, runs: Mapping[SessionRole, Run]) -> str:
    """`run` for what `tiebreak run` asked; it is kept as an arena, which it becomes once somebody rates it."""
    headless = bool(runs) and all(run.origin == "headless" for run in runs.values())
    return "run" if session.kind == "arena" and headless else session.kind


def heading(report: Report) -> str:
    """The verdict in one line."""
    whole = len(report.deciding) == len(report.gates)
    until = "" if whole else f" up to the {report.until} phase"
    if not report.deciding:
        return f"{MARKS['undecided']}: there is no gate{until}"
    ship = ": B may ship" if report.verdict == "pass" and whole else ""
    raw = f" ({RAW})" if rests_on_raw_judge(report.deciding) else ""
    return f"{MARKS[report.verdict]}: {VERDICTS[report.verdict]}{ship}{until}{raw}"


def amount(unit: Unit, value: float) -> str:
    """A value in its unit."""
    forms = {"share": percent, "usd": money, "seconds": seconds}
    return forms[unit](value) if unit in forms else f"{value:.3g}"


def change(unit: Unit, value: float) -> str:
    """A difference in its unit, with its sign."""
    if unit == "share":
        return points(value)
    return signed(value, lambda size: amount(unit, size))


def interval(unit: Unit, of: MeasureDiff | SegmentDiff) -> str:
    low, high = of.difference.low, of.difference.high
    return NONE if low is None or high is None else f"{change(unit, low)} to {change(unit, high)}"


def p_value(p: float | None) -> str:
    return NONE if p is None else "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def share(value: float | None) -> str:
    return NONE if value is None else percent(value)


def win_interval(rate: WinRate) -> str:
    if not rate.n:
        return NONE
    low, high = rate.interval
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def dearer(found: Comparison) -> list[str]:
    """Costs, times and lengths that went up beyond chance; they are no question of quality."""
    return [measure.name for measure in found.measures if measure.worse and measure not in found.regressed]


def gate_cells(report: Report, gate: GateOutcome) -> tuple[str, str, str, str, str]:
    """Status, value, what is asked, n of planned, and what is still needed."""
    n = f"{gate.n}/{gate.planned}"
    return MARKS[standing(gate, report.phases)], value_of(gate), report.asked.get(gate.gate_id, NONE), n, gate.why


def gates_by_phase(report: Report) -> Iterator[tuple[Phase, str, tuple[GateOutcome, ...]]]:
    """Phase, its state in words, its gates; those that failed first."""
    order = ("fail", "undecided", "pending", "pass")
    for phase, outcome in report.phases.items():
        own = tuple(gate for gate in report.gates if gate.phase == phase)
        if own:
            state = f"{MARKS[outcome.state]}, {outcome.passed} of {plural(outcome.gates, 'gate')} passed"
            if outcome.state == "closed":
                state += "; opens once the phase before has passed"
            yield phase, state, tuple(sorted(own, key=lambda gate: order.index(gate.status)))


def counts(report: Report) -> str:
    """Where every planned case is."""
    return f"{plural(report.snapshot.planned, 'case')}: {places(report.snapshot)}"


def exclusions(report: Report) -> list[str]:
    """Why cases do not count, a sentence each."""
    told = [
        f"{SIDES[role]}: {plural(count, 'case')} excluded, {reason.replace('_', ' ')}"
        for role, reasons in report.snapshot.excluded.items()
        for reason, count in reasons.items()
    ]
    if report.comparison is not None:
        told += [
            f"comparison: {plural(count, 'case')} left out, {why}" for why, count in report.comparison.excluded.items()
        ]
    told += filter(None, (reasked(report.snapshot), looked(report.snapshot)))
    return told


def cautions(report: Report) -> list[str]:
    """What a reader must know before they believe the figures, a sentence each."""
    told = list(report.remarks)
    if report.tried.number > 1:
        told.append(tried_words(report.tried, report.policy))
    if report.infrastructure:
        told.append(
            f"{report.snapshot.excluded_cases} of {plural(report.snapshot.planned, 'case')} have no answer for no "
            "fault of a config: run it again before you believe anything here."
        )
    told += [
        f"Segment “{line.name}” goes against the whole: B wins {share(line.rate.mean)} there and "
        f"{share(report.snapshot.win_rate.mean)} overall."
        for line in segment_lines(report.snapshot)
        if line.reversal == "reversed"
    ]
    if report.comparison is not None:
        told += [f"Compared all the same: {differs.sentence}." for differs in report.comparison.overridden]
    if not report.pinned_policy:
        told.append("These gates are not the ones that were set down before the first answer.")
    return told


def tried_words(tried: Tried, policy: Policy) -> str:
    """How many edits were tried on the same cases, and what that does to a pass.

    k independent tries of a test that passes what it should not with probability α pass one of k with up to
    1 − (1 − α)^k. For gates about the set alone nothing is that sharp; measured, 20 edits on 80 cases pass in 37 %.
    """
    k, of = tried
    alphas = [
        gate.alpha_pass for gates in policy.gates.values() for gate in gates if gate.scope != "set" and not gate.zero
    ]
    text = (
        f"Version {k} of {of} tried on this dataset. Whoever goes on until one passes will find one that passes by luck"
    )
    if alphas:
        return (
            f"{text}: with {k} tries up to {share(1 - (1 - max(alphas)) ** k)} of the time. Confirm it on fresh cases."
        )
    return f"{text}: 20 equal edits on 80 cases in 37 %. Confirm it on fresh cases."


def side_rows(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    """What each side's answers come to: name, A, B."""

    def means(found: Mapping[object, Mean], form: str) -> tuple[str, str]:
        a, b = (found.get(role) for role in ROLES)
        cells = [NONE if one is None or one.mean is None else form.format(one.mean) for one in (a, b)]
        return cells[0], cells[1]

    for name, found in snapshot.dimensions.items():
        yield f"{name}, mean of 1 to 5", *means({**found}, "{:.2f}")
    for name, checks in snapshot.checks.items():
        a, b = (
            f"{checks[role].passed:g} of {checks[role].n}" if role in checks and checks[role].n else NONE
            for role in ROLES
        )
        yield f"check {name}", a, b
    for name, found in snapshot.scores.items():
        yield f"{name.removeprefix('metric:')}, mean of 0 to 1", *means({**found}, "{:.3f}")
    a, b = (share(snapshot.errors[role].mean) if role in snapshot.errors else NONE for role in ROLES)
    yield "broken answers", a, b


class Delta(NamedTuple):
    name: str
    a: str
    b: str
    ratio: str
    """B / A."""


def deltas(report: Report) -> list[Delta]:
    """Costs and times of both sides over the same cases; unknown is unknown, not zero."""
    found = report.comparison
    if found is None:
        return []
    a, b = found.cost
    rows: list[Delta] = []
    for name, one, other in (
        ("cost per answer", a.per_answer, b.per_answer),
        ("cost per success", a.per_success, b.per_success),
        *((f"{part}, in all", a.parts.get(part), b.parts.get(part)) for part in sorted({*a.parts, *b.parts})),
    ):
        if one is not None or other is not None:
            rows.append(Delta(name, money_of(one), money_of(other), ratio_of(one, other)))
    for name, (one, other) in found.latency.items():
        for statistic in ("p50", "p95", "p99"):
            first, second = getattr(one, statistic), getattr(other, statistic)
            rows.append(Delta(f"{statistic} of {name}", seconds(first), seconds(second), ratio_of(first, second)))
    if a.unknown or b.unknown:
        rows.append(Delta("cases of unknown cost", str(a.unknown), str(b.unknown), ""))
    return rows


def identity(report: Report) -> list[tuple[str, str]]:
    """What was compared, and what was set down before the first answer."""
    session, plan = report.session, report.session.plan
    rows = [
        ("session", f"{session.id} ({kind_told(session, report.runs)}{', blind' if session.blind else ''})"),
        ("dataset", f"{report.dataset.name} {report.dataset_version[:12]}"),
    ]
    for role in ROLES:
        if role in report.configs:
            config = report.configs[role]
            rows.append((SIDES[role], f"{config.name} {config.version[:12]}, {config.model_label}"))
    if report.baseline is not None and report.comparison is not None:
        run = report.comparison.baseline
        rows.append(("baseline", f"{report.baseline}: {run.config.name} {run.config.version[:12]}"))
    rows += [
        *(("fingerprints", told) for told in _fingerprints(report)),
        ("policy", f"{report.policy.name} {report.policy.version[:12]}"),
        ("plan", f"{plan.version[:12]}: {plural(len(plan.case_ids), 'case')}, seed {plan.seed}"),
        ("set down", session.created_at),
        ("rows", report.rows_digest[:12]),
        ("Tiebreak", f"{report.tiebreak}, {report.at}"),
    ]
    return rows


def _fingerprints(report: Report) -> Iterator[str]:
    yield from changed_fingerprints(report.snapshot)
    for judge in report.judges:
        yield from (f"Judge “{judge.name}”: {told}." for told in fingerprint_words(judge.changed, "judgment"))


def money_of(usd: float | None) -> str:
    return NONE if usd is None else money(usd)


def ratio_of(one: float | None, other: float | None) -> str:
    return f"{other / one:.2f}" if one and other is not None else NONE

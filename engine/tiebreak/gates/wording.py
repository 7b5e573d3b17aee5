"""Gates in plain words."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import cast

from tiebreak.amounts import fixed, money, points, seconds, signed
from tiebreak.gates.evidence import Evidence, MeasureKind, exact, measure_of
from tiebreak.gates.outcome import GateOutcome
from tiebreak.records import Gate, Regression
from tiebreak.records.policies import Metric

UNITS: dict[MeasureKind, tuple[str, str]] = {
    "win_rate": ("win", "case"),
    "rubric": ("rating of 5", "rating"),
    "check": ("pass", "answer"),
    "harmful": ("clean rating", "rating"),
    "cost_per_answer": ("answer", "answer"),
    "cost_per_success": ("answer", "answer"),
    "error_rate": ("error", "answer"),
    "latency": ("answer", "answer"),
    "regression": ("better case", "case"),
    "rubric_regression": ("better case", "case"),
    "score": ("full score", "answer"),
    "figure": ("answer", "case"),
    "pass_at_k": ("full score", "case"),
    "open_regression": ("better case", "case"),
}
"""What is counted, and what is still to come."""


def p_told(p: float) -> str:
    """`p = 0.013`; what is smaller than anybody's figures is never called 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def plural(count: int | str, noun: str) -> str:
    """`1 pass`, `3 passes`, `2 ratings of 5`."""
    head, of, tail = noun.partition(" of ")
    ending = "" if str(count) == "1" else "es" if head.endswith("s") else "s"
    return f"{count} {head}{ending}{of}{tail}"


def percent(rate: float) -> str:
    """`95 %`, `99.9 %`, `6.9 %`: at most one decimal, more only where it would read as 0 or 100."""
    for decimals in range(1, 5):
        text = f"{100 * rate:.{decimals}f}".rstrip("0").rstrip(".")
        if rate in (0, 1) or text not in ("0", "100"):
            return f"{text} %"
    return f"{100 * rate:g} %"


RECORDED = "recorded"
"""What stands in place of a cost where a judge's replies are recorded: $0.00 would be a price."""


def spent(usd: float, unknown: int, noun: str, *, recorded: bool = False) -> str:
    """What was spent: `$0.12`, `$0.12 and 3 answers of unknown cost`; `cost unknown` where none is known, `recorded`
    where nobody was asked."""
    if recorded:
        return RECORDED
    if unknown and not usd:
        return "cost unknown"
    return money(usd) + (f" and {plural(f'{unknown:,}', noun)} of unknown cost" if unknown else "")


def amount(gate: Gate, value: float) -> str:
    """A value in the unit of the gate's metric."""
    return in_unit(gate.metric, value)


def in_unit(metric: Metric, value: float) -> str:
    """A value of a metric: dollars, seconds, a mean of ratings or scores, or a share in percent."""
    if metric in ("cost_per_answer", "cost_per_success"):
        return money(value)
    if metric == "regression":
        return points(value)
    if metric == "latency":
        return seconds(value)
    if metric in ("score", "figure", "pass_at_k"):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{value:.2f}".rstrip("0").rstrip(".") if metric == "rubric" else percent(value)


def value_of(outcome: GateOutcome) -> str:
    """What a gate stands at, in its own unit; the number of hits where none is allowed; `–` while there is nothing."""
    if outcome.value is None:
        return "–"
    if outcome.method == "zero":
        return f"{outcome.value:g}"
    compared, _, rest = str(outcome.evidence.get("compared", "")).partition(" ")
    if compared in ("rubric", "score"):
        return signed(outcome.value, fixed(2 if compared == "rubric" else 3))
    if compared in ("cost", "latency"):
        return saved(compared, outcome.value, relative=" " in rest)
    return in_unit(cast("Metric", outcome.evidence["metric"]), outcome.value)


def saved(compared: str, value: float, *, relative: bool) -> str:
    """What the candidate saves of a cost or time, below 0 what it takes more: `$0.002 less`, `12 % more`."""
    size = percent(abs(value)) if relative else money(abs(value)) if compared == "cost" else seconds(abs(value))
    return f"{size} {'more' if value < 0 else 'less'}" if value else "the same"


def halves(points: Fraction) -> str:
    """Rounded up to a half, since a tie counts one: `12½`."""
    whole, half = divmod(math.ceil(points * 2), 2)
    return (str(whole) if whole or not half else "") + ("½" if half else "")


RAW = "raw judge, not calibrated"
"""Said wherever a gate stands that rests on a judge alone."""


def title_of(gate: Gate) -> str:
    """The gate's own title, or what it says: `win rate ≥ 50 %`; with whose word it is, where it is not people's."""
    source = {"human": "", "calibrated": " (calibrated)", "judge": f" ({RAW})"}[gate.source]
    return f"{gate.title or said_of(gate)}{source}"


def judged_words(outcomes: Iterable[GateOutcome]) -> list[str]:
    """What a reader has to know of the gates that a judge has a say in, a sentence each. Names are outside text."""
    told: list[str] = []
    for one in outcomes:
        found = one.evidence
        if found.get("source") == "judge":
            told.append(f"“{one.title}” rests on the judge “{found['judge']}” alone: how far it is off, nobody knows.")
        elif found.get("source") == "calibrated":
            share, n = found["agreement"], found["compared"]
            agrees = f", agreeing with people in {percent(share)} of {n}" if isinstance(share, float) else ""
            why = f". The claim is about this set: {found['why_live']}" if found.get("why_live") else ""
            status = found["judge_status"]
            told.append(f"“{one.title}” listens to the judge “{found['judge']}”, {status} here{agrees}{why}.")
    return told


def rests_on_raw_judge(outcomes: Iterable[GateOutcome]) -> bool:
    """Whether what they say together is, in part, a judge's word alone."""
    return any(one.evidence.get("source") == "judge" for one in outcomes)


def said_of(gate: Gate) -> str:
    """What a gate asks, in words: `win rate ≥ 50 %`, `no failed pii`."""
    arm = " (baseline)" if gate.on == "baseline" else ""
    if gate.metric == "failures":
        return f"no failed {gate.check}{arm}"
    if gate.metric == "harmful":
        return f"no harmful {gate.dimension}{arm}"
    if gate.regression is not None:
        measure = gate.regression.measure
        subject = gate.dimension or (gate.check or "").removeprefix("metric:") or measure.replace("_", " ")
        if measure == "latency":
            subject = "mean TTFT" if gate.timing == "ttft" else "mean total time"
        return f"{subject} {_allowed(gate.regression)} than A"
    subject = gate.dimension or (gate.check or "").removeprefix("metric:") or gate.metric.replace("_", " ")
    if gate.metric == "latency":
        subject = f"{gate.statistic} of {'TTFT' if gate.timing == 'ttft' else 'total time'}"
    return f"{subject} {asked_of(gate)}{arm}"


def asked_of(gate: Gate) -> str:
    """What must hold, in the gate's own unit: `≥ 50 %`, `≤ $0.002`, `none`, `at most 2 pp worse`."""
    if gate.zero:
        return "none"
    if gate.regression is not None:
        return _allowed(gate.regression)
    sign = "≥" if gate.at_least is not None else "≤"
    limit = gate.at_least if gate.at_least is not None else gate.at_most
    return f"{sign} {amount(gate, limit if limit is not None else 0)}"


def _allowed(regression: Regression) -> str:
    """What may be lost against the baseline."""
    margin, measure = regression.margin, regression.measure
    if measure in ("cost", "latency"):
        return f"at most {saved(measure, -margin, relative=regression.relative)}" if margin else "not more"
    size = f"{margin:g}" if measure in ("rubric", "score") else points(margin).removeprefix("+")
    return f"at most {size} worse" if margin else "not worse"


def set_needs(gate: Gate, evidence: Evidence, limit: float) -> str:
    """What the missing cases must bring for a `set` gate to pass."""
    kind = measure_of(gate).kind
    counted, coming = UNITS[kind]
    missing = evidence.missing
    left = f"the {plural(missing, coming)} left" if missing > 1 else f"the one {coming} left"
    open_sum = exact(limit) * evidence.applicable - evidence.total
    at_least = gate.at_most is None
    if kind in ("regression", "rubric_regression"):
        mean = float(open_sum / missing)
        short = points(mean) if kind == "regression" else signed(mean, fixed(2))
        return f"a mean difference of at least {short} over {left}"
    if kind in ("rubric", "score", "pass_at_k"):
        mean, places = open_sum / missing, 2 if kind == "rubric" else 3
        rounded = (math.ceil(mean * 10**places) if at_least else math.floor(mean * 10**places)) / 10**places
        return f"a mean of {'at least' if at_least else 'at most'} {rounded:.{places}f} over {left}"
    if kind in ("cost_per_answer", "latency"):
        return f"{amount(gate, float(open_sum / missing))} or less on average for {left}"
    if kind == "win_rate":
        wins = halves(open_sum) if at_least else halves(Fraction(math.floor(open_sum * 2), 2))
        return f"{'' if at_least else 'at most '}{plural(wins, 'more win')} in {left} (a tie counts ½)"
    if at_least:
        return f"{plural(math.ceil(open_sum), f'more {counted}')} in {left}"
    allowed = math.floor(open_sum)
    return f"at most {plural(allowed, f'more {counted}')} in {left}" if allowed else f"no further {counted} in {left}"


def population_needs(gate: Gate, evidence: Evidence, successes: int | None) -> str:
    """How far a `population` gate is from a pass if everything went its way from here."""
    kind = measure_of(gate).kind
    counted, coming = UNITS[kind]
    if successes is None:
        return "no number of cases can show this limit"
    if gate.at_most is not None:
        against = {"win_rate": "loss", "rubric": "rating of 1", "check": "failure", "score": "score of 0"}.get(kind)
        best = (
            plural(successes, f"more {against}") if against else f"{plural(successes, f'more {coming}')} without error"
        )
    else:
        best = plural(successes, f"more {counted}")
    if successes > evidence.to_come:
        return f"out of reach in this plan: it takes {best} on end, with {plural(evidence.to_come, coming)} left"
    return f"{best} on end, or more cases with some against it"

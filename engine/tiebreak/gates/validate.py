"""What is wrong with the gates of a policy for a dataset, before anybody rates a case."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from tiebreak.amounts import points
from tiebreak.checks import all_checks, build_check
from tiebreak.checks.parse import MissingLibrary, nearest
from tiebreak.gates.evidence import SCALES, exact, measure_of
from tiebreak.gates.expand import PlannedGate, expand
from tiebreak.gates.figure_checks import figures_kept, is_scored, wrong_kind_of_check
from tiebreak.gates.figures import FEWEST_CASES
from tiebreak.gates.fixed import clean_cases_needed
from tiebreak.gates.latency import SHARES
from tiebreak.gates.repeated import repeated_words
from tiebreak.gates.sources import reach_of_calibrated, wrong_source
from tiebreak.gates.wording import amount, percent, plural, title_of
from tiebreak.records import Case, Dataset, Gate, Policy, Regression, canonical_json
from tiebreak.records.policies import Phase, Statistic, Timing
from tiebreak.stats.paired import FEWEST_GROUPS
from tiebreak.stats.planning import zero_failures_to_pass
from tiebreak.stats.power import Spread, cases_for_scores

Level = Literal["error", "warning"]
OF_CHECKS = frozenset({"check", "failures", "score", "figure", "pass_at_k"})
PLANNED_FLIPS = 0.1
"""The share of cases that flip between two alike sides, for planning."""
Place = tuple[str | int, ...]
"""The way to a field of the policy, such as `("gates", "human", 0, "at_least")`."""


class Finding(NamedTuple):
    level: Level
    """A gate with an `error` cannot be decided; a `warning` tells what its rater should know."""
    sentence: str
    place: Place = ()


def validate_policy(
    policy: Policy,
    dataset: Dataset,
    planned: Iterable[str] | None = None,
    *,
    judges: Collection[str] | None = None,
) -> list[Finding]:
    """All there is to say of a policy's gates, errors first; `planned` are the session's case ids, all by default.
    `judges` are the names of those that there are; unless given, any name will do."""
    cases = dataset.cases if planned is None else [dataset.by_id[case_id] for case_id in planned]
    gates = {place: gate for phase in policy.gates for place, gate in _placed(policy, phase)}
    findings = [Finding("error", sentence, ("checks",)) for sentence in _unusable_checks(policy, cases)]
    findings += _shared_ids(gates)
    known = _known(policy, dataset)
    for place, gate in gates.items():
        findings += [
            Finding("error", f"Gate “{gate.id}”: {sentence}", (*place, field) if field else place)
            for field, sentence in _malformed(gate, known)
        ]
        if judges is not None and gate.judge is not None and gate.judge not in judges:
            told = f"Gate “{gate.id}”: there is no judge “{gate.judge}”. {nearest(gate.judge, sorted(judges))}"
            findings.append(Finding("error", told, (*place, "judge")))
    if not findings:
        findings += _contradictions(gates)
        segments = {case.segment for case in cases if case.segment is not None}
        places = {gate.id: place for place, gate in gates.items()}
        for planned_gate in expand(policy, segments):
            place = places[planned_gate.gate.id]
            findings += [found._replace(place=place) for found in _reach(planned_gate, policy, cases)]
        if told := repeated_words(list(gates.values()), cases):
            findings.append(Finding("warning", told))
    return sorted(findings, key=lambda finding: finding.level == "warning")


def _unusable_checks(policy: Policy, cases: Iterable[Case]) -> Iterator[str]:
    """Checks that this installation cannot run, though they could be when they were written down."""
    for spec in all_checks(policy, cases):
        try:
            build_check(spec.kind, canonical_json(spec.params))
        except MissingLibrary as missing:
            yield f"Check “{spec.id}”: {missing} {missing.hint}"
        except (KeyError, ValueError):
            yield f"Check “{spec.id}”: this version of Tiebreak cannot run the kind “{spec.kind}” as it is written."


def _placed(policy: Policy, phase: Phase) -> Iterator[tuple[Place, Gate]]:
    return ((("gates", phase, index), gate) for index, gate in enumerate(policy.gates[phase]))


def _shared_ids(gates: Mapping[Place, Gate]) -> Iterator[Finding]:
    ids = Counter(gate.id for gate in gates.values())
    for gate_id, count in ids.items():
        if count > 1:
            place = [place for place, gate in gates.items() if gate.id == gate_id][1]
            yield Finding("error", f"{count} gates have the id “{gate_id}”; give each its own.", (*place, "id"))


def _known(policy: Policy, dataset: Dataset) -> Mapping[str, Sequence[str]]:
    specs = [*policy.checks, *(spec for case in dataset.cases for spec in case.checks)]
    segments = {case.segment for case in dataset.cases if case.segment is not None}
    return {
        **figures_kept(specs),
        "check": list(dict.fromkeys(spec.id for spec in specs)),
        "dimension": [dimension.name for dimension in policy.form.dimensions],
        "segment": sorted(segments | set(dataset.card.segments)),
        "timing": get_args(Timing),
        "statistic": get_args(Statistic),
    }


def _malformed(gate: Gate, known: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """What makes a gate undecidable in itself: field (empty for the gate whole) and sentence."""
    rules = [gate.at_least is not None, gate.at_most is not None, gate.zero]
    counts = gate.metric in ("failures", "harmful")
    compared = gate.regression.measure if gate.regression is not None else None
    if gate.regression is not None or gate.metric == "regression":
        yield from _wrong_regression(gate, sum(rules))
    elif sum(rules) != 1:
        yield "", "it needs exactly one of `at_least`, `at_most` and `zero`."
    elif counts and not gate.zero:
        yield "at_least" if gate.at_least is not None else "at_most", f"`{gate.metric}` goes with `zero: true`."
    elif gate.zero and not counts:
        yield "zero", f"`zero` does not go with `{gate.metric}`."
    for field, needed, name in (
        ("check", gate.metric in OF_CHECKS or compared in ("check", "score"), gate.check),
        ("dimension", gate.metric in ("rubric", "harmful") or compared == "rubric", gate.dimension),
        ("timing", gate.metric == "latency" or compared == "latency", gate.timing),
        ("statistic", gate.metric == "latency", gate.statistic),
    ):
        metric = f"measure: {compared}" if compared is not None else gate.metric
        if needed and name is None:
            yield "", f"`{metric}` needs a `{field}`. {nearest(None, known[field])}"
        elif not needed and name is not None:
            yield field, f"`{field}` does not go with `{metric}`."
        elif name is not None and name not in known[field]:
            yield field, f"there is no {field} “{name}”. {nearest(name, known[field])}"
    if gate.check in known["check"] and (told := wrong_kind_of_check(gate, known)) is not None:
        yield "check", told
    if gate.segment is not None and gate.each_segment:
        yield "each_segment", "`segment` and `each_segment` exclude each other."
    if gate.segment is not None and gate.segment not in known["segment"]:
        yield "segment", f"there is no segment “{gate.segment}”. {nearest(gate.segment, known['segment'])}"
    yield from wrong_source(gate)
    yield from _wrong_numbers(gate)


def _wrong_regression(gate: Gate, rules: int) -> Iterator[tuple[str, str]]:
    """What a comparison with the baseline lacks, or has too much."""
    if gate.regression is None:
        yield "metric", "`regression` needs `regression: {measure: …, margin: …}`."
        return
    if gate.metric != "regression":
        yield (
            "regression",
            f"`regression` does not go with `{gate.metric}`; name what is compared in its `measure`.",
        )
    if rules:
        yield "regression", "a regression is limited by its `margin`, not by `at_least`, `at_most` or `zero`."
    if gate.on == "baseline":
        yield "on", "a regression is the candidate's; leave out `on`."
    if gate.each_segment or (gate.segment is not None and gate.regression.segments):
        yield (
            "each_segment" if gate.each_segment else "segment",
            "write `segments: true` inside `regression` for a gate of every segment, or `segment` for one of them.",
        )
    measure, relative = gate.regression.measure, gate.regression.relative
    if measure in ("cost", "latency"):
        if gate.scope == "population":
            yield "scope", f"{measure} has no upper end, so no population bound holds; use `set` or `fixed_n`."
        if not (0 <= gate.regression.margin < math.inf):
            yield "regression", f"`margin: {gate.regression.margin:g}` is not 0 or more."
        return
    if relative:
        yield "regression", f"`relative` goes with `cost` and `latency`, not with `{measure}`."
    widest = SCALES[measure_of(gate).kind][1] or 1
    if not 0 <= gate.regression.margin < widest:
        hint = f" For {points(gate.regression.margin / 100)} write {gate.regression.margin / 100:g}."
        told = hint.replace("+", "") if widest == 1 and 1 <= gate.regression.margin < 100 else ""
        yield "regression", f"`margin: {gate.regression.margin:g}` is not from 0 to below {widest}.{told}"


def _wrong_numbers(gate: Gate) -> Iterator[tuple[str, str]]:
    low, high = SCALES[measure_of(gate).kind]
    for field, limit in (("at_least", gate.at_least), ("at_most", gate.at_most)):
        if limit is not None and not (low <= limit and (high is None or limit <= high)):
            span = f"from {low} to {high}" if high is not None else f"{low} or more"
            hint = f" For {percent(limit / 100)} write {limit / 100:g}." if high == 1 and 1 < limit <= 100 else ""
            yield field, f"`{field}: {limit:g}` is outside {gate.metric}, which is {span}.{hint}"
    for field, share in (("alpha_pass", gate.alpha_pass), ("alpha_fail", gate.alpha_fail)):
        if not 0 < share < 1:
            yield field, "`alpha_pass` and `alpha_fail` lie between 0 and 1."
        elif share >= 0.5:
            yield field, f"`{field}` is how often a verdict may be wrong; 0.5 and more decides nothing."
    mean_time = gate.metric == "latency" and gate.statistic == "mean"
    if (gate.metric == "cost_per_answer" or mean_time) and gate.scope == "population":
        noun = "times" if mean_time else "costs"
        yield "scope", f"{noun} have no upper end, so no population bound holds for a mean; use `scope: set`."
    if gate.metric == "figure" and gate.scope == "population":
        told = "a figure of a whole set has no bound that holds at every look"
        yield "scope", f"{told}; use `set`, or `fixed_n` for a bootstrap bound once every case is in."
    if gate.metric == "cost_per_success" and gate.scope != "set":
        yield "scope", "it is a ratio of two sums, for which there is no bound here; use `scope: set`."
    if gate.metric in ("cost_per_answer", "cost_per_success", "latency") and gate.at_least is not None:
        yield "at_least", f"a {'latency' if gate.metric == 'latency' else 'cost'} is limited by `at_most`."


def _contradictions(gates: Mapping[Place, Gate]) -> Iterator[Finding]:
    """Pairs of gates that cannot both pass."""
    for place, floor in gates.items():
        for ceiling in gates.values():
            if floor.at_least is None or ceiling.at_most is None or floor.at_least <= ceiling.at_most:
                continue
            alike = (floor.segment, floor.source, floor.judge) == (ceiling.segment, ceiling.source, ceiling.judge)
            if alike and measure_of(floor) == measure_of(ceiling):
                pair = f"“{floor.id}” ({title_of(floor)}) and “{ceiling.id}” ({title_of(ceiling)})"
                yield Finding("error", f"Gates {pair} exclude each other.", (*place, "at_least"))


def _reach(planned: PlannedGate, policy: Policy, cases: Sequence[Case]) -> Iterator[Finding]:
    """Whether a gate has cases, and enough of them."""
    gate, segment = planned.gate, planned.segment
    place = f"segment “{segment}”" if segment is not None else "this set"
    policy_checks = {spec.id for spec in policy.checks}
    n = sum(
        (segment is None or case.segment == segment)
        and (gate.check is None or gate.check in policy_checks or any(spec.id == gate.check for spec in case.checks))
        and is_scored(gate, policy, case)
        for case in cases
    )
    if n == 0:
        yield Finding("error", f"Gate “{gate.id}” applies to no planned case of {place}.")
    elif gate.metric == "figure":
        if gate.scope == "fixed_n" and n < FEWEST_CASES:
            yield Finding("warning", f"Gate “{gate.id}”: a bootstrap takes {FEWEST_CASES} cases; {place} has {n}.")
    elif gate.regression is not None:
        yield from _reach_of_regression(gate, gate.regression, place, n)
    elif gate.source == "calibrated":
        yield from (Finding("warning", f"Gate “{gate.id}”: {told}") for told in reach_of_calibrated(gate, place, n))
    elif gate.scope == "fixed_n" and not gate.zero:
        yield from _reach_of_fixed(gate, place, n)
    elif gate.scope == "population" and not gate.zero:
        limit = gate.at_least if gate.at_least is not None else gate.at_most
        assert limit is not None
        needed = zero_failures_to_pass(_share(gate, limit), gate.alpha_pass)
        claim = f"{'≥' if gate.at_least is not None else '≤'} {amount(gate, limit)} of the population"
        if needed is None:
            yield Finding("error", f"Gate “{gate.id}”: no number of cases can show {claim}.")
        elif needed > n:
            clean = plural(needed, "clean case")
            yield Finding("warning", f"Gate “{gate.id}”: {claim} needs {clean}; {place} has {n}.")


def _reach_of_regression(gate: Gate, regression: Regression, place: str, n: int) -> Iterator[Finding]:
    """How many cases can tell the margin from no change at all."""
    opened = measure_of(gate).kind == "open_regression"
    width = SCALES[measure_of(gate).kind][1] or 1
    margin = 0.0 if opened else regression.margin / width
    if gate.scope == "population":
        needed = zero_failures_to_pass(1 - margin, gate.alpha_pass)
        if needed is None:
            told = "without a margin only a better candidate can pass; equal answers never do."
            yield Finding("warning", f"Gate “{gate.id}”: {told}")
        elif needed > n:
            alike = plural(needed, "case")
            yield Finding("warning", f"Gate “{gate.id}”: it needs {alike} without a difference; {place} has {n}.")
    elif gate.scope == "fixed_n":
        if n < FEWEST_GROUPS:
            yield Finding("warning", f"Gate “{gate.id}”: a fixed n takes {FEWEST_GROUPS} cases; {place} has {n}.")
        elif margin > 0 and (needed := _cases_for_margin(margin, gate.alpha_pass)) > n and not regression.segments:
            told = f"{points(margin).removeprefix('+')} worse is told from no change in {plural(needed, 'case')}"
            flips = f"when {percent(PLANNED_FLIPS)} of them flip"
            yield Finding("warning", f"Gate “{gate.id}”: {told} {flips}; {place} has {n}.")


def _cases_for_margin(margin: float, alpha: float) -> int:
    """For 80 % power where the sides are alike and one case in ten flips: n = (z_α + z_β)² · ψ / δ²."""
    spread = Spread(between=PLANNED_FLIPS)
    return math.ceil(cases_for_scores(spread, margin, alpha=2 * alpha))


def _reach_of_fixed(gate: Gate, place: str, n: int) -> Iterator[Finding]:
    """Whether a fixed n may be enough, if all goes well."""
    limit = gate.at_least if gate.at_least is not None else gate.at_most
    assert limit is not None
    high = SCALES[measure_of(gate).kind][1]
    rate = high == 1 or (gate.metric == "latency" and gate.statistic != "mean")
    needed = clean_cases_needed(_share(gate, limit), gate.alpha_pass) if rate else FEWEST_GROUPS
    claim = f"{'≥' if gate.at_least is not None else '≤'} {amount(gate, limit)} at a fixed n"
    if needed is None:
        yield Finding("error", f"Gate “{gate.id}”: no number of cases can show {claim}.")
    elif needed > n:
        clean = plural(needed, "clean case" if rate else "case")
        yield Finding("warning", f"Gate “{gate.id}”: {claim} needs {clean}; {place} has {n}.")


def _share(gate: Gate, limit: float) -> float:
    """The share of clean cases that a population gate claims."""
    if gate.metric == "latency":
        return float(SHARES[gate.statistic])
    low, high = SCALES[measure_of(gate).kind]
    share = (exact(limit) - low) / ((high or 1) - low)
    return float(share if gate.at_least is not None else 1 - share)

"""Which checks score answers, and which keep what a figure of a case or of the whole set is made of."""

from collections.abc import Iterable, Mapping, Sequence

from tiebreak.checks import checks_for
from tiebreak.checks.parse import nearest
from tiebreak.records import Case, CheckSpec, Gate, Policy


def figures_kept(specs: Iterable[CheckSpec]) -> Mapping[str, Sequence[str]]:
    """The ids of the checks that a gate on a `figure` may name, and of those for `pass_at_k`."""
    kept: dict[str, list[str]] = {"figure": [], "pass_at_k": []}
    for spec in specs:
        if spec.kind == "metric":
            from tiebreak.checks.kinds.metric import metric_in  # none of them at start-up
            from tiebreak.metrics import CaseMetric, SetMetric

            metric = metric_in(spec)
            if isinstance(metric, SetMetric | CaseMetric):
                kept["figure" if isinstance(metric, SetMetric) else "pass_at_k"].append(spec.id)
    return kept


def wrong_kind_of_check(gate: Gate, known: Mapping[str, Sequence[str]]) -> str | None:
    """What is wrong with the check that a gate names; None where it keeps what the gate asks for."""
    if gate.metric in ("figure", "pass_at_k"):
        if gate.check in known[gate.metric]:
            return None
        return f"the check “{gate.check}” keeps nothing for `{gate.metric}`. {nearest(gate.check, known[gate.metric])}"
    if gate.check in (*known["figure"], *known["pass_at_k"]):
        metric = "figure" if gate.check in known["figure"] else "pass_at_k"
        return f"the check “{gate.check}” judges no answer by itself; its gate is `metric: {metric}`."
    return None


def is_scored(gate: Gate, policy: Policy, case: Case) -> bool:
    """Whether the metric that a gate is on has what it needs of a case."""
    compared = gate.regression.measure if gate.regression is not None else None
    if gate.metric not in ("score", "figure", "pass_at_k") and compared != "score":
        return True
    spec = next((spec for spec in checks_for(case, policy) if spec.id == gate.check), None)
    if spec is None or spec.kind != "metric":
        return True
    from tiebreak.checks.kinds.metric import metric_in
    from tiebreak.metrics import fits_case

    metric = metric_in(spec)
    return metric is None or fits_case(metric, case)

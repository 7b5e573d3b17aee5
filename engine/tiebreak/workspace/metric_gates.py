"""Gates on metrics as they are written: `metric: rouge_l` is short for the mean score of a check of kind `metric`.

`metric: macro_f1` is the figure of the whole set, of which such a check keeps the parts, `metric: pass@3` the mean of
its cases. With a `regression` of `measure: score` it is the score that is compared.
"""

from collections.abc import Mapping
from typing import cast, get_args

from tiebreak.checks.parse import nearest
from tiebreak.datasets.reading import Located
from tiebreak.records.policies import Metric

PREFIX = "metric:"
"""Begins the ids of the checks that are added here."""
Written = Mapping[str, object]


def with_metric_gates(source: Located) -> Located:
    """A policy with such gates spelled out, and the checks that they are on added to its own.

    Raises:
        InputError: of the source's kind, for an unknown metric and for one that no gate can be on.
    """
    policy = source.mapping or {}
    phases = policy.get("gates")
    if not isinstance(phases, Mapping):
        return source
    spelled: dict[str, object] = {}
    wanted: dict[str, Written] = {}
    for phase, gates in cast("Written", phases).items():
        spelled[phase] = gates
        if isinstance(gates, list):
            places = (source.at(("gates", phase, n), gate) for n, gate in enumerate(cast("list[object]", gates)))
            spelled[phase] = [_spelled(place, wanted) for place in places]
    if not wanted:
        return source
    if not isinstance(policy.get("checks", []), list):
        return source
    own = cast("list[object]", policy.get("checks", []))
    given = [cast("Written", check).get("id") for check in own if isinstance(check, Mapping)]
    added = [check for check_id, check in wanted.items() if check_id not in given]
    return source.holding({**policy, "gates": spelled, "checks": [*own, *added]})


def _spelled(gate: Located, wanted: dict[str, Written]) -> object:
    mapping = gate.mapping
    name = mapping.get("metric") if mapping is not None else None
    if mapping is None or not isinstance(name, str) or name in get_args(Metric):
        return gate.value
    from tiebreak.checks.kinds.metric import metric_of_checks  # not at start-up
    from tiebreak.metrics import AnswerMetric, CaseMetric, metrics

    family = name.partition("@")[0]
    if not {name, f"{family}@k", f"{family}@class"} & metrics().keys():
        raise gate.refuse(
            f"There is no metric “{name[:60]}”.", ("metric",), nearest(name, [*get_args(Metric), *metrics()])
        )
    try:
        metric = metric_of_checks(name).metric
    except ValueError as refused:
        raise gate.refuse(str(refused), ("metric",)) from None
    if "check" in mapping:
        raise gate.refuse(f"`check` does not go with `{name}`.", ("check",))
    check_id = f"{PREFIX}{name}"
    wanted[check_id] = {"kind": "metric", "id": check_id, "name": name}
    if "regression" in mapping:
        if not isinstance(metric, AnswerMetric):
            raise gate.refuse(
                f"“{name}” is no score of a single answer, so no pairs of it can be compared.", ("metric",)
            )
        return {**mapping, "metric": "regression", "check": check_id}
    kind = "score" if isinstance(metric, AnswerMetric) else "pass_at_k" if isinstance(metric, CaseMetric) else "figure"
    return {**mapping, "metric": kind, "check": check_id}

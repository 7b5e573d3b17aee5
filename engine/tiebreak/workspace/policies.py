"""Policy files, and the policy of a workspace that has none."""

from pathlib import Path
from typing import cast

from tiebreak.datasets.cases import with_checks
from tiebreak.datasets.reading import Located, read_document, read_record
from tiebreak.errors import WorkspaceError
from tiebreak.records import Form, Gate, Policy
from tiebreak.workspace.metric_gates import with_metric_gates

POLICIES = "policies"


def read_policy(path: Path) -> Policy:
    """The policy in a file; its name is that of the file unless it says another.

    Whether its gates fit a dataset is for `tiebreak.gates.validate_policy` to say.

    Raises:
        WorkspaceError: naming file, line and field.
    """
    source = read_document(path, WorkspaceError)
    if source.mapping is None:
        raise source.refuse("A policy is a mapping: `gates`, `form`, `checks` and so on.")
    source = source.holding({"name": path.stem, **source.mapping})
    policy = read_record(Policy, with_checks(with_metric_gates(_with_metrics(source))))
    if not policy.name.strip():
        raise source.refuse("The name is empty.", ("name",))
    if not any(policy.gates.values()):
        hint = "Write one, such as `human: [{id: preferred, metric: win_rate, at_least: 0.5}]`."
        raise source.refuse("A policy without a gate decides nothing.", ("gates",), hint)
    names: set[str] = set()
    for index, dimension in enumerate(policy.form.dimensions):
        if dimension.name in names:
            loc = ("form", "dimensions", index, "name")
            raise source.refuse(f"There are two dimensions “{dimension.name}”.", loc, "Give each a name of its own.")
        names.add(dimension.name)
    for field, share in (("max_excluded", policy.max_excluded), ("max_skipped", policy.max_skipped)):
        if not 0 <= share <= 1:
            raise source.refuse("This is a share, from 0 to 1.", (field,))
    return policy


def _with_metrics(source: Located) -> Located:
    """A gate that says `regression` needs no `metric` beside it."""
    mapping = source.mapping or {}
    phases = mapping.get("gates")
    if not isinstance(phases, dict):
        return source
    filled = {
        phase: [_with_metric(gate) for gate in cast("list[object]", gates)] if isinstance(gates, list) else gates
        for phase, gates in cast("dict[str, object]", phases).items()
    }
    return source.holding({**mapping, "gates": filled})


def _with_metric(gate: object) -> object:
    if not isinstance(gate, dict):
        return gate
    written = cast("dict[str, object]", gate)
    return {"metric": "regression", **written} if "regression" in written and "metric" not in written else written


def default_policy() -> Policy:
    """Each case is voted on, and the candidate must win at least half of this set."""
    return Policy(
        name="default",
        description="The candidate is at least as good on this set.",
        form=Form(vote="required"),
        gates={"human": (Gate(id="preferred", title="Wins on this set", metric="win_rate", at_least=0.5),)},
    )

"""The regression set of a workspace: cases that failed once, which every later run asks too, and their own gates.

The gates of a run are about the dataset that it names; most of them say nothing of a few cases from anywhere. What is
asked of a promoted case is that the checks it was promoted with hold.
"""

from pathlib import PurePath

from tiebreak.records import Dataset, Form, Gate, Policy, Regression
from tiebreak.workspace import Workspace
from tiebreak.workspace.workspace import REGRESSIONS


def is_regression_set(dataset: str) -> bool:
    """Whether a name or a path is that of the regression set."""
    return PurePath(dataset).name == REGRESSIONS


def has_regression_set(workspace: Workspace) -> bool:
    return any(entry.name == REGRESSIONS for entry in workspace.datasets)


def own_policy(workspace: Workspace) -> str | None:
    """The name of the policy that is written for it, if there is one."""
    return REGRESSIONS if any(entry.name == REGRESSIONS for entry in workspace.policies) else None


def regression_policy(dataset: Dataset) -> Policy:
    """The gates where no policy is written for it: no check of its cases fails. Where no case has one, the candidate
    does no worse than the baseline."""
    names = dict.fromkeys(spec.id for case in dataset.cases for spec in case.checks)
    gates = tuple(Gate(id=f"no-failed-{name}", metric="failures", check=name, zero=True) for name in names)
    fallback = Gate(id="not-worse", metric="regression", regression=Regression())
    return Policy(
        name=REGRESSIONS,
        description="What failed once does not fail again.",
        form=Form(vote="optional"),
        gates={"offline": gates or (fallback,)},
    )

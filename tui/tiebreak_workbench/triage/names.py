"""What a person wrote to name two runs and cases of theirs."""

from collections.abc import Sequence

from tiebreak.errors import UsageError
from tiebreak_workbench.workbench import Workbench


def named_runs(bench: Workbench, names: Sequence[str]) -> tuple[str, str | None, list[str]]:
    """From what a person wrote to A, B and the cases: a session and cases of it, or two runs and cases of theirs.

    Raises:
        UsageError: where the first name is neither a session nor a run.
    """
    store, first = bench.store, names[0]
    if ":" not in first and store.baseline(first) is None:
        try:
            return store.session_id(first), None, list(names[1:])
        except UsageError:
            if len(names) < 2:
                raise
    if len(names) < 2:
        raise UsageError(f"“{first}” is one run: name the other one too.", hint="The baseline first: A B.")
    return first, names[1], list(names[2:])

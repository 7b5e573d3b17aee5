"""Behind the end of a command that recorded answers, when all is said: what lets triage open large runs at once."""

from collections.abc import Sequence
from contextlib import suppress

from tiebreak_cli.output import complain_line
from tiebreak_workbench.triage.keeping import keep_sides
from tiebreak_workbench.workbench import Workbench


def keep_for_triage(bench: Workbench, session_ids: Sequence[str]) -> None:
    """Where it cannot be done that is only said: what was recorded stands, as does the exit code. Ctrl-C leaves it."""
    with suppress(KeyboardInterrupt):
        problem = keep_sides(bench, session_ids)
        if problem is not None:
            complain_line(f"Note: triage will take longer to open for the first time: {problem.message}")

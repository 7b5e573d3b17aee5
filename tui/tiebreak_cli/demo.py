"""`tiebreak demo` without a terminal."""

import os

from tiebreak_cli.output import console, print_json
from tiebreak_cli.scoreboard import print_scoreboard
from tiebreak_workbench.demo import run_demo
from tiebreak_workbench.figures.report import session_report


def run_headless(*, as_json: bool) -> None:
    """Replay the sample with its recorded votes and print the scoreboard. Whatever the gates say, the demo worked."""
    stored, snapshot = run_demo(os.environ)
    if as_json:
        print_json(session_report(stored, snapshot))
    else:
        print_scoreboard(console(), stored, snapshot)

"""Forks a session over and over with ever other prompts, and asks a spot check on, until it is killed within a
statement of SQLite: run as a program with the folder, the session, the spot check and the number of ticks to live."""

import sys
from dataclasses import replace
from pathlib import Path

# Run as a program, it has no conftest to put `tests/` on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.rating import die_within_a_statement
from tiebreak.records import Prompt
from tiebreak_workbench.editing import fork
from tiebreak_workbench.spot import ask_on
from tiebreak_workbench.workbench import Workbench

ROUNDS = 200


def main(folder: Path, session_id: str, spot_id: str, ticks: int) -> None:
    with Workbench.open(folder, {"USER": "ada"}) as bench:
        config = bench.store.load_session(session_id, facts=False).configs["candidate"]
        asked = len(bench.store.load_session(spot_id, facts=False).dataset.cases)
        bench.store.writer.submit(lambda connection: die_within_a_statement(connection, ticks))
        for number in range(ROUNDS):
            prompt = Prompt(system=f"Version {ticks}.{number}")
            fork(bench, session_id, "candidate", replace(config, prompt=prompt), "all")
            ask_on(bench, spot_id, f"Question {asked + number}?", after="question")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))

"""A process that keeps the sides of a session's runs again and again, each time anew."""

import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

from tiebreak_store.triage_index import FILE
from tiebreak_workbench.triage.keeping import keep_sides
from tiebreak_workbench.workbench import Workbench


def keep(folder: Path, times: int, begun: Event) -> None:
    with Workbench.open(folder, {}) as bench:
        for _ in range(times):
            assert keep_sides(bench, ["s1"], least=0) is None
            begun.set()
            with closing(sqlite3.connect(bench.store.path.with_name(FILE), timeout=10)) as plain, plain:
                plain.execute("DELETE FROM part_piece")
                plain.execute("DELETE FROM part")

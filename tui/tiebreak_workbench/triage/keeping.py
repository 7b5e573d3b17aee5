"""Behind the end of whatever recorded answers: what lets triage open any two large runs at once."""

from collections.abc import Sequence
from contextlib import closing

from tiebreak.errors import StoreError
from tiebreak.records import Run
from tiebreak_workbench.workbench import Workbench

LEAST = 5_000
"""Of fewer answers and cases nothing is kept: reading them takes no time to speak of."""


def keep_sides(bench: Workbench, session_ids: Sequence[str], *, least: int = LEAST) -> StoreError | None:
    """Keep what triage needs of the runs of some sessions, brought up to date where it was kept before; nothing of runs
    with fewer than the `least` number of answers.

    Returns why that could not be done, which harms nothing: whoever opens them first waits for it then.
    """
    store = bench.store
    try:
        by_dataset: dict[str, list[Run]] = {}
        for run in store.large_runs([run_id for one in session_ids for run_id in store.runs_of(one)], least):
            by_dataset.setdefault(run.dataset_hash or "", []).append(run)
        if not by_dataset:
            return None
        from tiebreak_store.triage_index import FILE, TriageIndex
        from tiebreak_workbench.triage.sides import Sides  # brings numpy, which a small run has no need of

        with closing(TriageIndex.open(store.path.with_name(FILE))) as index:
            for dataset, runs in by_dataset.items():
                sides = Sides(store, index, runs, dataset)
                if not sides.whole:
                    for _ in sides.parts():
                        pass
                    sides.keep(least)
    except StoreError as problem:
        return problem
    return None

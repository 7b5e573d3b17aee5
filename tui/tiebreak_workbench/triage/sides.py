"""The sides of which tables are made: what each run made of its cases, kept so that any two runs open at once."""

from collections.abc import Iterator, Sequence

from tiebreak.records import Run
from tiebreak.triage.packing import Packed, packed_labels, packed_side, unpacked_labels, unpacked_side
from tiebreak.triage.sides import CaseLabels, LabelsMaker, Moved, Side, SideMaker, joined, joined_labels
from tiebreak_store import Store
from tiebreak_store.triage import Marks
from tiebreak_store.triage_index import KeptPart, TriageIndex
from tiebreak_workbench.triage.keeping import LEAST

AT_ONCE = 400
"""Cases that one query asks for."""
ANEW = 0.3
"""From this share of changed cases on, reading all of them in order is faster."""
DAMAGED = (ValueError, KeyError, TypeError, IndexError)
"""What reading raises where it is of another version: it is made anew then."""


def too_many(touched: int, cases: int) -> bool:
    """Whether so many changed cases are rather read with all others."""
    return touched > max(AT_ONCE, ANEW * cases)


class Sides:
    """Sides of runs over one dataset: what is kept of them, brought up to date, and what has to be read yet."""

    def __init__(self, store: Store, index: TriageIndex, runs: Sequence[Run], dataset: str) -> None:
        self.marks = store.marks()
        """Taken first: what is recorded while the cases are read is read again next time."""
        self._store, self._index = store, index
        self._runs, self._dataset = runs, dataset
        self._kept = [self._over(run) for run in runs]
        self._labels = self._kept_labels()
        self._read: list[Run] = []
        self._read_labels = False

    @property
    def whole(self) -> bool:
        """Whether nothing has to be read, or not any more."""
        return self._labels is not None and None not in self._kept

    def parts(self) -> Iterator[tuple[CaseLabels, list[Side]]]:
        """The labels of some cases, and what each run made of them; of all at once where nothing has to be read."""
        known, labels = self._kept, self._labels
        found = [side for side in known if side is not None]
        if labels is not None and len(found) == len(known):
            yield labels, found
            return
        self._read = [run for run, side in zip(self._runs, known, strict=True) if side is None]
        self._read_labels = labels is None
        makers = [SideMaker() if side is None else None for side in known]
        labeller = LabelsMaker()
        sides: list[list[Side]] = [[] for _ in known]
        labelled: list[CaseLabels] = []
        for block in self._store.iter_blocks(self._read, self._dataset, cases=self._read_labels):
            rows = iter(block.sides)
            part: list[Side] = []
            for side, maker, parts in zip(known, makers, sides, strict=True):
                if side is not None:
                    part.append(side.between(block.start, block.stop))
                elif maker is not None:
                    part.append(maker.part(next(rows)))
                    parts.append(part[-1])
            if block.cases is not None:
                labelled.append(labeller.part(block.cases))
            yield labels.between(block.start, block.stop) if labels is not None else labelled[-1], part
        self._kept = [joined(parts) if parts else side for side, parts in zip(known, sides, strict=True)]
        self._labels = joined_labels(labelled) if labelled else labels

    def keep(self, least: int = LEAST) -> None:
        """Keep what was read, unless it is less.

        Raises:
            StoreError: where the file beside the database cannot be written.
        """
        for run, side in zip(self._runs, self._kept, strict=True):
            if side is not None and run in self._read and run.dataset_hash == self._dataset and _size(side) >= least:
                _keep(self._index, _of_run(run), packed_side(side), self.marks)
        if self._read_labels and self._labels is not None and len(self._labels.ordinals) >= least:
            _keep(self._index, _of_dataset(self._dataset), packed_labels(self._labels), self.marks)

    def _over(self, run: Run) -> Side | None:
        """What is kept of a run, over this dataset."""
        side = _up_to_date(self._store, self._index, run, self.marks)
        if side is None or run.dataset_hash is None or run.dataset_hash == self._dataset:
            return side
        if side.edited or self._store.answers_outside(run):
            return None
        return side.over(_moved(self._store, run.dataset_hash, self._dataset))

    def _kept_labels(self) -> CaseLabels | None:
        try:
            kept = self._index.part(_of_dataset(self._dataset))
            if kept is None or not self._store.follows(kept.marks):
                return None
            return unpacked_labels(kept.head, kept.columns)
        except DAMAGED:
            return None


def _up_to_date(store: Store, index: TriageIndex, run: Run, now: Marks) -> Side | None:
    """What is kept of a run, with what was recorded since; None where that is nothing, or so much that it is read
    anew."""
    try:
        kept = index.part(_of_run(run))
        if kept is None or not store.follows(kept.marks):
            return None
        side = unpacked_side(kept.head, kept.columns)
    except DAMAGED:
        return None
    if kept.marks[:3] == now[:3]:
        return side
    touched = store.touched((run.id,), (), kept.marks)
    if too_many(len(touched), len(side)):
        return None
    if touched:
        ordinals = store.ordinals_of(run.dataset_hash or "", touched).values()
        side = joined([side.without(ordinals), SideMaker().part(store.side_rows(run, touched))])
    _keep(index, _of_run(run), packed_side(side), now)
    return side


def _moved(store: Store, here: str, there: str) -> Moved:
    import numpy as np

    rows = store.moved_cases(here, there)
    return Moved(
        here=np.array([row[0] for row in rows], dtype=np.int32),
        there=np.array([row[1] for row in rows], dtype=np.int32),
        edited={row[1]: row[2] for row in rows if row[2] is not None},
    )


def _keep(index: TriageIndex, name: str, packed: Packed, marks: Marks) -> None:
    head, columns = packed
    index.keep_part(name, KeptPart(head, columns, marks))


def _of_run(run: Run) -> str:
    return f"run {run.id}"


def _of_dataset(dataset: str) -> str:
    return f"dataset {dataset}"


def _size(side: Side) -> int:
    return max(len(side), len(side.statuses))

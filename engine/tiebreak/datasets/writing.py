"""Adding cases to a dataset on disk."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tiebreak.datasets.card import CARD, CASES, CardFile, read_card
from tiebreak.datasets.cases import check_segment, flat_case
from tiebreak.datasets.durable import sync_folder, write_whole
from tiebreak.datasets.reading import Located
from tiebreak.datasets.tables import SUFFIXES, read_rows
from tiebreak.datasets.written import written
from tiebreak.errors import DatasetError
from tiebreak.records import Case, DatasetCard


def case_line(case: Case) -> str:
    """A case as its line of `cases.jsonl`, without the line end: defaults left out, checks flat."""
    return json.dumps(flat_case(case), ensure_ascii=False, allow_nan=False)


def write_cases(path: Path, cases: Iterable[Case]) -> Path:
    """Append cases to the dataset in a folder, which is made where it is missing, or to a bare .jsonl file.

    All cases are there afterwards, and on disk, or none is. Returns the file they are in.

    Raises:
        DatasetError: for an id that is taken, a segment that the card does not list, a dataset that cannot be added to,
            and a folder that may not be written.
    """
    new = list(cases)
    try:
        file, card = _target(path)
        _append(file, new, card)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise DatasetError(f"The cases cannot be saved: {reason}.", path=str(path)) from None
    return file


def write_dataset(folder: Path, card: DatasetCard, cases: Iterable[Case]) -> Path:
    """Make the folder of a dataset, card and cases, whole or not at all; returns it.

    Raises:
        DatasetError: where something of that name is there already, for cases that do not fit together, and where the
            folder cannot be written.
    """
    if os.path.lexists(folder):
        raise DatasetError("There is something of that name already.", path=str(folder), hint="Choose another name.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name[:100]}.", dir=folder.parent) as name:
            made = Path(name) / "dataset"
            from tiebreak.datasets.yamlwriting import to_yaml

            write_whole(made / CARD, to_yaml(written(card)))
            write_cases(made, cases)
            made.rename(folder)
        sync_folder(folder.parent)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise DatasetError(f"The dataset cannot be saved: {reason}.", path=str(folder)) from None
    return folder


def _target(path: Path) -> tuple[Path, CardFile | None]:
    if path.suffix == ".jsonl":
        path.parent.mkdir(parents=True, exist_ok=True)
        return path, None
    if path.is_file():
        hint = "Add to a folder with cases.jsonl, or to a .jsonl file."
        raise DatasetError("Cases cannot be added to a file of this kind.", path=str(path), hint=hint)
    others = [f"cases{suffix}" for suffix in SUFFIXES if suffix != ".jsonl" and (path / f"cases{suffix}").exists()]
    if others:
        hint = "Cases are added to cases.jsonl only."
        raise DatasetError(f"The cases of this dataset are in {others[0]}.", path=str(path), hint=hint)
    path.mkdir(parents=True, exist_ok=True)
    card_path = path / CARD
    if not card_path.exists():
        from tiebreak.datasets.yamlwriting import to_yaml

        write_whole(card_path, to_yaml({"name": path.absolute().name, "task": "chat"}))
    card = read_card(card_path)
    if card.fields is not None:
        hint = "Save the case into another dataset."
        raise DatasetError("The cases of this dataset are in a foreign format.", path=str(card_path), hint=hint)
    return path / CASES, card


def _append(path: Path, cases: Sequence[Case], card: CardFile | None) -> None:
    with path.open("a+b") as file:
        # Two processes that save a case at once take turns.
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = _lines(path, cases, card)
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            lines = lines if file.read(1) == b"\n" else b"\n" + lines
        try:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    if not size:
        sync_folder(path.parent)


def _lines(path: Path, cases: Sequence[Case], card: CardFile | None) -> bytes:
    """The lines to append, once it is sure that they fit in."""
    taken: dict[object, int | None] = {}
    for row in read_rows(path, DatasetError):
        taken[(row.mapping or {}).get("id")] = row.line(())
    lines: list[str] = []
    for case in cases:
        row = Located(None, str(path), DatasetError, lambda _: None)
        if case.id in taken:
            line = taken[case.id]
            place = f"already in line {line}" if line is not None else "given twice"
            raise row.refuse(f"The id “{case.id}” is {place}.", ("id",), "Choose another id.")
        taken[case.id] = None
        if card is not None:
            check_segment(case, card.card, row)
        lines.append(case_line(case) + "\n")
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError:
        raise DatasetError("A case holds half a surrogate pair, which is no character.", path=str(path)) from None

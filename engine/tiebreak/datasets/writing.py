"""Adding cases to a dataset on disk, and changing one that is there."""

import fcntl
import json
import os
import tempfile
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tiebreak.datasets.card import CARD, CASES, CardFile, read_card
from tiebreak.datasets.cases import case_faults, check_segment, flat_case
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
        DatasetError: for a case that could not be read back, an id that is taken, a segment that the card does not
            list, a dataset that cannot be added to, and a folder that may not be written.
    """
    new = list(cases)
    with _saving(path):
        file, card = _target(path)
        _append(file, new, card)
    return file


def amend_case(path: Path, case: Case) -> Path:
    """Put a case in the place of the one of its id; every other line stays as it is, byte for byte. Returns the file.

    Raises:
        DatasetError: where no line holds such a case, and as `write_cases`.
    """
    with _saving(path):
        file, card = _target(path)
        row = Located(None, str(file), DatasetError, lambda _: None)
        with _held(file) as there:
            numbers = {(found.mapping or {}).get("id"): found.line(()) for found in read_rows(file, DatasetError)}
            number = numbers.get(case.id)
            if number is None:
                raise row.refuse(f"There is no case “{case.id}”.", ("id",))
            there.seek(0)
            lines = there.read().split(b"\n")
            lines[number - 1] = _written(case, card, row)
            write_whole(file, b"\n".join(lines).decode("utf-8"))
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


@contextmanager
def _saving(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise DatasetError(f"The cases cannot be saved: {reason}.", path=str(path)) from None


@contextmanager
def _held(path: Path) -> Generator[BinaryIO]:
    """The file, opened for appending; of two processes that save a case at once, one waits for the other."""
    while True:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Whoever held it may have put a new file in its place.
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield file
                return


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
    with _held(path) as file:
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
    lines: list[bytes] = []
    for case in cases:
        row = Located(None, str(path), DatasetError, lambda _: None)
        if case.id in taken:
            line = taken[case.id]
            place = f"already in line {line}" if line is not None else "given twice"
            raise row.refuse(f"The id “{case.id}” is {place}.", ("id",), "Choose another id.")
        taken[case.id] = None
        lines.append(_written(case, card, row) + b"\n")
    return b"".join(lines)


def _written(case: Case, card: CardFile | None, row: Located) -> bytes:
    """The line of a case that can be read back."""
    for problem in case_faults(case, row):
        raise problem
    if card is not None:
        check_segment(case, card.card, row)
    try:
        return case_line(case).encode()
    except UnicodeEncodeError:
        raise row.refuse("A case holds half a surrogate pair, which is no character.", ()) from None

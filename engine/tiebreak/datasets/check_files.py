"""Checks whose content stands in a file: it is read with them and becomes part of them, so a session pins it too."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

from tiebreak.checks import BaseCheck
from tiebreak.checks.registry import find_kind
from tiebreak.datasets.reading import Located, read_document
from tiebreak.datasets.tables import DOCUMENTS, read_rows
from tiebreak.errors import InputError

ENDINGS = (*DOCUMENTS, ".jsonl")
LARGEST = 4 * 1024 * 1024
"""Bytes: what is read here is kept with every session."""


def with_files(item: object, index: int, source: Located, field: str) -> object:
    """A written check with the content of the file that it names, if it names one; anything else as it is.

    The file's name counts from the folder of the file that `source` was read from.

    Raises:
        InputError: of the source's kind, for a name or a file that cannot be used.
    """
    if not isinstance(item, Mapping):
        return item  # it is refused with the checks
    written = cast("Mapping[str, object]", item)
    kind = written.get("kind")
    check = find_kind(kind) if isinstance(kind, str) else None
    option = check.from_file if check is not None else None
    name = written.get(option) if option is not None else None
    if check is None or option is None or not isinstance(name, str):
        return written
    loc = (field, index, option)
    path = Path(name)
    if path.is_absolute() or path.suffix.lower() not in ENDINGS:
        hint = "Its name counts from the folder of this file, such as knowledge.yaml."
        raise source.refuse(f"This is no mapping, and no file that ends in {', '.join(ENDINGS)}.", loc, hint)
    path = Path(source.path).parent / path
    try:
        size = path.stat()
    except OSError:
        raise source.refuse(f"There is no file {path}.", loc) from None
    if size.st_size > LARGEST:
        raise source.refuse(f"The file is larger than {LARGEST // 2**20} MB: {path}.", loc)
    return {**written, option: _read(path, size.st_mtime_ns, size.st_size, check, source.error)}


@lru_cache(maxsize=16)
def _read(
    path: Path, _changed: int, _size: int, check: type[BaseCheck], error: type[InputError]
) -> Mapping[str, object]:
    """Read once for all cases that name it."""
    if path.suffix.lower() != ".jsonl":
        document = read_document(path, error)
        if document.mapping is not None:
            return document.mapping
    entries: dict[str, object] = {}
    for row in read_rows(path, error):
        try:
            name, value = check.entry(row.mapping or {})
        except ValueError as refused:
            raise row.refuse(str(refused)) from None
        if name in entries:
            raise row.refuse(f"“{name}” stands there twice.", (), "Keep one of the two.")
        entries[name] = value
    return entries

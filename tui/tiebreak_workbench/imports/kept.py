"""Answers that were read, kept in a temporary file until the runs and cases are there that they are put with.

So a file is read once, and memory stays flat. What is written are the values that the records hold: whole records take
longer to pickle and to make again than a file takes to be read twice.
"""

import pickle
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from operator import attrgetter
from types import TracebackType
from typing import Any, Self, cast

from tiebreak.errors import WorkspaceError
from tiebreak.imports import GivenAnswer, Said
from tiebreak.records import Cost, Response, Timings, Usage

AT_ONCE = 100
"""Answers that are written at once, and read again."""
HELD = 4 * 1024 * 1024
"""Bytes that stay in memory; of more, a file is made."""
PLACED = frozenset(("id", "run_id", "case_id", "case_hash", "started_at", "sample"))
"""What a response gets when it is put."""
PARTS = {"timings": Timings, "usage": Usage, "cost": Cost}
"""Records within every response. Those that few have (errors, passages, calls of tools) are pickled as they are."""


def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


_OWN = tuple(name for name in _names(Response) if name not in PLACED and name not in PARTS)
_PARTS = tuple((name, kind, _names(kind)) for name, kind in PARTS.items())
_SAID = _names(Said)
_own_of = attrgetter(*_OWN)
_parts_of = tuple(attrgetter(*(f"{name}.{inner}" for inner in names)) for name, _, names in _PARTS)
_said_of = attrgetter(*_SAID)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of the file with this number, as it was given."""

    file: int
    case: str
    config: str
    _own: tuple[Any, ...]
    _parts: tuple[tuple[Any, ...], ...]
    _said: tuple[tuple[Any, ...], ...]

    def response(
        self, *, id_: str, run_id: str, case_id: str, case_hash: str, started_at: str, sample: int
    ) -> Response:
        """The response, where it belongs."""
        parts: dict[str, Any] = {
            name: kind(**dict(zip(names, values, strict=True)))
            for (name, kind, names), values in zip(_PARTS, self._parts, strict=True)
        }
        own: dict[str, Any] = dict(zip(_OWN, self._own, strict=True))
        return Response(
            id=id_, run_id=run_id, case_id=case_id, case_hash=case_hash, started_at=started_at, sample=sample,
            **own, **parts,
        )  # fmt: skip

    def said(self) -> list[Said]:
        """What the tool's checks say of it."""
        return [Said(**dict(zip(_SAID, values, strict=True))) for values in self._said]


class KeptAnswers:
    """All answers of an import. The file has no name, or loses it with the process, and is gone once this is closed."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115  # closed by `close`
        self._waiting: list[tuple[Any, ...]] = []
        self._written = 0

    def add(self, file: int, row: GivenAnswer) -> None:
        """
        Raises:
            WorkspaceError: where there is no room for it.
        """
        response = row.response
        parts = tuple(part_of(response) for part_of in _parts_of)
        said = tuple(map(_said_of, row.said))
        self._waiting.append((file, row.case, row.config, _own_of(response), parts, said))
        if len(self._waiting) == AT_ONCE:
            self._write()

    def __iter__(self) -> Iterator[KeptAnswer]:
        """All of them, in the order in which they were added.

        Raises:
            WorkspaceError: where they cannot be written, or not be read again.
        """
        self._write()
        with _temporary_file():
            self._file.seek(0)
        for _ in range(self._written):
            with _temporary_file():
                some = cast("list[tuple[Any, ...]]", pickle.load(self._file))  # noqa: S301  # written above, by ourselves
            for values in some:
                yield KeptAnswer(*values)

    def close(self) -> None:
        with suppress(OSError):  # what had no room is not needed any more
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        if self._waiting:
            with _temporary_file():
                pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self._waiting = []
            self._written += 1


@contextmanager
def _temporary_file() -> Generator[None]:
    try:
        yield
    except OSError as problem:
        raise WorkspaceError(
            f"The answers cannot be kept while they are read: {problem.strerror}.",
            path=tempfile.gettempdir(),
            hint="Make room there, or name another folder in TMPDIR.",
        ) from None

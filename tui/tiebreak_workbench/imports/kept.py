"""Answers that were read, kept in a temporary file until the runs and cases are there that they are put with.

So a file is read once, and memory stays flat. What is written are the values that the records hold: whole records take
longer to pickle and to make again than a file takes to be read twice.
"""

import pickle
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from operator import attrgetter
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeVar, cast

from tiebreak.errors import WorkspaceError
from tiebreak.imports import GivenAnswer, Said
from tiebreak.imports.frame import BLANK
from tiebreak.records import Cost, Response, Timings, Usage

T = TypeVar("T")
Values = tuple[Any, ...]
AT_ONCE = 100
"""Answers that are written at once, and read again; fewer of long ones."""
LONG = 1_000_000
"""Characters of answers from which on they are written."""
HELD = 4 * 1024 * 1024
"""Bytes that stay in memory; of more, a file is made."""
PLACED = ("id", "run_id", "case_id", "case_hash", "started_at", "sample")
"""What a response gets when it is put."""


class _Shape(Generic[T]):
    """How records of one type are taken apart, and made again."""

    def __init__(self, record: Callable[..., T], *but: str) -> None:
        self._record = record
        self._names = tuple(field.name for field in fields(cast("Any", record)) if field.name not in but)
        self.values: Callable[[T], Values] = attrgetter(*self._names)

    def made(self, values: Values, **rest: object) -> T:
        return self._record(**dict(zip(self._names, values, strict=True)), **rest)


# Every response has these; errors, passages and calls of tools, which few have, are pickled as they are.
_TIMINGS, _USAGE, _COST, _SAID = _Shape(Timings), _Shape(Usage), _Shape(Cost), _Shape(Said)
_RESPONSE = _Shape(Response, *PLACED, "timings", "usage", "cost")


@dataclass(slots=True)
class KeptAnswer:
    """An answer of the file with this number, as it was given."""

    file: int
    case: str
    config: str
    _values: Values
    _timings: Values
    _usage: Values
    _cost: Values | None
    """None where nothing is known of it."""
    _said: list[Values]

    def response(
        self, *, id_: str, run_id: str, case_id: str, case_hash: str, started_at: str, sample: int
    ) -> Response:
        """The response, where it belongs."""
        return _RESPONSE.made(
            self._values,
            id=id_,
            run_id=run_id,
            case_id=case_id,
            case_hash=case_hash,
            started_at=started_at,
            sample=sample,
            timings=_TIMINGS.made(self._timings),
            usage=_USAGE.made(self._usage),
            cost=BLANK.cost if self._cost is None else _COST.made(self._cost),
        )

    def said(self) -> list[Said]:
        """What the tool's checks say of it."""
        return [_SAID.made(values) for values in self._said]


class KeptAnswers:
    """All answers of an import. The file has no name, or loses it with the process, and is gone once this is closed."""

    def __init__(self, held: int = HELD) -> None:
        self._file = tempfile.SpooledTemporaryFile(held)  # noqa: SIM115  # closed by `close`
        self._waiting: list[Values] = []
        self._characters = 0
        """Of those that are waiting, about."""
        self._written = 0

    def add(self, file: int, row: GivenAnswer) -> None:
        """
        Raises:
            WorkspaceError: where there is no room for it.
        """
        response = row.response
        self._waiting.append(
            (
                file,
                row.case,
                row.config,
                _RESPONSE.values(response),
                _TIMINGS.values(response.timings),
                _USAGE.values(response.usage),
                None if response.cost is BLANK.cost else _COST.values(response.cost),
                [_SAID.values(one) for one in row.said],
            )
        )
        self._characters += (
            len(response.text) + len(response.reasoning) + sum(len(one.text) for one in response.contexts)
        )
        if len(self._waiting) == AT_ONCE or self._characters >= LONG:
            self._write()

    def __iter__(self) -> Iterator[KeptAnswer]:
        """All of them, in the order in which they were added.

        Raises:
            WorkspaceError: where they cannot be written, or not be read again.
        """
        self._write()
        with temporary_file():
            self._file.seek(0)
        for _ in range(self._written):
            with temporary_file():
                some = cast("list[Values]", pickle.load(self._file))  # noqa: S301  # written above, by ourselves
            for values in some:
                yield KeptAnswer(*values)

    def close(self) -> None:
        closed(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        if self._waiting:
            with temporary_file():
                pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self._waiting, self._characters = [], 0
            self._written += 1


def closed(file: IO[bytes]) -> None:
    """Let go of a temporary file: what had no room is not needed any more."""
    with suppress(OSError):
        file.close()


@contextmanager
def temporary_file() -> Generator[None]:
    """What fails in here fails for want of room, or of the folder.

    Raises:
        WorkspaceError: instead of what the system says.
    """
    try:
        yield
    except OSError as problem:
        raise WorkspaceError(
            f"The answers cannot be kept while they are read: {problem.strerror}.",
            path=tempfile.gettempdir(),
            hint="Make room there, or name another folder in TMPDIR.",
        ) from None

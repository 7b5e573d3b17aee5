"""Bytes of a file as text, or a sentence that says why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tiebreak.errors import InputError

MAX_DOCUMENT = 32 * 1024 * 1024
"""Bytes of a document that is read whole."""
MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line of a file that is read line by line."""

START = 8_000
"""Bytes that are kept of a line that is too long."""

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
AS_UTF_8 = "Save it as UTF-8."


def read_text(path: Path, error: type[InputError]) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises:
        error: for a file that is missing, a folder, unreadable, over `MAX_DOCUMENT` or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT + 1)
    except OSError as problem:
        raise unreadable(path, problem, error) from None
    if len(data) > MAX_DOCUMENT:
        message = f"The file is larger than {MAX_DOCUMENT // 2**20} MB."
        raise error(message, path=str(path), hint="Large sets belong into a .jsonl file.")
    return decoded(data, path, error)


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line of more than `MAX_LINE` bytes, of which only the first characters are kept."""

    start: str


def read_lines(path: Path, error: type[InputError]) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file with their numbers from 1 and their line ends, never more than one in memory.

    Raises:
        error: as `read_text`, for the line where the trouble is.
    """
    for number, line in tolerant_lines(path, error):
        if isinstance(line, TooLong):
            raise too_long(path, error, number)
        yield number, line


def tolerant_lines(path: Path, error: type[InputError]) -> Iterator[tuple[int, str | TooLong]]:
    """As `read_lines`, but of a line that is too long its beginning is given, and the rest of it is passed over.

    Raises:
        error: as `read_lines`, but not for such a line.
    """
    try:
        with path.open("rb") as file:
            offset = number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    yield number, TooLong(line[:START].decode(errors="replace"))
                    offset += len(line) + skip_line(file, line)
                    continue
                yield number, decoded(line, path, error, line=number, offset=offset)
                offset += len(line)
    except OSError as problem:
        raise unreadable(path, problem, error) from None


def skip_line(file: BinaryIO, begun: bytes) -> int:
    """Go on to the next line of a file whose line was read in part; returns the bytes that were passed over."""
    passed = 0
    while begun and not begun.endswith(b"\n"):
        begun = file.readline(MAX_LINE)
        passed += len(begun)
    return passed


def too_long(path: Path, error: type[InputError], line: int) -> InputError:
    return error(f"The line is longer than {MAX_LINE // 2**20} MB.", path=str(path), line=line)


def decoded(data: bytes, path: Path, error: type[InputError], *, line: int = 1, offset: int = 0) -> str:
    """UTF-8 as text; `data` begins in `line`, `offset` bytes into the file.

    Raises:
        error: naming the line and the place of the first byte that is not UTF-8.
    """
    if offset == 0:
        if data.startswith(UTF_16):
            raise error("The file is UTF-16, not UTF-8.", path=str(path), hint=AS_UTF_8)
        data = data.removeprefix(BOM)
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line += data.count(b"\n", 0, problem.start)
        place = offset + problem.start + 1
        byte = data[problem.start]
        message = f"The file is not UTF-8: byte {place} of it is 0x{byte:02X}."
        raise error(message, path=str(path), line=line, hint=AS_UTF_8) from None


def unreadable(path: Path, problem: OSError, error: type[InputError]) -> InputError:
    """The sentence for a file that the system would not open or read."""
    if isinstance(problem, IsADirectoryError):
        return error("This is a folder; a file is expected.", path=str(path))
    if isinstance(problem, FileNotFoundError):
        return error("There is no such file.", path=str(path), hint=_neighbour(path))
    if isinstance(problem, PermissionError):
        return error("The file may not be read.", path=str(path), hint="Check its permissions.")
    return error(f"The file cannot be read: {problem.strerror or problem}.", path=str(path))


def _neighbour(path: Path) -> str | None:
    """The file that was perhaps meant."""
    from rapidfuzz import process

    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return None
    match = process.extractOne(path.name, names, score_cutoff=75)
    return f"Did you mean “{match[0]}”?" if match else None

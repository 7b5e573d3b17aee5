"""The text of one answer as the rows it is painted in. Appending costs what the chunk costs, not what is there."""

from collections.abc import Iterator
from enum import IntEnum

from tiebreak_tui.rendering.wrap import breaks

_PIECE = 16 * 1024
_NEWLINE = 0x80


class Kind(IntEnum):
    """What a stretch of text is; each kind starts on a row of its own."""

    TEXT = 0
    REASONING = 1
    NOTE = 2
    """Ours, not the model's: painted, never copied."""


class Rows:
    """Wrapped text. Rows keep tabs and trailing spaces, so that what is copied is the source."""

    def __init__(self, width: int) -> None:
        self.width = max(2, width)
        self._texts = [""]
        self._marks = bytearray([Kind.TEXT])
        self._pieces: list[tuple[str, Kind]] = []
        self._open: list[str] = []
        self._open_kind = Kind.TEXT
        self._open_length = 0
        self.length = 0
        """Characters held, newlines included."""

    def __len__(self) -> int:
        """Rows to paint; the empty row that follows a final newline is not one of them."""
        return len(self._texts) - (not self._texts[-1])

    def __getitem__(self, index: int) -> str:
        return self._texts[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts[: len(self)])

    def kind(self, index: int) -> Kind:
        return Kind(self._marks[index] & ~_NEWLINE)

    def ends_line(self, index: int) -> bool:
        """Whether a newline of the source follows the row, rather than a break made by wrapping."""
        return bool(self._marks[index] & _NEWLINE)

    def append(self, text: str, kind: Kind = Kind.TEXT) -> int:
        """Add text after what is there and return the first row that changed."""
        if not text:
            return len(self._texts)
        self.length += len(text)
        self._keep(text, kind)
        if self.kind(-1) != kind:
            self._start(kind)
        first = len(self._texts) - 1
        head, *rest = text.split("\n")
        self._marks.pop()
        self._wrap(self._texts.pop() + head, kind)
        for line in rest:
            self._marks[-1] |= _NEWLINE
            self._wrap(line, kind)
        return first

    def source(self) -> Iterator[tuple[str, Kind]]:
        """Yield the text in pieces of about 16 k characters; appended to an empty `Rows` they make the same text."""
        yield from self._pieces
        if self._open:
            yield "".join(self._open), self._open_kind

    def extract(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """Return the source between two (row, offset) places, without our notes and without breaks made by wrapping."""
        (first, left), (last, right) = start, end
        last = min(last, len(self._texts) - 1)
        parts: list[str] = []
        for index in range(first, last + 1):
            if self.kind(index) is Kind.NOTE:
                continue
            text = self._texts[index]
            parts.append(text[left if index == first else 0 : right if index == end[0] else len(text)])
            if self.ends_line(index) and index < last:
                parts.append("\n")
        return "".join(parts)

    def position(self, row: int) -> int:
        """Characters before `row`: a place that survives wrapping at another width."""
        newlines = sum(self._marks.count(kind | _NEWLINE, 0, row) for kind in Kind)
        return sum(map(len, self._texts[:row])) + newlines

    def row_at(self, position: int) -> int:
        """Row that holds the character at `position`; the inverse of `position`. Looks back from the last row."""
        row = len(self._texts) - 1
        before = self.length - len(self._texts[row])
        while before > position and row > 0:
            row -= 1
            before -= len(self._texts[row]) + self.ends_line(row)
        return max(0, min(row, len(self) - 1))

    def _keep(self, text: str, kind: Kind) -> None:
        """Keep the source, in pieces large enough that there are few."""
        if self._open and (kind != self._open_kind or self._open_length >= _PIECE):
            self._pieces.append(("".join(self._open), self._open_kind))
            self._open, self._open_length = [], 0
        self._open.append(text)
        self._open_length += len(text)
        self._open_kind = kind

    def _start(self, kind: Kind) -> None:
        if self._texts[-1]:
            self.length += 1
            self._marks[-1] |= _NEWLINE
            self._texts.append("")
            self._marks.append(kind)
        else:
            self._marks[-1] = kind

    def _wrap(self, line: str, kind: Kind) -> None:
        start = 0
        for end in breaks(line, self.width):
            self._texts.append(line[start:end])
            self._marks.append(kind)
            start = end
        self._texts.append(line[start:])
        self._marks.append(kind)

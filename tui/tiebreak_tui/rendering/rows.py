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
    """Wrapped text. Rows keep the source exactly (tabs, trailing spaces), so the source can be had back."""

    def __init__(self, width: int) -> None:
        self.width = max(2, width)
        self._texts = [""]
        self._marks = bytearray([Kind.TEXT])
        self.length = 0
        """Characters appended."""

    def __len__(self) -> int:
        """Rows to paint; the empty row that follows a final newline is not one of them."""
        return len(self._texts) - (not self._texts[-1])

    def __getitem__(self, index: int) -> str:
        return self._texts[index]

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
        piece: list[str] = []
        size = 0
        kind = self.kind(0)
        for index, text in enumerate(self._texts):
            if self.kind(index) != kind or size >= _PIECE:
                yield "".join(piece), kind
                piece, size, kind = [], 0, self.kind(index)
            piece.append(text + "\n" if self.ends_line(index) else text)
            size += len(text) + 1
        yield "".join(piece), kind

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
        return sum(len(text) for text in self._texts[:row]) + sum(mark >> 7 for mark in self._marks[:row])

    def row_at(self, position: int) -> int:
        """Row that holds the character at `position`; the inverse of `position`."""
        passed = 0
        for index, text in enumerate(self._texts):
            passed += len(text) + (self._marks[index] >> 7)
            if passed > position:
                return index
        return max(0, len(self) - 1)

    def _start(self, kind: Kind) -> None:
        if self._texts[-1]:
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

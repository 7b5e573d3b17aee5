"""Word wrap that can be continued: where a row breaks never depends on text further than one row ahead."""

from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

TAB = 4
ZERO_WIDTH_JOINER = "\u200d"
SELECTOR = "\ufe0f"
_LONGEST_CLUSTER = 4
"""Characters per cell that one row may hold; a letter under a tower of accents is folded like a long word."""


def shown(row: str) -> str:
    """Return a row of source text as it is painted: tabs become spaces up to the next stop."""
    return row.expandtabs(TAB)


def breaks(line: str, width: int) -> Iterator[int]:
    """Yield the offsets at which `line` (no newlines) is to be broken so that every row fits into `width` cells.

    One space may hang over the edge. Breaks at spaces and beside wide characters, else inside the word. The rows
    before the last one stay as they are whatever is appended to `line`, so only the last row need be wrapped again.
    """
    start = 0
    length = len(line)
    while (end := _fit(line, start, width)) < length:
        if line[end] == " ":
            cut = end + 1
        elif _is_wide(line[end]) or _is_wide(line[end - 1]):
            cut = end
        else:
            cut = line.rfind(" ", start, end) + 1
            if cut <= start or line[start:cut].isspace():
                cut = end
        if cut >= length:
            return
        yield cut
        start = cut


def _fit(line: str, start: int, width: int) -> int:
    """Offset of the first character after `start` that no longer fits into `width` cells; at least one does."""
    window = line[start : start + width + 1]
    if window.isascii() and "\t" not in window:
        return start + width
    window = line[start : start + width * _LONGEST_CLUSTER]
    if "\t" in window or SELECTOR in window or ZERO_WIDTH_JOINER in window:
        return start + _fit_measured(window, width)
    cells = 0
    for index, character in enumerate(window):
        cells += get_character_cell_size(character)
        if cells > width:
            return start + max(index, 1)
    return start + len(window)


def _fit_measured(window: str, width: int) -> int:
    """Length of the longest head of `window` that fits, where characters change each other's width."""
    low, high = 1, len(window)
    while low < high:
        middle = (low + high + 1) // 2
        if cell_len(shown(window[:middle])) <= width:
            low = middle
        else:
            high = middle - 1
    fits = low
    while 1 < low < len(window) and _joins(window[low - 1], window[low]):
        low -= 1
    return low if low > 1 else fits


def _joins(left: str, right: str) -> bool:
    return left == ZERO_WIDTH_JOINER or get_character_cell_size(right) == 0


def _is_wide(character: str) -> bool:
    return get_character_cell_size(character) == 2

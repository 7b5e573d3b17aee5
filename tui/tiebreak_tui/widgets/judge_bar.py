"""One quiet line about the judge: which one, where it stands on this case, how far it is, what it cost."""

from dataclasses import dataclass

from textual.content import Content

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.bar import NewsBar

NAME_CELLS, NAME_LEAST = 30, 12
LAST_CELLS, LAST_LEAST = 60, 20
"""Cells that may go to the name, and to what it said of the case before; and at least where there is little room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeNews:
    """Plain values; texts may be anything."""

    name: str
    version: str
    """The start of its hash: numbers of another version are others."""
    status: str
    """What it is worth, such as `uncalibrated`."""
    here: str
    """Of the case on show: its seal, or what the judge says of it."""
    last: str = ""
    """Of the case that was rated last."""
    progress: str = ""
    paused: str = ""
    """Why it asks nothing more, in a sentence."""
    waits: str = ""
    """What its calls wait for, and until when."""


class JudgeBar(NewsBar[JudgeNews]):
    """`judge preference 3f2a9c1b uncalibrated · sealed 9c1e…` with less of it where there is no room; nothing without a
    judge."""

    def news_lines(self, news: JudgeNews, width: int) -> list[Content]:
        parts: list[tuple[int, str, str]] = [
            (3, "judge", "dim"),
            (0, clean_line(news.name, min(NAME_CELLS, max(NAME_LEAST, width // 4))), "bold"),
            (4, news.version, "dim"),
            (2, news.status, "$text-warning"),
            (0, f"· this case: {news.here}", ""),
            (0, f"· {news.waits}" if news.waits else "", "$text-warning"),
            (1, f"· {clean_line(news.last, LAST_CELLS)}" if news.last else "", "$text-accent"),
            (5, f"· {news.progress}" if news.progress else "", "dim"),
        ]
        if news.paused:
            parts = [
                *(part for part in parts[:5] if part[1]),
                (0, f"· paused: {news.paused} (R asks again)", "$text-warning"),
            ]
        room, kept = width, set[int]()
        for index, (rank, text, style) in sorted(enumerate(parts), key=lambda item: item[1][0]):
            shown = clean_line(text, room - 1) if rank <= 1 and room > LAST_LEAST else text
            if shown and len(shown) + 1 <= room:
                room -= len(shown) + 1
                parts[index] = (rank, shown, style)
                kept.add(index)
        return [
            Content.assemble(*((f"{text} ", style) for index, (_, text, style) in enumerate(parts) if index in kept))
        ]

"""The Arena's first line: where one is, what was last done, what is saved, what was spent."""

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from tiebreak.sanitise import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Plain values; texts may be anything."""

    dataset: str
    position: int
    planned: int
    done: int
    saves: str
    halted: bool
    spent: str


class StatusBar(Static):
    """One line that gives up its least needed parts when there is no room."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id, markup=False)
        self.last_act = ""
        self._status: Status | None = None

    def show(self, status: Status) -> None:
        self._status = status
        self.update(self._line(status), layout=False)

    def on_resize(self) -> None:
        if self._status is not None:
            self.update(self._line(self._status), layout=False)

    def _line(self, status: Status) -> Content:
        width = max(20, self.size.width)
        case = f" case {status.position + 1}/{status.planned} "
        saves = f" {status.saves} "
        parts: list[tuple[int, str, str]] = [
            (0, case, "bold"),
            (3, f" {clean_line(status.dataset, 30)} ", "$text-muted"),
            (4, f" {status.done} done ", "$text-muted"),
            (2, f" {clean_line(self.last_act, 48)} " if self.last_act else "", "$text-accent"),
            (0, saves, "bold $text-error" if status.halted else "$text-success"),
            (1, f" {status.spent} ", "$text-muted"),
        ]
        while len(parts) > 2 and sum(len(text) for _, text, _ in parts) > width:
            parts.remove(max(parts, key=lambda part: part[0]))
        left = [(text, style) for rank, text, style in parts if text != saves and rank != 1]
        right = [(text, style) for rank, text, style in parts if text == saves or rank == 1]
        gap = width - sum(len(text) for text, _ in (*left, *right))
        return Content.assemble(*left, " " * max(0, gap), *right)

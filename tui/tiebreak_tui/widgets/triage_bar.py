"""The head of Triage: who is held against whom, what is saved, the counts by class, and what is listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len
from textual.content import Content

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.bar import Bar
from tiebreak_tui.widgets.status_bar import STYLES, StatusBar

GLYPHS: Mapping[str, tuple[str, str, str]] = {
    "regression": ("✘", "bold $text-error", "worse"),
    "unchanged_failed": ("!", "$text-error", "failing as before"),
    "fix": ("✔", "$text-success", "better"),
    "unchanged_passed": ("·", "dim", "passing as before"),
    "left_out": ("–", "$text-warning", "left out"),
}
"""Of each class its mark, the style of that, and what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Plain values; texts may be anything."""

    a: str = ""
    b: str = ""
    dataset: str = ""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    listed: str = ""
    """How many cases match, in words."""
    filter: str = ""
    words: str = ""
    remarks: tuple[str, ...] = ()
    """Such as how many are marked; the most needed first."""
    by_check: str = ""
    """How often each check moved, where there is room."""
    working: str = ""
    """What is being done meanwhile."""
    saves: str = ""
    halted: bool = False


class TriageStatus(StatusBar):
    """The first line. What the app has to say stands in it for a few seconds."""

    heading = Heading()

    def tell_heading(self, heading: Heading) -> None:
        self.heading = heading
        self._paint()

    def _paint(self) -> None:
        self.update(self._first_line(), layout=False)

    def _first_line(self) -> Content:
        heading, width = self.heading, max(20, self.size.width)
        right = [(f" {heading.saves} ", "bold $text-error" if heading.halted else "$text-success")]
        if heading.working:
            right.insert(0, (f" {heading.working} ", "$text-accent"))
        room = width - sum(cell_len(text) for text, _ in right)
        if self._word is not None:
            text, severity = self._word
            left: list[tuple[str, str]] = [(f" {clean_line(text, room - 2)} ", STYLES[severity])]
        else:
            name = max(6, (room - 22) // 3)
            left = [
                (" Triage ", "bold"),
                (" A ", "bold $side-a"),
                (clean_line(heading.a, name), "$side-a"),
                (" → ", "dim"),
                ("B ", "bold $side-b"),
                (clean_line(heading.b, name), "$side-b"),
            ]
            used = sum(cell_len(text) for text, _ in left)
            if room - used > 8:
                left.append((f"  {clean_line(heading.dataset, room - used - 3)}", "dim"))
        gap = room - sum(cell_len(text) for text, _ in left)
        return Content.assemble(*left, " " * max(0, gap), *right)


class TriageBar(Bar):
    """Counts by class, and what filter and search leave."""

    DEFAULT_CSS = """
    TriageBar { background: $surface; }
    """

    heading = Heading()

    def show(self, heading: Heading) -> None:
        self.heading = heading
        self.repaint()

    def lines(self, width: int) -> list[Content]:
        lines = [self._left(width)]
        return lines if self.low else [self._counts(width), *lines]

    def _counts(self, width: int) -> Content:
        """With the words for the classes, or with their marks alone where there is no room."""
        known = [(name, self.heading.counts.get(name, 0)) for name in GLYPHS]
        # Where nothing moved or fails, as in a file of verdicts alone, there was perhaps nothing to pass.
        spoken = self.heading.by_check or self.heading.counts.get("unchanged_failed")
        called = {name: look[2] for name, look in GLYPHS.items()}
        if not spoken:
            called["unchanged_passed"] = "unchanged"
        for words in (True, False):
            parts = [
                (f"{GLYPHS[name][0]} {count:,}{f' {called[name]}' if words else ''}", GLYPHS[name][1])
                for name, count in known
                if count or name == "regression"
            ]
            text = Content("   ").join(Content.styled(part, style) for part, style in parts)
            if text.cell_length <= width:
                break
        return text if self.heading.counts else Content("")

    def _left(self, width: int) -> Content:
        heading = self.heading
        text = Content.styled(clean_line(heading.listed, width), "bold")
        parts = [
            (heading.filter, "filter ", "$text-warning"),
            (heading.words, "search ", "$text-warning"),
            *((remark, "", "$text-accent") for remark in heading.remarks),
            (heading.by_check, "by check ", "dim"),
        ]
        for value, label, style in parts:
            room = width - text.cell_length - len(label) - 3
            if value and room > 6:
                text += Content.styled(" · ", "dim") + Content.styled(label, "dim")
                text += Content.styled(clean_line(value, room), style)
        return text

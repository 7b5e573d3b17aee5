"""Plots as inline SVG: no script, no reference to anything outside, every text escaped. Colours come from the page."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from tiebreak.compare import Comparison
from tiebreak.compare.result import LatencyOfSide
from tiebreak.reports.words import change
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard import WinRate

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 12, 34
ROW = 26
"""Height of a bar's row."""
LABEL = 30
"""Cells of a label beside a bar."""
SHOWN = 24
"""Rows of bars that are drawn."""


class Frame(NamedTuple):
    """Where values stand in a drawing: x from 0 to `wide`, y from 0 to 1 upwards."""

    wide: float

    def x(self, value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * value / self.wide, 1)

    def y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value), 1)


def win_rate_plot(path: Sequence[WinRate]) -> str:
    """The win rate of B as cases settled, in the order of the plan, with its W± band; empty without two points."""
    if len(path) < 2:
        return ""
    frame = Frame(float(path[-1].n))
    bounds = [rate.interval for rate in path]
    upper = [f"{frame.x(rate.n)},{frame.y(high)}" for rate, (_, high) in zip(path, bounds, strict=True)]
    lower = [f"{frame.x(rate.n)},{frame.y(low)}" for rate, (low, _) in zip(path, bounds, strict=True)]
    line = [f"{frame.x(rate.n)},{frame.y(rate.mean or 0.0)}" for rate in path]
    low, high = bounds[-1]
    rate = 100 * (path[-1].mean or 0)
    told = f"Win rate of B over {path[-1].n} cases: {rate:.0f} %, {100 * low:.0f} to {100 * high:.0f} %"
    parts = [
        *_grid(frame, [(0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1, "100 %")]),
        f'<polygon class="band" points="{" ".join([*upper, *reversed(lower)])}"/>',
        f'<line class="half" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{frame.y(0.5)}" y2="{frame.y(0.5)}"/>',
        f'<polyline class="line b" points="{" ".join(line)}"/>',
        *foot([(frame.x(0), "0"), (frame.x(frame.wide), str(path[-1].n))], "settled cases"),
    ]
    return drawing(HEIGHT, told, parts)


def differences_plot(found: Comparison) -> str:
    """B − A of each measure of quality with its interval, the worst first; empty where there is none."""
    measures = [m for m in found.measures if m.unit in ("share", "score")][:SHOWN]
    if not measures:
        return ""
    ends = [
        end for m in measures for end in (m.difference.low, m.difference.high, m.difference.mean) if end is not None
    ]
    reach = max(0.05, *(min(1.0, abs(end)) for end in ends))
    start, height = 210, TOP + ROW * len(measures) + BOTTOM

    def x(value: float) -> float:
        return round(start + (WIDTH - RIGHT - start) * (max(-reach, min(reach, value)) + reach) / (2 * reach), 1)

    bottom = height - BOTTOM
    parts = [f'<line class="half" x1="{x(0)}" x2="{x(0)}" y1="{TOP}" y2="{bottom}"/>']
    for index, m in enumerate(measures):
        y = TOP + ROW * index + ROW // 2
        mean, low, high = m.difference.mean, m.difference.low, m.difference.high
        parts.append(f'<text class="label" x="{start - 8}" y="{y + 4}">{label_text(m.name)}</text>')
        left, right = sorted((x(0), x(mean)))
        parts.append(
            f'<rect class="bar {m.verdict}" x="{left}" y="{y - 7}" width="{round(right - left, 1)}" height="14"/>'
        )
        if low is not None and high is not None:
            parts.append(f'<line class="whisker" x1="{x(low)}" x2="{x(high)}" y1="{y}" y2="{y}"/>')
            parts += [f'<line class="whisker" x1="{x(e)}" x2="{x(e)}" y1="{y - 4}" y2="{y + 4}"/>' for e in (low, high)]
        parts.append(f'<circle class="mean" cx="{x(mean)}" cy="{y}" r="3"/>')
    ticks = [(x(value), change("share", value)) for value in (-reach, 0.0, reach)]
    parts += foot(ticks, "B − A", height)
    return drawing(height, "Differences of the checks with their 95 % intervals", parts)


def latency_plot(name: str, a: LatencyOfSide, b: LatencyOfSide) -> str:
    """The share of answers that came within a time, for both sides; empty without a distribution."""
    if not a.ladder or not b.ladder:
        return ""
    frame = Frame(max(a.ladder[-1], b.ladder[-1], 0.001))
    parts = list(_grid(frame, [(0, "0 %"), (0.5, "50 %"), (0.95, "95 %"), (1, "")]))
    for side, latency in (("a", a), ("b", b)):
        steps = len(latency.ladder) - 1
        points = [f"{frame.x(value)},{frame.y(index / steps)}" for index, value in enumerate(latency.ladder)]
        parts.append(f'<polyline class="line {side}" points="{" ".join(points)}"/>')
    parts.append(f'<text class="key a" x="{WIDTH - RIGHT - 60}" y="{HEIGHT - BOTTOM - 24}">A</text>')
    parts.append(f'<text class="key b" x="{WIDTH - RIGHT - 40}" y="{HEIGHT - BOTTOM - 24}">B</text>')
    ends = [(frame.x(0), "0 s"), (frame.x(frame.wide), f"{frame.wide:.3g} s")]
    parts += foot(ends, f"{name}: share of answers within so many seconds")
    return drawing(HEIGHT, f"Distribution of {name} of A and B", parts)


def drawing(height: int, told: str, parts: Sequence[str]) -> str:
    """The whole of a plot; `told` says it to whoever does not see it."""
    body = "\n".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(told, quote=True)}">\n{body}\n</svg>'


def _grid(frame: Frame, rows: Sequence[tuple[float, str]]) -> Iterator[str]:
    for value, label in rows:
        y = frame.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text class="label" x="{LEFT - 6}" y="{y + 4}">{escape(label)}</text>'


def foot(ticks: Sequence[tuple[float, str]], title: str, height: int = HEIGHT) -> list[str]:
    """The marks of the axis below, at least two, and what it shows."""
    anchors = ["start", *["middle"] * (len(ticks) - 2), "end"]
    marks = [
        f'<text class="tick {anchor}" x="{x}" y="{height - 18}">{escape(label)}</text>'
        for (x, label), anchor in zip(ticks, anchors, strict=True)
    ]
    middle = (ticks[0][0] + ticks[-1][0]) / 2
    return [*marks, f'<text class="tick middle" x="{middle:.1f}" y="{height - 4}">{label_text(title, 80)}</text>']


def label_text(text: str, limit: int = LABEL) -> str:
    """Outside text as it may stand in a plot."""
    return escape(clean_line(text, limit))

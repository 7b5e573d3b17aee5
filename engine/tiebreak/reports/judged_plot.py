"""A plot of the win rate as judges, people, and both together have it, as inline SVG like the other plots."""

from collections.abc import Sequence

from tiebreak.reports.judged import JudgedMean, JudgedVersion
from tiebreak.reports.plots import BOTTOM, RIGHT, ROW, SHOWN, TOP, WIDTH, drawing, foot, label_text

START = 260


def judges_plot(judges: Sequence[JudgedVersion]) -> str:
    """Three rows for each judge of pairs that was held against people; empty where there is none."""
    rows: list[tuple[str, JudgedMean, bool]] = []
    for judge in judges:
        for line in judge.lines:
            found = line.estimates.get("candidate") if line.dimension is None else None
            if found is not None and found.judge.mean is not None:
                rows += [
                    (f"{judge.name} alone", found.judge, True),
                    ("people alone", found.people, False),
                    ("calibrated", found.calibrated, False),
                ]
    rows = rows[:SHOWN]
    if not rows:
        return ""
    height = TOP + ROW * len(rows) + BOTTOM
    bottom = height - BOTTOM

    def x(value: float) -> float:
        return round(START + (WIDTH - RIGHT - START) * max(0.0, min(1.0, value)), 1)

    parts = [f'<line class="half" x1="{x(0.5)}" x2="{x(0.5)}" y1="{TOP}" y2="{bottom}"/>']
    for index, (label, mean, alone) in enumerate(rows):
        y = TOP + ROW * index + ROW // 2
        parts.append(f'<text class="label" x="{START - 8}" y="{y + 4}">{label_text(label)}</text>')
        if mean.low is not None and mean.high is not None:
            parts.append(f'<line class="whisker" x1="{x(mean.low)}" x2="{x(mean.high)}" y1="{y}" y2="{y}"/>')
            ends = (x(mean.low), x(mean.high))
            parts += [f'<line class="whisker" x1="{end}" x2="{end}" y1="{y - 4}" y2="{y + 4}"/>' for end in ends]
        if mean.mean is not None:
            kind, radius = ("ring", 4) if alone else ("mean", 3)
            parts.append(f'<circle class="{kind}" cx="{x(mean.mean)}" cy="{y}" r="{radius}"/>')
    parts += foot([(x(0), "0 %"), (x(0.5), "50 %"), (x(1), "100 %")], "wins of B", height)
    return drawing(height, "The win rate of B by judges, by people, and by both together", parts)

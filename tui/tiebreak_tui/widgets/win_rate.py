"""The live win rate in one line: who leads, by how much, how sure that is, from how many cases."""

from dataclasses import dataclass

from textual.content import Content

from tiebreak_tui.widgets.bar import Bar

_BAR_CELLS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The candidate's wins over settled cases. Rates are from 0 to 1; a tie and a both-bad count one half."""

    rate: float | None
    """None while nothing is settled."""
    low: float = 0.0
    high: float = 1.0
    """The two-sided interval, valid at every look."""
    wins: int = 0
    ties: int = 0
    losses: int = 0
    both_bad: int = 0
    n: int = 0
    planned: int | None = None
    names: tuple[str, str] | None = ("A", "B")
    """What baseline and candidate are called; None in a blind session, where the leader stays unnamed."""
    every: int = 1
    """Settled cases between two tallies."""


class WinRateBar(Bar):
    """`B leads 58 % [49–67 %] ·····┊─●──····· W 31 T 9 L 18 n 58/80`, with less of it where there is no room."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tally = Tally(rate=None)

    def show(self, tally: Tally) -> None:
        if tally != self._tally:
            self._tally = tally
            self.repaint()

    def lines(self, width: int) -> list[Content]:
        return [line(self._tally, width)]


def line(tally: Tally, width: int) -> Content:
    """The tally in `width` cells. What goes first is the bar, then both-bad, then wins, ties and losses."""
    if tally.rate is None:
        planned = f" of {tally.planned}" if tally.planned is not None else ""
        text = (
            f"No case settled yet{planned}"
            if tally.every == 1
            else f"The tally comes every {tally.every} settled cases"
        )
        return Content.styled(text, "dim").truncate(width, ellipsis=True)
    of = f"/{tally.planned}" if tally.planned is not None else ""
    # (rank, text, style): the highest rank is given up first.
    parts = [
        (0, _lead(tally), "bold"),
        (0, _interval(tally), ""),
        (4, _bar(tally), "$text-accent"),
        (2, f"W {tally.wins} T {tally.ties} L {tally.losses}" if tally.names else "", ""),
        (3, f"both bad {tally.both_bad}" if tally.both_bad else "", "$text-warning"),
        (1, f"n {tally.n}{of}", "dim"),
    ]
    parts = [part for part in parts if part[1]]
    while sum(len(text) + 2 for _, text, _ in parts) - 2 > width and len(parts) > 1:
        parts.remove(max(parts, key=lambda part: part[0]))
    spans = [Content.styled(text, style) for _, text, style in parts]
    return Content("  ").join(spans).truncate(width, ellipsis=True)


def _lead(tally: Tally) -> str:
    assert tally.rate is not None
    percent = f"{100 * tally.rate:.0f} %"
    if tally.names is None:
        return f"one side leads {100 * max(tally.rate, 1 - tally.rate):.0f} %"
    baseline, candidate = tally.names
    if tally.rate == 0.5:
        return f"level {percent}"
    return f"{candidate} leads {percent}" if tally.rate > 0.5 else f"{baseline} leads, {candidate} at {percent}"


def _interval(tally: Tally) -> str:
    assert tally.rate is not None
    low, high = tally.low, tally.high
    if tally.names is None and tally.rate < 0.5:
        low, high = 1 - high, 1 - low
    return f"[{low * 100:.0f}–{high * 100:.0f} %]"


def _bar(tally: Tally) -> str:
    assert tally.rate is not None
    rate, low, high = tally.rate, tally.low, tally.high
    if tally.names is None and rate < 0.5:
        rate, low, high = 1 - rate, 1 - high, 1 - low
    return interval_bar(rate, low, high, _BAR_CELLS)


def interval_bar(rate: float, low: float, high: float, cells: int) -> str:
    """0 to 100 % from left to right: the interval as a line, the rate as a dot, one half as a dashed stroke."""

    def place(value: float) -> int:
        return min(cells - 1, max(0, int(value * cells)))

    drawn = ["·"] * cells
    for at in range(place(low), place(high) + 1):
        drawn[at] = "─"
    drawn[place(0.5)] = "┊"
    drawn[place(rate)] = "●"
    return "".join(drawn)

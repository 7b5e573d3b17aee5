"""A band that no one can overlook: this is the risk queue, what it counts for, and why this case is in it."""

from dataclasses import dataclass

from textual.content import Content

from tiebreak.sanitise import clean_line
from tiebreak_tui.widgets.bar import NewsBar


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskNews:
    """Plain values; texts may be anything."""

    position: int
    cases: int
    why: str
    feeds: bool
    """Some gate can fail by what is found here."""


class RiskBar(NewsBar[RiskNews]):
    """Two lines in the colour of a warning; outside the risk queue it takes no room."""

    DEFAULT_CSS = """
    RiskBar { background: $warning-muted; color: $text-warning; }
    """

    def news_lines(self, news: RiskNews, width: int) -> list[Content]:
        gate = "a 1 fails a gate that allows none" if news.feeds else "no gate of this policy looks here"
        head = f" RISK QUEUE {news.position + 1}/{news.cases} "
        back, short = "Q back to the plan", "Q back"
        room = width - len(head) - 1
        wordings = (
            (gate, "enters no rate, mean or calibration", back),
            (gate, "enters no rate or mean", back),
            ("enters no rate, mean or calibration", back),
            ("enters no rate or mean", back),
            ("enters no rate", short),
            (short,),
        )
        parts = next((own for own in wordings if len(" · ".join(own)) <= room), ())
        first = Content.assemble((head, "bold reverse"), " ", " · ".join(parts))
        return [first] if self.low else [first, Content(clean_line(f"Why: {news.why}", width))]

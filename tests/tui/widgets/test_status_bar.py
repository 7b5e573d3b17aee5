"""The Arena's first line gives up what is least needed, and nothing that still has room."""

import pytest
from textual.app import App, ComposeResult

from support.terminal import capture_app
from tiebreak_tui.widgets.status_bar import Status, StatusBar


class StatusApp(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusBar()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (24, "case 4/88 3 saved"),
        (34, "case 4/88 3 rated 3 saved"),
        (46, "case 4/88 3 saved A $0.0044 B $0.0062"),
        (60, "case 4/88 3 rated 3 saved A $0.0044 B $0.0062"),
        (80, "case 4/88 3 rated bill-018: B better 3 saved A $0.0044 B $0.0062"),
        (110, "case 4/88 support-desk 3 rated bill-018: B better 3 saved A $0.0044 B $0.0062"),
    ],
)
async def test_a_part_that_fits_is_shown(width: int, line: str) -> None:
    app = StatusApp()
    async with capture_app(app, (width, 10)) as terminal:
        bar = app.query_one(StatusBar)
        bar.show(
            Status(
                dataset="support-desk",
                position=3,
                planned=88,
                counts="3 rated",
                saves="3 saved",
                halted=False,
                spent="A $0.0044  B $0.0062",
            )
        )
        bar.tell("bill-018: B better")
        await terminal.pilot.pause()
        assert " ".join(terminal.rows[0].split()) == line

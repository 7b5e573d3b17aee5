"""`tiebreak triage` in a terminal: it opens in the app, unless it is asked to print."""

from pathlib import Path

from support.pty_app import PtyApp
from support.triage_app import changed


async def test_it_opens_in_the_app_with_its_filter(tmp_path: Path) -> None:
    await changed(tmp_path)
    with PtyApp(["triage", "-f", "class:fix"], tmp_path) as app:
        app.until("filter", "class:fix", "1 case")
        app.press(b"q")
        app.until("New session")
        app.press(b"\x11")
        assert app.end() == 0


async def test_it_prints_where_it_is_asked_to(tmp_path: Path) -> None:
    await changed(tmp_path)
    with PtyApp(["triage", "-n", "2"], tmp_path) as app:
        assert app.end() == 0
    assert "and 3 more" in app.text

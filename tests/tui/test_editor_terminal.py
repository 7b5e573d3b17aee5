"""The editor gets a real terminal, and the app takes it back."""

from pathlib import Path

import pytest

from support.editors import editor
from support.pty_app import PtyApp, is_restored
from support.workspaces import make_workspace


def test_the_terminal_is_given_to_the_editor_and_taken_back(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    seen, environ = editor(tmp_path / "bin")
    arguments = ["arena", "-d", "small", "-a", "plain", "-b", "warm"]
    with PtyApp(arguments, folder, {**environ, "XDG_DATA_HOME": str(tmp_path / "data")}) as app:
        app.until("A plain", "stop")
        at = len(app.written)
        app.press(b"o")
        app.until("?1049l", "?1049h", "A plain", since=at)
        assert seen.read_text().splitlines()[1] == "400"
        at = len(app.written)
        app.press(b"m")
        app.until("View", since=at)
        app.press(b"\x11")
        assert app.end() == 0
        assert is_restored(app.written)


@pytest.mark.parametrize("fails", [False, True], ids=["none is set", "it fails"])
def test_the_terminal_is_taken_back_where_the_editor_is_of_no_use(tmp_path: Path, fails: bool) -> None:
    folder = make_workspace(tmp_path / "ws")
    _, failing = editor(tmp_path / "bin", fails=True)
    environ = failing if fails else {"EDITOR": "", "VISUAL": ""}
    arguments = ["arena", "-d", "small", "-a", "plain", "-b", "warm"]
    with PtyApp(arguments, folder, {**environ, "XDG_DATA_HOME": str(tmp_path / "data")}) as app:
        app.until("A plain", "stop")
        at = len(app.written)
        app.press(b"o")
        app.until("?1049h", "ended with exit code 3" if fails else "No editor is set.", since=at)
        at = len(app.written)
        app.press(b"\x1b")
        app.until("A plain", since=at)
        app.press(b"\x11")
        assert app.end() == 0
        assert is_restored(app.written)

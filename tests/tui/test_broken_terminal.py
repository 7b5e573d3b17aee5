"""What a terminal may do to the app: send what is no text, paste, and vanish. In a real pseudo-terminal."""

import asyncio
import sys
from pathlib import Path

import pytest

from support.app import against, stored_session
from support.model_server import ModelServer
from support.pty_app import PtyApp, is_restored
from support.workspaces import make_workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
START = ("arena", "-d", "small", "-a", "plain", "-b", "warm", "--seed", "7")
BROKEN = [
    pytest.param(b"\xff", id="no-utf-8"),
    pytest.param(b"\xe9\xe8", id="latin-1"),
    pytest.param(b"\x1b[1114112u", id="no-such-character"),
    pytest.param(b"\x1b[97:65;1:2u", id="other-reports"),
]


@pytest.mark.parametrize("sent", BROKEN)
def test_broken_input_ends_nothing(tmp_path: Path, sent: bytes) -> None:
    folder = make_workspace(tmp_path / "ws")
    with PtyApp(START, folder) as app:
        app.until("case 1/6", "TTFT")
        app.press(sent)
        app.press(b"\x1b[C")
        app.until("case 2/6", "1 saved")
        app.press(b"\x11")
        assert app.end() == 0
        assert is_restored(app.written)
        assert "Traceback" not in app.text
    assert [ballot.value for ballot in stored_session(folder).ballots] == ["B"]


@pytest.mark.parametrize("marked", [True, False])
def test_pasted_text_neither_votes_nor_quits(tmp_path: Path, marked: bool) -> None:
    folder = make_workspace(tmp_path / "ws")
    text = b"text 12345 x\x1b[D" + b"\x1bq" * 20 + b"quit\r"
    with PtyApp(START, folder) as app:
        app.until("case 1/6", "TTFT")
        app.press(b"\x1b[200~" + text + b"\x1b[201~" if marked else text)
        app.until("Pasted text is ignored here")
        app.press(b"\x1b[C")
        app.until("case 2/6", "1 saved")
        app.press(b"n")
        app.until("Note on")
        app.press(b"\x1b[200~pasted\x1b[201~ and typed")
        app.until("and typed")
        app.press(b"\x13")
        app.until("Note kept.", "2 saved")
        app.press(b"\x11")
        assert app.end() == 0
    ballots = [(ballot.kind, ballot.value) for ballot in stored_session(folder).ballots]
    assert ballots == [("vote", "B"), ("note", "pasted and typed")]


@pytest.mark.parametrize("signalled", [True, False])
async def test_without_its_terminal_the_app_ends_and_loses_no_vote(tmp_path: Path, signalled: bool) -> None:
    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "endless", "endless")
        server.script("normal?words=3", "normal?words=3")

        def run() -> int:
            with PtyApp(START, folder, {"TEST_KEY": "sk-test"}, signalled=signalled) as app:
                app.until("case 1/6", "The quick", "TTFT")
                app.press(b"\x1b[C")
                app.until("case 2/6", "1 saved", "more more")
                app.close()
                return app.outlive()

        code = await asyncio.to_thread(run)
    assert code == 129
    assert [ballot.value for ballot in stored_session(folder).ballots] == ["B"]

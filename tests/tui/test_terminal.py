"""The whole program in a real pseudo-terminal: it opens, ends cleanly by key and by signal, and shares its database."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from support.app import against, stored_session
from support.model_server import ModelServer
from support.pty_app import PtyApp, is_restored
from support.workspaces import make_workspace
from tiebreak_store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
START = ("arena", "-d", "small", "-a", "plain", "-b", "warm", "--seed", "7")


def test_the_demo_opens_and_ends_by_key(tmp_path: Path) -> None:
    with PtyApp(["demo"], tmp_path) as app:
        app.until("case 1/", "Both bad")
        app.press(b"\x11")
        assert app.end() == 0
        assert is_restored(app.written)
        assert "Traceback" not in app.text


def test_the_parting_line_says_how_to_come_back_and_that_works(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    with PtyApp(START, folder) as app:
        app.until("case 1/6", "TTFT")
        app.press(b"\x1b[C")
        app.until("case 2/6", "1 saved")
        app.press(b"\x11")
        assert app.end() == 0
        assert is_restored(app.written)
        after = app.written[app.written.rfind(b"\x1b[?1049l") :].decode()
        session_id = stored_session(folder).session.id
        assert f"1 ballot is saved. Go on with: tiebreak arena -r {session_id}" in after
    with PtyApp(["arena", "-r", session_id], folder) as app:
        app.until("case 2/6", "1 saved")
        app.press(b"\x11")
        assert app.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_in_mid_stream_puts_the_terminal_back_and_loses_no_vote(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with ModelServer() as server:
        # Two whole answers for the first case, which is rated; everything after it streams without an end.
        folder = against(tmp_path / "ws", server, "endless", "endless")
        server.script("normal?words=3", "normal?words=3")

        def run() -> tuple[int, bytes]:
            with PtyApp(START, folder, {"TEST_KEY": "sk-test"}) as app:
                app.until("case 1/6", "The quick", "TTFT")
                app.press(b"\x1b[C")
                app.until("case 2/6", "1 saved", "more more")
                os.kill(app.pid, number)
                return app.end(), app.written

        code, written = await asyncio.to_thread(run)
    assert code == 128 + number
    assert is_restored(written)
    assert b"Traceback" not in written
    stored = stored_session(folder)
    assert [(ballot.kind, ballot.value) for ballot in stored.ballots] == [("vote", "B")]
    assert b"tiebreak arena -r " + stored.session.id.encode() in written


def test_two_apps_share_a_database(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    with PtyApp(START, folder) as first, PtyApp(START, folder, {"USER": "second"}) as second:
        for app in (first, second):
            app.until("case 1/6", "TTFT")
        # Another key the second time: the same one at the speed of a machine would be one that is held down.
        for app, key in ((first, b"\x1b[C"), (second, b"\x1b[C"), (first, b"t"), (second, b"t")):
            seen = len(app.written)
            app.press(key)
            app.until("/6", "saved", since=seen)
        for app in (first, second):
            app.until("2 saved")
            app.press(b"\x11")
            assert app.end() == 0
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        sessions = store.sessions()
        votes = [ballot.value for summary in sessions for ballot in store.load_session(summary.id).ballots]
    assert len(sessions) == 2
    assert votes == ["B", "tie"] * 2

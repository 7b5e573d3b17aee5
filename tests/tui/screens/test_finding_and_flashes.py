"""What comes while one reads slips under no key: hits found late, keys pressed twice, words that are too long."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from support.app import Seat, against, sit_down
from support.model_server import ModelServer
from support.triage_app import changed
from support.workspaces import make_workspace
from tiebreak_tui.dialogs.options import Offer, OptionsDialog
from tiebreak_tui.dialogs.past import FindDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.past.finding import Finder, find
from tiebreak_workbench.past.past_indexing import Progress
from tiebreak_workbench.spot import start_spot
from tiebreak_workbench.workbench import Workbench

TWO = ("a", "b")


async def begin(folder: Path) -> str:
    """One more session of the workspace."""
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        return seat.arena.session_id


async def test_a_key_that_comes_twice_closes_one_dialog(tmp_path: Path) -> None:
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        offers = [Offer(key=key, title=key, about="") for key in TWO]
        chosen: list[str | None] = []

        def second(key: str | None) -> None:
            chosen.append(key)
            seat.app.push_screen(OptionsDialog("Second", "", offers), chosen.append)

        seat.app.push_screen(OptionsDialog("First", "", offers), second)
        await seat.sees("First")
        for _ in TWO:
            seat.send("enter", next(seat.clock))
        await seat.sees("Second")
        await seat.settle()
        assert chosen == ["a"]
        assert [type(screen) for screen in seat.app.screen_stack[-2:]] == [SetupScreen, OptionsDialog]
        await seat.press("down", "enter")
        await seat.until(lambda: chosen == ["a", "b"])


async def test_what_is_indexed_while_one_reads_moves_no_other_hit_under_the_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Event()
    catch_up = Finder.catch_up

    def slow(self: Finder, progress: Progress | None = None, go_on_: Callable[[], bool] = lambda: True) -> bool:
        """The real one, once there is time for it."""
        go_on.wait(20)
        return catch_up(self, progress, go_on_)

    async with ModelServer() as server:
        folder = against(tmp_path / "ws", server, "normal?words=3", "normal?words=4")
        first = await begin(folder)
        with Workbench.open(folder, {"USER": "ada"}) as bench:
            find(bench, "")
        second = await begin(folder)
        monkeypatch.setattr(Finder, "catch_up", slow)
        async with sit_down(folder) as seat:
            await seat.ready()
            await seat.press("slash")
            await seat.reaches(FindDialog)
            await seat.sees(first, "still indexing")
            await seat.press("down")
            go_on.set()
            await seat.sees(second, "2 found")
            await seat.press("enter")
            dialog = await seat.reaches(OptionsDialog)
            assert dialog.heading == first


async def test_enter_waits_for_what_was_typed_and_a_session_is_not_compared_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ws"
    session_id = await changed(folder)
    go_on = Event()
    real = Finder.find

    def slow(self: Finder, query: str, limit: int = 50):  # as the real one
        if query == "lamps":
            go_on.wait(20)
        return real(self, query, limit)

    monkeypatch.setattr(Finder, "find", slow)
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("slash")
        await seat.reaches(FindDialog)
        await seat.sees(session_id, "1 found")
        await seat.write("lamps")
        await seat.press("enter", "enter", "enter")  # the list still shows what was found before
        await seat.reaches(FindDialog)
        go_on.set()
        await seat.sees("lamps?")
        await seat.press("enter")
        await seat.reaches(OptionsDialog)
        await seat.sees("lamps?", "Compare it")
        await seat.press("down", "enter")
        await seat.reaches(FindDialog)
        await seat.sees(f"Compare {session_id} with", "Nothing found.")


async def test_a_word_that_the_first_line_has_no_room_for_is_told_whole(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    make_workspace(folder)

    def told(seat: Seat) -> str:
        return " ".join(seat.text.replace("│", " ").replace("▌", " ").split())

    async with sit_down(folder, Wishes(start=True, seed=7), size=(80, 24)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        seat.app.flash("A short word.")
        await seat.until(lambda: "A short word." in seat.terminal.rows[0])
        seat.app.flash("Sent, but tmux keeps it (set-clipboard is external), so it likely is nowhere: Y saves a file.")
        await seat.until(lambda: "Y saves" in told(seat) and "file." in told(seat))
        assert "A short word." not in seat.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_last_line_of_a_spot_check_says_how_to_ask_on(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with ModelServer() as server, sit_down(folder, Wishes(start=True, seed=7), size=size) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.until(lambda: "Skip" in seat.terminal.rows[-1])
        assert "Ask on" not in seat.terminal.rows[-1]
        assert seat.app.bench is not None
        id_ = start_spot(seat.app.bench, "Why?", ("normal?words=3", "normal?words=5"), base_url=server.base_url)
        await seat.app.enter_arena(id_)
        await seat.until(lambda: "a Ask on" in seat.terminal.rows[-1])
        assert "Skip" not in seat.terminal.rows[-1]
        await seat.answered()
        await seat.press("a")
        await seat.sees("ctrl+s follows up · ctrl+n on its own · esc keeps a draft")

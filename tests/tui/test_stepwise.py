"""Screens that open in steps."""

import asyncio
from typing import Any

from textual.app import App, ComposeResult
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tiebreak_tui.stepwise import Stepwise


class Word(Static):
    """Notes the classes of its screen as it comes to be."""

    at_first: frozenset[str] = frozenset()

    def on_mount(self) -> None:
        self.at_first = sizes_of(self.screen)


def sizes_of(screen: Screen[Any]) -> frozenset[str]:
    return frozenset(name for name in ("-narrow", "-wide", "-flat", "-tall") if screen.has_class(name))


class Asked(Message):
    pass


class Page(Stepwise[None]):
    DEFAULT_CSS = """
    Page { Word { width: 10; height: 1; } &.-wide Word { width: 20; } }
    """

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-flat"), (20, "-tall")]
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield Word("word")

    def on_resize(self, event: Resize) -> None:
        self.told.append(f"{event.size.width} by {event.size.height}")
        asyncio.get_running_loop().call_soon(self.told.append, "others")


class Pages(App[None]):
    def get_default_screen(self) -> Page:
        return Page()


def page_of(app: App[None]) -> Page:
    assert isinstance(app.screen, Page)
    return app.screen


async def test_what_a_screen_holds_comes_into_a_screen_that_knows_its_size() -> None:
    app = Pages()
    async with app.run_test(size=(120, 30)) as pilot:
        page = Page()
        await app.push_screen(page)
        await pilot.pause()
        word = page.query_one(Word)
        assert word.at_first == sizes_of(page) == {"-wide", "-tall"}
        assert word.outer_size.width == 20


async def test_another_size_of_the_terminal_changes_classes_and_layout() -> None:
    app = Pages()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        page = page_of(app)
        for size, classes, width in (((80, 10), {"-narrow", "-flat"}, 10), ((120, 30), {"-wide", "-tall"}, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert sizes_of(page) == classes
            assert page.query_one(Word).outer_size.width == width
            assert page.size == size


async def test_the_theme_that_was_changed_while_a_screen_was_away_holds_when_it_comes_back() -> None:
    app = Pages()
    async with app.run_test(size=(120, 30)) as pilot:
        page = Page()
        app.install_screen(page, "page")  # pyright: ignore[reportUnknownMemberType]  # Textual leaves Screen open
        await app.push_screen(page)
        await pilot.pause()
        before = page.styles.background
        app.pop_screen()
        await pilot.pause()
        app.theme = "textual-light"
        await pilot.pause()
        await app.push_screen(page)
        await pilot.pause()
        assert page.styles.background != before


async def test_others_have_their_turn_between_two_events_of_a_screen() -> None:
    app = Pages()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        page = page_of(app)
        page.told.clear()
        first, second = app.size.with_width(70), app.size.with_width(60)
        page.post_message(Resize(first, first))
        page.post_message(Asked())  # an event of its own sort, or the two sizes would become one
        page.post_message(Resize(second, second))
        await pilot.pause()
        assert page.told[:3] == ["70 by 30", "others", "60 by 30"]

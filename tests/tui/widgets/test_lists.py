"""Long lists stay cheap; a picker narrows while keys move in it."""

from collections.abc import Sequence

import pytest
from textual import on
from textual.app import App, ComposeResult

from support.hostile import HOSTILE, HOSTILE_DOCUMENT
from support.terminal import capture_app
from tiebreak_tui.widgets.fuzzy_list import MANY, FuzzyPicker, PickItem
from tiebreak_tui.widgets.virtual_list import ListRow, VirtualList


def rank(query: str, texts: Sequence[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if query in text]


class PickerApp(App[None]):
    def __init__(self, *, preview: bool = False) -> None:
        super().__init__()
        self.preview = preview
        self.picked: list[str] = []
        self.seen: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield FuzzyPicker(rank, preview=self.preview)

    @on(FuzzyPicker.Picked)
    def pick(self, event: FuzzyPicker.Picked) -> None:
        self.picked.append(event.item.key)

    @on(FuzzyPicker.Highlighted)
    def see(self, event: FuzzyPicker.Highlighted) -> None:
        self.seen.append(event.item.key if event.item else None)

    @property
    def picker(self) -> FuzzyPicker:
        return self.query_one(FuzzyPicker)

    @property
    def keys(self) -> str | None:
        return self.picker.highlighted.key if self.picker.highlighted else None


def items(count: int) -> list[PickItem]:
    return [PickItem(key=f"k{number}", title=f"model-{number}", detail="detail") for number in range(count)]


async def test_typing_narrows_and_enter_picks() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        app.picker.set_items(items(50))
        app.picker.focus_input()
        await terminal.pilot.press(*"l-42")
        await terminal.pilot.pause()
        assert terminal.rows[1].startswith("▶ model-42  detail")
        assert terminal.rows[-1] == " 1 of 50"
        await terminal.pilot.press("enter")
        assert app.picked == ["k42"]
        assert app.seen[-1] == "k42"


async def test_keys_move_in_the_list_from_inside_the_input() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        app.picker.set_items(items(50))
        app.picker.focus_input()
        for key, expected in (
            ("down", "k1"),
            ("pagedown", "k10"),
            ("end", "k49"),
            ("down", "k49"),
            ("up", "k48"),
            ("pageup", "k39"),
            ("home", "k0"),
            ("up", "k0"),
        ):
            await terminal.pilot.press(key)
            assert app.keys == expected, key
        await terminal.pilot.press("end", "enter")
        assert app.picked == ["k49"]
        assert "▶ model-49" in terminal.text


async def test_nothing_to_find_and_nothing_there_are_said() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        await terminal.pilot.pause()
        assert "There is nothing to choose from." in terminal.text
        app.picker.set_items(items(3))
        app.picker.query_text = "zzz"
        await terminal.until(lambda: "Nothing matches" in terminal.text)
        app.picker.focus_input()
        await terminal.pilot.press("enter", "down", "end")
        assert app.picked == []
        assert app.keys is None
        assert app.seen[-1] is None


async def test_many_items_are_ranked_away_from_the_loop_and_only_the_last_query_counts() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        app.picker.set_items(items(MANY * 5))
        app.picker.query_text = "model-1"
        app.picker.query_text = "model-9999"
        await terminal.until(lambda: terminal.rows[-1] == " 1 of 10,000")
        assert app.keys == "k9999"


async def test_the_preview_is_shown_where_there_is_room() -> None:
    app = PickerApp(preview=True)
    async with capture_app(app, (100, 12)) as terminal:
        app.picker.set_items(items(3))
        app.picker.show_preview("first: 1\n  second: 2")
        await terminal.until(lambda: "  second: 2" in terminal.text)
        await terminal.pilot.resize_terminal(50, 12)
        await terminal.until(lambda: "second" not in terminal.text)
        assert "▶ model-0" in terminal.text


async def test_a_click_highlights_and_a_second_one_picks() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        app.picker.set_items(items(5))
        await terminal.pilot.click(VirtualList, offset=(4, 2))
        assert app.keys == "k2"
        await terminal.pilot.click(VirtualList, offset=(4, 2))
        await terminal.pilot.pause()
        assert app.picked == ["k2"]


async def test_problems_and_hints_stand_at_the_right() -> None:
    app = PickerApp()
    async with capture_app(app, (60, 12)) as terminal:
        app.picker.set_items(
            [
                PickItem(key="a", title="gpt", hint="$0.15", problem="OPENAI_API_KEY is not set"),
                PickItem(key="b", title="llama", hint="local"),
            ]
        )
        await terminal.pilot.pause()
        assert terminal.rows[1] == f"▶ gpt{'OPENAI_API_KEY is not set':>55}"
        assert terminal.rows[2] == f"  llama{'local':>53}"


class ListApp(App[None]):
    def compose(self) -> ComposeResult:
        yield VirtualList()


async def test_a_million_rows_cost_what_is_on_the_screen() -> None:
    asked: list[int] = []

    def row(index: int) -> ListRow:
        asked.append(index)
        return ListRow(f"row {index}")

    app = ListApp()
    async with capture_app(app) as terminal:
        rows = app.query_one(VirtualList)
        rows.set_rows(1_000_000, row)
        rows.focus()
        await terminal.pilot.press("end")
        await terminal.pilot.pause()
        assert terminal.rows[-1].startswith("▶ row 999999")
        assert len(asked) < 500


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
async def test_no_hostile_text_reaches_the_terminal(size: tuple[int, int]) -> None:
    app = PickerApp(preview=True)
    async with capture_app(app, size) as terminal:
        app.picker.set_items(
            [
                PickItem(key=text, title=text, detail=text, hint=text, problem=text if n % 2 else "")
                for n, text in enumerate(HOSTILE)
            ]
        )
        app.picker.show_preview(HOSTILE_DOCUMENT)
        app.picker.focus_input()
        for _ in range(len(HOSTILE) // 4):
            await terminal.pilot.press("pagedown")
        assert app.picker.highlighted is not None

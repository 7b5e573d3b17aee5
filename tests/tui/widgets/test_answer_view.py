"""An answer view takes anything in, stays where the reader is, and gives the source back."""

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection

from support.hostile import HOSTILE, HOSTILE_DOCUMENT
from support.terminal import Terminal, capture_app
from tiebreak.sanitise import clean
from tiebreak.worddiff import diff_words
from tiebreak_tui.rendering.find import literal
from tiebreak_tui.widgets.answer_view import MODES, RENDER_LIMIT, VIEW_LIMIT, AnswerView, Mode

SIZES = [(40, 10), (80, 24), (200, 60)]


class ViewApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.painted: list[tuple[Mode, str]] = []

    def compose(self) -> ComposeResult:
        yield AnswerView()

    @on(AnswerView.Painted)
    def note(self, event: AnswerView.Painted) -> None:
        self.painted.append((event.mode, event.reason))

    @property
    def view(self) -> AnswerView:
        return self.query_one(AnswerView)


async def settle(terminal: Terminal, view: AnswerView) -> None:
    await terminal.until(lambda: view.settled)
    await terminal.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", MODES)
async def test_no_hostile_text_reaches_the_terminal(size: tuple[int, int], mode: Mode) -> None:
    app = ViewApp()
    async with capture_app(app, size) as terminal:
        app.view.mode = mode
        for piece in HOSTILE:
            app.view.append(piece, reasoning=True)
            app.view.append(piece)
        await terminal.pilot.pause()
        app.view.finish(HOSTILE)
        await settle(terminal, app.view)
        app.view.show(HOSTILE_DOCUMENT, reasoning=HOSTILE_DOCUMENT, notes=HOSTILE)
        await settle(terminal, app.view)
        app.view.compare(diff_words(app.view.text, "x".join(HOSTILE))[0])
        await settle(terminal, app.view)
        app.view.placeholder = HOSTILE_DOCUMENT
        app.view.clear()
        await terminal.pilot.pause()
        assert len(terminal.written) > 1000


async def test_streamed_chunks_are_shown_raw_and_laid_out_once_finished() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        for chunk in ("# Ti", "tle\n\nsome **bo", "ld** text"):
            app.view.append(chunk)
        await terminal.pilot.pause()
        assert terminal.rows[:3] == ["# Title", "", "some **bold** text"]
        app.view.finish()
        await settle(terminal, app.view)
        assert terminal.rows[:3] == ["Title", "", "some bold text"]
        assert app.painted[-1] == ("rendered", "")


async def test_modes_show_the_same_answer_three_ways() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.show('{"a": [1]}', reasoning="hmm")
        shown: dict[Mode, list[str]] = {
            "rendered": ["hmm", "", '{"a": [1]}'],
            "json": ["hmm", "", "{", '  "a": [', "    1"],
            "raw": ["hmm", '{"a": [1]}'],
        }
        for mode, rows in shown.items():
            app.view.mode = mode
            await settle(terminal, app.view)
            assert terminal.rows[: len(rows)] == rows


async def test_a_long_answer_stays_raw_and_says_why() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.show("word " * (RENDER_LIMIT // 5 + 1))
        await settle(terminal, app.view)
        assert app.painted[-1] == ("raw", "longer than 64 kB, shown raw")


async def test_a_megabyte_is_taken_in_and_wrapped_anew_where_the_reader_was() -> None:
    app = ViewApp()
    async with capture_app(app, (100, 30)) as terminal:
        app.view.show("".join(f"line {number} of many that are wrapped\n" for number in range(30_000)))
        await settle(terminal, app.view)
        assert app.view.row_count == 30_000
        app.view.action_rows(15_000)
        await terminal.pilot.resize_terminal(30, 30)
        await settle(terminal, app.view)
        assert app.view.row_count == 60_000
        assert terminal.rows[0].startswith("line 15000 ")


async def test_memory_is_bounded_and_the_view_says_so() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        for _ in range(4):
            app.view.append("x" * (VIEW_LIMIT // 3))
        app.view.finish()
        await settle(terminal, app.view)
        app.view.action_bottom()
        await terminal.pilot.pause()
        assert len(app.view.text) == VIEW_LIMIT
        assert terminal.rows[-1].startswith("… shown up to 2,000,000 characters")


async def test_the_view_follows_the_stream_until_the_reader_scrolls_up() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        for number in range(50):
            app.view.append(f"line {number}\n")
        await terminal.pilot.pause()
        assert terminal.rows[-1] == "line 49"
        await terminal.pilot.press("pageup")
        app.view.append("line 50\n")
        await terminal.pilot.pause()
        assert terminal.rows[-1] == "line 40"
        await terminal.pilot.press("end")
        app.view.append("line 51\n")
        await terminal.pilot.pause()
        assert terminal.rows[-1] == "line 51"


async def test_the_view_still_follows_after_a_resize() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        for number in range(50):
            app.view.append(f"line {number} is longer than narrow\n")
        await terminal.pilot.resize_terminal(20, 10)
        await terminal.pilot.pause()
        app.view.append("last")
        await terminal.pilot.pause()
        assert terminal.rows[-1] == "last"


async def test_scroll_keys_leave_left_and_right_to_the_votes() -> None:
    keys = {key for binding in AnswerView.BINDINGS for key in str(getattr(binding, "key", "")).split(",")}
    assert keys == {"up", "k", "down", "j", "pageup", "pagedown", "home", "end"}
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.mode = "raw"
        app.view.show("\n".join(map(str, range(100))))
        app.view.focus()
        for key, top in (("j", 1), ("down", 2), ("k", 1), ("pagedown", 24), ("pageup", 1), ("end", 76), ("home", 0)):
            await terminal.pilot.press(key)
            assert app.view.scroll_offset.y == top, key
        assert not {"left", "right"} & set(app.view._bindings.key_to_bindings)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("mode", ["raw", "rendered"])
async def test_a_selection_gives_the_text_under_it(mode: Mode) -> None:
    app = ViewApp()
    async with capture_app(app, (24, 10)) as terminal:
        app.view.mode = mode
        app.view.show("alpha beta gamma delta epsilon\n\n\tdef f(x):\n\t\treturn x")
        await settle(terminal, app.view)
        assert await terminal.pilot.mouse_down(AnswerView, offset=(6, 0))
        await terminal.pilot.hover(AnswerView, offset=(5, 1))
        await terminal.pilot.mouse_up(AnswerView, offset=(5, 1))
        await terminal.pilot.pause()
        expected = "beta gamma delta epsilo" if mode == "raw" else "beta gamma delta\nepsilo"
        assert terminal.app.screen.get_selected_text() == expected


async def test_what_is_selected_in_the_raw_view_is_the_source_with_its_tabs() -> None:
    app = ViewApp()
    async with capture_app(app, (24, 10)) as terminal:
        app.view.mode = "raw"
        source = "a wrapped line of words, and\n\tdef f(x):\n\t\treturn x\u202e"
        app.view.show(source, notes=["ours"])
        await settle(terminal, app.view)
        everything = app.view.get_selection(Selection(None, None))
        assert everything == (clean(source) + "\n", "\n")
        from_def = app.view.get_selection(Selection(Offset(4, 2), Offset(10, 2)))
        assert from_def == ("def f(", "\n")


async def test_find_marks_hits_and_goes_from_one_to_the_next() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        app.view.mode = "raw"
        app.view.show("\n".join("a Gate" if number % 20 == 0 else "nothing" for number in range(60)))
        await settle(terminal, app.view)
        assert app.view.find("gate") == 3
        assert app.view.find_next() == (2, 3)
        assert app.view.scroll_offset.y <= 20 < app.view.scroll_offset.y + 10
        assert app.view.find_next(-2) == (3, 3)
        assert app.view.find("absent") == 0
        assert app.view.find_next() == (0, 0)


async def test_hits_are_marked_without_colour() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        app.view.mode = "raw"
        app.view.show("open the gate now")
        app.view.find("gate")
        await terminal.pilot.pause()
        marked = [segment.text for segment in app.view.render_line(0) if segment.style and segment.style.reverse]
        assert marked == ["gate"]
        app.view.mark([(literal("now"), "underline")])
        app.view.show("now the gates are open")  # what is marked holds for what is shown next
        await terminal.pilot.pause()
        segments = [segment for segment in app.view.render_line(0) if segment.style]
        assert [one.text for one in segments if one.style and one.style.underline and not one.style.reverse] == ["now"]
        assert [one.text for one in segments if one.style and one.style.reverse] == ["gate"]
        app.view.seek(None)
        app.view.mark(())
        assert not any(one.style and (one.style.reverse or one.style.underline) for one in app.view.render_line(0))


async def test_differences_are_shown_and_end_again() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.show("You get 30 days.")
        app.view.compare(diff_words("You get 30 days.", "You get 7 days.")[0])
        await settle(terminal, app.view)
        assert terminal.rows[0] == "You get [-30-] days."
        app.view.compare(None)
        await settle(terminal, app.view)
        assert terminal.rows[0] == "You get 30 days."


async def test_a_theme_change_repaints_what_was_laid_out() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.show("# Title")
        await settle(terminal, app.view)
        before = next(iter(app.view.render_line(0))).style
        app.theme = "textual-light"
        await terminal.until(lambda: next(iter(app.view.render_line(0))).style != before)
        assert terminal.rows[0] == "Title"


async def test_the_beginning_of_what_fitted_stays_in_view_when_it_is_laid_out_longer() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        app.view.append("# first\n" + "# more\n" * 8)
        app.view.finish()
        await settle(terminal, app.view)
        assert app.view.row_count > 10
        assert terminal.rows[0] == "first"


async def test_a_placeholder_of_several_lines_stands_on_several_rows() -> None:
    app = ViewApp()
    async with capture_app(app, (40, 10)) as terminal:
        app.view.placeholder = "Paused: the key is missing.\nr tries again, as soon as there is one."
        await terminal.pilot.pause()
        assert terminal.rows[:2] == ["Paused: the key is missing.", "r tries again, as soon as there is one."]
        app.view.append("text")
        await terminal.pilot.pause()
        assert terminal.rows[:2] == ["text", ""]


async def test_a_new_answer_replaces_one_that_is_being_laid_out() -> None:
    app = ViewApp()
    async with capture_app(app) as terminal:
        app.view.show("# old\n" * 2000)
        app.view.show("new")
        await settle(terminal, app.view)
        assert terminal.rows[:2] == ["new", ""]


async def test_an_answer_may_be_shown_before_the_view_is_on_screen() -> None:
    app = ViewApp()
    view = AnswerView()
    view.show("early")
    async with capture_app(app) as terminal:
        await app.view.remove()
        await app.mount(view)
        await settle(terminal, view)
        assert terminal.rows[0] == "early"

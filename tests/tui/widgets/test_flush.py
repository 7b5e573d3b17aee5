"""One pump feeds all views: in order, in frames, slower when frames are dear, asleep when there is nothing."""

import pytest
from textual.app import App

from tiebreak.sanitise import SLICE
from tiebreak_tui.widgets import flush
from tiebreak_tui.widgets.flush import FAST, StreamPump


class Sink:
    def __init__(self) -> None:
        self.calls: list[tuple[str, bool]] = []

    def append(self, text: str, *, reasoning: bool = False) -> None:
        self.calls.append((text, reasoning))

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.calls)


class PumpApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.pump = StreamPump(self)


async def test_tokens_reach_their_views_in_order_and_in_few_calls() -> None:
    app, left, right = PumpApp(), Sink(), Sink()
    async with app.run_test() as pilot:
        for number in range(100):
            app.pump.push(left, f"{number} ")
            app.pump.push(right, "r")
        assert not left.calls
        while len(left.text) < 290:
            await pilot.pause(0.01)
        assert left.text == "".join(f"{number} " for number in range(100))
        assert right.text == "r" * 100
        assert len(left.calls) == len(right.calls) == 1


async def test_reasoning_and_text_stay_apart() -> None:
    app, sink = PumpApp(), Sink()
    async with app.run_test():
        for text, reasoning in (("a", True), ("b", True), ("c", False), ("d", True)):
            app.pump.push(sink, text, reasoning=reasoning)
        app.pump.flush(sink)
        assert sink.calls == [("ab", True), ("c", False), ("d", True)]


async def test_a_frame_takes_at_most_one_slice_of_a_view() -> None:
    app, sink = PumpApp(), Sink()
    text = "".join(chr(ord("a") + number) * (SLICE // 2) for number in range(7))
    async with app.run_test() as pilot:
        app.pump.push(sink, text)
        while len(sink.text) < len(text):
            await pilot.pause(0.01)
        assert sink.text == text
        assert max(len(part) for part, _ in sink.calls) == SLICE


async def test_what_is_dropped_never_arrives_and_the_pump_goes_on() -> None:
    app, gone, kept = PumpApp(), Sink(), Sink()
    async with app.run_test() as pilot:
        app.pump.push(gone, "old")
        app.pump.drop(gone)
        app.pump.push(kept, "first")
        while not kept.calls:
            await pilot.pause(0.01)
        await pilot.pause(3 / FAST)
        app.pump.push(kept, " second, after a sleep")
        while len(kept.calls) < 2:
            await pilot.pause(0.01)
        assert not gone.calls
        assert kept.text == "first second, after a sleep"


async def test_dear_frames_slow_the_pump_and_cheap_ones_speed_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app, sink = PumpApp(), Sink()
    async with app.run_test() as pilot:
        monkeypatch.setattr(flush, "DEAR", -1.0)
        app.pump.push(sink, "dear")
        while app.pump.frames_per_second == FAST:
            await pilot.pause(0.01)
        assert app.pump.frames_per_second == 10
        monkeypatch.setattr(flush, "DEAR", 1000.0)
        monkeypatch.setattr(flush, "CHEAP", 1000.0)
        app.pump.push(sink, "cheap")
        while app.pump.frames_per_second != FAST:
            await pilot.pause(0.01)
        assert sink.text == "dearcheap"


async def test_a_stopped_pump_forgets_its_text() -> None:
    app, sink = PumpApp(), Sink()
    async with app.run_test() as pilot:
        app.pump.push(sink, "text")
        app.pump.stop()
        await pilot.pause(3 / FAST)
        assert not sink.calls

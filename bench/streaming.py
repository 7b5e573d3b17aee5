"""What the streaming benchmarks share: made-up answers, an app with two answer views, and a terminal that counts."""

import random
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Footer, Header, Static

from tiebreak_tui.widgets.flush import StreamPump
from tiebreak_tui.widgets.pair import AnswerPane, Identity

Shape = Literal["mixed", "paragraph", "code", "list", "table"]
SHAPES: tuple[Shape, ...] = ("mixed", "paragraph", "code", "list", "table")
SIZE = (160, 48)
_TEXT = """
the model returns a list of tokens and each prompt compares results against gate win rate regression case baseline
candidate dataset score judge rationale because however response evaluation latency error
"""


def answer(tokens: int, shape: Shape, seed: int) -> list[str]:
    """Return the tokens of a made-up answer, about four characters each."""
    source = _pieces(shape, random.Random(seed))
    return [next(source) for _ in range(tokens)]


def _pieces(shape: Shape, rng: random.Random) -> Iterator[str]:
    if shape == "code":
        yield "```python\n"
    if shape == "table":
        yield from ("| a ", "| b ", "| c |\n", "|---", "|---", "|---|\n")
    while True:
        match shape:
            case "paragraph":
                yield from _sentence(rng, 200)
            case "code":
                yield from ("def ", f"func_{rng.randrange(99)}", "(a, ", "b=", "1", "):\n", "    ", "return ", "{'k': ")
                yield from ("x, ", "'name': ", '"str"', "}\n\n")
            case "list":
                yield from ("- ", *_sentence(rng, 14), "\n")
            case "table":
                yield from (piece for _ in range(3) for piece in ("| ", *_sentence(rng, 2)))
                yield "|\n"
            case "mixed":
                yield from ("## ", *_sentence(rng, 4), "\n\n", *_sentence(rng, 90), "\n\n")
                yield from (piece for _ in range(4) for piece in ("- ", *_sentence(rng, 12), "\n"))
                yield from ("\n```python\n", *("    x = foo(", "bar, ", "baz)\n") * 8, "```\n\n")


def _sentence(rng: random.Random, words: int) -> Iterator[str]:
    for _ in range(words):
        word = rng.choice(_TEXT.split()) + " "
        if rng.random() < 0.04:
            word = f"**{word.strip()}** "
        yield from (word[:4], word[4:]) if len(word) > 7 else (word,)


class CountingTerminal(HeadlessDriver):
    """Swallows bytes like a headless driver, but says that it is none, so that Textual does make the bytes."""

    watchers: ClassVar[list["Watcher"]] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        for watcher in self.watchers:
            watcher.saw(data)


class Watcher:
    """Sees everything that is written."""

    def saw(self, data: str) -> None:
        raise NotImplementedError


class StreamingApp(App[None]):
    """Two panes and a line that counts votes."""

    CSS = "#votes { height: 1; } Horizontal { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "vote", "A better"), Binding("z", "vote", "Tie")]

    def __init__(self) -> None:
        super().__init__(driver_class=CountingTerminal)
        self.pump = StreamPump(self)
        self.votes = 0

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static("votes=00000", id="votes")
        with Horizontal():
            yield AnswerPane("left", self.pump)
            yield AnswerPane("right", self.pump)
        yield Footer()

    def on_mount(self) -> None:
        for pane, role in zip(self.panes, "AB", strict=True):
            pane.identify(Identity(role, f"config-{role}", "some-model"))
            pane.wait()

    @property
    def panes(self) -> list[AnswerPane]:
        return list(self.query(AnswerPane))

    def action_vote(self) -> None:
        self.votes += 1
        self.query_one("#votes", Static).update(f"votes={self.votes:05d}", layout=False)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of the values lie; nan without values."""
    if not values:
        return float("nan")
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]

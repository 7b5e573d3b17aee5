"""The last line of a place: its most needed keys, as many as there is room for."""

from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tiebreak_tui.keys import EVERYWHERE, Key

NARROW = 53
"""Columns below which votes, help and leaving stand together only under brief names."""


class KeyBar(Footer):
    """Leaves out whole keys, the most spare ones first. Textual's own footer cuts the line, and with it help."""

    def __init__(self, keys: Iterable[Key], without: Collection[str] = ()) -> None:
        """`keys` are those of the place; the acts `without` are not named."""
        super().__init__(show_command_palette=False, compact=True)
        self._without = without
        every = (*keys, *EVERYWHERE)
        self._spare = {key.action: key.spare for key in every}
        self._brief = {key.action: key.brief for key in every if key.brief}

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey) and key.action not in self._without]
        if self.size.width < NARROW:
            for key in keys:
                key.description = self._brief.get(key.action, key.description)
        sizes = [(cell_len(f"{key.key_display} {key.description}"), self._spare.get(key.action, 0)) for key in keys]
        yield from (keys[place] for place in fitting(sizes, self.size.width))

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.recompose)


def fitting(sizes: Sequence[tuple[int, int]], width: int) -> list[int]:
    """The places of the keys that stand in a line of `width` cells, one cell apart, in their order.

    Each comes with its cells and how spare it is: the least spare are taken first, of equals those further left.
    """
    room, taken = width + 1, list[int]()
    for place in sorted(range(len(sizes)), key=lambda one: sizes[one][1]):
        if sizes[place][0] < room:
            room -= sizes[place][0] + 1
            taken.append(place)
    return sorted(taken)

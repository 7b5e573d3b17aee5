"""`?`: what every key does here."""

from collections.abc import Iterable
from itertools import groupby

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.keys import Key
from tiebreak_tui.own_keys import OwnKeys

NAMES = {
    "left": "←", "right": "→", "up": "↑", "down": "↓", "enter": "⏎", "escape": "esc", "backspace": "⌫", "tab": "⇥",
    "shift+tab": "⇧⇥", "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]", "slash": "/",
    "full_stop": ".", "comma": ",", "asterisk": "*", "at": "@",
}  # fmt: skip


def key_name(keys: str) -> str:
    """The keys of a binding as a person writes them."""
    return " ".join(NAMES.get(key, key) for key in keys.split(","))


def hanging(begin: Content, text: Content, width: int) -> list[Content]:
    """Rows of a text behind a beginning, those after the first one under the first letter of the text."""
    room = width - begin.cell_length
    rows = text.wrap(room) if room > 10 else [text]
    return [Content.assemble(begin if not n else " " * begin.cell_length, row) for n, row in enumerate(rows)]


class HelpDialog(Dialog[None]):
    DEFAULT_CSS = """
    HelpDialog > .dialog { max-width: 110; }
    HelpDialog VerticalScroll { height: auto; max-height: 100%; }
    HelpDialog Static { height: auto; }
    """
    hint = "↑ ↓ scroll · esc closes"

    def __init__(self, place: str, intro: str, keys: Iterable[Key], own: OwnKeys) -> None:
        super().__init__()
        self.heading = f"{place}: keys"
        self._intro = intro
        self._keys = tuple(keys)
        self._own = own
        self._width = 0

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._text(0), id="keys", markup=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    @property
    def fitted(self) -> bool:
        """Whether the text stands as wide as there is room."""
        return self._width == self.query_one("#keys", Static).size.width

    def _fit(self) -> None:
        shown = self.query_one("#keys", Static)
        if (width := shown.size.width) != self._width:
            self._width = width
            shown.update(self._text(width))

    def _text(self, width: int) -> Content:
        """For a width; 0 where it is not known yet."""
        lines: list[Content] = [Content(self._intro), Content("")]
        if self._own.problems:
            lines.append(Content.styled("Lines of your keys.toml that do not hold", "bold $warning"))
            lines += [Content.styled(f"  {clean(str(problem))}", "$warning") for problem in self._own.problems]
            lines.append(Content(""))
        for group, keys in groupby(self._keys, key=lambda key: key.group):
            lines.append(Content.styled(group, "bold $primary"))
            for key in keys:
                name = clean_line(key_name(self._own.keys.get(key.id, key.keys)), 20)
                begin = Content.styled(f"  {name:>6}  ", "$warning")
                lines += hanging(begin, Content.assemble(f"{key.help}  ", (key.id, "dim")), width)
            lines.append(Content(""))
        lines += [
            Content(
                "Scroll with ↑ ↓ j k PgUp PgDn Home End. To change a key, give its id another in "
                '~/.config/tiebreak/keys.toml: "vote.tie" = "space".'
            ),
            Content(
                "A key that is held down votes, scores, skips or leaves once; undo goes on slowly while it is held. "
                "Text that is pasted where nothing takes text is ignored."
            ),
        ]
        return Content("\n").join(lines)

"""Markdown to strips. Made for a thread: a long answer takes tens of milliseconds that the event loop does not have."""

from collections.abc import Mapping
from typing import ClassVar

from markdown_it.token import Token
from rich import markdown
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.padding import Padding
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from tiebreak_tui.rendering.code import highlight
from tiebreak_tui.rendering.palette import Palette
from tiebreak_tui.rendering.strips import to_strips
from tiebreak_tui.rendering.wrap import shown


def render_markdown(text: str, width: int, palette: Palette) -> list[Strip]:
    """Lay clean Markdown out in `width` cells. Links are shown as text with their address, never as hyperlinks.

    Raises:
        RuntimeError: for nesting deeper than the parser can follow.
    """
    document = _Markdown(shown(text), hyperlinks=False)
    document.palette = palette
    return to_strips(document, width, _styles(palette))


def _styles(palette: Palette) -> Mapping[str, Style]:
    bold = Style(bold=True)
    return {
        **{f"markdown.h{level}": palette.heading for level in range(1, 7)},
        "markdown.h1": palette.heading + Style(bold=True, underline=True),
        "markdown.h2": palette.heading + bold,
        "markdown.strong": palette.strong,
        "markdown.em": Style(italic=True),
        "markdown.code": palette.code,
        "markdown.code_block": palette.code,
        "markdown.block_quote": palette.quote,
        "markdown.item.bullet": palette.heading,
        "markdown.item.number": palette.heading,
        "markdown.hr": palette.note,
        "markdown.link": palette.link,
        "markdown.link_url": palette.link,
        "markdown.table.border": palette.note,
        "markdown.table.header": bold,
    }


class _Heading(markdown.Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _CodeBlock(markdown.CodeBlock):
    palette: Palette

    @classmethod
    def create(cls, markdown: markdown.Markdown, token: Token) -> "_CodeBlock":
        assert isinstance(markdown, _Markdown)
        words = (token.info or "").split()
        block = cls(words[0] if words else "", "")
        block.palette = markdown.palette
        return block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = highlight(str(self.text).rstrip(), self.lexer_name, self.palette)
        code.overflow = "fold"
        if self.lexer_name:
            yield Text(f"  {self.lexer_name}", style=self.palette.note)
        yield Padding(code, (0, 0, 0, 2))


class _Markdown(markdown.Markdown):
    palette: Palette
    elements: ClassVar[dict[str, type[markdown.MarkdownElement]]] = {
        **markdown.Markdown.elements,
        "heading_open": _Heading,
        "fence": _CodeBlock,
        "code_block": _CodeBlock,
    }

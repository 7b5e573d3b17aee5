"""Highlights code by the language its author declared. Never guesses: guessing takes seconds on hostile input."""

from collections.abc import Callable
from typing import cast

from rich.text import Text

from tiebreak_tui.rendering.palette import Palette

CODE_LIMIT = 16 * 1024
"""Characters; longer blocks are shown plain."""
LANGUAGES = {
    **{name: name for name in ("bash", "c", "cpp", "css", "diff", "go", "html", "ini", "java", "javascript", "json")},
    **{name: name for name in ("kotlin", "php", "python", "ruby", "rust", "sql", "swift", "toml", "typescript", "xml")},
    **{name: name for name in ("yaml",)},
    "c++": "cpp",
    "js": "javascript",
    "jsonc": "json",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "yml": "yaml",
    "zsh": "bash",
}
"""What an answer may declare, and the lexer for it. A list, so that no answer picks an odd lexer to hang in."""


def highlight(code: str, language: str, palette: Palette) -> Text:
    """Return `code` coloured as `language`, or plain where the language is not one we know or the code is long."""
    lexer_name = LANGUAGES.get(language.lower())
    if lexer_name is None or len(code) > CODE_LIMIT:
        return Text(code, style=palette.code)
    import pygments.lexers
    from pygments.lexer import Lexer
    from pygments.token import Token

    find_lexer = cast("Callable[..., Lexer]", pygments.lexers.get_lexer_by_name)  # pyright: ignore[reportUnknownMemberType] - untyped

    styles = {
        Token.Comment: palette.comment,
        Token.Keyword: palette.keyword,
        Token.Operator.Word: palette.keyword,
        Token.Name.Tag: palette.keyword,
        Token.Name.Builtin: palette.function,
        Token.Name.Function: palette.function,
        Token.Name.Class: palette.function,
        Token.Name.Decorator: palette.function,
        Token.Name.Attribute: palette.function,
        Token.Literal.String: palette.string,
        Token.Literal.Number: palette.number,
        Token.Generic.Inserted: palette.added,
        Token.Generic.Deleted: palette.removed,
    }
    text = Text(style=palette.code)
    for token, value in find_lexer(lexer_name, stripnl=False, ensurenl=False).get_tokens(code):
        text.append(value, next((styles[kind] for kind in reversed(token.split()) if kind in styles), None))
    return text

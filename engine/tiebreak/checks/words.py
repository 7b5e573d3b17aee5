"""Texts as they are compared, and values in messages: quoted, and short."""

from unicodedata import normalize


def composed(text: str) -> str:
    """The text with each accent on its letter (NFC): an é is an é however it was typed."""
    return normalize("NFC", text)


def shown(value: object, limit: int = 60) -> str:
    """A value in a message: quoted, and short."""
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def few(values: "list[str] | tuple[str, ...]", limit: int = 5) -> str:
    """The first of some texts, quoted, and how many more there are."""
    told = ", ".join(shown(value, 40) for value in values[:limit])
    return told if len(values) <= limit else f"{told} and {len(values) - limit} more"

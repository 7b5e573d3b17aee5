"""Models as lines of a list: what is known of each, in columns that stand under each other. Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tiebreak_tui.widgets.fuzzy_list import PickItem

if TYPE_CHECKING:
    from tiebreak.targets.prices import ModelInfo

ABILITIES: Mapping[str, str] = {"tools": "T", "vision": "V", "reasoning": "R", "schema": "S"}
"""Capability → its letter where words have no room."""
LEGEND = "T tools · V vision · R reasoning · S JSON schema"
NO_KEY = "no key"
_CONTEXT, _PRICE = 5, 7
"""Cells of a column."""


def header(*, wide: bool) -> str:
    """The heads of the columns, as wide as the columns themselves."""
    return _columns("ctx", " ".join(ABILITIES) if wide else "".join(ABILITIES.values()), "$in/M", "$out/M")


def model_item(info: "ModelInfo", *, ready: bool, wide: bool) -> PickItem:
    """A model with its figures at the right edge; what is not known is left blank, never shown as 0."""
    words = (word if wide else letter for word, letter in ABILITIES.items())
    can = [text if word in info.capabilities else " " * len(text) for word, text in zip(ABILITIES, words, strict=True)]
    figures = _columns(
        tokens(info.context_window),
        (" " if wide else "").join(can),
        dollars(info.price.input if info.price else None),
        dollars(info.price.output if info.price else None),
    )
    return PickItem(key=info.id, title=info.id, detail="" if ready else NO_KEY, hint=figures)


def about(info: "ModelInfo", provider: str, missing_key: str) -> str:
    """Everything that is known of a model, in words."""
    parts = [info.id, provider]
    if info.context_window is not None:
        most = f", answers up to {tokens(info.max_output)}" if info.max_output is not None else ""
        parts.append(f"{tokens(info.context_window)} tokens of context{most}")
    parts += [", ".join(word for word in ABILITIES if word in info.capabilities)]
    if info.price is not None:
        price = f"${dollars(info.price.input)} in, ${dollars(info.price.output)} out"
        parts.append(f"{price} per million tokens")
    else:
        parts.append("price unknown")
    parts += [f"{missing_key} is not set" if missing_key else ""]
    return " · ".join(part for part in parts if part)


def tokens(count: int | None) -> str:
    """8k, 128k, 1M, 1.05M; empty where it is not known."""
    if count is None:
        return ""
    if count < 1_000:
        return str(count)
    return f"{round(count / 1_000)}k" if count < 999_500 else f"{round(count / 1e6, 2):g}M"


def dollars(value: float | None) -> str:
    """0.15, 2.50, 0.038; empty where it is not known."""
    if value is None:
        return ""
    return f"{value:.2f}" if value >= 0.1 or value == 0 else f"{value:.3f}"


def _columns(context: str, can: str, paid_in: str, paid_out: str) -> str:
    return f"{context:>{_CONTEXT}}  {can}  {paid_in:>{_PRICE}} {paid_out:>{_PRICE}}"

"""What an answer retrieved, and which of it was relevant."""

from collections.abc import Sequence

from tiebreak.metrics.base import Item


def stands_for(named: str, passage: str) -> bool:
    """Whether a named id is that of a passage or of its document: `kb-05` names `kb-05#2` too."""
    return passage == named or passage.startswith(f"{named}#")


def ranked(item: Item) -> list[str] | None:
    """Ids of the retrieved passages, the best first, each once.

    None where the answer came with none while its case has some: then nothing was retrieved, but given.
    """
    ids = list(dict.fromkeys(context.id for context in item.response.contexts))
    return None if not ids and item.case.contexts else ids


def relevant_of(passage: str, relevant: Sequence[str]) -> str | None:
    """The relevant id that a passage goes by, if it is relevant."""
    return next((named for named in relevant if stands_for(named, passage)), None)

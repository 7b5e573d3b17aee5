"""What an answer retrieved, and which of it was relevant."""

from collections.abc import Sequence

from tiebreak.metrics.base import Item


def stands_for(named: str, passage: str) -> bool:
    """Whether a named id is that of a passage or of its document: `kb-05` names `kb-05#2` too."""
    return passage == named or passage.startswith(f"{named}#")


def ranked(item: Item) -> list[str] | None:
    """Ids of the retrieved passages, the best first, each once.

    None where that is not known or was not asked; `why_unknown` says why.
    """
    ids = list(dict.fromkeys(context.id for context in item.response.contexts))
    return None if not ids and why_unknown(item) else ids


def why_unknown(item: Item) -> str | None:
    """Why an answer that came without passages cannot be held to have retrieved nothing; None where it can."""
    if item.case.contexts:
        return "nothing was retrieved, the contexts came with the case"
    # Only what was asked here has a fingerprint: of an answer from elsewhere it is not known what else there was.
    return None if item.response.fingerprint else "the answer was imported without what it retrieved"


def relevant_of(passage: str, relevant: Sequence[str]) -> str | None:
    """The relevant id that a passage goes by, if it is relevant."""
    return next((named for named in relevant if stands_for(named, passage)), None)

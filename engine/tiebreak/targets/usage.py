"""The tokens of one answer, as the provider told them or as we reckon them."""

from collections.abc import Iterable

from tiebreak.records import Cost, Message, Usage
from tiebreak.targets.chunkjson import Json, as_count, as_map

BYTES_PER_TOKEN = 4
"""UTF-8 bytes of a token on average: OpenAI's rule of thumb of four characters, in bytes to suit other scripts too."""
MAX_COST = 1e6
"""US dollars: more than any call costs."""
TOKENS_PER_MESSAGE = 4
"""What the chat template puts around each message."""


def usage_from(told: Json) -> Usage:
    """The `usage` object of a chat completion. Fields that are missing or no counts stay unknown."""
    prompt = as_count(told.get("prompt_tokens"))
    completion = as_count(told.get("completion_tokens"))
    inner = as_map(told.get("completion_tokens_details")) or {}
    reasoning = as_count(inner.get("reasoning_tokens"))
    cached = as_count((as_map(told.get("prompt_tokens_details")) or {}).get("cached_tokens"))
    if cached is None:
        cached = as_count(told.get("prompt_cache_hit_tokens"))  # DeepSeek
    total = as_count(told.get("total_tokens"))
    if prompt is not None and completion is not None and reasoning and total == prompt + completion + reasoning:
        completion += reasoning  # xAI counts reasoning beside the completion; all others inside it
    if prompt is None and completion is None:
        return Usage(source="unknown")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=reasoning,
        cached_tokens=cached,
        source="provider",
    )


def told_cost(told: Json) -> Cost | None:
    """The cost that the provider itself put into `usage` (US dollars), if it did; nonsense tells nothing."""
    cost = told.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost <= MAX_COST:
        return Cost(usd=float(cost), source="provider")
    return None


def estimate(messages: Iterable[Message], answer_bytes: int) -> Usage:
    """Usage where none was told: UTF-8 bytes over 4, and 4 tokens for each message."""
    sent = [len(message.content.encode("utf-8", "replace")) for message in messages]
    return Usage(
        prompt_tokens=sum(_tokens(size) + TOKENS_PER_MESSAGE for size in sent),
        completion_tokens=_tokens(answer_bytes),
        source="estimated",
    )


def _tokens(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)

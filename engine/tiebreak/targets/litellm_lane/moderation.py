"""LiteLLM's moderation call, made in the helper process."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from tiebreak.errors import DeadlineError, ProtocolError
from tiebreak.targets.chunkjson import Json, as_map
from tiebreak.targets.failures import Refusals
from tiebreak.targets.litellm_lane.failures import failure_of
from tiebreak.targets.litellm_lane.shared import Helper, secrets_of
from tiebreak.targets.providers import Endpoint


async def moderate(
    helper: Helper, endpoint: Endpoint, text: str, *, seconds: float, environ: Mapping[str, str], now: datetime
) -> tuple[bool, dict[str, float]]:
    """Whether the model flags a text, and its score for each category, 0 to 1. To be called by a user of the helper.

    Raises:
        TargetError: where it cannot be asked, refuses, or does not answer in time.
    """
    refusals = Refusals(endpoint, secrets_of(environ, endpoint.key_env), lambda: now)
    process = await helper.running()
    call = process.ask(
        {
            "model": endpoint.litellm_id,
            "moderate": text.encode("utf-8", "replace").decode(),
            "timeout": seconds,
            "base_url": endpoint.url or None,
            "key_env": endpoint.sent_key_env,
        }
    )
    found: Json | None = None
    try:
        async with asyncio.timeout(seconds):
            while not call.ended:
                for message in await call.read():
                    if (told := as_map(message.get("error"))) is not None:
                        raise failure_of(told, refusals)
                    found = as_map(message.get("moderation")) or found
    except TimeoutError:
        raise DeadlineError(f"{endpoint.host} did not moderate within {seconds:g} s.") from None
    finally:
        call.close()
    if found is None:
        raise ProtocolError(f"{endpoint.host} gave no moderation.")
    scores = {
        name: float(score)
        for name, score in (as_map(found.get("scores")) or {}).items()
        if isinstance(score, int | float) and not isinstance(score, bool)
    }
    return found.get("flagged") is True, scores

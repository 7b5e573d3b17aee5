"""Asking models through LiteLLM in tests: the helper's environment, and a fixture's type."""

from collections.abc import Awaitable, Callable

from support.answers import Answer, ask, asking_for, open_model
from tiebreak.targets.litellm_lane.shared import Helper

SENTINEL = "sentinel-0123456789-key"
ENVIRON = {
    "MY_KEY": SENTINEL,
    "ANTHROPIC_API_KEY": "sk-ant-not-for-strangers",
    "OPENAI_API_KEY": "sk-not-for-strangers",
}
"""Of the one helper that all tests share."""

Ask = Callable[..., Awaitable[Answer]]
"""`(base_url, model, **options of open_model)`, with `lane: litellm`; the target is closed at the end."""


def asking_through(helper: Helper) -> Ask:
    async def asked(base_url: str, model: str, **options: object) -> Answer:
        options = {"environ": ENVIRON, "lane": "litellm", "helper": helper, **options}
        target = open_model(base_url, model, **options)  # pyright: ignore[reportArgumentType] - passed through
        try:
            return await ask(target, asking_for(options))
        finally:
            await target.close()

    return asked

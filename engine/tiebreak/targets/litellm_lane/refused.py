"""Parameters that a config must not hand to LiteLLM, which takes far more than what a model is asked."""

from collections.abc import Collection, Iterable

OURS = frozenset(
    {
        "additional_drop_params",
        "api_base",
        "api_key",
        "api_type",
        "base_url",
        "custom_llm_provider",
        "deployment_id",
        "drop_params",
        "extra_headers",
        "fallbacks",
        "headers",
        "max_retries",
        "messages",
        "mock_response",
        "mock_timeout",
        "mock_tool_calls",
        "model",
        "model_list",
        "n",
        "num_retries",
        "organization",
        "stream",
        "stream_options",
        "stream_timeout",
        "timeout",
    }
)
"""Where a call goes, with which key, how often and for how long is said elsewhere in the config, or is ours to say."""

_CREDENTIALS = ("aws_", "azure_", "google_", "vertex_", "litellm_", "mock_")
_PLACES = frozenset({"aws_region_name", "vertex_project", "vertex_location", "api_version", "region_name"})
"""What these beginnings would forbid, or LiteLLM keeps for itself, and yet is a config's to say."""


class RefusedParameter(Exception):
    """Tells what to do as LiteLLM's own errors do."""

    status_code = 400

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"{', '.join(names)} would steer LiteLLM, not the model")


def refused(names: Iterable[str], owned: Collection[str] = ()) -> list[str]:
    """Those of the names that are no parameters of a model; `owned` are the ones that LiteLLM keeps for itself."""
    return sorted(
        name
        for name in names
        if name not in _PLACES and (name in OURS or name in owned or name.startswith(_CREDENTIALS))
    )

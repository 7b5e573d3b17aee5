"""Whether the place that a config asks can be reached at all, seen before anything is asked."""

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from tiebreak.records import Config, HttpTarget, ModelTarget
from tiebreak.targets.open import proxy_for
from tiebreak.targets.providers import resolve

SECONDS = 1.5
"""For a connection; a place that takes longer may still answer, so it is only doubted."""


def out_of_reach(config: Config, environ: Mapping[str, str], *, seconds: float = SECONDS) -> str:
    """Why nobody will answer, in a sentence; empty where somebody is there, or it cannot be told: behind a proxy, of
    places that only LiteLLM knows, and of what runs on this machine. Waits for the network: not for the event loop.

    Raises:
        TargetError: where the model cannot be asked at all, such as for a missing key.
    """
    url = _address(config, environ)
    if not url or proxy_for(url, environ) is not None:
        return ""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=seconds):
            return ""
    except OSError as error:
        return f"{parts.netloc} cannot be reached ({error.strerror or error}), so “{config.name}” cannot be asked now."


def _address(config: Config, environ: Mapping[str, str]) -> str:
    match config.target:
        case ModelTarget() as target:
            return resolve(target, environ).url
        case HttpTarget() as target:
            return target.url
        case _:
            return ""

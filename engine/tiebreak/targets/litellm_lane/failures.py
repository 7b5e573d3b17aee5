"""What went wrong in the helper, as an error of our tree, in the words of the direct lane where they fit."""

from collections.abc import Callable

from tiebreak.errors import (
    AuthError,
    NetworkError,
    ProtocolError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.targets.chunkjson import Json, as_map, as_text
from tiebreak.targets.failures import ASK_AGAIN, Refusals
from tiebreak.targets.litellm_lane.protocol import encode


def failure_of(told: Json, refusals: Refusals) -> TargetError:
    """The error for what `tiebreak.targets.litellm_lane.mapping.error_of` told."""
    words = as_text(told.get("words")) or "no reason given"
    body = as_map(told.get("body"))
    headers = {name: str(value) for name, value in (as_map(told.get("headers")) or {}).items()}
    status = told.get("status")
    match told.get("kind"):
        case "reply" if isinstance(status, int):
            data = encode(_wrapped(body)) if body is not None else words.encode("utf-8", "replace")
            return refusals.from_reply(status, headers, data)
        case "stream":
            return refusals.from_stream(_wrapped(body) if body is not None else {"error": words})
        case "litellm":
            return _own(status, refusals.quote(words).rstrip("."), refusals)
        case kind:
            return _WORDED.get(str(kind), _network)(refusals.quote(words).rstrip("."), refusals)


def _wrapped(body: Json) -> Json:
    return body if "error" in body else {"error": body}


def _own(status: object, words: str, refusals: Refusals) -> TargetError:
    """Raised by LiteLLM without a reply, or under an error inside the stream; the status only stands for its class."""
    place, told = refusals.place, f": {words}."
    match status:
        case 401 | 403:
            return AuthError(f"LiteLLM has no key for {place.host}{told}", hint=place.key_hint)
        case 404:
            return UnknownModelError(f"LiteLLM {place.missing}{told}", hint=place.model_hint)
        case 429:
            return refusals.from_stream({"error": {"message": words, "type": "rate_limit"}})
        case 400 | 422:
            return RequestError(
                f"LiteLLM refused the request{told}", hint="Look at the parameters and the prompt of the config."
            )
        case int():
            return ServerError(f"{place.host} failed{told}", hint="Try again later.")
        case _:
            return TargetError(f"LiteLLM failed{told}", hint=f"Ask {place.host} directly if you can (base_url).")


def _network(words: str, refusals: Refusals) -> TargetError:
    return NetworkError(
        f"{refusals.place.host} closed the connection before the answer was complete ({words}).",
        hint=ASK_AGAIN,
    )


def _connect(words: str, refusals: Refusals) -> TargetError:
    return NetworkError(
        f"{refusals.place.host} takes no connection ({words}).",
        hint="Is the server running, the address right, the network there?",
    )


def _timeout(words: str, refusals: Refusals) -> TargetError:
    return NetworkError(f"{refusals.place.host} did not answer in time ({words}).", hint="Try again later.")


def _protocol(words: str, refusals: Refusals) -> TargetError:
    return ProtocolError(f"{refusals.place.host} sent what LiteLLM cannot read: {words}.")


def _missing(words: str, refusals: Refusals) -> TargetError:
    return TargetError(
        f"LiteLLM needs another library for {refusals.place.host}: {words}.",
        hint="Install it into the environment that Tiebreak runs in.",
    )


_WORDED: dict[str, Callable[[str, Refusals], TargetError]] = {
    "protocol": _protocol,
    "network": _network,
    "connect": _connect,
    "timeout": _timeout,
    "missing": _missing,
}

"""LiteLLM's chunks and exceptions as plain JSON. Reads them by name, so that nothing here imports LiteLLM.

A chunk becomes the part of a chat-completion chunk that `tiebreak.targets.chat` reads, so both lanes end in one reader.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tiebreak.targets.chunkjson import Json, as_map, as_text, parse

_TEXTS = ("content", "reasoning_content", "refusal")
_HEADERS = {"retry-after": "Retry-After", "retry-after-ms": "retry-after-ms"}
_TIMEOUTS = {"APITimeoutError", "TimeoutException", "TimeoutError", "Timeout"}
_NO_CREDENTIALS = {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "GoogleAuthError"}
"""In botocore and google-auth."""
_CONNECTING = {"ConnectError", "ClientConnectorError", "ConnectionRefusedError", "gaierror"}
_NETWORK = {"TransportError", "RequestError", "ClientError", "ConnectionError", "StreamError"}
"""Base classes in httpx, aiohttp and Python; RequestError is httpx's for what it cannot name better."""
_PREFIX = re.compile(r"^(?:(?:litellm\.)?[A-Za-z]+(?:Error|Exception)(?::| -)\s+)+")
"""“litellm.RateLimitError: RateLimitError: OpenAIException - ” before a provider's own words."""


def chunk_of(chunk: Any, *, told_finish: bool) -> Json | None:
    """The part of one `ModelResponseStream` that says something; None where nothing does.

    The finish reason counts only where `told_finish`: LiteLLM writes `stop` also under a stream that was cut.
    """
    said: Json = {}
    choices = getattr(chunk, "choices", None) or ()
    if choices:
        delta = _delta_of(choices[0].delta)
        reason = choices[0].finish_reason if told_finish else None
        logprobs = _logprobs_of(choices[0])
        if delta or reason or logprobs:
            said["choices"] = [{"delta": delta, "finish_reason": reason, **logprobs}]
    if not said:
        return None
    # Whatever `chunk.model` holds, it is what we asked for ourselves.
    hidden: Mapping[str, object] = getattr(chunk, "_hidden_params", None) or {}
    if served := as_text(hidden.get("provider_response_model")):
        said["model"] = served
    return said


def _logprobs_of(choice: Any) -> Json:
    """As a chunk of chat completions has them; LiteLLM hands on objects or the plain JSON, by provider."""
    content: Any = _member(getattr(choice, "logprobs", None), "content")
    values = [_member(token, "logprob") for token in content or ()]
    return {"logprobs": {"content": [{"logprob": value} for value in values]}} if values else {}


def _member(holder: Any, name: str) -> Any:
    plain = as_map(holder)
    return getattr(holder, name, None) if plain is None else plain.get(name)


def refusal_of(chunk: Any) -> Json | None:
    """The refusal in a provider's own chunk, which LiteLLM drops; None in every other chunk."""
    for choice in getattr(chunk, "choices", None) or ():
        if refusal := as_text(getattr(getattr(choice, "delta", None), "refusal", None)):
            return {"choices": [{"delta": {"refusal": refusal}}]}
    return None


class Fingerprints:
    """The system fingerprint of one stream. LiteLLM repeats an earlier one in its own chunks, so where the provider's
    tell one they alone are heard."""

    def __init__(self) -> None:
        self._told: str | None = None
        self._own = False

    def news(self, chunk: Any, *, own: bool = False) -> Json | None:
        """What to pass on where a chunk, the provider's `own` or LiteLLM's, tells another one than was told last."""
        told = as_text(_member(chunk, "system_fingerprint"))
        if not told or (self._own and not own):
            return None
        self._own = self._own or own
        if told == self._told:
            return None
        self._told = told
        return {"system_fingerprint": told}


def usage_of(chunk: Any) -> Json | None:
    """The usage that a chunk carries, as the provider named it in OpenAI's terms."""
    usage = getattr(chunk, "usage", None)
    return None if usage is None else {"usage": usage.model_dump(mode="json", exclude_none=True)}


def _delta_of(delta: Any) -> Json:
    fields: Json = {name: text for name in _TEXTS if (text := getattr(delta, name, None))}
    if calls := getattr(delta, "tool_calls", None):
        fields["tool_calls"] = [
            {
                "index": call.index,
                "id": call.id,
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call in calls
        ]
    return fields


def error_of(error: BaseException) -> Json:
    """What an exception tells: its kind, and as far as known the server's status, body and words.

    Kinds: `reply` (the server refused), `stream` (it sent an error inside the stream), `protocol`, `network`,
    `connect`, `timeout`, `missing` (a library that the provider needs), `litellm` (LiteLLM's own doing).
    """
    causes = list(_causes(error))
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    status = next(filter(None, map(_status_of, causes)), None)
    body = next(filter(None, map(_body_of, causes)), None)
    told: Json = {"words": _words_of(causes[0]), "body": body, "headers": _headers_of(causes)}
    if status is not None:
        return {**told, "kind": "reply", "status": status}
    if any(_package(cause) == "openai" and type(cause).__name__ == "APIError" for cause in causes):
        return {**told, "kind": "stream"}
    if "JSONDecodeError" in names:
        return {**told, "kind": "protocol"}
    if "ImportError" in names:
        return {**told, "kind": "missing"}
    if names & _NO_CREDENTIALS:
        return {**told, "kind": "litellm", "status": 401}
    # The last of the causes is nearest to the socket, and tells what no wrapper does.
    if names & _CONNECTING:
        return {**told, "kind": "connect", "words": str(causes[-1])}
    if names & _TIMEOUTS:
        return {**told, "kind": "timeout", "words": str(causes[-1])}
    if names & _NETWORK:
        return {**told, "kind": "network", "words": str(causes[-1])}
    guessed = getattr(causes[0], "status_code", None)
    return {**told, "kind": "litellm", "status": guessed if isinstance(guessed, int) else None}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the nearest first; LiteLLM's wrapper around errors in mid-stream left out."""
    queue: list[BaseException | None] = [error]
    seen: set[int] = set()
    while queue:
        cause = queue.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        original = getattr(cause, "original_exception", None)
        if not isinstance(original, BaseException):
            yield cause
        queue += [original if isinstance(original, BaseException) else None, cause.__cause__, cause.__context__]


def _package(cause: BaseException) -> str:
    return type(cause).__module__.partition(".")[0]


def _status_of(cause: BaseException) -> int | None:
    """The status that the server sent. LiteLLM's own exceptions, and ours, bear one of their own choice."""
    if _package(cause) in ("litellm", "tiebreak"):
        return None
    for status in (getattr(cause, "status_code", None), getattr(getattr(cause, "response", None), "status_code", None)):
        if isinstance(status, int) and 400 <= status <= 599:
            return status
    return None


def _body_of(cause: BaseException) -> Json | None:
    """The error object that the server sent, from where the libraries keep it."""
    body = as_map(getattr(cause, "body", None))
    return body or _object_in(str(getattr(cause, "message", "")))


def _object_in(message: str) -> Json | None:
    """The JSON object at the end of a message, such as `AnthropicException - b'{"error": …}'`."""
    text = _PREFIX.sub("", message)
    if text.startswith(("b'", 'b"')):
        try:
            text = ast.literal_eval(text).decode("utf-8", "replace")
        except (ValueError, SyntaxError):
            return None
    if not text.startswith("{"):
        return None
    try:
        return as_map(parse(text.encode("utf-8", "replace")))
    except ValueError:
        return None


def _words_of(cause: BaseException) -> str:
    text = str(getattr(cause, "message", "") or cause) or type(cause).__name__
    return _PREFIX.sub("", text).partition("\nTraceback (most recent call last)")[0]


def _headers_of(causes: list[BaseException]) -> Json:
    """The headers that say when to come again."""
    for cause in causes:
        response = getattr(cause, "response", None)
        for headers in (getattr(cause, "litellm_response_headers", None), getattr(response, "headers", None)):
            told = {str(name).lower(): str(value) for name, value in dict(headers or {}).items()}
            if found := {ours: told[name] for name, ours in _HEADERS.items() if name in told}:
                return dict(found)
    return {}

"""What a server says when it refuses, as an error of our tree: what, where, and what to do next."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from tiebreak.errors import (
    AuthError,
    QuotaError,
    RateLimitError,
    RequestError,
    ServerError,
    TargetError,
    UnknownModelError,
)
from tiebreak.redaction import Redactor
from tiebreak.sanitise import clean_line
from tiebreak.targets.chunkjson import Json, as_list, as_map, as_text, parse

QUOTED = 300
"""Terminal cells of a server's own words in a message."""

_QUOTA = ("insufficient_quota", "billing_hard_limit", "exceeded your current quota", "quota exceeded for the day")
_RATE = ("rate_limit", "rate limit", "too many requests")
_AUTH = ("invalid_api_key", "authentication", "unauthorized", "permission")
_MODEL = ("model_not_found", "does not exist", "unknown model", "no such model")
_REQUEST = ("invalid_request", "context_length", "bad_request", "unprocessable")

ASK_AGAIN = "Ask again: `r` in the Arena, `tiebreak retry` for a run."


class Place(Protocol):
    """Who was asked, as messages tell it."""

    @property
    def host(self) -> str: ...

    @property
    def missing(self) -> str:
        """What a 404 says of the host, such as “does not know the model 'x'”."""
        ...

    @property
    def key_hint(self) -> str: ...

    @property
    def model_hint(self) -> str: ...

    @property
    def address_hint(self) -> str: ...


class Refusals:
    """Makes errors for one place; everything it quotes is redacted and safe to print."""

    def __init__(self, place: Place, redactor: Redactor, now: Callable[[], datetime]) -> None:
        self.place = place
        self._redactor = redactor
        self._now = now

    def quote(self, said: str | bytes) -> str:
        """A server's words on one line: redacted before they are cut, so that no half of a key stays."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return clean_line(self._redactor.redact(" ".join(text[: QUOTED * 40].split())), QUOTED)

    def from_reply(self, status: int, headers: Mapping[str, str], body: bytes) -> TargetError:
        """The error that an HTTP reply other than 200 stands for."""
        try:
            said = _said(parse(body))
        except ValueError:
            said = None
        content_type = headers.get("Content-Type", "")
        words = said.words if said else "" if "html" in content_type else body.decode("utf-8", "replace")
        codes = said.codes if said else ""
        return self._error(status, words, codes, retry_after=retry_after(headers, self._now()))

    def from_stream(self, body: Json, unknown: Callable[[str], TargetError] | None = None) -> TargetError:
        """The error that an error object inside the stream stands for.

        Where it tells no status, its words are searched for the class; or, if given, `unknown` makes an error of them.
        """
        said = _said(body)
        if said.status is None and unknown is not None:
            return unknown(self.quote(said.words))
        codes = f"{said.codes} {said.words}".lower()
        status = said.status
        if status is None:
            for known, meant in ((_QUOTA, 429), (_RATE, 429), (_AUTH, 401), (_MODEL, 404), (_REQUEST, 400)):
                if any(word in codes for word in known):
                    status = meant
                    break
        return self._error(status or 500, said.words, said.codes, guessed=said.status is None)

    def _error(
        self, status: int, words: str, codes: str, *, retry_after: float | None = None, guessed: bool = False
    ) -> TargetError:
        """`guessed`: the status only stands for the class of the error, and is not what the server said."""
        place, host = self.place, self.place.host
        told = None if guessed else status
        quoted = self.quote(words).rstrip(" :,;")  # some end where they leave the key out: “… provided: ”
        says = "" if guessed else f" ({status})"
        says += f": {quoted}{'' if quoted.endswith(('.', '!', '?', '…')) else '.'}" if quoted else "."
        haystack = f"{codes} {words}".lower()
        if status in (401, 403):
            return AuthError(f"{host} refused the key{says}", hint=place.key_hint, status=told)
        if status == 404 or (400 <= status < 500 and "model_not_found" in codes):
            return UnknownModelError(
                f"{host} {place.missing}{says}",
                hint=place.model_hint,
                status=told,
            )
        if status == 402 or (status == 429 and any(word in haystack for word in _QUOTA)):
            return QuotaError(
                f"The quota at {host} is used up{says}",
                hint="Waiting does not help: look at the plan and the billing of the account.",
                status=told,
                retry_after=retry_after,
            )
        if status == 429:
            return RateLimitError(
                f"{host} limits the rate of calls{says}",
                hint="Run fewer at once, or try again later.",
                status=told,
                retry_after=retry_after,
            )
        if status in (408, 409, 425) or status >= 500:
            return ServerError(f"{host} failed{says}", hint="Try again later.", status=told, retry_after=retry_after)
        if 400 <= status < 500:
            return RequestError(
                f"{host} refused the request{says}",
                hint="Look at the parameters and the prompt of the config.",
                status=told,
            )
        return UnknownModelError(f"{host} replied, but not with an answer{says}", hint=place.address_hint, status=told)


class _Said:
    """What an error body says: for people, for programs, and as a status."""

    def __init__(self, words: str, codes: str, status: int | None) -> None:
        self.words = words
        self.codes = codes
        self.status = status


def _said(body: object) -> _Said:
    """Reads `{"error": {"message", "type", "code"}}` and what others make of it."""
    outer = as_map(body) or {}
    error = outer.get("error", outer)
    fields = as_map(error)
    if fields is None:
        return _Said(as_text(error) or "", "", None)
    message = fields.get("message", fields.get("detail", outer.get("detail", outer.get("message"))))
    words = as_text(message) or _flat(message)
    code = fields.get("code")
    codes = " ".join(filter(None, (as_text(fields.get("type")), as_text(code)))).lower()
    for number in (code, fields.get("status"), fields.get("status_code")):
        if isinstance(number, str) and number.isdecimal():
            number = int(number)  # noqa: PLW2901
        if isinstance(number, int) and 400 <= number <= 599:
            return _Said(words, codes, number)
    return _Said(words, codes, None)


def _flat(value: object) -> str:
    """Validation errors (`detail: [{"loc": …, "msg": …}]`) in a line."""
    if (fields := as_map(value)) is not None:
        place = ".".join(str(part) for part in as_list(fields.get("loc")))
        return ": ".join(
            filter(
                None,
                (place, as_text(fields.get("msg")) or as_text(fields.get("message")) or _flat(fields.get("detail"))),
            )
        )
    return "; ".join(filter(None, map(_flat, as_list(value))))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as `Retry-After` says, in seconds or as an HTTP date (RFC 9110, section 10.2.3)."""
    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.isdecimal():
        return int(milliseconds) / 1000
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    return max(0.0, seconds) if seconds < float("inf") else None

"""Takes secrets out of text before anybody reads it, stores it or logs it.

Two nets: the values themselves, for whoever knows them, and the shapes that credentials have, for those nobody told us
of. Redact before cutting a text short: half a key is no longer recognised.
"""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from tiebreak.credentials import PREFIXES, credentials_in

REDACTED = "[redacted]"

_WHOLE = 8
"""From this length on a secret is replaced wherever it stands."""
_SHORTEST = 4
"""Under this length a value is left to the patterns: replacing every `a` destroys the text, and tells the secret."""

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # https://user:password@host
    (re.compile(r"(?<=://)[^/\s@'\"<>]+@"), f"{REDACTED}@"),
    # Authorization: Bearer …
    (re.compile(r"\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE), rf"\1\2{REDACTED}"),
    # ?key=…&access_token=…
    (
        re.compile(
            r"([?&](?:[a-z_]{0,24}[_-])?(?:key|apikey|token|secret|signature|sig|password|code)=)[^&\s'\"<>#]+",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    # x-api-key: …, "api_key": "…"
    (
        re.compile(r"(\b(?:x-)?(?:goog-)?api[_-]?key['\"]?\s*[:=]\s*['\"]?)[^\s'\",;&}]{4,}", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # Keys that say what they are, cut short or not: a shape of `credentials` asks for all of a key.
    (
        re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, PREFIXES))})[A-Za-z0-9_-]{{16,}}"),
        REDACTED,
    ),
)


class Redactor:
    """Knows secrets and removes them; its own `repr` names none.

    A secret of 8 characters or more is replaced wherever it stands, also percent-encoded or escaped as JSON; one of 4
    to 7 only as a whole word; a shorter one only where it looks like a credential.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret.strip() for secret in secrets}
        whole = {spelling for secret in known if len(secret) >= _WHOLE for spelling in _spellings(secret)}
        short = {secret for secret in known if _SHORTEST <= len(secret) < _WHOLE}
        # The longest first, so that a secret which contains another goes as one.
        alternatives = [re.escape(secret) for secret in sorted(whole, key=lambda s: (-len(s), s))]
        alternatives += [rf"(?<!\w){re.escape(secret)}(?!\w)" for secret in sorted(short)]
        self._values = re.compile("|".join(alternatives)) if alternatives else None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], names: Iterable[str]) -> "Redactor":
        """Knows the values of the named variables, as far as they are set."""
        return cls(environ[name] for name in names if environ.get(name))

    def redact(self, text: str) -> str:
        """The text with every known secret, and everything shaped like one, replaced by `[redacted]`."""
        if self._values is not None:
            text = self._values.sub(REDACTED, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        # From the end, so that the places of the others stay; what is found in two ways is replaced once.
        rest = len(text)
        for found in sorted(credentials_in(text), key=lambda one: (one.end, -one.start), reverse=True):
            if found.end <= rest:
                text = f"{text[: found.start]}{REDACTED}{text[found.end :]}"
                rest = found.start
        return text

    def __repr__(self) -> str:
        return "Redactor(…)"


def _spellings(secret: str) -> set[str]:
    """The ways in which a secret is written into addresses and bodies."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }

"""How an app fails, in words that name it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tiebreak.errors import AppError, ServerError, TargetError
from tiebreak.redaction import Redactor
from tiebreak.targets.chunkjson import as_map
from tiebreak.targets.failures import Refusals

TEMPORARY = 75
"""`EX_TEMPFAIL` of sysexits(3): a command says that trying again may help."""
LOOK = "Look at the app; nothing that Tiebreak sent is at fault."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPlace:
    """An app in messages; see `tiebreak.targets.failures.Place`."""

    host: str
    key_hint: str = "Check the keys that the app uses."
    missing: str = "has nothing to answer with"
    model_hint: str = "Check the model that the app asks."
    address_hint: str = "Check target.url: it is the full address that takes the request."


class AppFailures:
    """Makes the errors of one app; everything quoted is redacted and safe to print."""

    def __init__(self, place: AppPlace, redactor: Redactor, now: Callable[[], datetime]) -> None:
        self.name = place.host
        self.refusals = Refusals(place, redactor, now)
        self.quote = self.refusals.quote

    def told(self, error: object) -> TargetError:
        """What the app says went wrong: text, or a mapping with `message` and perhaps `status` (as of HTTP).

        A status puts it into its class; `temporary: true` says that another try may help. Both can make it the
        infrastructure's doing; all else is the app's own.
        """
        if (as_map(error) or {}).get("temporary") is True:
            return self.refusals.from_stream({"error": error}, unknown=self._for_now)
        return self.refusals.from_stream({"error": error}, unknown=self.failed)

    def failed(self, words: str) -> AppError:
        """The app's own failure, in its own (quoted) words."""
        return AppError(f"{self.name} failed{f': {words}' if words else ''}{_stop(words)}", hint=LOOK)

    def _for_now(self, words: str) -> ServerError:
        return ServerError(f"{self.name} failed for now: {words}{_stop(words)}", hint="Try again later.")

    def exited(self, code: int, stderr: bytes) -> TargetError:
        """A process ended otherwise than with 0; a negative `code` is the signal that ended it, as in `subprocess`."""
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        words = self.quote(last_lines(stderr))
        says = f"{self.name} {how}{f': {words}' if words else ', and wrote nothing to stderr'}{_stop(words)}"
        if code == TEMPORARY:
            return ServerError(says, hint="Try again later.")
        return AppError(says, hint=LOOK)


def last_lines(stderr: bytes) -> str:
    """The end of what a process wrote to stderr, where the reason of a traceback stands."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    return " | ".join([line for line in lines if line][-3:])


def is_error(value: object) -> bool:
    """Whether what stands under `error` tells one: text or a mapping that is not empty."""
    return bool(value) and (isinstance(value, str) or as_map(value) is not None)


def _stop(words: str) -> str:
    return "" if words.endswith((".", "!", "?", "…")) else "."

"""Every error Tiebreak raises on purpose.

TiebreakError
├── UsageError             a flag or an action that cannot be carried out
│   └── NotTrustedError    code of a workspace that nobody allowed to run
├── InputError             a file of the user's that cannot be used; knows file, line and field
│   ├── WorkspaceError     a workspace file (card, config, policy) or its folder
│   ├── DatasetError       a case file
│   └── ImportFormatError  a file given to `tiebreak import`
├── PromptError            a prompt template that cannot be rendered for a case
├── TargetError            an answer that did not come; knows its fault (`target`, `infra` or `user`)
│   ├── AuthError          401, 403, or a missing key
│   ├── RateLimitError     429
│   │   └── QuotaError     429 because the money or the day's share is used up: waiting does not help
│   ├── UnknownModelError  404 for the model
│   ├── RequestError       any other 4xx: the request itself was refused
│   ├── UnrenderedError    the prompt could not be made of this case, so nothing was asked
│   ├── ServerError        5xx
│   ├── NetworkError       refused, reset, unresolvable, TLS
│   ├── DeadlineError      first token, idle or total deadline passed
│   ├── AppError           the app under test failed: an exception, an exit code, an error it told
│   ├── ProtocolError      the server spoke, but not the protocol
│   ├── IncompleteError    the stream ended without a finish reason
│   └── RecordingError     a recording holds no answer for the case
├── SessionInUseError      another process works on the session
└── StoreError             the database
    ├── CorruptStoreError
    ├── NewerSchemaError
    ├── ReadOnlyStoreError
    └── StoreBusyError     another process holds the database for longer than we wait

A message says what happened, where, and what to do next; `hint` holds that last part. No message ever holds a secret:
errors that quote a provider go through `tiebreak.redaction` first.
"""

from typing import ClassVar, Literal

Fault = Literal["target", "infra", "user"]
"""Whose doing a response without an answer is: the candidate's own (it counts), the infrastructure's, or the user's."""


class TiebreakError(Exception):
    """Base of every error raised on purpose; `str()` is a complete sentence for a person."""

    title: ClassVar[str] = "Tiebreak cannot go on"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(TiebreakError):
    title = "That cannot be done"


class NotTrustedError(UsageError):
    title = "This workspace wants to run code"


class InputError(TiebreakError):
    """A file that cannot be used as it is.

    `where` reads `path:line: field`, as far as each is known.
    """

    title = "A file needs a correction"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line
        self.field = field

    @property
    def where(self) -> str:
        place = self.path or ""
        if self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.field) if part)

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.where}: {text}" if self.where else text


class WorkspaceError(InputError):
    title = "The workspace needs a correction"


class DatasetError(InputError):
    title = "The dataset needs a correction"


class ImportFormatError(InputError):
    title = "The file cannot be imported"


class PromptError(TiebreakError):
    """A template that cannot be rendered.

    Its parts are told apart so that a whole dataset's worth of the same problem can be told once.
    """

    title = "The prompt cannot be rendered"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        field: str | None = None,
        line: int | None = None,
        problem: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.field = field
        """Of the config: `prompt.user`."""
        self.line = line
        """Of the template."""
        self.problem = problem or message
        """What is wrong, without config, field, line and case."""


class TargetError(TiebreakError):
    """A call that gave no whole answer. `retryable` holds only while no token has arrived."""

    title = "The answer did not come"
    code: ClassVar[str] = "target"
    fault: ClassVar[Fault] = "infra"
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, hint: str | None = None, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_after = retry_after
        self.tries = 1
        """Calls made until this one failed, and the seconds spent before it; whoever retries sets them."""
        self.waited = 0.0


class AuthError(TargetError):
    code = "auth"


class RateLimitError(TargetError):
    code = "rate_limit"
    retryable = True


class QuotaError(RateLimitError):
    code = "quota"
    retryable = False


class UnknownModelError(TargetError):
    code = "unknown_model"


class RequestError(TargetError):
    """The config asks for what the model refuses (too long a context, a bad parameter): its own failed answer."""

    code = "request"
    fault = "target"


class UnrenderedError(TargetError):
    """Whoever wrote prompt and cases did not make them fit, and the target was never asked: its user's own fault, and
    no failed answer of its own. Setup, `tiebreak run` and the doctor look for this before a session starts.
    """

    code = "prompt"
    fault = "user"


class ServerError(TargetError):
    code = "server"
    retryable = True


class NetworkError(TargetError):
    code = "network"
    retryable = True


class DeadlineError(TargetError):
    code = "deadline"
    retryable = True


class AppError(TargetError):
    """A candidate that falls over has failed this case, as much as one that answers wrongly."""

    code = "app"
    fault = "target"


class ProtocolError(TargetError):
    """Malformed output is the target's own doing: it counts as a failed answer."""

    code = "protocol"
    fault = "target"


class IncompleteError(TargetError):
    """A cut stream is never an answer, nor the candidate's own doing; the text so far is kept with the response."""

    code = "incomplete"


class RecordingError(TargetError):
    code = "recording"


class SessionInUseError(TiebreakError):
    title = "This session is open elsewhere"


class StoreError(TiebreakError):
    title = "The database cannot be used"


class CorruptStoreError(StoreError):
    pass


class NewerSchemaError(StoreError):
    pass


class ReadOnlyStoreError(StoreError):
    pass


class StoreBusyError(StoreError):
    pass

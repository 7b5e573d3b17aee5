"""What a session needs of whoever keeps its records; the store satisfies it, the engine never imports the store."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from tiebreak.records import Ballot, CheckResult, CheckSpec, Event, Presentation, Response


class Recorder(Protocol):
    """Each call returns at once; its future resolves when the record is safe, or fails with a `StoreError`.

    Records become safe in the order of the calls, so one may refer to another that was handed over before it.
    """

    def record_response(self, response: Response, chunks: bytes | None) -> "Future[None]": ...

    def record_checks(self, results: Sequence[CheckResult], specs: Sequence[CheckSpec]) -> "Future[None]": ...

    def record_presentation(self, presentation: Presentation) -> "Future[None]": ...

    def record_ballot(self, ballot: Ballot) -> "Future[None]": ...

    def record_event(self, event: Event) -> "Future[None]": ...

    def response(self, response_id: str) -> Response:
        """One recorded response with its text."""
        ...

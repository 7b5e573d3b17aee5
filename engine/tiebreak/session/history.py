"""What was recorded of a session before it is taken up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tiebreak.records import Ballot, CheckResult, Event, Presentation, Response
from tiebreak.records.judges import Judge, Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was recorded of a session before it was opened, in the order in which it was recorded."""

    responses: Sequence[Response] = ()
    check_results: Sequence[CheckResult] = ()
    presentations: Sequence[Presentation] = ()
    ballots: Sequence[Ballot] = ()
    events: Sequence[Event] = ()
    said: Sequence[Judge | Judgment] = ()
    """Of judges that gates rest on."""


def light(response: Response) -> Response:
    """The response without its text: all the scoreboard needs."""
    return replace(response, text="", reasoning="", contexts=())

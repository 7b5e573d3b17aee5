"""Runs a whole session without a person: every case answered, recorded votes cast where the answers allow it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tiebreak.datasets.reading import read_record
from tiebreak.datasets.tables import read_rows
from tiebreak.errors import ImportFormatError
from tiebreak.records import ROLES, SessionRole, Vote
from tiebreak.records.cases import FORBID_UNKNOWN
from tiebreak.session.exchange import Exchange
from tiebreak.session.live import LiveSession

SIDE_OF: Mapping[str, SessionRole] = {"A": "baseline", "B": "candidate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBallots:
    """What a rater once gave for one case: a line of `ballots.jsonl`."""

    case: str
    vote: Vote | None = None
    scores: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    """Dimension → side (`A` or `B`) → 1 to 5."""
    note: str | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


def read_ballots(path: Path) -> dict[str, RecordedBallots]:
    """Recorded ballots by case; the first line may be a header with `ballots` and a `notice`.

    Raises:
        ImportFormatError: for a file or line that cannot be used.
    """
    found: dict[str, RecordedBallots] = {}
    for row in read_rows(path, ImportFormatError):
        if row.mapping is not None and "ballots" in row.mapping:
            continue
        ballots = read_record(RecordedBallots, row)
        found[ballots.case] = ballots
    return found


async def replay(
    live: LiveSession, ballots: Mapping[str, RecordedBallots], progress: Callable[[int], None] | None = None
) -> None:
    """Answer every open case in order and cast the recorded ballots; returns once all of it is on disk.

    Raises:
        UsageError: where an arm was paused, such as for a refused key; what came before is kept.
        StoreError: where something could not be kept.
    """
    for position in range(live.first_open(), len(live.cases)):
        exchange = live.exchange(position)
        await answered(exchange)
        given = ballots.get(exchange.case.id)
        state = live.form(position)
        if given is not None and state.answered and state.open and live.saves.failure is None:
            cast_ballots(live, position, given)
        if progress is not None:
            progress(position + 1)
    await live.checking.checked()
    await live.saves.settled()


async def answered(exchange: Exchange) -> None:
    """Wait until both answers are there, however they ended.

    Raises:
        UsageError: where none is coming, because its arm is paused or the session was closed.
    """
    for role in ROLES:
        answering = exchange.answers[role]
        await answering.done.wait()
        if answering.crash is not None:
            raise answering.crash  # a fault of ours, in its own words
    exchange.responses()


def cast_ballots(live: LiveSession, position: int, given: RecordedBallots) -> None:
    """Cast what was recorded for a case whose answers are there; a vote only where the case does not settle itself.

    Raises:
        UsageError: for a dimension that the policy does not have, a score outside 1 to 5, and once a write has failed.
    """
    for dimension, scores in given.scores.items():
        for side, score in scores.items():
            live.score(position, SIDE_OF[side], dimension, score)
    if given.note:
        live.note(position, given.note)
    if given.vote is not None and live.policy.form.vote != "off" and not live.form(position).settled_by_itself:
        live.vote(position, given.vote)

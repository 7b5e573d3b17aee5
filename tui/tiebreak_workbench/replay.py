"""Runs a whole session without a person: every case answered, recorded votes cast where the answers allow it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tiebreak.datasets.reading import read_record
from tiebreak.datasets.tables import read_rows
from tiebreak.errors import ImportFormatError
from tiebreak.records import ROLES, SessionRole, Vote
from tiebreak.records.cases import FORBID_UNKNOWN
from tiebreak.session.live import Exchange, LiveSession

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
    """Answer every open case in order and cast the recorded ballots; returns once all of it is on disk."""
    for position in range(live.first_open(), len(live.cases)):
        exchange = live.exchange(position)
        await answered(exchange)
        given = ballots.get(exchange.case.id)
        if given is not None and not live.form(position).complete:
            cast_ballots(live, exchange, given)
        if progress is not None:
            progress(position + 1)
    await live.saves.settled()


async def answered(exchange: Exchange) -> None:
    """Wait until both answers are there, however they ended."""
    await asyncio.gather(*(exchange.answers[role].done.wait() for role in ROLES))


def cast_ballots(live: LiveSession, exchange: Exchange, given: RecordedBallots) -> None:
    for dimension, scores in given.scores.items():
        for side, score in scores.items():
            live.score(exchange.position, SIDE_OF[side], dimension, score)
    if given.note:
        live.note(exchange.position, given.note)
    if given.vote is not None:
        live.vote(exchange.position, given.vote)

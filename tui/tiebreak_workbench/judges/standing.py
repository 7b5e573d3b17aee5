"""How each judge of a session stands, line by line, by the labels and verdicts that are there: one word of each, and
what that rests on. All that its verdicts are worth is told by `judges.calibrating`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tiebreak.gates import JudgeStatus
from tiebreak.gates.wording import percent
from tiebreak.records import Event
from tiebreak.records.judges import Judge
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.judged.book import JudgeBook
from tiebreak.scoreboard.judged.joined import JUDGE_RATER
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.paged import paged_board
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.judges.calibration_lines import status_of
from tiebreak_workbench.judges.status import worst_of
from tiebreak_workbench.workbench import Workbench

CALIBRATED_KINDS = ("pairwise", "rubric")
"""Kinds whose verdicts people give as well: votes, and scores of a dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a judge stands in one line of a session."""

    dimension: str | None
    status: JudgeStatus
    share: float
    """Of its independent labels, those on which it agrees with people."""
    n: int


def standings(book: JudgeBook, name: str) -> tuple[Standing, ...]:
    """How a judge stands in a session, line by line; empty where it judged nothing that people give as well."""
    judge = book.in_force(name)
    if judge is not None and judge.kind not in CALIBRATED_KINDS:
        return ()
    names = [None] if judge is None or judge.kind == "pairwise" else [one.name for one in judge.dimensions]
    found: list[Standing] = []
    for dimension in names:
        status, share, n = status_of([book], name, dimension)
        found.append(Standing(dimension=dimension, status=status, share=share, n=n))
    return tuple(found)


def session_standings(bench: Workbench, stored: StoredSession) -> dict[str, tuple[Standing, ...]]:
    """How every judge stands that judged a session, its imported ones included, by name."""
    names = judges_in(bench, stored)
    if not names:
        return {}
    book = board_of_judges(bench, stored, names).judges
    return {name: standings(book, name) for name in names} if book is not None else {}


def standing_words(name: str, found: Sequence[Standing]) -> str:
    """One sentence on how a judge stands. Names are outside text."""
    if not found:
        return f"Judge “{name}”: uncalibrated; people give no such verdict that it could be held against."
    parts = [
        f"{f'“{one.dimension}” ' if one.dimension is not None else ''}{one.status}"
        + (f" (agrees with people in {percent(one.share)} of {one.n})" if one.n else " (nothing labelled yet)")
        for one in found
    ]
    return f"Judge “{name}”: {'; '.join(parts)}."


def version_status(bench: Workbench, judge: Judge) -> JudgeStatus:
    """How one version of a judge stands over every session that it judged and that is not sealed: the worst of its
    lines."""
    if judge.kind not in CALIBRATED_KINDS or not bench.recorded:
        return "uncalibrated"
    books: list[JudgeBook] = []
    for version, session_id in bench.store.judge_sessions(judge.name):
        if version == judge.version:
            stored = bench.store.load_session(session_id, facts=False)
            board = board_of_judges(bench, stored, (judge.name,), judge)
            events = tuple(one for one in bench.store.iter_acts(session_id) if isinstance(one, Event))
            if board.judges is not None and not is_sealed(
                replace(stored, events=events), board.snapshot(), bench.rater()
            ):
                books.append(board.judges)
    names = [None] if judge.kind == "pairwise" else [one.name for one in judge.dimensions]
    found: set[JudgeStatus] = {status_of(books, judge.name, dimension)[0] for dimension in names}
    return worst_of(found)


def judges_in(bench: Workbench, stored: StoredSession) -> tuple[str, ...]:
    """The judges that say something of a session, by name."""
    asked = [bench.store.judge(version).name for version in bench.store.judges_of(stored.session.id)]
    labelled = [rater.id.removeprefix(JUDGE_RATER) for rater in stored.raters if rater.id.startswith(JUDGE_RATER)]
    return tuple(dict.fromkeys((*asked, *labelled)))


def board_of_judges(
    bench: Workbench, stored: StoredSession, names: Sequence[str], only: Judge | None = None
) -> Scoreboard:
    """The board of a session that follows some judges, one of them in one version alone, brought up to date."""
    board = paged_board(bench.store, stored, judges=names, only=only)
    board.snapshot()
    return board

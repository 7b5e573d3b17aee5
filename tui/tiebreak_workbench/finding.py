"""Finds any earlier session, question, answer, note or vote by a part of its text, however it was typed."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

from tiebreak.records.sessions import Queue
from tiebreak.search import folded, rank
from tiebreak_store import PAST_KINDS, PastKind, PastText
from tiebreak_workbench.scoring import scoreboard_of
from tiebreak_workbench.sealed import is_sealed
from tiebreak_workbench.workbench import Workbench

SECONDS = 2.0
"""How long a search may look through texts; it then tells what it has found."""
LIMIT = 50
NEAR = 2_000
"""Texts of a kind, the newest, in which a mistyped word is looked for."""
NEAR_CHARACTERS = 600
"""Of each of these, from its start."""
BEFORE, EXCERPT = 40, 200
"""Characters before the place that was found, and of what is shown in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place in the past. Of a blind session that is not done, it does not say whose answer it is."""

    kind: PastKind
    session_id: str
    case_id: str | None
    side: str | None
    """A or B, of an answer."""
    excerpt: str
    at: str
    queue: Queue | None = None
    """Where a person said it; what was said in the risk queue counts in no rate or mean."""

    @property
    def what(self) -> str:
        """`answer A`, `said (risk queue)`."""
        place = "(risk queue)" if self.queue == "risk" else None
        return " ".join(part for part in (self.kind, self.side, place) if part is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    hits: tuple[Hit, ...]
    """What holds every word first, sessions before questions, words of people and answers; the newest first."""
    complete: bool
    """Whether everything was looked through; the newest was, where time was short."""


def find(bench: Workbench, query: str, *, limit: int = LIMIT, seconds: float = SECONDS) -> Hits:
    """Look through everything recorded, newest first, for as long as it may take. Not for the event loop.

    A text that holds every word of the query, in any case, is a hit; where there is none, the most alike of the newest
    texts are. Without a query, the newest sessions. This is the one place that searches.
    """
    if not bench.recorded:
        return Hits(hits=(), complete=True)
    words = folded(query).split()
    deadline = monotonic() + seconds
    exact: list[PastText] = []
    near: list[PastText] = []
    complete = True
    for kind in PAST_KINDS if words else PAST_KINDS[:1]:
        with closing(bench.store.iter_past(kind)) as every:
            found, rest, whole = _look(every, words, limit - len(exact), deadline)
        exact += found
        near += rest
        complete = complete and whole
        if len(exact) >= limit:
            break
    if words and not exact:
        matches = rank(query, near, key=lambda text: text.text[:NEAR_CHARACTERS], limit=limit)
        exact = [match.item for match in matches]
    sealed = _sealed(bench, {text.session_id for text in exact if text.kind == "answer"})
    return Hits(hits=tuple(_hit(text, words, sealed) for text in exact), complete=complete)


def _look(
    every: Iterable[PastText], words: list[str], room: int, deadline: float
) -> tuple[list[PastText], list[PastText], bool]:
    """Texts with every word; newest others that may be meant; whether all were looked at, or need not be."""
    found: list[PastText] = []
    others: list[PastText] = []
    for text in every:
        if all(word in folded(text.text) for word in words):
            found.append(text)
            if len(found) >= room:
                return found, others, True
        elif len(others) < NEAR:
            others.append(text)
        if monotonic() > deadline:
            return found, others, False
    return found, others, True


def _sealed(bench: Workbench, session_ids: Iterable[str]) -> set[str]:
    """Those of the sessions whose sides must not be told apart yet."""
    sealed: set[str] = set()
    for id_ in session_ids:
        if bench.store.load_session(id_, facts=False).session.blind:
            stored = bench.store.load_session(id_, light=True)
            if is_sealed(stored, scoreboard_of(stored).snapshot(), bench.rater()):
                sealed.add(id_)
    return sealed


def _hit(text: PastText, words: list[str], sealed: set[str]) -> Hit:
    side = None if text.role is None or text.session_id in sealed else "A" if text.role == "baseline" else "B"
    return Hit(
        kind=text.kind,
        session_id=text.session_id,
        case_id=text.case_id,
        side=side,
        excerpt=_excerpt(text.text, words),
        at=text.at,
        queue=text.queue,
    )


def _excerpt(text: str, words: list[str]) -> str:
    """The text around its first place, on one line."""
    at = min((place for word in words if (place := folded(text).find(word)) >= 0), default=0)
    start = max(0, at - BEFORE)
    cut = " ".join(text[start : start + EXCERPT].split())
    return f"{'… ' if start else ''}{cut}{' …' if start + EXCERPT < len(text) else ''}"

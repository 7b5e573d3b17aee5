"""Finds any earlier session, prompt, question, answer, note or vote by words of its text, also mistyped ones."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from types import TracebackType
from typing import Self

from tiebreak.records.policies import SIDES
from tiebreak.records.sessions import Queue
from tiebreak_store import PAST_KINDS, PastKind, PastText
from tiebreak_store.finding import Places
from tiebreak_store.past_index import FILE, PastIndex
from tiebreak_store.words import words_of, written_words
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.near_words import near_words
from tiebreak_workbench.past.past_indexing import Progress, catch_up
from tiebreak_workbench.workbench import Workbench

LIMIT = 50
FEW = 10
"""Fewer hits than this, and words nearly alike are tried too."""
BEFORE, EXCERPT = 40, 200
"""Characters before the place that was found, and of what is shown in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place in the past. Of a blind session that is not done, it does not say whose answer it is."""

    kind: PastKind
    session_id: str | None
    """None of a prompt that no session has used."""
    case_id: str | None
    side: str | None
    """A or B, of an answer."""
    config: str | None
    """Of a prompt, the name of its config."""
    version: str | None
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    """Where in the excerpt the words are: start and end."""
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
    """What holds every word first; of each kind the newest first."""
    complete: bool
    """Whether everything recorded is indexed; else only what is was looked through."""
    read_as: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Words that were taken for mistyped ones, or for parts of others, each with what it was read as."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for: beginnings of words, or a choice of whole ones for each."""

    words: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...] = ()

    def numbers(self, index: PastIndex, kind: PastKind) -> Iterator[int]:
        return index.find_any(kind, self.sets) if self.sets else index.find(kind, self.words)


class Finder:
    """The index over the past, open. Any thread may use it; a search never waits for indexing to end. Close it; a
    context manager does. This is the one place that searches."""

    def __init__(self, bench: Workbench) -> None:
        """
        Raises:
            StoreError: where the index cannot be used.
        """
        self._bench = bench
        self._index = PastIndex.open(bench.store.path.with_name(FILE)) if bench.recorded else None
        self._complete = not bench.recorded
        self._seals: dict[str, bool] = {}

    def close(self) -> None:
        if self._index is not None:
            self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def catch_up(self, progress: Progress | None = None, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Index what was recorded since; see `past_indexing.catch_up`. Not for the event loop."""
        if self._index is not None:
            self._complete = catch_up(self._bench.store, self._index, progress, go_on)
        return self._complete

    def find(self, query: str, limit: int = LIMIT) -> Hits:
        """The texts that hold every word of the query, or a word that begins so; where those are few, also the ones
        that hold a word nearly like it, or one that it is a part of. Without a query, the newest sessions.

        No kind crowds out another one: each has its share of the places, the rest goes in the order of `PAST_KINDS`.
        """
        index = self._index
        if index is None:
            return Hits(hits=(), complete=True)
        words = tuple(dict.fromkeys(words_of(query)))
        if query.strip() and not words:
            return Hits(hits=(), complete=self._complete)
        with self._bench.store.places() as places:
            if not words:
                newest = islice(self._looked_up(places, "session", index.newest("session", limit)), limit)
                found = [self._hit(text, None) for text in newest]
                return Hits(hits=tuple(found), complete=self._complete)
            asked = _Asked(words)
            texts = self._texts(places, index, asked, limit)
            hits = [(text, asked) for text in texts]
            read_as: dict[str, tuple[str, ...]] = {}
            if len(texts) < min(FEW, limit):
                sets = {word: near_words(index, word) for word in words}
                if all(sets.values()):
                    near = _Asked(words, tuple(sets.values()))
                    more = [one for one in self._texts(places, index, near, limit) if one not in texts]
                    hits += [(text, near) for text in more[: limit - len(hits)]]
                    if more:
                        read_as = {word: rest for word, terms in sets.items() if (rest := _others(word, terms))}
        found = [self._hit(text, asked) for text, asked in hits]
        return Hits(hits=tuple(_unordered(found, [text for text, _ in hits])), complete=self._complete, read_as=read_as)

    def _texts(self, places: Places, index: PastIndex, asked: _Asked, limit: int) -> list[PastText]:
        share = -(-limit // len(PAST_KINDS))
        found = {kind: self._looked_up(places, kind, asked.numbers(index, kind)) for kind in PAST_KINDS}
        first = {kind: list(islice(texts, share)) for kind, texts in found.items()}
        room = limit - sum(map(len, first.values()))
        for kind, texts in found.items():
            if room > 0 and len(first[kind]) == share:
                more = list(islice(texts, room))
                first[kind] += more
                room -= len(more)
        return list(chain.from_iterable(first.values()))[:limit]

    def _looked_up(self, places: Places, kind: PastKind, numbers: Iterable[int]) -> Iterator[PastText]:
        index = self._index
        assert index is not None
        for number in numbers:
            if kind == "session" or kind == "prompt" or kind == "question":
                text = places.keyed(kind, index.key_of(kind, number))
            else:
                text = places.recorded(kind, number)
            if text is not None and not self._withheld(text):
                yield text

    def _withheld(self, text: PastText) -> bool:
        """Whether it would tell the sides of a sealed session apart: what somebody preferred, beside their notes."""
        return text.act in ("vote", "score", "label") and self._sealed(text.session_id or "")

    def _hit(self, text: PastText, asked: _Asked | None) -> Hit:
        sealed = text.run_id is not None and any(map(self._sealed, self._blind.get(text.run_id, ())))
        excerpt, marks = excerpt_of(text.text, asked.words if asked else (), asked.sets if asked else ())
        return Hit(
            kind=text.kind,
            session_id=text.session_id,
            case_id=text.case_id,
            side=None if text.role is None or sealed else SIDES[text.role],
            config=text.config,
            version=text.version,
            excerpt=excerpt,
            marks=marks,
            at=text.at,
            queue=text.queue,
        )

    @cached_property
    def _blind(self) -> dict[str, set[str]]:
        return self._bench.store.blind_by_run()

    def _sealed(self, session_id: str) -> bool:
        """Whether the sides of a session must not be told apart yet; worked out once."""
        if session_id not in self._seals:
            sealed = bool(self._bench.store.blind_sessions([session_id]))
            if sealed:
                stored = self._bench.store.load_session(session_id, light=True)
                sealed = is_sealed(stored, scoreboard_of(stored).snapshot(), self._bench.rater())
            self._seals[session_id] = sealed
        return self._seals[session_id]


def find(bench: Workbench, query: str, *, limit: int = LIMIT, progress: Progress | None = None) -> Hits:
    """Index what was recorded since, then search; see `Finder.find`. Not for the event loop.

    Raises:
        StoreError: where the index cannot be used.
    """
    with Finder(bench) as finder:
        finder.catch_up(progress)
        return finder.find(query, limit)


def _unordered(hits: Sequence[Hit], texts: Sequence[PastText]) -> Iterator[Hit]:
    """With sealed answers to one case in the order of their texts, and all of one moment: which came first is a trait
    of its config too."""
    sealed: dict[tuple[str | None, str | None], list[Hit]] = {}
    for hit, text in zip(hits, texts, strict=True):
        if text.role is not None and hit.side is None:
            sealed.setdefault((hit.session_id, hit.case_id), []).append(hit)
    turns = {key: iter(sorted(several, key=lambda one: one.excerpt)) for key, several in sealed.items()}
    moments = {key: min(one.at for one in several) for key, several in sealed.items()}
    for hit, text in zip(hits, texts, strict=True):
        key = hit.session_id, hit.case_id
        if text.role is not None and hit.side is None:
            one = next(turns[key])
            yield Hit(
                kind=one.kind, session_id=one.session_id, case_id=one.case_id, side=None, config=None, version=None,
                excerpt=one.excerpt, marks=one.marks, at=moments[key], queue=one.queue,
            )  # fmt: skip
        else:
            yield hit


def _others(word: str, terms: Sequence[str]) -> tuple[str, ...]:
    return tuple(term for term in terms if not term.startswith(word))


def excerpt_of(
    text: str, words: Sequence[str], sets: Sequence[Sequence[str]] = ()
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around its first hit, on one line, and where in it the words are: beginnings, or of `sets` whole."""
    terms = frozenset(chain.from_iterable(sets))
    at, _ = next(_marks(text, words, terms), (0, 0))
    start = max(0, at - BEFORE)
    cut = " ".join(text[start : start + EXCERPT].split())
    excerpt = f"{'… ' if start else ''}{cut}{' …' if start + EXCERPT < len(text) else ''}"
    return excerpt, tuple(_marks(excerpt, words, terms))


def _marks(text: str, words: Sequence[str], terms: frozenset[str]) -> Iterator[tuple[int, int]]:
    for told, start, end in written_words(text):
        if told in terms:
            yield start, end
        elif begun := next((word for word in words if told.startswith(word)), None):
            whole = len(told) != end - start  # folding moved the letters
            yield start, end if whole else start + len(begun)

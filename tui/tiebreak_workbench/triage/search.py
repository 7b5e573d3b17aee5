"""Search in the questions and answers of two runs: words by their beginnings, then words nearly like them."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tiebreak.triage import Table
from tiebreak_store import Store, StoredRun
from tiebreak_store.triage_index import TriageIndex, in_batches
from tiebreak_store.words import words_of
from tiebreak_workbench.near_words import CHOICES, SHORTEST, nearest_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str, int, int | None], None]
LONGEST = 2_000
"""Characters of a text that are searched."""
AT_ONCE = 500
"""Cases that are added to the index in one transaction."""
FEW = 10
"""Fewer hits than this, and words nearly alike are tried too."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Where words were found."""

    places: "NDArray[np.int64]"
    """Of the rows, ascending: the severest first."""
    read_as: dict[str, tuple[str, ...]]
    """Words that were taken for mistyped ones, each with what it was read as."""
    cut: bool
    """Whether there are more hits than were asked for."""


def index_texts(
    store: Store,
    index: TriageIndex,
    a: StoredRun,
    b: StoredRun,
    table: Table,
    progress: Progress | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Add the texts of the cases that the index lacks, the severest first, so that they can be searched soonest.

    Safe to stop and to begin again: `go_on` is asked after each batch. Returns whether all texts are in.
    """
    missing = _missing(index, a, b, table)
    done = len(table) - len(missing)
    for batch in in_batches(_texts(store, a, b, table, missing), AT_ONCE):
        index.add_texts(a.run.id, b.run.id, batch)
        done += len(batch)
        if progress is not None:
            progress("Indexing the texts", done, len(table))
        if not go_on():
            break
    if done >= len(table):
        index.list_words(a.run.id, b.run.id)
    return done >= len(table)


def search(index: TriageIndex, a: StoredRun, b: StoredRun, table: Table, words: str, limit: int) -> Hits:
    """The cases whose id, question or answers hold every word, or a word that begins so; where those are few, also the
    ones that hold a word nearly like it. Of texts that are not indexed yet nothing is found."""
    import numpy as np

    asked = wanted_words(words)
    runs = a.run.id, b.run.id
    if not asked:
        return Hits(np.arange(0, dtype=np.int64), {}, cut=False)
    found = index.find(*runs, asked, limit + 1)
    read_as: dict[str, tuple[str, ...]] = {}
    if len(found) < FEW:
        sets = {word: near_terms(index, a, b, word) for word in asked}
        read_as = {word: tuple(term for term in terms if term != word) for word, terms in sets.items()}
        read_as = {word: terms for word, terms in read_as.items() if terms}
        if read_as and all(sets.values()):
            found += index.find_any(*runs, list(sets.values()), limit + 1)
    return Hits(table.places_of(found[:limit]), read_as, cut=len(found) > limit)


def near_terms(index: TriageIndex, a: StoredRun, b: StoredRun, word: str) -> list[str]:
    """Words of the texts that the word may have been meant to be, the likeliest first; with its first letter alike,
    which bounds what is looked through."""
    terms = index.terms(a.run.id, b.run.id, word[:1])
    if len(word) < SHORTEST:
        return [term for term in terms if term.startswith(word)][:CHOICES]
    return nearest_terms(word, terms)


def wanted_words(words: str) -> list[str]:
    """The words as the index parts texts."""
    return list(dict.fromkeys(words_of(words)))


def question_of(case_json: str) -> str:
    """The last user text of a case, from its canonical JSON; without making a record of it, as a page has many."""
    given: Any = cast("dict[str, Any]", json.loads(case_json))["input"]
    if isinstance(given, str):
        return given
    return next((str(message["content"]) for message in reversed(given) if message["role"] == "user"), "")


def _missing(index: TriageIndex, a: StoredRun, b: StoredRun, table: Table) -> Sequence[int]:
    """Places of rows whose texts are not in the index."""
    import numpy as np

    there = np.fromiter(index.indexed(a.run.id, b.run.id), dtype=np.int64)
    left: list[int] = np.flatnonzero(~np.isin(table.ordinals, there)).tolist()
    return left


def _texts(store: Store, a: StoredRun, b: StoredRun, table: Table, places: Sequence[int]) -> Iterator[tuple[int, str]]:
    runs = (a.run.id, b.run.id)
    for start in range(0, len(places), AT_ONCE):
        ordinals = [int(table.ordinals[place]) for place in places[start : start + AT_ONCE]]
        cases = store.cases_at(b.run.dataset_hash or "", ordinals)
        answers = dict(store.counting_texts(runs, (case_id for case_id, _ in cases.values()), LONGEST))
        for ordinal, (case_id, case_json) in cases.items():
            texts = (answer[1] for answer in answers[case_id] if answer is not None)
            yield ordinal, "\n".join((case_id, question_of(case_json)[:LONGEST], *texts))

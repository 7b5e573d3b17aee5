"""Brings the index over the past up to date with the records, the newest first, so that they can be found soonest."""

from collections.abc import Callable

from tiebreak_store import Store
from tiebreak_store.finding import KEYED_KINDS, SEQ_KINDS, SeqKind
from tiebreak_store.past_index import Covered, PastIndex

Progress = Callable[[str, int, int | None], None]
AT_ONCE = 500
"""Texts that are added in one transaction; a search waits for no more than these."""


def catch_up(
    store: Store, index: PastIndex, progress: Progress | None = None, go_on: Callable[[], bool] = lambda: True
) -> bool:
    """Add what the index lacks. Safe to stop and to begin again, and for two processes at once: `go_on` is asked after
    each step. Returns whether everything is in."""
    for kind in SEQ_KINDS:
        covered = index.covered(kind)
        if covered is not None and covered.last != store.past_id(kind, covered.high):
            index.clear()  # the database was put back to an older copy
    for kind in KEYED_KINDS:
        missing = index.missing(kind, store.past_keys(kind))
        for start in range(0, len(missing), AT_ONCE):
            index.add_keyed(kind, store.past_keyed_texts(kind, missing[start : start + AT_ONCE]))
            if not _going(progress, go_on, start + AT_ONCE, len(missing)):
                return False
    return all(_records(store, index, kind, progress, go_on) for kind in SEQ_KINDS)


def _records(
    store: Store, index: PastIndex, kind: SeqKind, progress: Progress | None, go_on: Callable[[], bool]
) -> bool:
    """First what was recorded since, in its order; then what came before, going back."""
    newest = store.last_past(kind)
    while True:
        covered = index.covered(kind)
        if covered is None:
            if not newest:
                return True
            low, high = max(1, newest - AT_ONCE + 1), newest
        elif covered.high < newest:
            low, high = covered.high + 1, min(newest, covered.high + AT_ONCE)
        elif covered.low > 1:
            low, high = max(1, covered.low - AT_ONCE), covered.low - 1
        else:
            return True
        now = Covered(
            low if covered is None else min(low, covered.low),
            high if covered is None else max(high, covered.high),
            store.past_id(kind, high) if covered is None or high > covered.high else covered.last,
        )
        index.add(kind, store.past_texts(kind, low, high), covered, now)
        if not _going(progress, go_on, now.high - now.low + 1, newest):
            return False


def _going(progress: Progress | None, go_on: Callable[[], bool], done: int, total: int) -> bool:
    if progress is not None:
        progress("Indexing what was recorded", min(done, total), total)
    return go_on()

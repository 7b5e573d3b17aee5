"""Puts what was taken from files into the database: all of it, once, or nothing."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, wait
from dataclasses import replace
from typing import TypeVar

from tiebreak_store import ImportedRecords, ImportReject, Store

T = TypeVar("T")


def commit(
    store: Store,
    key: str,
    tool: str,
    noted: Mapping[str, object],
    rejects: Iterable[ImportReject],
    records: ImportedRecords,
) -> bool:
    """Put an import that `key` names; False, and nothing is put, where it was put before. An interrupt withdraws it.

    Raises:
        StoreError: where it cannot be recorded; nothing is, then.
        TiebreakError: whatever making the answers raises; likewise.
    """
    given_up = threading.Event()

    def wanted(rows: Iterable[T]) -> Iterator[T]:
        for row in rows:
            if given_up.is_set():
                raise CancelledError
            yield row

    held = replace(
        records,
        answers=wanted(records.answers),
        presentations=wanted(records.presentations),
        ballots=wanted(records.ballots),
        judgments=wanted(records.judgments),
    )
    put = store.add_import_batch(key, tool, noted, rejects, held)
    try:
        return put.result()
    finally:
        # Closing the store would wait for the rest, which would then be there in spite of the interrupt.
        given_up.set()
        wait([put])

"""SQLite: schema, migrations, writing and reading records. sqlite-utils is imported only to migrate."""

from tiebreak_store.events import StoredGateOutcome
from tiebreak_store.finding import PAST_KINDS, PastKind, PastText
from tiebreak_store.imports import ImportedRecords, ImportReject
from tiebreak_store.lineage import ConfigUse, ConfigVersion, CopiedAnswer, Edit, Grown, NewFork
from tiebreak_store.outcomes import StoredRun
from tiebreak_store.sessions import NewSession, SessionSummary, StoredSession
from tiebreak_store.store import Store

__all__ = [
    "PAST_KINDS",
    "ConfigUse",
    "ConfigVersion",
    "CopiedAnswer",
    "Edit",
    "Grown",
    "ImportReject",
    "ImportedRecords",
    "NewFork",
    "NewSession",
    "PastKind",
    "PastText",
    "SessionSummary",
    "Store",
    "StoredGateOutcome",
    "StoredRun",
    "StoredSession",
]

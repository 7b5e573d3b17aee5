"""Datasets, configs, policies and checks, each stored once under the hash of its content."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

from tiebreak.errors import CorruptStoreError, StoreError
from tiebreak.records import Case, CheckSpec, Config, Dataset, DatasetCard, Policy, canonical_json, digest
from tiebreak.records.codec import adapter
from tiebreak_store.text import from_json, restored, storable, storable_or_none, to_json

T = TypeVar("T")
AT_ONCE = 10_000
"""Cases that one query reads; SQLite takes 32,766 values."""
Origin = Literal["file", "edit", "adhoc", "import"]
"""How a version of a config came: from a file, by an edit in the app, for a spot check, with imported answers."""


def put_blob(connection: sqlite3.Connection, data: bytes) -> str:
    """Keep bytes once; returns their hash."""
    name = digest(data)
    connection.execute("INSERT OR IGNORE INTO blob (hash, bytes) VALUES (?, ?)", (name, data))
    return name


def get_blob(connection: sqlite3.Connection, name: str) -> bytes:
    """
    Raises:
        CorruptStoreError: where it is missing.
    """
    found = connection.execute("SELECT bytes FROM blob WHERE hash = ?", (name,)).fetchone()
    if found is None:
        raise CorruptStoreError(f"The database lacks content that it refers to ({name[:12]}…).")
    return cast("bytes", found[0])


def put_dataset(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Keep a dataset version with its cases, unless it is there."""
    name = dataset.version
    inserted = connection.execute(
        "INSERT OR IGNORE INTO dataset_version (hash, name, card) VALUES (?, ?, ?)",
        (name, storable(dataset.card.name), to_json(dataset.card)),
    )
    if inserted.rowcount:
        # A case is kept in its canonical form, so its version is the hash of that.
        versions = dataset.case_versions
        connection.executemany(
            "INSERT OR IGNORE INTO blob (hash, bytes) VALUES (?, ?)",
            ((versions[case.id], canonical_json(case).encode("utf-8", "surrogatepass")) for case in dataset.cases),
        )
        connection.executemany(
            "INSERT INTO dataset_case (dataset_hash, ordinal, case_id, kind, segment, case_hash) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    name,
                    ordinal,
                    storable(case.id),
                    case.kind,
                    storable_or_none(case.segment),
                    versions[case.id],
                )
                for ordinal, case in enumerate(dataset.cases)
            ),
        )


def get_dataset(connection: sqlite3.Connection, name: str) -> Dataset:
    """
    Raises:
        CorruptStoreError: where it is missing.
    """
    return Dataset(card=get_dataset_card(connection, name), cases=tuple(iter_cases(connection, name)))


def get_dataset_card(connection: sqlite3.Connection, name: str) -> DatasetCard:
    return _record(DatasetCard, from_json(_one(connection, "SELECT card FROM dataset_version WHERE hash = ?", name)))


def iter_cases(connection: sqlite3.Connection, dataset_hash: str) -> Iterator[Case]:
    """The cases of a dataset in the order of its file."""
    cursor = connection.execute(
        "SELECT bytes FROM dataset_case JOIN blob ON blob.hash = case_hash WHERE dataset_hash = ? ORDER BY ordinal",
        (dataset_hash,),
    )
    for (data,) in cursor:
        yield _record(Case, json.loads(cast("bytes", data).decode("utf-8", "surrogatepass")))


def get_case(connection: sqlite3.Connection, dataset_hash: str, case_id: str) -> Case | None:
    """One case of a dataset; None where it has none of this id."""
    found = connection.execute(
        "SELECT bytes FROM dataset_case JOIN blob ON blob.hash = case_hash WHERE dataset_hash = ? AND case_id = ?",
        (dataset_hash, storable(case_id)),
    ).fetchone()
    return (
        None if found is None else _record(Case, json.loads(cast("bytes", found[0]).decode("utf-8", "surrogatepass")))
    )


def get_cases(connection: sqlite3.Connection, dataset_hash: str, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases of a dataset by their ids, in the order of these, without those that it does not have."""
    sql = "SELECT case_id, bytes FROM dataset_case JOIN blob ON blob.hash = case_hash WHERE dataset_hash = ?"
    kept, found = [storable(case_id) for case_id in case_ids], dict[str, Case]()
    for start in range(0, len(kept), AT_ONCE):
        some = kept[start : start + AT_ONCE]
        for case_id, data in connection.execute(
            f"{sql} AND case_id IN ({','.join('?' * len(some))})", (dataset_hash, *some)
        ):
            mapping = json.loads(cast("bytes", data).decode("utf-8", "surrogatepass"))
            found[restored(case_id)] = _record(Case, mapping)
    return {case_id: found[case_id] for case_id in case_ids if case_id in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """A version of a dataset that a session pinned."""

    name: str
    version: str
    cases: int
    sessions: int
    last_used: str | None
    """When the newest of its sessions began; None where only its content was kept."""


def iter_dataset_versions(connection: sqlite3.Connection) -> Iterator[DatasetVersion]:
    """Every version that is kept, the one used last first."""
    cursor = connection.execute(
        "SELECT v.name, v.hash, (SELECT count(*) FROM dataset_case WHERE dataset_hash = v.hash), "
        "count(s.id), max(s.created_at) FROM dataset_version v LEFT JOIN session s ON s.dataset_hash = v.hash "
        "GROUP BY v.hash ORDER BY max(s.created_at) DESC, v.hash"
    )
    for name, version, cases, used, last in cursor:
        yield DatasetVersion(name=restored(name), version=version, cases=cases, sessions=used, last_used=last)


def put_config(
    connection: sqlite3.Connection,
    config: Config,
    *,
    origin: Origin | None = None,
    parent: str | None = None,
    at: str | None = None,
) -> None:
    """Keep a config. Its description is no part of its version: the first one stays, and so does where it came from."""
    connection.execute(
        "INSERT OR IGNORE INTO config_version (hash, name, json, origin, parent_hash, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (config.version, storable(config.name), to_json(config), origin, parent, at),
    )


def get_config(connection: sqlite3.Connection, name: str) -> Config:
    return _record(Config, from_json(_one(connection, "SELECT json FROM config_version WHERE hash = ?", name)))


def put_policy(connection: sqlite3.Connection, policy: Policy) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO policy_version (hash, name, json) VALUES (?, ?, ?)",
        (policy.version, storable(policy.name), to_json(policy)),
    )


def get_policy(connection: sqlite3.Connection, name: str) -> Policy:
    return _record(Policy, from_json(_one(connection, "SELECT json FROM policy_version WHERE hash = ?", name)))


def put_checks(connection: sqlite3.Connection, specs: Iterable[CheckSpec], wanted: Iterable[str]) -> None:
    """Keep the specs whose hashes are wanted and not there yet. Hashing a spec costs more than looking."""
    missing = {
        name
        for name in set(wanted)
        if connection.execute("SELECT 1 FROM check_version WHERE hash = ?", (name,)).fetchone() is None
    }
    if not missing:
        return
    for spec in specs:
        name = spec.version
        if name in missing:
            connection.execute(
                "INSERT OR IGNORE INTO check_version (hash, kind, params) VALUES (?, ?, ?)",
                (name, storable(spec.kind), to_json(spec.params)),
            )


def get_record(connection: sqlite3.Connection, record_type: type[T], sql: str, name: str) -> T:
    """The record whose JSON `sql` selects by its hash.

    Raises:
        CorruptStoreError: where it is missing.
        StoreError: where it does not read as one.
    """
    return _record(record_type, from_json(_one(connection, sql, name)))


def _one(connection: sqlite3.Connection, sql: str, name: str) -> str:
    found = connection.execute(sql, (name,)).fetchone()
    if found is None:
        raise CorruptStoreError(f"The database lacks content that it refers to ({name[:12]}…).")
    return cast("str", found[0])


def _record(record_type: type[T], data: object) -> T:
    from pydantic import ValidationError

    try:
        # Not `codec.decode`: pydantic's own JSON reader refuses lone surrogates.
        return cast("T", adapter(record_type).validate_python(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoreError(
            f"A stored {record_type.__name__} does not read as one: {where}: {first['msg']}.",
            hint="A newer Tiebreak, or another program, may have written it.",
        ) from error

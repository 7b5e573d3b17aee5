"""What the store knows of the past: versions of configs, forks, spot checks that grow, and every text."""

from collections.abc import Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

from tiebreak.records import Event
from tiebreak_store import finding, lineage
from tiebreak_store.database import Database
from tiebreak_store.finding import KeyedKind, Places, SeqKind
from tiebreak_store.lineage import ConfigUse, ConfigVersion, Edit, Grown, NewFork
from tiebreak_store.writer import Writer


class Past:
    """The part of `Store` that goes back; the same rules hold for it."""

    _database: Database
    writer: Writer

    def record_edit(self, edit: Edit, event: Event) -> "Future[None]":
        """Keep an edited version of a config with the event that tells of it."""
        return self.writer.submit(partial(lineage.put_edit_with_event, edit=edit, event=event), durable=True)

    def create_fork(self, fork: NewFork) -> "Future[None]":
        """Set a forked session down with all that it takes over, in one transaction."""
        return self.writer.submit(partial(lineage.put_fork, fork=fork), durable=True)

    def grow_session(self, grown: Grown) -> "Future[None]":
        """Give a spot check one more question, in one transaction."""
        return self.writer.submit(partial(lineage.put_growth, grown=grown), durable=True)

    def config_names(self) -> list[str]:
        with self._database.reading() as connection:
            return list(lineage.config_names(connection))

    def config_versions(self, name: str) -> list[ConfigVersion]:
        """Every version of the config of a name, oldest first."""
        with self._database.reading() as connection:
            return list(lineage.iter_config_versions(connection, name))

    def config_uses(self, versions: list[str]) -> list[ConfigUse]:
        """The sessions that versions of a config were a side of, oldest first."""
        with self._database.reading() as connection:
            return list(lineage.iter_config_uses(connection, versions))

    def last_past(self, kind: SeqKind) -> int:
        """The number of the newest record of a kind; 0 where there is none."""
        with self._database.reading() as connection:
            return finding.last_of(connection, kind)

    def past_id(self, kind: SeqKind, number: int) -> str:
        """The id of a record of a kind; empty where there is none of the number."""
        with self._database.reading() as connection:
            return finding.id_at(connection, kind, number)

    def past_texts(self, kind: SeqKind, low: int, high: int) -> list[tuple[int, str]]:
        """The texts of records, by their numbers from `low` to `high`, ascending; to be put into the index."""
        with self._database.reading() as connection:
            return finding.texts_between(connection, kind, low, high)

    def past_keys(self, kind: KeyedKind) -> list[str]:
        """Every key of a kind, the oldest first; one may come twice."""
        with self._database.reading() as connection:
            return list(finding.keys_of(connection, kind))

    def past_keyed_texts(self, kind: KeyedKind, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Keys of a kind with their texts, to be put into the index."""
        with self._database.reading() as connection:
            return [(key, finding.text_of(connection, kind, key)) for key in keys]

    @contextmanager
    def places(self) -> Generator[Places]:
        """To look up where texts of the past stand, as of one moment."""
        with self._database.reading() as connection:
            yield Places(connection)

    def blind_by_run(self) -> dict[str, set[str]]:
        """Of each run the blind sessions that show its answers, their own or taken over from it."""
        with self._database.reading() as connection:
            return finding.blind_by_run(connection)

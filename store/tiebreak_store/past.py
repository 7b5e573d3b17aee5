"""What the store knows of the past: versions of configs, forks, spot checks that grow, and every text."""

from collections.abc import Generator
from concurrent.futures import Future
from functools import partial

from tiebreak.records import Event
from tiebreak_store import finding, lineage
from tiebreak_store.database import Database
from tiebreak_store.finding import PastKind, PastText
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

    def iter_past(self, kind: PastKind) -> Generator[PastText]:
        """All texts of a kind, newest first, one after the other; close it when you have enough."""
        with self._database.reading() as connection:
            yield from finding.iter_past(connection, kind)

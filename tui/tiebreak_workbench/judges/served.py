"""What answered as each judge of a session, and what changed behind its name."""

from collections.abc import Iterable
from typing import NamedTuple

from tiebreak.judge.served import judge_served
from tiebreak.records.served import Served
from tiebreak.scoreboard.served_words import fingerprint_words, model_words
from tiebreak_store import StoredSession
from tiebreak_workbench.workbench import Workbench


class JudgeServed(NamedTuple):
    """Of one version of a judge."""

    name: str
    version: str
    served: Served

    def sentences(self) -> list[str]:
        """Of models. Names are outside text."""
        return [f"Judge “{self.name}”: {told}." for told in model_words(self.served, "judgment")]

    def asides(self) -> list[str]:
        """Of fingerprints, to be said quietly."""
        return [f"Judge “{self.name}”: {told}." for told in fingerprint_words(self.served, "judgment")]


def served_by_judges(bench: Workbench, stored: StoredSession) -> list[JudgeServed]:
    """Of every version that judged a session and behind which something changed, in the order of their first judgments.

    Raises:
        StoreError: where the database cannot be read.
    """
    every = ((version, served_as(bench, stored, version)) for version in bench.store.judges_of(stored.session.id))
    return [JudgeServed(bench.store.judge(version).name, version, served) for version, served in every if served]


def served_as(bench: Workbench, stored: StoredSession, version: str) -> Served:
    """Of one version of a judge in one session."""
    said = bench.store.iter_judgments(stored.session.id, version, light=True)
    return judge_served(said, stored.session.plan.case_ids)


def served_report(found: Iterable[JudgeServed]) -> list[dict[str, object]]:
    """For machines."""
    return [{"judge": one.name, "version": one.version, "served": one.served} for one in found]

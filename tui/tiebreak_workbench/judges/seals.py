"""Which verdicts of judges are sealed: to a rater those on the cases that they have still to rate.

Whoever shows a verdict, or a figure that is worked out from verdicts, asks here. What is shown is written down by
`judges.seen`; what goes into a file goes through `judges.handing_out`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tiebreak.gates.wording import plural
from tiebreak.records import Event, Presentation
from tiebreak.scoreboard.case import rated_by
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.workbench import Workbench

CaseVersion = tuple[str, str]
"""A case, and the version of a judge that says something of it."""


@dataclass(slots=True)
class Seals:
    """Which verdicts of a session are kept from the rater of this machine: those on cases that they have not rated,
    while the session is open and people rate it. Whoever reads one before voting votes another way.

    Of a finished session, an imported one and one that asks nothing of people, everything is open; of a headless run
    as well, until somebody begins to rate it.
    """

    session_id: str = ""
    unrated: frozenset[str] = frozenset()
    """Cases that the rater has still to rate; none in a session that is done."""
    kept: bool = True
    """Whether verdicts on those are kept from the rater."""
    versions: frozenset[str] | None = None
    """Of the judges whose verdicts are kept; None is all of them."""
    seen: frozenset[CaseVersion] = frozenset()
    """The verdicts that the rater has seen, on record."""
    counts: bool = False
    """Whether the session is open, so that what is given after a look must be told from what came before it."""

    @classmethod
    def of(cls, bench: Workbench, stored: StoredSession, *, handing_out: bool = False) -> "Seals":
        """Reads the facts of the session, unless it is plain that nothing is sealed. `stored` may be without them.

        Verdicts that go into a file are read by anybody: with `handing_out` those of judges that go along with a
        headless run are sealed, too, and so are all of a blind one.
        """
        form, session_id = stored.policy.form, stored.session.id
        if not (form.vote != "off" or form.dimensions) or stored.session.kind == "import":
            return cls(session_id)
        rater = bench.rater()
        acts = [act for act in bench.store.iter_acts(session_id) if isinstance(act, Event | Presentation)]
        events = [act for act in acts if isinstance(act, Event)]
        rating = any(run.origin == "live" for run in stored.runs.values()) or any(
            isinstance(act, Presentation) and act.rater_id == rater.id for act in acts
        )
        beside = {str(event.detail["judge"]) for event in events if event.kind == "judge" and event.detail.get("judge")}
        whole = bench.store.load_session(session_id, light=True)
        board = scoreboard_of(whole)
        snapshot = board.snapshot()
        if not snapshot.open:
            return cls(session_id)
        versions = None
        if not rating and not is_sealed(whole, snapshot, rater):
            versions = frozenset(beside)
        return cls(
            session_id=session_id,
            unrated=frozenset(
                case_id for case_id in stored.session.plan.case_ids if not rated_by(rater.id, board.case(case_id), form)
            ),
            kept=rating or handing_out,
            versions=versions,
            seen=frozenset(
                (str(event.detail.get("case")), str(event.detail.get("judge")))
                for event in events
                if event.kind == "verdict_seen" and event.detail.get("rater") == rater.id
            ),
            counts=True,
        )

    def hides(self, case_id: str, version: str) -> bool:
        """Whether what a version of a judge says of a case is kept from the rater."""
        return (
            self.kept
            and case_id in self.unrated
            and (self.versions is None or version in self.versions)
            and (case_id, version) not in self.seen
        )


def seals_of(bench: Workbench, session_ids: Iterable[str]) -> dict[str, Seals]:
    """Of each of some sessions that a judge judged. Reads the database: not for the event loop."""
    return {
        session_id: Seals.of(bench, bench.store.load_session(session_id, facts=False))
        for session_id in session_ids
        if bench.store.judges_of(session_id)
    }


def hidden_cases(bench: Workbench, seals: Mapping[str, Seals]) -> set[str]:
    """The cases on which some session keeps a verdict from the rater."""
    return {case_id for own in seals.values() for case_id, _ in hidden_verdicts(bench, own)}


def hidden_verdicts(bench: Workbench, seals: Seals) -> set[CaseVersion]:
    """What a session keeps from the rater."""
    if not (seals.kept and seals.unrated):
        return set()
    return {
        (judgment.case_id, version)
        for version in bench.store.judges_of(seals.session_id)
        for judgment in bench.store.iter_judgments(seals.session_id, version, light=True)
        if seals.hides(judgment.case_id, version)
    }


def sealed_on_case(count: int) -> str:
    """What stands in place of so many verdicts on one case."""
    stay = "stays" if count == 1 else "stay"
    return f"{plural(count, 'verdict')} of judges on this case {stay} sealed until you have rated it."

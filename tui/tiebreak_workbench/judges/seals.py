"""What judges say of a session, and to whom it is open: sealed to a rater on the cases that they have still to rate.

Whoever shows a verdict, or a figure that is worked out from verdicts, asks here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tiebreak.gates.wording import plural
from tiebreak.records import Event, Form, Presentation, stamp, utc_now
from tiebreak.records.judges import Judgment
from tiebreak.scoreboard.case import CaseState
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.figures.sealed import is_sealed
from tiebreak_workbench.workbench import Workbench


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
    seen: frozenset[tuple[str, str]] = frozenset()
    """Case and version of the verdicts that the rater has seen, on record."""
    counts: bool = False
    """Whether the session is open, so that what is given after a look must be told from what came before it."""
    unsealed: bool = False
    """They are handed out all the same."""
    broken: frozenset[tuple[str, str]] = frozenset()
    """Case and version of those that were sealed until now."""
    found: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Case → version → the sealed verdicts that were come by."""

    @classmethod
    def of(
        cls, bench: Workbench, stored: StoredSession, *, unsealed: bool = False, handing_out: bool = False
    ) -> "Seals":
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
                case_id for case_id in stored.session.plan.case_ids if not _rated(board.case(case_id), form, rater.id)
            ),
            kept=rating or handing_out,
            versions=versions,
            seen=frozenset(
                (str(event.detail.get("case")), str(event.detail.get("judge")))
                for event in events
                if event.kind == "verdict_seen" and event.detail.get("rater") == rater.id
            ),
            counts=True,
            unsealed=unsealed,
        )

    def hides(self, case_id: str, version: str) -> bool:
        """Whether what a version of a judge says of a case is kept from the rater."""
        return (
            self.kept
            and case_id in self.unrated
            and (self.versions is None or version in self.versions)
            and (case_id, version) not in self.seen
        )

    def told(self, judgment: Judgment) -> bool:
        """Whether a judgment may be handed out; notes those that are sealed."""
        both = (judgment.case_id, judgment.judge_hash)
        if not self.hides(*both) and both not in self.broken:
            return True
        of_case = self.found.setdefault(judgment.case_id, {})
        of_case[judgment.judge_hash] = of_case.get(judgment.judge_hash, 0) + 1
        return self.unsealed or both in self.broken

    @property
    def withheld(self) -> int:
        """Sealed verdicts that were come by."""
        return sum(sum(versions.values()) for versions in self.found.values())

    def break_them(self, bench: Workbench, *, at: str, cases: Collection[str] | None = None) -> None:
        """Write down that the rater of this machine may know what judges say of the cases that are sealed, or of some
        of them, before it is handed out: what they give for these from then on is kept apart.

        Raises:
            StoreError: where that cannot be recorded; nothing is to be handed out then.
        """
        if not self.unsealed or not self.unrated:
            return
        for version in bench.store.judges_of(self.session_id):
            for judgment in bench.store.iter_judgments(self.session_id, version, light=True):
                if cases is None or judgment.case_id in cases:
                    self.told(judgment)
        both = {(case_id, version) for case_id, versions in self.found.items() for version in versions}
        self._note(bench, sorted(both), at)
        self.broken |= both
        self.found.clear()

    def shown(self, bench: Workbench, judgments: Iterable[Judgment], *, at: str) -> None:
        """Write down that the rater of this machine is shown these, before it is done. In a session that is done it
        makes no difference any more.

        Raises:
            StoreError: where that cannot be recorded; nothing is to be shown then.
        """
        if self.counts:
            both = dict.fromkeys((one.case_id, one.judge_hash) for one in judgments)
            self._note(bench, [one for one in both if one not in self.seen], at)

    def _note(self, bench: Workbench, both: Iterable[tuple[str, str]], at: str) -> None:
        noted = [
            Event(
                id=bench.new_id(),
                session_id=self.session_id,
                kind="verdict_seen",
                at=stamp(utc_now()),
                detail={"rater": bench.rater().id, "case": case_id, "judge": version, "seal": "", "at": at},
            )
            for case_id, version in both
        ]
        for saving in [bench.store.record_event(event) for event in noted]:
            saving.result()
        self.seen |= {(str(event.detail["case"]), str(event.detail["judge"])) for event in noted}

    def notes(self) -> tuple[str, ...]:
        """What to say of the sealed verdicts that were come by."""
        count = self.withheld
        if not count:
            return ()
        verdicts, cases = plural(count, "verdict"), plural(len(self.found), "case")
        if self.unsealed:
            return (
                f"{verdicts} on {cases} that nobody has rated yet are among it, and that is on record: what you give "
                "for these cases from now on counts in no win rate and no gate.",
            )
        return (
            f"{verdicts} on {cases} stay sealed until the cases are rated. --unsealed hands them out all the same: "
            "then your votes on these cases count in no win rate and no gate.",
        )


def seals_of(bench: Workbench, session_ids: Iterable[str]) -> dict[str, Seals]:
    """Of each of some sessions that a judge judged. Reads the database: not for the event loop."""
    return {
        session_id: Seals.of(bench, bench.store.load_session(session_id, facts=False))
        for session_id in session_ids
        if bench.store.judges_of(session_id)
    }


def note_shown(bench: Workbench, seals: Mapping[str, Seals], judgments: Collection[Judgment], *, at: str) -> None:
    """Write down that the rater of this machine is shown these judgments of some sessions, before it is done.

    Raises:
        StoreError: where that cannot be recorded; nothing is to be shown then.
    """
    for session_id, own in seals.items():
        own.shown(bench, [one for one in judgments if one.session_id == session_id], at=at)


def hidden_cases(bench: Workbench, seals: Mapping[str, Seals]) -> set[str]:
    """The cases on which some session keeps a verdict from the rater."""
    return {
        judgment.case_id
        for session_id, own in seals.items()
        if own.kept and own.unrated
        for version in bench.store.judges_of(session_id)
        for judgment in bench.store.iter_judgments(session_id, version, light=True)
        if own.hides(judgment.case_id, version)
    }


def sealed_on_case(count: int) -> str:
    """What stands in place of so many verdicts on one case."""
    stay = "stays" if count == 1 else "stay"
    return f"{plural(count, 'verdict')} of judges on this case {stay} sealed until you have rated it."


def _rated(state: CaseState, form: Form, rater: str) -> bool:
    """Whether a rater has said what they think of a case, as `FormState.rated` has it in the Arena."""
    if state.automatic:
        return True
    sheet = state.sheets.get(rater)
    if sheet is None:
        return False
    required = {(d.name, role) for d in form.dimensions if d.required for role in state.counting} - {
        (d.name, role) for d in form.dimensions for role in state.broken
    }
    given = bool(sheet.scores) if form.vote == "off" else sheet.verdict is not None
    return sheet.skipped or (given and required <= sheet.scores.keys())

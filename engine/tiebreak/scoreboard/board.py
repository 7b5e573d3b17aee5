"""Facts in, numbers out; each fact costs only the case it is about."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from tiebreak.gates import Evidence, Question
from tiebreak.records import (
    ROLES,
    Ballot,
    Case,
    CheckResult,
    Event,
    Policy,
    Presentation,
    Response,
    Session,
    SessionRole,
)
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.served import ServedLog
from tiebreak.records.sessions import EventKind
from tiebreak.scoreboard.case import CaseState, fold_case
from tiebreak.scoreboard.drift import ServedModels
from tiebreak.scoreboard.facts import Answer, CaseFacts
from tiebreak.scoreboard.judged.book import JudgeBook
from tiebreak.scoreboard.layout import WIN_RATE, Layout
from tiebreak.scoreboard.path import Course
from tiebreak.scoreboard.reading import Reading
from tiebreak.scoreboard.readings import read
from tiebreak.scoreboard.snapshot import InStratum, Snapshot, WinRate
from tiebreak.scoreboard.spending import Purse
from tiebreak.scoreboard.summary import HELD, REASKED, Mark, Missing, Voice, questions_of, summarise
from tiebreak.stats.strata import stratum_of

Fact = Response | CheckResult | Presentation | Ballot | Event | Judge | Judgment


class Scoreboard:
    """Counts one session. The numbers depend only on which facts were added, not on their order or repetition.

    Responses of other runs, of cases outside the plan, and results of other versions of a check are not counted.
    """

    def __init__(
        self,
        session: Session,
        policy: Policy,
        cases: Mapping[str, Case],
        *,
        timed_runs: Collection[str] = (),
        samples: int = 1,
        judges: Collection[str] = (),
    ) -> None:
        """`cases` holds at least those of the session's plan, as they were pinned.

        `timed_runs` are the headless ones: only their times may be compared, since an Arena fetches ahead. `samples`
        answers of each arm to each case are planned. Judges are followed that a gate of the policy names, or `judges`;
        what others say is not counted.
        """
        self._session = session
        self._policy = policy
        self._planned = {case_id: cases[case_id] for case_id in session.plan.case_ids}
        self._positions = {case_id: position for position, case_id in enumerate(self._planned)}
        self._plan = tuple(self._planned)
        self._roles: tuple[SessionRole, ...] = tuple(role for role in ROLES if role in session.runs)
        self._role_of_run: dict[str, SessionRole] = {run_id: role for role, run_id in session.runs.items()}
        self._timed_runs = frozenset(timed_runs)
        self._samples = samples
        self._strata = session.plan.strata
        self._layout = Layout(policy, list(self._planned.values()), self._roles)
        self._facts: dict[str, CaseFacts] = {}
        self._case_of: dict[str, str] = {}
        """Case by response and by presentation."""
        self._early: dict[str, list[CheckResult | Ballot]] = {}
        """Facts that came before the response or presentation they belong to."""
        self._changed: set[str] = set()
        self._readings: dict[str, tuple[Reading | None, ...]] = {}
        self._marks: dict[str, tuple[Mark, ...]] = {}
        self._counts: Counter[Mark] = Counter()
        self._purses: dict[SessionRole, Purse] = {role: Purse() for role in self._roles}
        # Imported answers may come from any number of models: that is how they were made.
        guarded = self._roles if session.kind != "import" else ()
        self._served: dict[SessionRole, ServedModels] = {role: ServedModels() for role in guarded}
        self._log: dict[SessionRole, ServedLog] = {role: ServedLog() for role in guarded}
        self._events: dict[str, EventKind] = {}
        followed = policy.judges | frozenset(judges)
        self.judges = JudgeBook(followed, self._planned) if followed else None
        """What people and these judges say of the same cases; brought up to date by `snapshot`."""
        self._course = Course.of(len(self._plan))
        self._front = 0
        """No position before this one waits for anything."""
        self._snapshot: Snapshot | None = None

    @classmethod
    def of(
        cls,
        session: Session,
        policy: Policy,
        cases: Mapping[str, Case],
        facts: Iterable[Fact],
        *,
        timed_runs: Collection[str] = (),
        samples: int = 1,
        judges: Collection[str] = (),
    ) -> "Scoreboard":
        """The board of all facts at once; the same as adding them one by one."""
        board = cls(session, policy, cases, timed_runs=timed_runs, samples=samples, judges=judges)
        for fact in facts:
            board.add(fact)
        return board

    def add(self, fact: Fact) -> None:
        """Take in one fact. Its case is folded anew when a number is next asked for."""
        self._snapshot = None
        match fact:
            case Response():
                self._add_response(fact)
            case Presentation():
                self._add_presentation(fact)
            case CheckResult():
                self._add_to(fact.response_id, fact)
            case Ballot():
                self._add_to(fact.presentation_id, fact)
            case Event():
                if fact.session_id == self._session.id:
                    self._events[fact.id] = fact.kind
                    if fact.kind == "drift_ack":
                        self._acknowledge(fact)
            case Judge():
                if self.judges is not None:
                    self.judges.add_judge(fact)
            case Judgment():
                if self.judges is not None and fact.session_id == self._session.id and fact.case_id in self._positions:
                    self.judges.add_judgment(fact)

    def foresee(self, run_id: str, served_model: str, response_id: str) -> None:
        """Know of a model before its answers come: `settle` needs to be told which answers are pooled."""
        guard = self._served.get(self._role_of_run[run_id]) if run_id in self._role_of_run else None
        if guard is not None and guard.add(served_model, response_id):
            self._changed.update(self._facts)

    def settle(self, case_ids: Iterable[str]) -> None:
        """Count some cases and let go of their facts, so that memory holds numbers only.

        All facts of these cases, every event, and every model that serves (`foresee`) must have come; `case` knows
        nothing of them any more.
        """
        for case_id in case_ids:
            facts = self._facts.get(case_id)
            if facts is None:
                continue
            self._refold(case_id)
            for owners in (*facts.answers.values(), facts.presentations, facts.risky):
                for owner_id in owners:
                    del self._case_of[owner_id]
            del self._facts[case_id]
            self._changed.discard(case_id)
            self._readings[case_id] = ()

    @property
    def session_id(self) -> str:
        return self._session.id

    def case(self, case_id: str) -> CaseState:
        """Where one case of the plan stands now."""
        return self._fold(case_id, self._facts.get(case_id) or CaseFacts())

    def snapshot(self) -> Snapshot:
        """Every number of this moment; the same object until a fact is added."""
        if self._snapshot is None:
            for case_id in self._changed:
                self._refold(case_id)
            self._changed.clear()
            self._snapshot = summarise(
                policy=self._policy,
                layout=self._layout,
                roles=self._roles,
                planned=len(self._plan),
                position=self._first_open(),
                counts=self._counts,
                purses=self._purses,
                served=self._served,
                log=self._log,
                events=Counter(self._events.values()),
                judges=self.judges,
            )
        return self._snapshot

    def course(self) -> Course:
        """The win rate over the cases in the order of the plan; a copy, which a thread may read."""
        self.snapshot()
        return self._course.copy()

    def win_rate_of_first(self, count: int) -> WinRate:
        """The win rate over the first `count` settled cases in the order of the plan."""
        self.snapshot()
        return self._course.first(count)

    def win_rate_path(self, points: int) -> tuple[WinRate, ...]:
        """The win rate over ever more settled cases in the order of the plan; see `tiebreak.scoreboard.path`."""
        self.snapshot()
        return self._course.path(points)

    def questions(self) -> tuple[Question, ...]:
        """Every gate with all that decides it, in the order of the snapshot's gates."""
        self.snapshot()
        return questions_of(self._policy, self._layout, self.judges)

    def win_evidence(self) -> Evidence:
        """The values of the win rate over all cases, exactly."""
        self.snapshot()
        tally = self._layout.tallies.get((WIN_RATE, None))
        return tally.evidence() if tally is not None else Evidence(planned=0)

    def _add_response(self, response: Response) -> None:
        role = self._role_of_run.get(response.run_id)
        if role is None or response.case_id not in self._positions:
            return
        answers = self._of_case(response.case_id).answers.setdefault(role, {})
        if response.id not in answers:
            answers[response.id] = Answer.of(response, timed=response.run_id in self._timed_runs)
            self._purses[role].add(response)
            self._adopt(response.id, response.case_id)
            if role in self._served and not response.excluded:
                self._add_served(role, answers[response.id], response.case_id)

    def _add_served(self, role: SessionRole, answer: Answer, case_id: str) -> None:
        self._log[role].add(answer.id, self._positions[case_id] + 1, answer.served, answer.fingerprint)
        if answer.served is not None and self._served[role].add(answer.served, answer.id):
            self._changed.update(self._facts)

    def _acknowledge(self, event: Event) -> None:
        role, model = event.detail.get("role"), event.detail.get("served_model")
        for own in self._served:
            if role == own and isinstance(model, str):
                self._served[own].acknowledge(model)
                self._changed.update(self._facts)

    def _add_presentation(self, presentation: Presentation) -> None:
        if presentation.session_id == self._session.id and presentation.case_id in self._positions:
            facts = self._of_case(presentation.case_id)
            (facts.risky if presentation.queue == "risk" else facts.presentations)[presentation.id] = presentation
            self._adopt(presentation.id, presentation.case_id)

    def _adopt(self, owner_id: str, case_id: str) -> None:
        self._case_of[owner_id] = case_id
        for fact in self._early.pop(owner_id, ()):
            self._add_to(owner_id, fact)

    def _add_to(self, owner_id: str, fact: CheckResult | Ballot) -> None:
        case_id = self._case_of.get(owner_id)
        if case_id is None:
            self._early.setdefault(owner_id, []).append(fact)
        elif isinstance(fact, Ballot):
            self._of_case(case_id).ballots.setdefault(owner_id, {})[fact.id] = fact
        else:
            self._of_case(case_id).results[owner_id, fact.check_hash] = fact

    def _of_case(self, case_id: str) -> CaseFacts:
        self._changed.add(case_id)
        facts = self._facts.get(case_id)
        if facts is None:
            facts = self._facts[case_id] = CaseFacts()
        return facts

    def _fold(self, case_id: str, facts: CaseFacts) -> CaseState:
        return fold_case(
            case_id,
            facts,
            roles=self._roles,
            form=self._policy.form,
            blind=self._session.blind,
            served=self._served,
            samples=self._samples,
        )

    def _refold(self, case_id: str) -> None:
        """Move what the tallies hold of a case to what it says now."""
        case, facts = self._planned[case_id], self._facts[case_id]
        state = self._fold(case_id, facts)
        if self.judges is not None:
            self.judges.take(case_id, state, facts)
        measures, versions = self._layout.of_case(case)
        before = self._readings.get(case_id) or (None,) * len(measures)
        after = tuple(read(measure, state, facts, versions, self._layout.scores) for measure in measures)
        group = ""
        if self._layout.grouped:  # a case without a group is one of its own
            group = f"case {case_id}" if case.group is None else f"group {case.group}"
        for measure, old, new in zip(measures, before, after, strict=True):
            if old != new:
                self._layout.tallies[measure, None].move(old, new, group)
                if case.segment is not None and measure in self._layout.by_segment:
                    self._layout.tallies[measure, case.segment].move(old, new, group)
        self._readings[case_id] = after
        if WIN_RATE in measures:
            self._course.put(self._positions[case_id], after[measures.index(WIN_RATE)])
        marks = _marks(state)
        if self._strata is not None:
            marks += _in_stratum(stratum_of(case, self._strata), state, marks)
        self._counts.subtract(self._marks.get(case_id, ()))
        self._counts.update(marks)
        self._marks[case_id] = marks
        if "done" not in marks:
            self._front = min(self._front, self._positions[case_id])

    def _first_open(self) -> int:
        while self._front < len(self._plan) and "done" in self._marks.get(self._plan[self._front], ()):
            self._front += 1
        return self._front


def _marks(state: CaseState) -> tuple[Mark, ...]:
    apart: tuple[Mark, ...] = ("apart",) * state.apart + ("changed",) * state.changed
    held: tuple[Mark, ...] = tuple(Missing(role, HELD) for role in state.held)
    conditions: dict[Mark, bool] = {
        "done": state.complete,
        "rated": state.complete and not state.automatic and not state.skipped,
        "settled": state.verdict is not None,
        "automatic": state.automatic,
        "skipped": state.skipped,
        "excluded": bool(state.excluded),
        "looked": state.looked,
    }
    again: tuple[Mark, ...] = tuple(REASKED[role] for role in state.reasked)
    missing: tuple[Mark, ...] = tuple(Missing(role, why) for role, why in state.excluded.items())
    voices: tuple[Mark, ...] = tuple(Voice(rater_id, verdict) for rater_id, verdict in state.votes.items())
    return (*missing, *voices, *held, *apart, *again, *(mark for mark, holds in conditions.items() if holds))


def _in_stratum(stratum: str | None, state: CaseState, marks: Collection[Mark]) -> tuple[Mark, ...]:
    answered: tuple[Mark, ...] = (InStratum(stratum, "answered"),) if not state.waiting else ()
    rated: tuple[Mark, ...] = (InStratum(stratum, "rated"),) if "rated" in marks else ()
    return answered + rated

"""A session as it happens: answers fetched in order, rated, counted and recorded. Front ends only show it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from tiebreak.checks import Outside
from tiebreak.errors import UsageError
from tiebreak.records import (
    ROLES,
    Ballot,
    Case,
    CheckResult,
    Config,
    IdMaker,
    Policy,
    Rater,
    Response,
    Session,
    SessionRole,
)
from tiebreak.records.judges import Judgment
from tiebreak.records.sessions import BallotPhase, Queue
from tiebreak.scoreboard import Scoreboard
from tiebreak.session.acts import RaterActs
from tiebreak.session.answering import Answering, Arm
from tiebreak.session.attempts import Attempts
from tiebreak.session.ballotbox import BallotBox
from tiebreak.session.blinding import Blinding
from tiebreak.session.checking import Checking
from tiebreak.session.diary import Diary
from tiebreak.session.exchange import Exchange
from tiebreak.session.form import FormState, form_state
from tiebreak.session.history import History, light
from tiebreak.session.judged import Judged, JudgeSeat
from tiebreak.session.pipeline import Pipeline
from tiebreak.session.recorder import Recorder
from tiebreak.session.saving import Saves
from tiebreak.session.sealing import Sealing
from tiebreak.session.seating import Seating
from tiebreak.session.showing import Items, Showings
from tiebreak.session.verdicts import Verdicts

__all__ = ["Change", "Exchange", "History", "LiveSession"]

Change = Literal["answer", "saved", "judged", "crashed"]


class LiveSession(RaterActs):
    """Drives one session for one rater on one event loop; every method is to be called on that loop."""

    def __init__(
        self,
        *,
        session: Session,
        policy: Policy,
        cases: Sequence[Case],
        arms: Sequence[Arm],
        rater: Rater,
        recorder: Recorder,
        history: History | None = None,
        timed_runs: Collection[str] = (),
        samples: int = 1,
        lookahead: int = 3,
        outside: Outside | None = None,
        judge: JudgeSeat | None = None,
        at_risk: Sequence[str] | None = None,
        on_change: Callable[[Change], None],
    ) -> None:
        """`cases` are those of the plan, in its order; `timed_runs` and `samples` are as in `Scoreboard`: sample 0 is
        what a rater sees. The session closes `outside`, without which checks that need it are left open, and `judge`,
        which goes along with it. `at_risk` are the cases of the risk queue, in its order, where that is rated instead
        of the plan; a `judge` cannot go along there, so that its verdicts stay sealed."""
        self.session = session
        self.policy = policy
        by_id = {case.id: case for case in cases}
        self.queue: Queue = "random" if at_risk is None else "risk"
        self.cases = cases if at_risk is None else tuple(by_id[case_id] for case_id in at_risk)
        """Those that are rated here, in their order."""
        self.rater = rater
        judges = (judge.judge.name,) if judge is not None else ()
        self.scoreboard = Scoreboard(session, policy, by_id, timed_runs=timed_runs, samples=samples, judges=judges)
        self.crash: BaseException | None = None
        self._arms: dict[SessionRole, Arm] = {arm.role: arm for arm in arms}
        self._recorder = recorder
        history = history or History()
        # A clock that was set back meanwhile must not put new ballots before those that they replace.
        self._new_id = IdMaker(after=max((ballot.id for ballot in history.ballots), default=""))
        self._on_change = on_change
        self._pipeline = Pipeline(arms, self.cases, self._new_id, self._take_in, self._crashed, lookahead=lookahead)
        self.saves = Saves(lambda: on_change("saved"), self._crashed)
        self.diary = Diary(rater, recorder, self.saves, self._new_id, self.scoreboard, history.events)
        configs: dict[SessionRole, Config] = {arm.role: arm.config for arm in arms}
        self.blinding = Blinding(session, rater, configs, self.diary)
        self.judged = judge and Judged(judge, cases, session.runs, self._take_judgment, self._crashed)
        self.verdicts = Verdicts(self.judged, self.diary, lambda case_id: self.form(self._positions[case_id]))
        self._box = BallotBox(
            recorder,
            self.saves,
            self._new_id,
            self._count,
            lambda: self.blinding.identity_seen,
            lambda presentation_id: self.verdicts.seen(self._showings[presentation_id].case_id),
        )
        self._attempts = Attempts()
        self._positions = {case.id: position for position, case in enumerate(self.cases)}
        here = [p for p in history.presentations if p.queue == self.queue]
        self._showings = Showings(p for p in here if p.rater_id == rater.id)
        self._items = Items(self.queue, len(session.plan.case_ids), here)
        self.checking = Checking(
            policy,
            outside,
            self._case_of,
            recorder,
            self.saves,
            self.scoreboard,
            changed=lambda: on_change("answer"),
            crashed=self._crashed,
        )
        self._sealing = Sealing(self.scoreboard.add, self._rated)
        self._restore(history)
        if judge is not None and self.judged is not None:
            for said in (judge.judge, *judge.earlier):
                self._sealing.take(said)
            self.judged.start()

    # -- opening and closing

    def _restore(self, history: History) -> None:
        by_run: dict[str, SessionRole] = {arm.run_id: role for role, arm in self._arms.items()}
        for response in history.responses:
            if response.run_id in by_run:
                if response.sample == 0:
                    self._attempts.add(by_run[response.run_id], response)
                self.scoreboard.add(light(response))
        self.checking.restore(history.check_results)
        acts = (*history.presentations, *history.ballots, *history.events)
        for fact in (*history.check_results, *acts):
            self.scoreboard.add(fact)
        self._box.restore(ballot for ballot in history.ballots if ballot.presentation_id in self._showings)
        for said in history.said:
            self._sealing.take(said)
        # A process that died between an answer and its checks left the answer unchecked; checks are repeatable.
        for response in history.responses:
            planned = response.case_id in self._positions
            if planned and not response.excluded and self.checking.lacks(response):
                self.checking.check(self._recorder.response(response.id))

    async def close(self) -> None:
        """Ends the calls in flight. What is recorded stays."""
        await self._pipeline.close()
        if self.judged is not None:
            await self.judged.close()
        await self.checking.close()

    # -- what is on show

    def exchange(self, position: int) -> Exchange:
        """The case at a position with its answers, begun if need be, and those of the next cases behind it.

        Raises:
            UsageError: for a position outside the plan.
        """
        case = self._case(position)
        if self.saves.failure is None:
            # Answers that cannot be kept would be paid for nothing.
            self._pipeline.want(position, self._next_attempt)
        answers: dict[SessionRole, Answering] = {role: self._on_show(role, case) for role in ROLES}
        return Exchange(
            position=position,
            case=case,
            answers=answers,
            seating=self.seating(position),
            veiled=self.blinding.veiled,
        )

    def seating(self, position: int) -> Seating:
        """Which answer of a case stands where, and what the sides are called."""
        return self.blinding.seating(self._case(position))

    def _case(self, position: int) -> Case:
        if not 0 <= position < len(self.cases):
            raise UsageError(f"This session has cases 1 to {len(self.cases)}; there is no case {position + 1}.")
        return self.cases[position]

    def _on_show(self, role: SessionRole, case: Case) -> Answering:
        known = self._pipeline.known(role, case)
        if known is not None:
            return known
        recorded = self.counting(role, case) or self._attempts.last(role, case.id)
        if recorded is None:
            return Answering.withheld(self._arms[role], case, self._why_not(role))
        answering = Answering.recorded(self._arms[role], case, self._recorder.response(recorded.id))
        self._pipeline.adopt(answering)
        return answering

    def _why_not(self, role: SessionRole) -> str:
        """Why nothing is fetched for an arm."""
        return str(self.saves.failure or self.paused.get(role) or "The session is closed.")

    def counting(self, role: SessionRole, case: Case) -> Response | None:
        """The first attempt that was not ended by infrastructure or by the user, without its text."""
        return self._attempts.counting(role, case.id)

    def _next_attempt(self, role: SessionRole, case: Case) -> int | None:
        return None if self.counting(role, case) is not None else self._attempts.next_number(role, case.id)

    def check_results(self, position: int) -> Mapping[SessionRole, tuple[CheckResult, ...]]:
        """What the checks say of the counting answers of a case."""
        found: dict[SessionRole, tuple[CheckResult, ...]] = {}
        for role in ROLES:
            counting = self.counting(role, self._case(position))
            found[role] = self.checking.of(counting.id) if counting is not None else ()
        return found

    @property
    def responses(self) -> list[Response]:
        """Every attempt so far without its text."""
        return self._attempts.every

    @property
    def paused(self) -> Mapping[SessionRole, str]:
        """Arms that fetch nothing further, and why."""
        return self._pipeline.paused

    def first_open(self) -> int:
        """The first position that still asks something of the rater; the number of cases when none does."""
        return next((i for i, _ in enumerate(self.cases) if self.form(i).open), len(self.cases))

    def form(self, position: int) -> FormState:
        """What the rater gave for a case, and what is still asked. Notes stand on whichever answers they were made."""
        case = self._case(position)
        responses: dict[SessionRole, Response | None] = {role: self.counting(role, case) for role in ROLES}
        counting = self._showing(position, self._both(position))

        def given(phase: BallotPhase) -> list[Ballot]:
            return [
                ballot
                for presentation in self._showings.of_case(case.id)
                for ballot in self._box.given(presentation.id, phase)
                if presentation is counting or ballot.kind == "note"
            ]

        return form_state(self.policy.form, responses, given("sealed"), self.seating(position), given("post_reveal"))

    # -- acts on the answers

    def regenerate(self, position: int, role: SessionRole, edited: Config | None = None) -> Answering:
        """Ask one arm again. Where a counting answer stands, the new one is exploratory and never counts; that of an
        `edited` config, whose prompt alone differs, is exploratory always.

        Raises:
            UsageError: while that answer is still on its way, once a write has failed, and once closed; for an edited
                config where no answer counts yet.
        """
        self._refuse_if_over()
        case = self._case(position)
        known = self._pipeline.known(role, case)
        if known is not None and not known.done.is_set():
            raise UsageError("That answer is still coming.", hint="Stop it first with esc.")
        attempt = self._attempts.next_number(role, case.id)
        if self.counting(role, case) is None:
            if edited is not None:
                raise UsageError("No answer to this case counts yet; one of another prompt must not.", hint="r asks.")
            return self._pipeline.start(role, case, attempt=attempt)
        shown, arm = self._on_show(role, case), self._arms[role].edited(edited) if edited is not None else None
        return self._pipeline.start(role, case, attempt=attempt, instead_of=shown.instead_of or shown, arm=arm)

    def retry_excluded(self) -> int:
        """Ask again wherever infrastructure or the user ended every attempt; returns how many cases these are.

        Raises:
            UsageError: once a write has failed, and once closed.
        """
        self._refuse_if_over()
        cases: set[str] = set()
        for role in ROLES:
            tried = [c for c in self.cases if self._attempts.failed(role, c.id)]
            self._pipeline.ask_again(role, tried, self._next_attempt)
            cases |= {case.id for case in tried}
        return len(cases)

    def _refuse_if_over(self) -> None:
        self.saves.refuse_if_halted()
        if self._pipeline.closed:
            raise UsageError("This session is closed.", hint="Resume it.")

    def back_to_counting(self, position: int) -> bool:
        """Put the counting answers on show again; False if they already are."""
        case = self._case(position)
        changed = False
        for role in ROLES:
            known = self._pipeline.known(role, case)
            if known is not None and known.instead_of is not None and known.done.is_set():
                self._pipeline.adopt(known.instead_of)
                changed = True
        return changed

    def stop(self, position: int, role: SessionRole) -> bool:
        """Stop one answer; it is stored as interrupted and does not count. False if it was not running."""
        known = self._pipeline.known(role, self._case(position))
        return known is not None and known.stop()

    def _take_in(self, answering: Answering, response: Response, chunks: bytes) -> None:
        self._attempts.add(answering.role, response)
        saved = self._recorder.record_response(response, chunks)
        self.saves.follow(saved, safe=lambda: self.judged and self.judged.take(response))
        self.scoreboard.add(light(response))
        self.checking.check(response)
        self._on_change("answer")

    def _take_judgment(self, judgment: Judgment | None) -> None:
        """A judgment came, or the judge went on or stopped."""
        if judgment is not None:
            self._sealing.take(judgment)
        self._on_change("judged")

    def _rated(self, case_id: str) -> bool:
        """In the plan's order, whichever queue is open: what is given in the risk queue opens no verdict."""
        if self.queue == "risk":
            state = self.scoreboard.case(case_id)
            return state.complete and (state.automatic or self.rater.id in state.sheets)
        return case_id in self._positions and self.form(self._positions[case_id]).rated

    def _count(self, ballot: Ballot) -> None:
        self.scoreboard.add(ballot)
        self._sealing.open(self._showings[ballot.presentation_id].case_id)

    def _case_of(self, response: Response) -> Case:
        return self.cases[self._positions[response.case_id]]

    def _crashed(self, error: BaseException) -> None:
        self.crash = error
        self._on_change("crashed")

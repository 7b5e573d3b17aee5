"""Opens a workspace and its database, and makes live sessions of setups and of stored sessions."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from tiebreak.checks import all_checks, load_checks
from tiebreak.errors import UsageError
from tiebreak.records import (
    ROLES,
    Draw,
    IdMaker,
    Plan,
    Rater,
    RecordingTarget,
    Run,
    Session,
    SessionRole,
    canonical_json,
    digest,
    stamp,
    utc_now,
)
from tiebreak.records.judges import Judge
from tiebreak.records.sessions import RunOrigin, SessionKind
from tiebreak.session.answering import Arm
from tiebreak.session.conversation import ConversationArm
from tiebreak.session.judge_till import JudgeTill
from tiebreak.session.judged import JudgeSeat
from tiebreak.session.live import Change, History, LiveSession
from tiebreak.session.outside import WorkspaceOutside, require_trust
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.targets.open import open_target
from tiebreak.workspace import Workspace
from tiebreak.workspace.configs import CONFIGS
from tiebreak.workspace.trust import Trust
from tiebreak.workspace.workspace import JUDGES, no_workspace
from tiebreak_store import NewSession, Store, StoredSession
from tiebreak_workbench.answers_given import answers_of
from tiebreak_workbench.judges.of_checks import memory_of_checks, open_judge, pinned_policy, till_of
from tiebreak_workbench.lease import Lease
from tiebreak_workbench.starting.naming import session_id
from tiebreak_workbench.starting.pinning import pinned
from tiebreak_workbench.starting.preregistration import first_events, judge_event
from tiebreak_workbench.starting.setup import Setup, draws_of, in_order


@dataclass(frozen=True, slots=True)
class Fork:
    """What a session was made of."""

    parent_id: str
    reason: str


class Workbench:
    """One open workspace. Close it to write out what is queued; a context manager does."""

    def __init__(self, workspace: Workspace, store: Store | None, environ: Mapping[str, str]) -> None:
        """Without a `store`, the workspace's own is opened when it is first used."""
        self.workspace = workspace
        self.environ = environ
        self._store = store
        self._opening = Lock()
        self.limiters = LimiterPool()
        """One for each provider, shared by both sides and the judge."""
        self.helper = Helper.of(environ)
        """Runs LiteLLM for every target that needs it; ends with the last of them, or with `let_helper_go`."""
        self._holds_helper = False
        self.new_id = IdMaker()

    @classmethod
    def open(cls, folder: Path, environ: Mapping[str, str] | None = None) -> Self:
        """Open a folder as a workspace, with its database, which is made if missing.

        Raises:
            WorkspaceError: where there is no such folder.
            StoreError: where the database cannot be used.
        """
        bench = cls.begin(folder, environ)
        _ = bench.store
        return bench

    @classmethod
    def begin(cls, folder: Path, environ: Mapping[str, str] | None = None) -> Self:
        """As `open`, but nothing is made before something is recorded: what is refused leaves no trace."""
        return cls(Workspace.open(folder), None, os.environ if environ is None else environ)

    @classmethod
    def existing(cls, folder: Path, environ: Mapping[str, str] | None = None) -> Self:
        """As `begin`, for what makes sense only where a workspace is.

        Raises:
            WorkspaceError: where the folder is none.
        """
        bench = cls.begin(folder, environ)
        if bench.workspace.kind == "empty":
            raise no_workspace(folder)
        return bench

    @property
    def store(self) -> Store:
        """The database, opened with the first use.

        Raises:
            StoreError: where it cannot be used.
        """
        with self._opening:
            if self._store is None:
                self._store = Store.open(self.workspace.database)
            return self._store

    @property
    def recorded(self) -> bool:
        """Whether there is a database; where there is none, nothing was recorded yet."""
        return self._store is not None or self.workspace.database.exists()

    def require_record(self) -> None:
        """
        Raises:
            UsageError: where nothing was recorded yet; that leaves no trace.
        """
        if not self.recorded:
            raise UsageError("There is no session here yet.", hint="`tiebreak` opens the app and starts one.")

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hold_helper(self) -> None:
        """Begin to start LiteLLM's helper behind the screen, and keep it from session to session until
        `let_helper_go`: whoever asks through it then finds it ready. To be called on the event loop."""
        if not self._holds_helper:
            self._holds_helper = True
            self.helper.join()
        self.helper.warm_up()

    async def let_helper_go(self) -> None:
        """End the helper once nobody else needs it. A second call does nothing."""
        if self._holds_helper:
            self._holds_helper = False
            await self.helper.leave()

    def start(
        self,
        setup: Setup,
        *,
        kind: SessionKind = "arena",
        title: str = "",
        origin: RunOrigin = "live",
        concurrency: int = 4,
        samples: int = 1,
        runs: Mapping[SessionRole, Run] | None = None,
        plan: Plan | None = None,
        draws: Sequence[Draw] = (),
        fork: Fork | None = None,
    ) -> str:
        """Set a session down, plan and all, before its first answer; returns its id.

        It stands on `runs` as far as they are given, whose answers it takes as they are, and else on new ones. `plan`,
        of cases with their `draws` where they were drawn, stands in for that of the setup.

        Raises:
            UsageError: for a plan that cannot be made.
            WorkspaceError: for a recording that cannot be read.
            StoreError: where it cannot be recorded.
        """
        given = runs or {}
        setup = self.pinned(setup, [role for role in ROLES if role not in given], judges=plan is None)
        draws = draws_of(setup.dataset, setup.plan()) if plan is None else draws
        plan = plan or setup.plan()
        now = stamp(utc_now())
        order_hash = digest(canonical_json(plan.case_ids).encode())
        sides: dict[SessionRole, Run] = {
            role: given.get(role)
            or Run(
                id=self.new_id(),
                config_hash=setup.config(role).version,
                dataset_hash=setup.dataset.version,
                seed=plan.seed,
                samples=samples,
                case_order_hash=order_hash,
                origin=origin,
                concurrency=concurrency,
                created_at=now,
            )
            for role in ROLES
        }
        session = Session(
            id=session_id(),
            kind=kind,
            plan=plan,
            dataset_hash=setup.dataset.version,
            policy_hash=setup.policy.version,
            runs={role: run.id for role, run in sides.items()},
            blind=setup.blind,
            title=title or f"{setup.baseline.name} vs {setup.candidate.name}",
            parent_id=fork.parent_id if fork is not None else None,
            fork_reason=fork.reason if fork is not None else None,
            created_at=now,
        )
        self.store.create_session(
            NewSession(
                dataset=setup.dataset,
                configs={role: setup.config(role) for role in ROLES},
                policy=setup.policy,
                session=session,
                runs=sides,
                rater=self.rater(),
                draws=draws,
            )
        ).result()
        for event in first_events(session, self.new_id):
            self.store.record_event(event).result()
        if setup.judge is not None:
            judge = self.pinned_judge(setup.judge)
            self.store.record_judge(judge).result()
            self.store.record_event(judge_event(self.new_id(), session.id, judge, setup.judge_cost)).result()
        return session.id

    def pinned(self, setup: Setup, roles: Collection[SessionRole] = ROLES, *, judges: bool = True) -> Setup:
        """The setup with the content of its recordings set down, and with `judges` the versions of those that checks
        ask: an edited one is another. The sides that are not in `roles` stay as they are, such as those of runs that
        are there already.

        Raises:
            WorkspaceError: for a recording that cannot be read.
        """
        folder, a, b = self.configs_folder, setup.baseline, setup.candidate
        return replace(
            setup,
            baseline=pinned(a, folder) if "baseline" in roles else a,
            candidate=pinned(b, folder) if "candidate" in roles else b,
            policy=pinned_policy(self, setup.policy, setup.dataset.cases) if judges else setup.policy,
        )

    def lease(self, *wanted: str) -> Lease:
        """The right to work on sessions (see `Store.session_id`): take it before reading what is to be added to.

        Raises:
            UsageError: where `wanted` names no session, or more than one.
            SessionInUseError: while another process works on one of them, or on one that stands on the same answers.
        """
        self.require_record()
        ids = [self.store.session_id(one) for one in wanted]
        runs = {run_id for id_ in ids for run_id in self.store.runs_of(id_)}
        return Lease.take(self.store.path.parent, *ids, runs=runs)

    def rater(self) -> Rater:
        """Who rates here: the login name, which also is what keeps raters apart."""
        name = self.environ.get("TIEBREAK_RATER") or self.environ.get("USER") or "rater"
        return Rater(id=name, name=name)

    def arms(
        self,
        stored: StoredSession,
        *,
        speed: float | None = None,
        limiters: LimiterPool | None = None,
        roles: Sequence[SessionRole] = ROLES,
    ) -> tuple[Arm, ...]:
        """Both sides of a session, or one of them, ready to answer. Reads files: not for the event loop.

        `speed` overrides the replay speed of recordings; 0 is instant. `limiters` stand in for the workbench's own.

        Raises:
            UsageError: for a session without two configs, such as imported votes.
            TiebreakError: where a target cannot be opened, such as for a missing key.
        """
        if set(stored.configs) != set(ROLES):
            raise UsageError("This session was imported: it can be shown and exported, not continued.")
        self.ready_checks(stored)
        pool = limiters or self.limiters
        return tuple(self._arm(role, stored, speed, pool) for role in roles)

    def live(
        self,
        stored: StoredSession,
        arms: Sequence[Arm],
        on_change: Callable[[Change], None],
        *,
        lookahead: int = 3,
        judge: JudgeSeat | None = None,
        at_risk: Sequence[str] | None = None,
    ) -> LiveSession:
        """Take up a session where it stands, from its stored copies alone. To be called on the event loop.

        `at_risk` are the cases of its risk queue, where that is to be rated.
        """
        rater = self.rater()
        if rater not in stored.raters:
            self.store.record_rater(rater)
        return LiveSession(
            session=stored.session,
            policy=stored.policy,
            cases=in_order(stored.dataset, stored.session.plan),
            arms=arms,
            rater=rater,
            recorder=self.store,
            history=History(
                responses=stored.responses,
                check_results=stored.check_results,
                presentations=stored.presentations,
                ballots=stored.ballots,
                events=stored.events,
                said=stored.said,
            ),
            timed_runs=stored.timed_runs,
            samples=stored.samples,
            lookahead=lookahead,
            outside=self.outside(till_of(self, [stored])),
            judge=judge,
            at_risk=at_risk,
            on_change=on_change,
        )

    def outside(self, till: JudgeTill | None = None, *, fresh: bool = False) -> WorkspaceOutside:
        """What checks may ask of the world; whoever is given it closes it. To be called on the event loop."""
        from tiebreak.session.check_judges import CheckJudges

        judges = CheckJudges(partial(open_judge, self), till, memory_of_checks(self, fresh=fresh))
        return WorkspaceOutside(self._permit(), self.environ, self.helper, judges)

    def pinned_judge(self, judge: Judge) -> Judge:
        """With the content of its recording set down; raises as `pinned`."""
        return replace(judge, target=pinned(judge.config, self.judges_folder).target)

    def _permit(self) -> Permit:
        return Trust.of(self.environ).permit(self.workspace.folder)

    def ready_checks(self, stored: StoredSession) -> None:
        """Import what the checks of a session need, which may take its time.

        Raises:
            NotTrustedError: where one of them would run what nobody allowed.
        """
        cases = in_order(stored.dataset, stored.session.plan)
        specs = all_checks(stored.policy, cases)
        require_trust(specs, self._permit())
        load_checks(specs)

    def _arm(self, role: SessionRole, stored: StoredSession, speed: float | None, limiters: LimiterPool) -> Arm:
        config, run_id = stored.configs[role], stored.session.runs[role]
        if speed is not None and isinstance(config.target, RecordingTarget):
            config = replace(config, target=replace(config.target, speed=speed))
        target = open_target(
            config,
            base_dir=self.configs_folder,
            environ=self.environ,
            limiters=limiters,
            permit=self._permit(),
            helper=self.helper,
        )
        if stored.session.kind == "spot":
            said = answers_of(self.store, run_id)
            return ConversationArm(role, run_id, config, target, stored.dataset.by_id, said)
        return Arm(role, run_id, config, target)

    def judge_target(self, judge: Judge, limiters: LimiterPool) -> AnswerTarget:
        """What a judge is asked through. Reads files: not for the event loop.

        Raises:
            TiebreakError: where it cannot be opened, such as for a missing key.
        """
        return open_target(
            judge.config,
            base_dir=self.judges_folder,
            environ=self.environ,
            limiters=limiters,
            permit=self._permit(),
            helper=self.helper,
        )

    @property
    def judges_folder(self) -> Path:
        """Where the paths inside judges start."""
        return self.workspace.folder / JUDGES

    @property
    def configs_folder(self) -> Path:
        """Where the paths inside stored configs start."""
        return self.workspace.folder / CONFIGS

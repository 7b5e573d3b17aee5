"""Sessions: set down whole before their first answer, listed, found by id, and taken up again."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Literal

from tiebreak.errors import CorruptStoreError, UsageError
from tiebreak.records import (
    Ballot,
    CheckResult,
    Config,
    Dataset,
    Draw,
    Event,
    Plan,
    Policy,
    Presentation,
    Rater,
    Response,
    Run,
    Session,
    SessionRole,
)
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.sessions import SessionKind
from tiebreak_store.ballots import iter_ballots, iter_presentations, iter_raters, put_rater
from tiebreak_store.content import Origin, get_config, get_dataset, get_policy, put_config, put_dataset, put_policy
from tiebreak_store.events import iter_events
from tiebreak_store.judgments import iter_said
from tiebreak_store.responses import iter_check_results, iter_responses
from tiebreak_store.text import restored, restored_or_none, storable, storable_or_none

ORIGINS: Mapping[SessionKind, Origin] = {"spot": "adhoc", "import": "import"}
"""Where the configs of a session come from, unless an edit was set down before it; else from a file."""
Fact = Response | CheckResult | Presentation | Ballot | Event | Judge | Judgment


@dataclass(frozen=True, kw_only=True)
class NewSession:
    """All that is set down before the first answer."""

    dataset: Dataset
    configs: Mapping[SessionRole, Config]
    policy: Policy
    session: Session
    runs: Mapping[SessionRole, Run]
    rater: Rater
    draws: Sequence[Draw] = ()
    """How the planned cases were drawn, in the order of the plan; not known of sessions that were made elsewhere."""

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: where the records do not fit together.
        """
        session = self.session
        fits = {
            "dataset": session.dataset_hash == self.dataset.version,
            "policy": session.policy_hash == session.plan.policy_hash == self.policy.version,
            "configs": {role: run.config_hash for role, run in self.runs.items()}
            == {role: config.version for role, config in self.configs.items()},
            "draws": len(self.draws) in (0, len(session.plan.case_ids)),
            "runs": dict(session.runs) == {role: run.id for role, run in self.runs.items()},
        }
        for what, fit in fits.items():
            if not fit:
                raise ValueError(f"the {what} given are not those that the session names")


@dataclass(frozen=True, kw_only=True)
class StoredSession:
    """A session as it is recorded, from the stored copies alone; each tuple in the order of recording."""

    dataset: Dataset
    configs: Mapping[SessionRole, Config]
    policy: Policy
    session: Session
    runs: Mapping[SessionRole, Run]
    raters: tuple[Rater, ...]
    """Who set it down, then whoever else was shown something."""
    responses: tuple[Response, ...] = ()
    check_results: tuple[CheckResult, ...] = ()
    presentations: tuple[Presentation, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    events: tuple[Event, ...] = ()
    said: tuple[Judge | Judgment, ...] = ()
    """Of the judges that gates of the policy name: each version, with its light judgments behind it."""

    @property
    def timed_runs(self) -> frozenset[str]:
        """The headless runs: the times of others are distorted by fetching ahead."""
        return frozenset(run.id for run in self.runs.values() if run.origin == "headless")

    @property
    def samples(self) -> int:
        """Answers planned of each side to each case."""
        return max((run.samples for run in self.runs.values()), default=1)

    @property
    def rater(self) -> Rater:
        """Who set the session down."""
        return self.raters[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session in one line."""

    id: str
    kind: SessionKind
    origin: SessionKind | Literal["run"]
    """The kind, or `run` for what `tiebreak run` asked: it is kept as an arena, which rating makes of it."""
    title: str
    dataset: str
    configs: Mapping[SessionRole, str]
    """Role → name of the config."""
    planned: int
    voted: int
    """Cases with a vote in force."""
    created_at: str
    last_activity: str


def put_session(connection: sqlite3.Connection, new: NewSession) -> None:
    """Set a session down, with all that it pins."""
    session = new.session
    put_dataset(connection, new.dataset)
    put_policy(connection, new.policy)
    put_rater(connection, new.rater)
    for role, run in new.runs.items():
        put_config(
            connection, new.configs[role], origin=ORIGINS.get(session.kind, "file"), at=session.created_at or None
        )
        _put_run(connection, run)
    connection.execute(
        "INSERT INTO session (id, kind, title, dataset_hash, policy_hash, plan_hash, seed, segment, rater_id, blind, "
        "parent_id, fork_reason, created_at, strata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.kind,
            storable(session.title),
            session.dataset_hash,
            session.policy_hash,
            session.plan.version,
            session.plan.seed,
            storable_or_none(session.plan.segment),
            storable(new.rater.id),
            int(session.blind),
            session.parent_id,
            storable_or_none(session.fork_reason),
            session.created_at,
            storable_or_none(session.plan.strata),
        ),
    )
    connection.executemany(
        "INSERT INTO session_run (session_id, role, run_id) VALUES (?, ?, ?)",
        [(session.id, role, run.id) for role, run in new.runs.items()],
    )
    connection.executemany(
        "INSERT INTO session_item (session_id, position, case_id, stratum, inclusion_p) VALUES (?, ?, ?, ?, ?)",
        (
            (
                session.id,
                position,
                storable(case_id),
                storable_or_none(draw.stratum) if draw is not None else None,
                draw.inclusion_p if draw is not None else None,
            )
            for position, (case_id, draw) in enumerate(zip_longest(session.plan.case_ids, new.draws))
        ),
    )


def find_session(connection: sqlite3.Connection, wanted: str) -> str:
    """The id of a session, given whole, by its first characters, or as `last`, which is the newest.

    Raises:
        UsageError: where there is none, or more than one.
    """
    if wanted == "last":
        found = connection.execute("SELECT id FROM session ORDER BY created_at DESC, id DESC LIMIT 1").fetchall()
    else:
        found = connection.execute(
            "SELECT id FROM session WHERE substr(id, 1, length(:wanted)) = :wanted ORDER BY id = :wanted DESC LIMIT 5",
            {"wanted": storable(wanted)},
        ).fetchall()
    ids = [str(id_) for (id_,) in found]
    if wanted == "last" and not ids:
        raise UsageError("There is no session here yet.", hint="`tiebreak` opens the app and starts one.")
    if not wanted or not ids:
        raise UsageError(f"There is no session “{wanted}” here.", hint="`tiebreak sessions` lists them.")
    if len(ids) > 1 and ids[0] != wanted:
        raise UsageError(f"Several sessions begin with “{wanted}”: {', '.join(ids)}.", hint="Give more of the id.")
    return ids[0]


def find_headless(
    connection: sqlite3.Connection,
    plan: Plan,
    dataset_hash: str,
    configs: Mapping[SessionRole, str],
    *,
    samples: int = 1,
    baseline_run: str | None = None,
) -> str | None:
    """The newest session of this plan, dataset, pair of config hashes and number of samples whose runs are both
    headless; or whose baseline is this very run, however that came about."""
    found = connection.execute(
        "SELECT s.id FROM session s "
        "JOIN session_run sa ON sa.session_id = s.id AND sa.role = 'baseline' JOIN run a ON a.id = sa.run_id "
        "JOIN session_run sb ON sb.session_id = s.id AND sb.role = 'candidate' JOIN run b ON b.id = sb.run_id "
        "WHERE s.plan_hash = ? AND s.dataset_hash = ? AND a.config_hash = ? AND b.config_hash = ? "
        "AND a.samples = ? AND b.samples = ? AND b.origin = 'headless' AND s.kind <> 'import' "
        "AND (a.id = ? OR (? IS NULL AND a.origin = 'headless')) ORDER BY s.created_at DESC, s.id DESC LIMIT 1",
        (
            plan.version,
            dataset_hash,
            configs["baseline"],
            configs["candidate"],
            samples,
            samples,
            baseline_run,
            baseline_run,
        ),
    ).fetchone()
    return None if found is None else str(found[0])


def find_alike(connection: sqlite3.Connection, plan: Plan, runs: Mapping[SessionRole, str]) -> str | None:
    """The newest session that sets these very runs side by side under this plan."""
    found = connection.execute(
        "SELECT id FROM session WHERE plan_hash = ? ORDER BY created_at DESC, id DESC", (plan.version,)
    ).fetchall()
    for (session_id,) in found:
        roles = connection.execute("SELECT role, run_id FROM session_run WHERE session_id = ?", (session_id,))
        if dict(roles.fetchall()) == dict(runs):
            return str(session_id)
    return None


def load_session(connection: sqlite3.Connection, session_id: str, *, light: bool, facts: bool = True) -> StoredSession:
    """What is recorded of a session: everything, or without `facts` what was set down before the first answer."""
    session = get_session(connection, session_id)
    runs = get_runs(connection, session)
    stored = StoredSession(
        dataset=get_dataset(connection, session.dataset_hash or ""),
        configs={role: get_config(connection, run.config_hash) for role, run in runs.items()},
        policy=get_policy(connection, session.policy_hash),
        session=session,
        runs=runs,
        raters=tuple(iter_raters(connection, session_id)),
    )
    if not facts:
        return stored
    run_ids = [run.id for run in runs.values()]
    return replace(
        stored,
        responses=tuple(iter_responses(connection, run_ids, light=light)),
        check_results=tuple(iter_check_results(connection, run_ids)),
        presentations=tuple(iter_presentations(connection, session_id)),
        ballots=tuple(iter_ballots(connection, session_id)),
        events=tuple(iter_events(connection, session_id)),
        said=tuple(iter_said(connection, session_id, stored.policy.judges)),
    )


def iter_facts(connection: sqlite3.Connection, session_id: str) -> Iterator[Fact]:
    """Everything that was recorded of a session since it was set down, kind by kind, responses light."""
    session = get_session(connection, session_id)
    run_ids = list(session.runs.values())
    yield from iter_said(connection, session_id, get_policy(connection, session.policy_hash).judges)
    yield from iter_responses(connection, run_ids, light=True)
    yield from iter_check_results(connection, run_ids)
    yield from iter_presentations(connection, session_id)
    yield from iter_ballots(connection, session_id)
    yield from iter_events(connection, session_id)


def get_session(connection: sqlite3.Connection, session_id: str) -> Session:
    """
    Raises:
        CorruptStoreError: where its plan is not the one that was set down.
    """
    (
        kind, title, dataset_hash, policy_hash, plan_hash, seed, segment, blind, parent_id, fork_reason, created_at,
        strata,
    ) = connection.execute(
        "SELECT kind, title, dataset_hash, policy_hash, plan_hash, seed, segment, blind, parent_id, fork_reason, "
        "created_at, strata FROM session WHERE id = ?",
        (session_id,),
    ).fetchone()  # fmt: skip
    items = connection.execute(
        "SELECT case_id FROM session_item WHERE session_id = ? AND queue = 'random' ORDER BY position", (session_id,)
    )
    plan = Plan(
        case_ids=tuple(restored(case_id) for (case_id,) in items),
        seed=seed,
        policy_hash=policy_hash,
        segment=restored_or_none(segment),
        strata=restored_or_none(strata),
    )
    if plan.version != plan_hash:
        raise CorruptStoreError(
            f"The plan of session {session_id} is not the one it was started with.",
            hint="Its rows were changed by hand or by another program; a backup may hold it whole.",
        )
    roles = connection.execute("SELECT role, run_id FROM session_run WHERE session_id = ? ORDER BY role", (session_id,))
    return Session(
        id=session_id,
        kind=kind,
        plan=plan,
        dataset_hash=dataset_hash,
        policy_hash=policy_hash,
        runs=dict(roles.fetchall()),
        blind=bool(blind),
        title=restored(title),
        parent_id=parent_id,
        fork_reason=restored_or_none(fork_reason),
        created_at=created_at,
    )


def get_run_ids(connection: sqlite3.Connection, session_id: str) -> list[str]:
    """The runs that a session stands on."""
    found = connection.execute("SELECT run_id FROM session_run WHERE session_id = ?", (session_id,))
    return [str(run_id) for (run_id,) in found]


def get_runs(connection: sqlite3.Connection, session: Session) -> dict[SessionRole, Run]:
    return {role: get_run(connection, run_id) for role, run_id in session.runs.items()}


def iter_summaries(connection: sqlite3.Connection, limit: int) -> Iterator[SessionSummary]:
    """The newest sessions, newest first."""
    cursor = connection.execute(
        "SELECT id, kind, title, dataset, baseline, candidate, planned, voted, created_at, last_activity, "
        "(SELECT min(r.origin = 'headless') FROM session_run s JOIN run r ON r.id = s.run_id "
        "WHERE s.session_id = o.id) "
        "FROM sessions_overview o ORDER BY created_at DESC, id DESC LIMIT ?",
        (limit,),
    )
    for id_, kind, title, dataset, baseline, candidate, planned, voted, created_at, last_activity, asked in cursor:
        names: dict[SessionRole, str | None] = {"baseline": baseline, "candidate": candidate}
        yield SessionSummary(
            id=id_,
            kind=kind,
            origin="run" if kind == "arena" and asked else kind,
            title=restored(title),
            dataset=restored(dataset),
            configs={role: restored(name) for role, name in names.items() if name is not None},
            planned=planned,
            voted=voted,
            created_at=created_at,
            last_activity=last_activity,
        )


def _put_run(connection: sqlite3.Connection, run: Run) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO run (id, dataset_hash, config_hash, seed, samples, case_order_hash, origin, "
        "concurrency, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.dataset_hash,
            run.config_hash,
            run.seed,
            run.samples,
            run.case_order_hash,
            run.origin,
            run.concurrency,
            run.status,
            run.created_at,
        ),
    )


def get_run(connection: sqlite3.Connection, run_id: str) -> Run:
    """A run by its whole id, which must be there."""
    row: tuple[Any, ...] = connection.execute(
        "SELECT id, dataset_hash, config_hash, seed, samples, case_order_hash, origin, concurrency, status, created_at "
        "FROM run WHERE id = ?",
        (run_id,),
    ).fetchone()
    id_, dataset_hash, config_hash, seed, samples, case_order_hash, origin, concurrency, status, created_at = row
    return Run(
        id=id_,
        dataset_hash=dataset_hash,
        config_hash=config_hash,
        seed=seed,
        samples=samples,
        case_order_hash=case_order_hash,
        origin=origin,
        concurrency=concurrency,
        status=status,
        created_at=created_at,
    )

"""A session's gates from its raw rows, read one after the other so that memory holds no answer, and kept on record."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import tiebreak
from tiebreak.checks import all_checks
from tiebreak.compare import Comparison
from tiebreak.errors import TiebreakError, UsageError
from tiebreak.gates import GateOutcome, validate_policy
from tiebreak.gates.wording import asked_of, plural
from tiebreak.records import (
    ROLES,
    Ballot,
    CheckResult,
    Event,
    Phase,
    Policy,
    Presentation,
    Response,
    Run,
    SessionRole,
    stamp,
    utc_now,
)
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.responses import PART
from tiebreak.reports import Report
from tiebreak.scoreboard import Scoreboard, Snapshot
from tiebreak.scoreboard.board import Fact
from tiebreak.scoreboard.sample import sample_of
from tiebreak.workspace.policies import read_policy
from tiebreak_store import Store, StoredGateOutcome, StoredSession
from tiebreak_workbench.figures.paged import answers_into, rows_into
from tiebreak_workbench.figures.report import remarks
from tiebreak_workbench.figures.sealed import is_sealed, note_look
from tiebreak_workbench.figures.unjudged import unjudged_words
from tiebreak_workbench.judges.report import judges_of_report
from tiebreak_workbench.judges.served import served_by_judges
from tiebreak_workbench.judges.standing import judges_in, session_standings, standing_words
from tiebreak_workbench.judges.to_judge import judges_asked_for, words_to_judge
from tiebreak_workbench.past.comparing import compare_runs
from tiebreak_workbench.past.versions import tried_on
from tiebreak_workbench.shell import command
from tiebreak_workbench.starting.preflight import known_judges, placed
from tiebreak_workbench.workbench import Workbench

POINTS = 60
"""Looks at the win rate that a plot of it is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `gate_session` is asked for."""

    session: str = "last"
    policy: str | None = None
    """Other gates than those set down with the session, by name or path."""
    baseline: str | None = None
    """The run that regressions are held against in place of the session's own A, named as for `tiebreak diff`."""
    allow: Collection[str] = ()
    """What may differ between the two runs of the comparison."""
    until: Phase | None = None
    reveal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A blind session that its rater must not see through yet."""

    session: str
    snapshot: Snapshot


def gate_session(bench: Workbench, asked: Asked) -> Report | Sealed:
    """Recompute the gates of a session, keep what they say, and report it.

    The look is noted as `tiebreak_workbench.figures.sealed.note_look` does. An outcome is kept once: not where the last
    one of the same policy, gate and segment says the same from the same rows.

    Raises:
        UsageError: for a session, a policy or a baseline that is not there, and a comparison that is refused.
        InputError: for a policy that cannot be read, or does not fit the dataset.
        StoreError: where the database cannot be used.
    """
    store = bench.store
    stored = store.load_session(store.session_id(asked.session), facts=False)
    policy, own = _policy(bench, stored, asked.policy)
    baseline = None if asked.baseline is None else store.run(asked.baseline).run
    rows = Rows()
    board = Scoreboard(
        stored.session, policy, stored.dataset.by_id, timed_runs=stored.timed_runs, samples=stored.samples
    )
    rows_into(board, store, stored, policy.judges, rows.noted)
    snapshot, path = board.snapshot(), board.win_rate_path(POINTS)
    del board
    stored = replace(stored, events=tuple(rows.events))
    if is_sealed(stored, snapshot, bench.rater()) and not asked.reveal:
        return Sealed(session=stored.session.id, snapshot=snapshot)
    # Before anything is written: what is refused leaves no trace.
    comparison, why = _comparison(bench, stored, asked)
    gates = snapshot.gates
    if baseline is not None and baseline.id != stored.session.runs.get("baseline"):
        gates = _held_against(store, stored, policy, baseline, gates, rows)
    note_look(bench, stored, snapshot, "gate")
    standings, asked_for = session_standings(bench, stored), judges_asked_for(gates)
    report = Report(
        tiebreak=tiebreak.__version__,
        at=stamp(utc_now()),
        session=stored.session,
        dataset=stored.dataset.card,
        dataset_version=stored.dataset.version,
        configs=stored.configs,
        runs=stored.runs,
        policy=policy,
        pinned_policy=own,
        until=asked.until,
        snapshot=snapshot,
        sample=sample_of(stored.session.plan, stored.dataset.cases, snapshot),
        gates=gates,
        baseline=asked.baseline,
        path=path,
        comparison=comparison,
        not_compared=why,
        judges=judges_of_report(bench, stored),
        remarks=(
            *_not_put(bench, stored, policy, snapshot, rows),
            *remarks(snapshot),
            *unjudged_words(bench, stored.session.id),
            *words_to_judge(bench, stored, gates),
            *(told for one in served_by_judges(bench, stored) for told in one.sentences()),
            *(standing_words(name, found) for name, found in standings.items() if name in asked_for),
            *_reveals(snapshot),
        ),
        tried=tried_on(store, stored),
        rows_digest=rows.digest,
        asked={gate.id: asked_of(gate) for gates in policy.gates.values() for gate in gates},
    )
    _keep(bench, report, baseline)
    return report


class Rows:
    """Passes facts on and remembers of them what a board does not: a digest, the events, which checks were put."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.events: list[Event] = []
        self.put: Counter[str] = Counter()
        """Results by the version of their check."""

    def noted(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        for fact in facts:
            self.take(fact)
            yield fact

    def take(self, fact: Fact) -> None:
        match fact:
            case CheckResult():
                self.put[fact.check_hash] += 1
            case Event():
                self.events.append(fact)
            case _:
                pass
        told = _told(fact)
        if told is not None:
            self._digest.update(repr(told).encode("utf-8", "backslashreplace"))

    @property
    def digest(self) -> str:
        """SHA-256 over every row that a gate can rest on. Looks are none, or each would make the next one differ."""
        return self._digest.hexdigest()


def _told(fact: Fact) -> tuple[object, ...] | None:
    match fact:
        case Response():
            times, cost = fact.timings, fact.cost
            return (
                fact.id, fact.case_id, fact.case_hash, fact.sample, fact.attempt, fact.status, fact.fault,
                fact.served_model, fact.reused_from, cost.usd, times.ttft, times.total,
            )  # fmt: skip
        case CheckResult():
            part = (fact.detail,) if fact.detail.startswith(PART) else ()
            return fact.response_id, fact.check_hash, fact.status, fact.value, *part
        case Presentation():
            return fact.id, fact.case_id, fact.rater_id, fact.left_response, fact.right_response
        case Ballot():
            return (
                fact.id, fact.presentation_id, fact.kind, fact.value, fact.dimension, fact.response_id,
                fact.supersedes, fact.phase, fact.identity_seen,
            )  # fmt: skip
        case Judge():
            return fact.version, fact.both_orders
        case Judgment():
            return fact.id, fact.status, fact.verdict
        case Event():
            return (fact.id, repr(sorted(fact.detail.items()))) if fact.kind == "drift_ack" else None


def _policy(bench: Workbench, stored: StoredSession, wanted: str | None) -> tuple[Policy, bool]:
    """The gates to decide, and whether they are those of the session itself."""
    if wanted is None:
        return stored.policy, True
    path = bench.workspace.policy_file(wanted)
    policy = replace(read_policy(path), check_judges=stored.policy.check_judges)
    judges = known_judges(bench.workspace) | {*judges_in(bench, stored)}
    findings = validate_policy(policy, stored.dataset, stored.session.plan.case_ids, judges=judges)
    problems = placed([finding for finding in findings if finding.level == "error"], policy.name, path)
    if problems:
        raise _one(problems)
    return policy, policy.version == stored.policy.version


def _one(problems: Sequence[TiebreakError]) -> TiebreakError:
    return problems[0] if len(problems) == 1 else UsageError("\n".join(map(str, problems)))


def _comparison(bench: Workbench, stored: StoredSession, asked: Asked) -> tuple[Comparison | None, str]:
    """The candidate against the named baseline, or against A; or why there is none.

    What must not differ is refused against a named baseline. Within a session both sides were chosen together, and
    its gates stand without a comparison.
    """
    session_id = stored.session.id
    if set(stored.runs) != set(ROLES):
        return None, "the session has no two runs."
    if asked.baseline is not None:
        return compare_runs(bench, asked.baseline, f"{session_id}:B", allow=asked.allow), ""
    try:
        return compare_runs(bench, session_id, None, allow=asked.allow), ""
    except UsageError as refused:
        if asked.allow:
            raise
        return None, f"{refused.message} {refused.hint or ''}".strip()


def _held_against(
    store: Store,
    stored: StoredSession,
    policy: Policy,
    baseline: Run,
    gates: tuple[GateOutcome, ...],
    rows: Rows,
) -> tuple[GateOutcome, ...]:
    """The gates with each regression decided anew against another run, whose rows join the digest.

    Of that run only answers to the cases as they are now count: an edited case is another question. Votes are between
    the session's own two sides, so a regression of ratings stays as it is.
    """
    regressions = {
        phase: tuple(g for g in of_phase if g.regression is not None and g.regression.measure != "rubric")
        for phase, of_phase in policy.gates.items()
    }
    if not any(regressions.values()):
        return gates
    runs: dict[SessionRole, str] = {**stored.session.runs, "baseline": baseline.id}
    session = replace(stored.session, runs=runs)
    candidate = stored.runs["candidate"]
    versions = {case_id: stored.dataset.by_id[case_id].version for case_id in stored.session.plan.case_ids}

    def current(facts: Iterable[Fact]) -> Iterator[Fact]:
        for fact in facts:
            edited = isinstance(fact, Response) and versions.get(fact.case_id) != fact.case_hash
            if not edited:
                yield fact

    timed = [run.id for run in (baseline, candidate) if run.origin == "headless"]
    samples = min(baseline.samples, candidate.samples)
    again = Scoreboard(
        session, replace(policy, gates=regressions), stored.dataset.by_id, timed_runs=timed, samples=samples
    )
    answers_into(again, store, stored, (baseline.id, candidate.id), lambda facts: rows.noted(current(facts)))
    anew = {outcome.key: outcome for outcome in again.snapshot().gates}
    return tuple(anew.get(outcome.key, outcome) for outcome in gates)


def _not_put(bench: Workbench, stored: StoredSession, policy: Policy, snapshot: Snapshot, rows: Rows) -> Iterator[str]:
    """Checks of the policy that answers were never put to."""
    if not any(mean.n for mean in snapshot.errors.values()):
        return
    cases = [stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids]
    missing = dict.fromkeys(spec.id for spec in all_checks(policy, cases) if not rows.put[spec.version])
    if missing:
        names = ", ".join(missing)
        noun = plural(len(missing), "check")
        scores = command(("score", stored.session.id), bench.workspace.folder)
        yield f"{noun} not yet put to these answers: {names}. `{scores}` does it."


def _reveals(snapshot: Snapshot) -> Iterator[str]:
    if reveals := snapshot.events.get("reveal", 0):
        yield f"The sides were revealed {plural(reveals, 'time')} before the last case was done."


def _keep(bench: Workbench, report: Report, baseline: Run | None) -> None:
    """Record what each gate said, unless the last record of it says the same."""
    store, session_id = bench.store, report.session.id
    baseline_run = baseline.id if baseline is not None else None
    last = {
        (old.policy_hash, old.gate, old.segment, old.baseline_run): (old.status, old.method, old.rows_digest)
        for old in store.gate_outcomes(session_id)
    }
    version = report.policy.version
    new = [
        StoredGateOutcome(
            id=bench.new_id(),
            session_id=session_id,
            baseline_run=baseline_run,
            policy_hash=version,
            gate=gate.gate_id,
            segment=gate.segment,
            status=gate.status,
            method=gate.method,
            evidence={**gate.evidence, "tried": report.tried.number, "tried_of": report.tried.of},
            rows_digest=report.rows_digest,
            at=report.at,
        )
        for gate in report.gates
        if last.get((version, gate.gate_id, gate.segment, baseline_run))
        != (gate.status, gate.method, report.rows_digest)
    ]
    if new:
        store.record_gate_outcomes(new, report.policy).result()

"""A prompt that is edited in the middle of a session: tried on one case, or as a session of its own.

The scoreboard never mixes versions. An edit becomes a new version of the config; a session that it is rated in begins
with nothing, over the same cases in the same order. Answers to the very same request are taken over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tiebreak.errors import PromptError, UsageError
from tiebreak.prompts import read_prompt, written_prompt
from tiebreak.records import (
    ROLES,
    Case,
    Config,
    Event,
    Plan,
    RecordingTarget,
    Response,
    Run,
    SessionRole,
    canonical_json,
    digest,
    stamp,
    utc_now,
)
from tiebreak.records.policies import SIDES
from tiebreak.session.answering import Arm
from tiebreak.targets.base import fingerprint
from tiebreak_store import CopiedAnswer, Edit, NewFork, NewSession, StoredRun, StoredSession
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.headless import is_app
from tiebreak_workbench.starting.naming import session_id
from tiebreak_workbench.starting.preflight import prompt_problems, try_target
from tiebreak_workbench.starting.preregistration import first_events
from tiebreak_workbench.starting.setup import in_order
from tiebreak_workbench.workbench import Workbench

Scope = Literal["rated", "all"]
"""The cases that a session of an edited config goes over: those rated so far, or all that were planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """The session that an edit made."""

    session_id: str
    planned: int
    reused: Mapping[SessionRole, int]
    """Answers that were taken over."""


def edited(config: Config, text: str) -> Config:
    """The config with the prompt that was written for it. Line ends of another system's editor are no change.

    Raises:
        PromptError: for a text that is no prompt.
        UsageError: where nothing was changed, and where another prompt changes no answer.
    """
    if isinstance(config.target, RecordingTarget):
        hint = "Edit the prompt of a config that asks a model."
        raise UsageError("This side replays recorded answers; another prompt would change none of them.", hint=hint)
    before = written_prompt(config.prompt)
    if "\r" not in before:
        text = text.replace("\r\n", "\n")
    if text.rstrip("\n") == before.rstrip("\n"):
        raise UsageError("Nothing was changed.")
    changed = replace(config, prompt=read_prompt(text, config.prompt))
    if changed.version == config.version:
        raise UsageError("Nothing was changed.")
    return changed


def refuse_unrendered(config: Config, cases: Iterable[Case]) -> None:
    """See that an edited prompt can be made for every case that it is to be put to.

    Raises:
        PromptError: for a template that is none, or that fails for a case; the first of them.
    """
    for problem in prompt_problems(config, cases, None):
        raise problem


def edit_event(bench: Workbench, id_: str, role: SessionRole, before: Config, after: Config, **detail: object) -> Event:
    """What a session remembers of an edit."""
    told = {"rater": bench.rater().id, "role": role, "before": before.version, "after": after.version, **detail}
    return Event(id=bench.new_id(), session_id=id_, kind="config_edit", at=stamp(utc_now()), detail=told)


def keep_trial(bench: Workbench, stored: StoredSession, role: SessionRole, config: Config, case_id: str) -> Event:
    """Keep an edited config that is tried on one case alone; returns the event that was recorded with it.

    Raises:
        StoreError: where it cannot be recorded.
    """
    before = stored.configs[role]
    event = edit_event(bench, stored.session.id, role, before, config, rerun="case", case=case_id)
    return _keep_edit(bench, config, before, event)


def keep_edit(bench: Workbench, run: StoredRun, config: Config, case_ids: Sequence[str]) -> Event:
    """Keep an edited config that was put to some cases of a run beside its session.

    Raises:
        StoreError: where it cannot be recorded.
    """
    told = {"rerun": "beside", "cases": len(case_ids), "case": case_ids[0]}
    event = edit_event(bench, run.session_id, run.role, run.config, config, **told)
    return _keep_edit(bench, config, run.config, event)


def _keep_edit(bench: Workbench, config: Config, before: Config, event: Event) -> Event:
    bench.store.record_edit(Edit(config=config, parent=before.version, at=event.at), event).result()
    return event


def fork(bench: Workbench, wanted: str, role: SessionRole, config: Config, scope: Scope) -> Forked:
    """Set down a session that holds an edited config against the same other side: same order, same seed, no votes.

    It is there whole or not at all, with its config, the answers that it takes over and the events of both sessions.
    Reads files and the database: not for the event loop.

    Raises:
        UsageError: for a session that cannot be asked again, and where no case is rated yet.
        TiebreakError: where the edited prompt cannot be rendered, a side cannot be asked, or nothing can be recorded.
    """
    stored = bench.store.load_session(wanted, light=True)
    plan = _plan(stored, scope)
    before = stored.configs[role]
    configs: dict[SessionRole, Config] = {**stored.configs, role: config}
    cases = in_order(stored.dataset, plan)
    refuse_unrendered(config, cases)
    runs: dict[SessionRole, Run] = {one: _run(bench, configs[one], stored, plan) for one in ROLES}
    answers = [copied for one in ROLES for copied in _taken_over(bench, stored, one, configs[one], runs[one], cases)]
    reused: dict[SessionRole, int] = {one: sum(a.run_id == runs[one].id for a in answers) for one in ROLES}
    at = stamp(utc_now())
    reason = f"edited prompt of {SIDES[role]}: {'rated cases' if scope == 'rated' else 'every case'}"
    session = replace(
        stored.session,
        id=session_id(),
        kind="arena",
        plan=plan,
        runs={one: run.id for one, run in runs.items()},
        parent_id=stored.session.id,
        fork_reason=reason,
        created_at=at,
    )
    told = {"role": role, "before": before.version, "after": config.version, "reused": reused}
    events = [
        replace(event, detail={**event.detail, **told}) if event.kind == "fork" else event
        for event in first_events(session, bench.new_id)
    ]
    parent = edit_event(bench, stored.session.id, role, before, config, rerun=scope, child=session.id)
    bench.store.create_fork(
        NewFork(
            edit=Edit(config=config, parent=before.version, at=at),
            new=NewSession(
                dataset=stored.dataset,
                configs=configs,
                policy=stored.policy,
                session=session,
                runs=runs,
                rater=bench.rater(),
                draws=bench.store.draws(stored.session.id) if plan == stored.session.plan else (),
            ),
            answers=answers,
            events=(*events, parent),
        )
    ).result()
    return Forked(session_id=session.id, planned=len(plan.case_ids), reused=reused)


def _plan(stored: StoredSession, scope: Scope) -> Plan:
    session = stored.session
    if set(stored.configs) != set(ROLES) or session.kind == "import":
        raise UsageError("The answers of this session were imported: nothing is asked again for it.")
    if session.kind == "spot":
        raise UsageError(
            "A spot check is tried case by case; its questions follow on one another.",
            hint="F makes a full session of it, which can be edited and run again.",
        )
    if scope == "all":
        return session.plan
    board = scoreboard_of(stored)
    rated = tuple(case_id for case_id in session.plan.case_ids if board.case(case_id).verdict is not None)
    if not rated:
        raise UsageError("No case is rated yet.", hint="Try it on this case, or on the whole set.")
    return replace(session.plan, case_ids=rated, strata=None)


def _run(bench: Workbench, config: Config, stored: StoredSession, plan: Plan) -> Run:
    return Run(
        id=bench.new_id(),
        config_hash=config.version,
        dataset_hash=stored.dataset.version,
        seed=plan.seed,
        case_order_hash=digest(canonical_json(plan.case_ids).encode()),
        origin="live",
        created_at=stamp(utc_now()),
    )


def _taken_over(
    bench: Workbench, stored: StoredSession, role: SessionRole, config: Config, run: Run, cases: Iterable[Case]
) -> Iterator[CopiedAnswer]:
    """The counting answers whose whole effective request the new run would send again. None of an app's: no request
    tells its code, which may have changed."""
    if is_app(config):
        return
    arm = Arm(role, run.id, config, try_target(config, bench.workspace, bench.environ))
    counting: dict[str, Response] = {}
    for response in stored.responses:
        if response.run_id == stored.session.runs[role] and response.sample == 0 and not response.excluded:
            counting.setdefault(response.case_id, response)
    for case in cases:
        answer = counting.get(case.id)
        if answer is None or answer.error is not None:
            continue
        try:
            same = fingerprint(arm.target, arm.request(case)) == answer.fingerprint
        except PromptError:
            continue  # its attempt will say so
        if same:
            yield CopiedAnswer(source_id=answer.id, id=bench.new_id(), run_id=run.id)

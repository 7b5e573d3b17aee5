"""`tiebreak retry`, `tiebreak rerun` and `tiebreak score`: what is missing, what failed, and checks by themselves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption, SessionArgument
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.run import (
    ConcurrencyOption,
    FreshOption,
    JudgeCostOption,
    JudgeOption,
    MaxCostOption,
    PhaseOption,
    ResumeOption,
    UnknownCostOption,
    known_phase,
)
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.batch.scoring import Scored
    from tiebreak_workbench.headless.rescoring import ToScore
    from tiebreak_workbench.workbench import Workbench


def retry(
    session: SessionArgument = "last",
    errors: Annotated[
        bool, typer.Option("--errors", help="Only what was tried and did not come; not what was never asked.")
    ] = False,
    concurrency: ConcurrencyOption = 8,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    judge: JudgeOption = None,
    judge_cost: JudgeCostOption = None,
    judge_fresh: FreshOption = False,
    phase: PhaseOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Ask for the answers that a session lacks, such as those that infrastructure ended, with what it pins.

    Answers that are there stay as they are; a judge is put to them as well. Exit codes as for `run`.
    """
    from tiebreak.batch import Limits
    from tiebreak_cli.asking import ask_all
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_cli.outcomes import print_outcome
    from tiebreak_workbench.headless.again import to_retry
    from tiebreak_workbench.headless.headless import Wanted
    from tiebreak_workbench.judges.seat import refuse_unready_judge
    from tiebreak_workbench.workbench import Workbench

    known_phase(phase)
    limits = Limits(concurrency=concurrency, max_cost=max_cost, unknown_cost=allow_unknown_cost)
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        taken = to_retry(bench, session)
        for name in judge or ():
            refuse_unready_judge(bench, name)
        ending = ask_all(
            bench,
            [taken],
            Wanted(limits=limits),
            errors_only=errors,
            judges=judge or (),
            judge_cost=judge_cost,
            fresh=judge_fresh,
        )
        code = print_outcome(bench, [taken], ending, phase=phase, as_json=as_json)
        keep_for_triage(bench, [taken.stored.session.id])
        raise code


def rerun(
    session: SessionArgument = "last",
    cases: Annotated[list[str] | None, typer.Argument(help="Cases, asked by themselves.", metavar="[CASE]...")] = None,
    filter_: Annotated[str, typer.Option("--filter", "-f", help="Cases as `tiebreak triage` filters them.")] = "",
    failed: Annotated[
        bool, typer.Option("--failed", help="Only the cases whose candidate failed a check or gave a broken answer.")
    ] = False,
    candidate: Annotated[
        str | None,
        typer.Option("--candidate", "--config", "-b", help="Another config than the file of the session's candidate."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Another model, with the prompt as it is.")] = None,
    prompt: Annotated[
        Path | None, typer.Option("--prompt", help="A text file in the place of the system prompt.")
    ] = None,
    times: Annotated[
        int | None,
        typer.Option("--times", "-k", min=1, max=100, help="Answers of a case: flaky or broken?"),
    ] = None,
    mark: Annotated[bool, typer.Option("--mark", help="Write down what is flaky and what is fixed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be asked.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Of chosen cases: ask nothing, use answers that are there.")
    ] = False,
    concurrency: ConcurrencyOption = 8,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    judge: JudgeOption = None,
    judge_cost: JudgeCostOption = None,
    judge_fresh: FreshOption = False,
    resume: ResumeOption = True,
    phase: PhaseOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Put cases of a session to the candidate's config file as it is now.

    All of them, or those that failed, become a new session under the same policy, which stands on the answers of A
    that are there; exit codes as for `run`. Cases that are named or filtered, or asked several times, of another model
    or with another prompt, are asked beside any session; exit code 1 where one of them fails every time.
    """
    from tiebreak.batch import Limits
    from tiebreak_cli.asking import ask_all
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_cli.outcomes import print_outcome
    from tiebreak_cli.rerunning import Chosen, rerun_chosen
    from tiebreak_workbench.headless.again import to_rerun
    from tiebreak_workbench.headless.headless import Wanted
    from tiebreak_workbench.judges.seat import refuse_unready_judge
    from tiebreak_workbench.trials.trials import TrialLimits
    from tiebreak_workbench.workbench import Workbench

    known_phase(phase)
    limits = Limits(concurrency=concurrency, max_cost=max_cost, unknown_cost=allow_unknown_cost)
    chosen = Chosen(tuple(cases or ()), filter_, failed, candidate, model, prompt, times, mark, dry_run, offline)
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        if chosen.any:
            if phase is not None:
                raise UsageError("Cases that are asked by themselves have no gates.", hint="Leave --phase out.")
            if judge:
                raise UsageError(
                    "A judge goes along with a session, and cases that are asked by themselves are in none.",
                    hint="Leave --judge out, or the options that choose cases but --failed.",
                )
            beside = TrialLimits(
                concurrency=concurrency,
                max_cost=max_cost,
                unknown_cost=allow_unknown_cost,
                fresh=not resume,
                offline=offline,
            )
            raise rerun_chosen(bench, session, chosen, beside, as_json=as_json)
        for name in judge or ():
            refuse_unready_judge(bench, name)
        again = to_rerun(bench, session, failed=failed, candidate=candidate, resume=resume, concurrency=concurrency)
        ending = ask_all(
            bench,
            [again.taken],
            Wanted(limits=limits),
            again.warnings,
            judges=judge or (),
            judge_cost=judge_cost,
            fresh=judge_fresh,
        )
        code = print_outcome(bench, [again.taken], ending, phase=phase, as_json=as_json)
        keep_for_triage(bench, [again.taken.stored.session.id])
        raise code


def score(
    session: SessionArgument = "last",
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="Another policy than the file of the session's own.")
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", "-c", min=1, help="Answers checked at once where checks have to wait.")
    ] = 8,
    judge: Annotated[
        str | None, typer.Option("--judge", "-j", help="Put this judge as it is now, instead of the checks.")
    ] = None,
    judge_cost: Annotated[
        float | None,
        typer.Option("--judge-cost", min=0, help="US dollars for this judge, or for each that checks ask."),
    ] = None,
    judge_fresh: FreshOption = False,
    phase: PhaseOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Put the checks and metrics of the policy as it is now to stored answers; no model is asked for one.

    With `--judge`, the judge of that name is put to them as it is now, as by `tiebreak judge`.
    Under an edited policy the same runs become a session of their own. Exit codes: 0 all gates passed, 1 one failed, 2
    bad input, 3 not decided, 4 infrastructure, 130 interrupted.
    """
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_workbench.headless.rescoring import to_score
    from tiebreak_workbench.workbench import Workbench

    known_phase(phase)
    if judge is not None:
        from tiebreak_cli.judging import put_judge

        if policy is not None or phase is not None:
            raise UsageError("`--judge` goes with neither `--policy` nor `--phase`: it decides no gates.")
        put_judge(
            session,
            judge,
            concurrency=concurrency,
            max_cost=judge_cost,
            fresh=judge_fresh,
            as_json=as_json,
            workspace=workspace,
        )
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        what = to_score(bench, session, policy)
        code = _score(bench, what, concurrency, phase, judge_cost, fresh=judge_fresh, as_json=as_json)
        keep_for_triage(bench, [what.stored.session.id])
        raise code


def _score(
    bench: "Workbench",
    what: "ToScore",
    concurrency: int,
    phase: str | None,
    judge_cost: float | None,
    *,
    fresh: bool,
    as_json: bool,
) -> typer.Exit:
    import asyncio

    from tiebreak.gates import overall
    from tiebreak.gates.wording import plural
    from tiebreak_cli.asking import heed_interrupts
    from tiebreak_cli.exits import INTERRUPTED, NOT_DECIDED, verdict_code
    from tiebreak_cli.output import complain_line, console, print_json, progress, say
    from tiebreak_workbench.figures.report import session_report
    from tiebreak_workbench.figures.scoring import scoreboard_of
    from tiebreak_workbench.figures.sealed import is_sealed, sealed_words
    from tiebreak_workbench.headless.rescoring import score as put_checks
    from tiebreak_workbench.headless.rescoring import scoring_of
    from tiebreak_workbench.judges.of_checks import till_of

    id_ = what.stored.session.id
    till = till_of(bench, [what.stored], judge_cost)

    async def run() -> "Scored":
        scoring = scoring_of(bench, what.stored, concurrency=concurrency, till=till, fresh=fresh)
        heed_interrupts(scoring.stop, scoring.cancel, complain_line)
        return await put_checks(
            bench, what.stored, scoring, lambda done: shown("Checking answers", done, None) if shown else None
        )

    if what.parent is not None:
        made = "Going on with" if what.resumed else "Made"
        complain_line(
            f"{made} session {id_}: the answers of {what.parent} under the policy “{what.stored.policy.name}” as it is "
            "now. Votes stay with that one."
        )
    for warning in what.warnings:
        complain_line(f"Note: {warning}")
    with bench.lease(id_), progress() as shown:
        scored = asyncio.run(run())
    complain_line(
        f"{plural(f'{scored.answers:,}', 'answer')} looked at, {plural(f'{scored.verdicts:,}', 'verdict')} new"
        + (f", {plural(f'{scored.errors:,}', 'check')} could not judge" if scored.errors else "")
        + ("." if scored.whole else ". Stopped: the same command goes on.")
    )
    if till.heard:
        complain_line(till.words())
    stored = bench.store.load_session(id_, light=True)
    snapshot = scoreboard_of(stored).snapshot()
    if is_sealed(stored, snapshot, bench.rater()):
        if as_json:
            print_json({"session": id_, "blind": True, "sealed": True, "scored": scored})
        else:
            say(sealed_words(snapshot))
        return typer.Exit(NOT_DECIDED if scored.whole else INTERRUPTED)
    if as_json:
        print_json({**session_report(stored, snapshot), "parent": what.parent, "scored": scored}
                   | ({"check_judges": till.report()} if till.heard else {}))  # fmt: skip
    else:
        from tiebreak_cli.scoreboard import print_scoreboard
        from tiebreak_workbench.figures.unjudged import unjudged_words

        notes = unjudged_words(bench, stored.session.id)
        print_scoreboard(console(), stored, snapshot, notes=notes)
    gates = [gate for gate in snapshot.gates if phase in (None, gate.phase)]
    code = verdict_code(overall(gates) if gates else "undecided")
    return typer.Exit(code if scored.whole else INTERRUPTED)


def add_to(app: typer.Typer) -> None:
    app.command()(retry)
    app.command()(rerun)
    app.command()(score)

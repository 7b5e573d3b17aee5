"""`tiebreak rerun` of chosen cases: once or several times, beside any session, with what each made of it."""

from pathlib import Path
from typing import NamedTuple

import typer

from tiebreak.errors import UsageError
from tiebreak_cli import trying
from tiebreak_cli.exits import DONE, GATE_FAILED, UNAVAILABLE
from tiebreak_cli.output import CELL, console, print_json, say, show, table_of
from tiebreak_workbench.shell import command
from tiebreak_workbench.trials import rerunning
from tiebreak_workbench.trials.rerunning import AGAIN, FAILING, CaseAgain, Rerun
from tiebreak_workbench.trials.trials import TrialLimits
from tiebreak_workbench.workbench import Workbench


class Chosen(NamedTuple):
    """What the options say."""

    cases: tuple[str, ...] = ()
    filter: str = ""
    failed: bool = False
    config: str | None = None
    model: str | None = None
    prompt: Path | None = None
    times: int | None = None
    mark: bool = False
    dry_run: bool = False
    offline: bool = False

    @property
    def any(self) -> bool:
        """Whether single cases are meant, and not a session of its own."""
        return self._replace(failed=False, config=None) != Chosen()


def rerun_chosen(bench: Workbench, session: str, chosen: Chosen, limits: TrialLimits, *, as_json: bool) -> typer.Exit:
    """Ask the chosen cases again, print what came, and write it down where that is asked for; returns the exit code:
    1 where a case fails every time, or 0.

    Raises:
        UsageError: where no case is chosen, or none is left.
        TiebreakError: where it cannot be asked.
    """
    from tiebreak.gates.wording import plural
    from tiebreak.triage import parse_filter
    from tiebreak_workbench.triage.triage import Triage
    from tiebreak_workbench.trials.candidates import changed_config
    from tiebreak_workbench.trials.findings import keep_rerun
    from tiebreak_workbench.trials.words import rerun_what

    if not (chosen.cases or chosen.filter or chosen.failed):
        hint = "Name them, give a --filter such as class:regression, or take those that --failed."
        raise UsageError("Which cases are to be asked again?", hint=hint)
    wanted = parse_filter(chosen.filter) if chosen.filter else None
    with Triage.open(bench, session) as triage:
        case_ids = rerunning.select_cases(triage, chosen.cases, wanted, failed=chosen.failed)
        config = changed_config(bench, triage, config=chosen.config, model=chosen.model, prompt=chosen.prompt)
        plan = rerunning.prepare_rerun(
            triage, case_ids, config, times=chosen.times or 1, offline=limits.offline, keyless=chosen.dry_run
        )
        trying.announce(rerun_what(plan), plan.calls, plan.usd_a_call, limits)
        if chosen.dry_run:
            if as_json:
                print_json({"cases": case_ids, "times": plan.times, "calls": plan.calls, "usd_a_call": plan.usd_a_call})
            else:
                say("\n".join(case_ids))
            return typer.Exit(DONE)
        done = trying.ask(
            bench,
            plan.policy,
            limits,
            lambda trials: rerunning.rerun(plan, trials),
            doing="Asking again",
            configs=(config,),
            specs=[spec for specs in plan.specs.values() for spec in specs],
            sample=plan.cases[0],
        )
        keep_rerun(bench, done)
        marked = rerunning.mark(triage, done) if chosen.mark else None
    if as_json:
        print_json({**rerunning.rerun_plain(done), "marked": marked})
    else:
        _print(done)
        if marked is not None:
            takes_back = command(("triage", session, "--undo"), bench.workspace.folder)
            say(f"Written down for {plural(marked.cases, 'case')}. `{takes_back}` takes it back.")
        elif done.of("flaky") or done.of("fixed"):
            say("With --mark, what is flaky or fixed is written down so.")
    return typer.Exit(_code(done))


def _code(done: Rerun) -> int:
    if done.reason is not None:
        return trying.CODES[done.reason]
    if done.of("not_answered"):
        return UNAVAILABLE
    return GATE_FAILED if any(done.of(verdict) for verdict in FAILING) else DONE


def _print(done: Rerun) -> None:
    from rich.text import Text

    from tiebreak.gates.wording import percent
    from tiebreak_cli.output import safe, safe_line
    from tiebreak_workbench.trials.words import rerun_counts, rerun_worth, used

    show(Text(rerun_counts(done), "bold"))
    table = table_of("case", "", "passes#", "exact interval#", "fails by")
    for verdict, words in AGAIN.items():
        for case in done.of(verdict):
            interval = f"{percent(case.low)} to {percent(case.high)}" if case.of else ""
            table.add_row(
                Text(safe_line(case.case_id, CELL)),
                words,
                f"{case.passes} of {case.of}",
                interval,
                Text(safe_line(_by(case), CELL)),
            )
    console().print(table)
    if done.why:
        say(f"Not finished. {safe(done.why)}")
    say(f"{used(done.progress)}.")
    say(rerun_worth(done))


def _by(case: CaseAgain) -> str:
    """The checks that fail, or why there is no answer."""
    if case.failing:
        return ", ".join(case.failing)
    errors = (trial.response.error for trial in case.trials if trial.response is not None)
    return (
        "" if case.of else next((error.message for error in errors if error is not None), "the prompt does not render")
    )

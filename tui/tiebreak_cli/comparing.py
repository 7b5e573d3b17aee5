"""`tiebreak diff`, `tiebreak baseline` and `tiebreak plan`: runs against each other, and what a run could find."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak_store import StoredRun

RUN = "A baseline's name, SESSION:A or SESSION:B, config:NAME (its newest run), or a run's id."


def diff(
    a: Annotated[str, typer.Argument(help=f"The run to hold against. {RUN} A session alone compares its two sides.")],
    b: Annotated[str | None, typer.Argument(help="The run that is held against it; named likewise.")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="What may differ: dataset, samples, parameters, checks or judge; repeatable."),
    ] = None,
    cases: Annotated[int, typer.Option("--cases", "-n", min=0, help="How many changed cases to list.")] = 10,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Compare two runs case by case, regressions first. Nothing is asked of any model.

    Exit codes: 0 nothing got worse beyond chance, 1 a measure of quality did, 2 the runs cannot be compared.
    """
    from tiebreak_cli.exits import DONE, GATE_FAILED
    from tiebreak_cli.output import console, print_json
    from tiebreak_workbench.past.comparing import compare_runs
    from tiebreak_workbench.workbench import Workbench

    with Workbench.open(workspace) as bench:
        found = compare_runs(bench, a, b, allow=allow or ())
    if as_json:
        print_json({**_plain(found), "regressed": [measure.name for measure in found.regressed]})
    else:
        from tiebreak_cli.difference import print_comparison

        print_comparison(console(), found, cases)
    raise typer.Exit(GATE_FAILED if found.regressed else DONE)


def _plain(record: object) -> dict[str, object]:
    from typing import cast

    from tiebreak.records.canonical import plain

    return cast("dict[str, object]", plain(record))


def baseline(
    act: Annotated[str, typer.Argument(help="set, list, show or rm.")],
    name: Annotated[str | None, typer.Argument(help="The baseline's name.")] = None,
    run: Annotated[str | None, typer.Argument(help=f"For set: the run it stands for. {RUN}")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Keep a run under a name, to hold later ones against. What a name stood for before is never forgotten."""
    from tiebreak_cli.output import local_minute, print_json, print_table, say
    from tiebreak_workbench.past import comparing
    from tiebreak_workbench.workbench import Workbench

    wanted = {"set": (name, run), "list": (), "show": (name,), "rm": (name,)}.get(act)
    if wanted is None:
        from tiebreak.checks.parse import nearest

        raise UsageError(f"There is no `baseline {act}`.", hint=nearest(act, ["set", "list", "show", "rm"]))
    given = [argument for argument in (name, run) if argument is not None]
    if len(given) != len(wanted):
        form = {"set": " NAME RUN", "show": " NAME", "rm": " NAME"}.get(act, "")
        raise UsageError(
            f"`baseline {act}` takes {len(wanted) or 'no'} arguments.", hint=f"tiebreak baseline {act}{form}"
        )
    with Workbench.open(workspace) as bench:
        if act == "set":
            stored = comparing.set_baseline(bench, given[0], given[1])
            told = {"name": given[0], **_run(stored)}
            print_json(told) if as_json else say(f"{given[0]} is now {_words(stored)}.")
        elif act == "rm":
            comparing.remove_baseline(bench, given[0])
            print_json({"name": given[0], "run": None}) if as_json else say(f"{given[0]} stands for nothing any more.")
        else:
            if act == "show":
                comparing.known_baseline(bench, given[0])
            rows = bench.store.baselines() if act == "list" else bench.store.baseline_history(given[0])[::-1]
            runs = [(b, None if b.run_id is None else bench.store.run(b.run_id)) for b in rows]
            if as_json:
                print_json([{"name": b.name, "at": b.at, **(_run(r) if r else {"run": None})} for b, r in runs])
            elif not runs:
                say("No baseline yet. `tiebreak baseline set NAME RUN` makes one.")
            else:
                title = "Baselines" if act == "list" else "The latest is in force"
                print_table(
                    title,
                    ("name", "config", "dataset", "session", "cases #", "since"),
                    ((b.name, *(_cells(r) if r else ("taken away", "", "", "")), local_minute(b.at)) for b, r in runs),
                )


def _run(stored: "StoredRun") -> dict[str, object]:
    return {
        "run": stored.run.id,
        "config": stored.config.name,
        "config_version": stored.config.version,
        "dataset": stored.dataset,
        "dataset_version": stored.run.dataset_hash,
        "session": stored.session_id,
        "role": stored.role,
        "planned": stored.planned,
    }


def _words(stored: "StoredRun") -> str:
    return f"config {stored.config.name} on {stored.dataset}, {stored.planned} cases, {_named(stored)}"


def _cells(stored: "StoredRun") -> tuple[str, str, str, str]:
    return stored.config.name, stored.dataset, _named(stored), str(stored.planned)


def _named(stored: "StoredRun") -> str:
    from tiebreak.records.policies import SIDES

    return f"{stored.session_id}:{SIDES[stored.role]}"


def plan(
    cases: Annotated[int | None, typer.Option("--cases", "-n", min=1, help="What so many cases can find.")] = None,
    find: Annotated[
        float | None, typer.Option("--find", help="How many cases find this difference, such as 0.05.")
    ] = None,
    disagreement: Annotated[
        float, typer.Option("--disagreement", help="Share of cases that one side passes and the other fails.")
    ] = 0.2,
    variance: Annotated[
        float | None,
        typer.Option("--variance", help="For scores: the variance of the difference over cases, instead of it."),
    ] = None,
    within: Annotated[
        float, typer.Option("--within", help="For scores: the variance of one side's answers to one case.")
    ] = 0.0,
    samples: Annotated[int, typer.Option("--samples", min=1, help="For scores: answers a case and side.")] = 1,
    power: Annotated[float, typer.Option("--power", help="How often a true difference is to be found.")] = 0.8,
    alpha: Annotated[
        float, typer.Option("--alpha", help="How often a difference is found where there is none.")
    ] = 0.05,
    out_of: Annotated[
        int | None, typer.Option("--out-of", min=1, help="The claim is about a set of so many cases alone.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say before a run what it could find: the least difference for so many cases, or the cases for a difference."""
    from tiebreak_cli.output import print_json, say
    from tiebreak_cli.planning import Wish, answer, sentences

    wish = Wish(
        cases=cases,
        find=find,
        disagreement=disagreement,
        variance=variance,
        within=within,
        samples=samples,
        power=power,
        alpha=alpha,
        out_of=out_of,
    )
    rows = answer(wish)
    if as_json:
        print_json({"asked": wish, "found": rows})
    else:
        say("\n".join(sentences(wish, rows)))


def add_to(app: typer.Typer) -> None:
    app.command()(diff)
    app.command()(baseline)
    app.command()(plan)

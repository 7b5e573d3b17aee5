"""Commands that open a session: `arena`, `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.start import HERE, has_terminal, need_terminal

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="The workspace folder.", show_default="this folder")
]


def arena(
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="Dataset, by name or path.")] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", "-a", help="Config A, by name or path.")] = None,
    candidate: Annotated[str | None, typer.Option("--candidate", "-b", help="Config B, by name or path.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", "-p", help="Policy, by name or path.")] = None,
    cases: Annotated[int | None, typer.Option("--cases", "-n", min=1, help="Planned number of cases.")] = None,
    segment: Annotated[str | None, typer.Option("--segment", help="Only cases of this segment.")] = None,
    strata: Annotated[
        str | None,
        typer.Option("--strata", help="Draw in proportion by segment, kind, expect, tags, metadata.KEY; or `none`."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the case order.")] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Draw the sides anew for every case and hide which is which.")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option("--judge", "-j", help="A judge that goes along, sealed until you vote; with -r also `none`."),
    ] = None,
    judge_cost: Annotated[
        float | None, typer.Option("--judge-cost", min=0, help="US dollars that the judge may cost in the session.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", "-r", help="An earlier session, by id, start of id, or `last`.")
    ] = None,
    queue: Annotated[
        str, typer.Option("--queue", help="With -r: `risk` shows the riskiest cases first; it enters no rate or mean.")
    ] = "random",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Rate two configs side by side.

    With a dataset and two configs, starts at once; otherwise opens Setup with what was given.
    """
    if queue not in ("random", "risk"):
        raise UsageError(f"There is no queue “{queue}”.", hint="`--queue risk`, or `random`, which is the usual one.")
    if queue == "risk" and resume is None:
        raise UsageError("The risk queue is one of a session that has answers.", hint="Name it: `-r last`.")
    need_terminal("Without one, `tiebreak run` asks both sides, and `tiebreak show` prints a session.")
    from tiebreak_tui.launch import launch
    from tiebreak_tui.wishes import Wishes

    wishes = Wishes(
        dataset=dataset,
        baseline=baseline,
        candidate=candidate,
        policy=policy,
        cases=cases,
        segment=segment,
        strata=strata,
        seed=seed,
        blind=blind,
        judge=judge,
        judge_cost=judge_cost,
        resume=resume,
        queue="risk" if queue == "risk" else "random",
        start=resume is not None or None not in (dataset, baseline, candidate),
    )
    raise SystemExit(launch(workspace, wishes))


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Replay the recorded votes and print the result.")
    ] = False,
    into: Annotated[Path, typer.Option("--into", help="Where the sample workspace is kept.")] = Path("tiebreak-demo"),
    as_json: Annotated[bool, typer.Option("--json", help="Replay, and print the result as JSON.")] = False,
) -> None:
    """Open the bundled sample session: no key, no network. Its answers and votes were written for the demo."""
    if headless or as_json or not has_terminal():
        from tiebreak_cli.demo import run_headless

        run_headless(as_json=as_json)
        return
    from tiebreak_tui.launch import launch
    from tiebreak_tui.wishes import Wishes
    from tiebreak_workbench.demo import BASELINE, CANDIDATE, DATASET, POLICY, SEED, ensure_sample

    ensure_sample(into)
    wishes = Wishes(
        dataset=DATASET,
        baseline=BASELINE,
        candidate=CANDIDATE,
        policy=POLICY,
        seed=SEED,
        resume_unfinished=True,
        start=True,
    )
    raise SystemExit(launch(into, wishes))


def add_to(app: typer.Typer) -> None:
    app.command()(arena)
    app.command()(demo)

"""`tiebreak noise`: one config against itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.run import (
    CasesOption,
    ConcurrencyOption,
    DatasetOption,
    MaxCostOption,
    PolicyOption,
    ResumeOption,
    SamplesOption,
    SeedOption,
    SegmentOption,
    UnknownCostOption,
)
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak_workbench.headless.noise import NoiseReport


def noise(
    dataset: DatasetOption,
    config: Annotated[str, typer.Option("--config", "-a", help="The config, by name or path.")],
    policy: PolicyOption = None,
    cases: CasesOption = None,
    segment: SegmentOption = None,
    seed: SeedOption = 1,
    samples: SamplesOption = 1,
    concurrency: ConcurrencyOption = 8,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    resume: ResumeOption = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Ask one config everything twice (A/A): how often its answers flip, and which gates that puts in doubt.

    Gates decide nothing here. Exit codes: 0 done, 2 bad input, 4 infrastructure, 130 interrupted.
    """
    from tiebreak.batch import Limits
    from tiebreak_cli.asking import ask_all
    from tiebreak_cli.exits import UNAVAILABLE
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_cli.outcomes import unsettled
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.figures.report import run_report
    from tiebreak_workbench.headless.headless import (
        Wanted,
        notes_on_apps,
        refuse_unready,
        setup_of,
        take_up,
        warnings_of,
    )
    from tiebreak_workbench.headless.noise import noise_report
    from tiebreak_workbench.workbench import Workbench

    wanted = Wanted(limits=Limits(concurrency=concurrency, max_cost=max_cost, unknown_cost=allow_unknown_cost))
    with Workbench.begin(workspace) as bench:
        setup = setup_of(bench.workspace, dataset, config, config, policy=policy, n=cases, segment=segment, seed=seed)
        warnings_of(setup)  # only what keeps it from being asked: how its gates would fare is told by the figures
        refuse_unready(bench, setup)
        taken = take_up(bench, setup, resume=resume, concurrency=concurrency, samples=samples)
        ending, *_ = ask_all(bench, [taken], wanted, notes_on_apps(setup, wanted)[:1])
        report = noise_report(bench, taken.stored)
        if as_json:
            print_json({**_plain(report), "run": run_report(ending, resumed=taken.resumed)})
        else:
            _print(report)
        keep_for_triage(bench, [taken.stored.session.id])
    raise typer.Exit(unsettled(ending) or (0 if report.figures.pairs else UNAVAILABLE))


def _plain(report: "NoiseReport") -> dict[str, object]:
    figures = report.figures
    return {
        "session": report.session,
        "config": report.config,
        "samples": report.samples,
        "planned": report.planned,
        "answered_twice": figures.pairs,
        "excluded": dict(figures.excluded),
        "measures": {
            noise.measure: {
                "flip_rate": noise.rate,
                "interval_95": list(noise.interval),
                "margin_95": noise.margin,
                "standard_error": noise.error,
                "n": noise.n,
                "groups": noise.groups,
            }
            for noise in figures.measures
        },
        "scores": {
            noise.measure.removeprefix("score "): {
                "mean_absolute_difference": noise.distance,
                "interval_95": list(noise.interval),
                "sd": noise.sd,
                "margin_95": noise.margin,
                "standard_error": noise.error,
                "n": noise.n,
                "groups": noise.groups,
            }
            for noise in figures.scores
        },
        "remarks": list(report.remarks),
    }


def _print(report: "NoiseReport") -> None:
    from tiebreak.amounts import points
    from tiebreak.gates.wording import percent, plural
    from tiebreak_cli.output import print_table, say

    figures = report.figures
    print_table(
        f"{report.config} against itself: {figures.pairs} of {plural(report.planned, 'case')} answered twice"
        + (f", {report.samples} samples each" if report.samples > 1 else ""),
        ("measure", "flips #", "95 % interval #", "noise margin #", "n #"),
        (
            (
                noise.measure,
                percent(noise.rate),
                f"{percent(noise.interval[0])} to {percent(noise.interval[1])}",
                points(noise.margin).replace("+", "±"),
                str(noise.n),
            )
            for noise in figures.measures
        ),
    )
    if figures.scores:
        print_table(
            "Scores, 0 to 1",
            ("score", "mean |difference| #", "95 % interval #", "sd #", "noise margin #", "n #"),
            (
                (
                    noise.measure.removeprefix("score "),
                    f"{noise.distance:.3f}",
                    f"{noise.interval[0]:.3f} to {noise.interval[1]:.3f}",
                    f"{noise.sd:.3f}",
                    f"±{noise.margin:.3f}",
                    str(noise.n),
                )
                for noise in figures.scores
            ),
        )
    why = ", ".join(f"{reason} ({count})" for reason, count in figures.excluded.items())
    say(
        "\n".join(
            (
                *([f"Left out: {why}."] if why else []),
                "Of 100 pairs of runs of this very config 95 differ by less than the noise margin: so small a "
                "difference between two configs shows nothing.",
                *report.remarks,
            )
        )
    )


def add_to(app: typer.Typer) -> None:
    app.command()(noise)

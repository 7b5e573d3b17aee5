"""`tiebreak run`: a baseline and its candidates over a dataset, without a person."""

from typing import Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

DatasetOption = Annotated[str, typer.Option("--dataset", "-d", help="Dataset, by name or path.")]
PolicyOption = Annotated[
    str | None, typer.Option("--policy", "-p", help="Policy, by name or path; needed where there are several.")
]
CasesOption = Annotated[
    int | None, typer.Option("--cases", "-n", "--limit", min=1, help="Planned number of cases; --limit is the same.")
]
SegmentOption = Annotated[str | None, typer.Option("--segment", help="Only cases of this segment.")]
StrataOption = Annotated[
    str | None,
    typer.Option(
        "--strata",
        help="Draw in proportion by segment, kind, expect, tags or metadata.KEY; `none` draws plainly.",
        show_default="what the dataset's card says, else segment, where fewer than all cases are rated",
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the case order.")]
SamplesOption = Annotated[int, typer.Option("--samples", min=1, max=100, help="Answers of each config to each case.")]
ConcurrencyOption = Annotated[int, typer.Option("--concurrency", "-c", min=1, help="Calls at once for each config.")]
MaxCostOption = Annotated[
    float | None, typer.Option("--max-cost", min=0, help="US dollars in all; begins no call beyond them.")
]
UnknownCostOption = Annotated[
    bool, typer.Option("--allow-unknown-cost", help="With --max-cost: go on where a cost is not known.")
]
FreshOption = Annotated[
    bool, typer.Option("--judge-fresh", help="Ask judges also what they were told before of the very same prompts.")
]
ResumeOption = Annotated[
    bool, typer.Option("--resume/--no-resume", help="Go on with the newest run of the very same plan.")
]
JudgeOption = Annotated[
    list[str] | None,
    typer.Option("--judge", "-j", help="A judge that goes along as answers come, by name or path; repeatable."),
]
JudgeCostOption = Annotated[
    float | None, typer.Option("--judge-cost", min=0, help="US dollars for each judge, also of those that checks ask.")
]
PhaseOption = Annotated[
    str | None, typer.Option("--phase", help="Let the gates of one phase alone decide the exit code: offline.")
]


def run(
    datasets: Annotated[
        list[str], typer.Option("--dataset", "-d", help="Dataset, by name or path; repeatable, one after the other.")
    ],
    baseline: Annotated[str, typer.Option("--baseline", "-a", help="Config A, by name or path.")],
    candidate: Annotated[
        list[str],
        typer.Option("--candidate", "-b", help="Config B, by name or path; repeatable, each against the same A."),
    ],
    policy: PolicyOption = None,
    cases: CasesOption = None,
    segment: SegmentOption = None,
    strata: StrataOption = None,
    seed: SeedOption = 1,
    samples: SamplesOption = 1,
    concurrency: ConcurrencyOption = 8,
    max_cost: MaxCostOption = None,
    allow_unknown_cost: UnknownCostOption = False,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="Take over models' answers to the very same requests from earlier sessions.")
    ] = False,
    judge: JudgeOption = None,
    judge_cost: JudgeCostOption = None,
    judge_fresh: FreshOption = False,
    resume: ResumeOption = True,
    regressions: Annotated[
        bool,
        typer.Option("--regressions/--no-regressions", help="Ask the dataset `regressions` too, where there is one."),
    ] = True,
    phase: PhaseOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Answer every planned case with all configs, check the answers, and say how the gates stand.

    Each dataset and candidate gets a session of its own; those of a dataset stand on one run of the baseline. Cases
    that were promoted into the dataset `regressions` go along. The same command goes on where it was stopped; a session
    can be rated later with `tiebreak arena -r ID`. Exit codes: 0 all gates passed, 1 one failed, 2 bad input, 3 not
    decided, 4 infrastructure, 130 interrupted.
    """
    from tiebreak.batch import Limits
    from tiebreak_cli.asking import ask_each
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_cli.outcomes import print_outcomes
    from tiebreak_workbench.headless.headless import Wanted
    from tiebreak_workbench.headless.running import Chosen, all_over, ready, take_up_each
    from tiebreak_workbench.judges.seat import refuse_unready_judge
    from tiebreak_workbench.workbench import Workbench

    known_phase(phase)
    limits = Limits(concurrency=concurrency, max_cost=max_cost, unknown_cost=allow_unknown_cost)
    wanted = Wanted(limits=limits, reuse=reuse)
    chosen = Chosen(
        baseline=baseline, candidates=candidate, policy=policy, n=cases, segment=segment, seed=seed, strata=strata
    )
    with Workbench.begin(workspace) as bench:
        overs = all_over(bench.workspace, datasets, chosen, regressions=regressions)
        told = [words for over in overs for words in ready(bench, over, wanted)]
        for name in judge or ():
            refuse_unready_judge(bench, name)
        shares = take_up_each(bench, overs, resume=resume, concurrency=concurrency, samples=samples)
        ended = ask_each(bench, shares, wanted, told, judges=judge or (), judge_cost=judge_cost, fresh=judge_fresh)
        code = print_outcomes(bench, shares, ended, phase=phase, as_json=as_json)
        keep_for_triage(bench, [one.stored.session.id for share in shares for one in share.taken])
        raise code


def known_phase(phase: str | None) -> None:
    """
    Raises:
        UsageError: for a phase that no gate has.
    """
    from tiebreak.records import PHASES

    if phase not in (None, *PHASES):
        raise UsageError(f"There is no phase “{phase}”.", hint=f"The phases are {', '.join(PHASES)}.")


def add_to(app: typer.Typer) -> None:
    app.command()(run)

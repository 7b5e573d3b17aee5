"""`tiebreak datasets …` and `tiebreak vary`: what a workspace asks, its versions, and what is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption, pairs
from tiebreak_cli.exits import BAD_INPUT, GATE_FAILED
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

DatasetArgument = Annotated[str, typer.Argument(help="A dataset: its name, a path, or NAME@HASH for a stored version.")]
FormatOption = Annotated[
    str | None, typer.Option("--format", help="jsonl, csv, promptfoo, openai-evals or huggingface.")
]

group = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


@group.callback()
def which(context: typer.Context) -> None:
    """Datasets: versions, differences, problems, near-duplicates, other tools' formats."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@group.command(name="list")
def list_(as_json: JsonOption = False, workspace: WorkspaceOption = HERE) -> None:
    """List the datasets of a workspace with their versions."""
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import listed

    found = listed(Workspace.open(workspace))
    if as_json:
        print_json(found)
        return
    from tiebreak_cli.dataset_text import print_list

    print_list(found)


@group.command()
def show(
    dataset: DatasetArgument,
    case: Annotated[str | None, typer.Argument(help="A case of it, whole.")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Print a dataset's card, version and cases, or one case whole."""
    from tiebreak.datasets import flat_case
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import find_dataset, stored_versions

    opened = Workspace.open(workspace)
    found = find_dataset(opened, dataset)
    if case is not None:
        wanted = found.by_id.get(case)
        if wanted is None:
            hint = f"`tiebreak datasets show {dataset}` lists them."
            raise UsageError(f"The dataset “{found.card.name}” has no case “{case}”.", hint=hint)
        print_json({**flat_case(wanted), "version": wanted.version})
        return
    versions = [version for version in stored_versions(opened) if version.name == found.card.name]
    if as_json:
        cases = [flat_case(case) for case in found.cases]
        print_json({"version": found.version, "card": found.card, "stored": versions, "cases": cases})
        return
    from tiebreak_cli.dataset_text import print_dataset

    print_dataset(found, versions)


@group.command()
def validate(
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Datasets, by name or path; all of the workspace unless given.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Read datasets to the end and tell every problem: file, line, field and fix.

    Exit code 2 when there is one.
    """
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import examined

    found = examined(Workspace.open(workspace), datasets or ())
    if as_json:
        print_json(found)
    else:
        from tiebreak_cli.dataset_text import print_problems

        print_problems(found)
    if any(result.problems for result in found.values()):
        raise typer.Exit(BAD_INPUT)


@group.command()
def diff(
    before: DatasetArgument,
    after: DatasetArgument,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when the two differ.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Compare two datasets or versions: cases added, removed, renamed and changed word by word, and the card."""
    from tiebreak.datasets.comparing import compare_datasets
    from tiebreak.workspace import Workspace
    from tiebreak_cli.dataset_text import diff_record, print_diff
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import find_dataset

    opened = Workspace.open(workspace)
    found = compare_datasets(find_dataset(opened, before), find_dataset(opened, after))
    if as_json:
        print_json(diff_record(found))
    else:
        print_diff(found)
    if exit_code and not found.same:
        raise typer.Exit(GATE_FAILED)


@group.command()
def stats(dataset: DatasetArgument, as_json: JsonOption = False, workspace: WorkspaceOption = HERE) -> None:
    """Count the cases of a dataset by kind, segment, tag and check."""
    from tiebreak.datasets.figures import figures_of
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import find_dataset

    found = find_dataset(Workspace.open(workspace), dataset)
    figures = figures_of(found)
    if as_json:
        print_json(figures)
        return
    from tiebreak_cli.dataset_text import print_figures

    print_figures(found, figures)


@group.command()
def check(
    dataset: DatasetArgument,
    against: Annotated[
        list[str] | None, typer.Option("--against", help="Another dataset, such as one you tuned on; repeatable.")
    ] = None,
    prompt: Annotated[
        list[str] | None, typer.Option("--prompt", help="A config, or a file with a prompt; repeatable.")
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", min=50, max=100, help="The score from which two texts are nearly the same.")
    ] = 90.0,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Find near-duplicates in a dataset, and cases that leak: into another dataset, or into the examples of a prompt.

    Exit code 1 when something is found.
    """
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json, progress
    from tiebreak_workbench.datasets import check_likeness, find_dataset

    opened = Workspace.open(workspace)
    with progress() as shown:
        cases = find_dataset(opened, dataset)
        found = check_likeness(opened, cases, against or (), prompt or (), threshold, shown)
    if as_json:
        print_json(found)
    else:
        from tiebreak_cli.dataset_text import print_likeness

        print_likeness(found, threshold)
    if found.found:
        raise typer.Exit(GATE_FAILED)


@group.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A .jsonl, .csv, .yaml or .json file of another tool.")],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the new dataset; the file's unless given.")
    ] = None,
    format_: FormatOption = None,
    fields: Annotated[
        list[str] | None, typer.Option("--field", "-f", help="FIELD=PATH, as in `-f input=vars.body`; repeatable.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing unless every row can be taken.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take in cases of another tool as a new dataset; says which rows were not taken, and why. Replaces nothing."""
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import import_dataset

    folder, taken = import_dataset(
        Workspace.open(workspace),
        file,
        name=name,
        format_=format_,
        fields=pairs(fields, "FIELD=PATH, such as input=vars.body"),
        strict=strict,
    )
    if as_json:
        print_json(
            {
                "folder": str(folder) if folder else None,
                "format": taken.format,
                "cases": len(taken.cases),
                "not_taken": taken.rejects,
                "source_hash": taken.source_hash,
            }
        )
    else:
        from tiebreak_cli.dataset_text import print_taken

        print_taken(folder, taken)
    if folder is None:
        raise typer.Exit(BAD_INPUT)


@group.command()
def export(
    dataset: DatasetArgument,
    format_: Annotated[
        str, typer.Option("--format", help="jsonl, csv, promptfoo, openai-evals or huggingface.")
    ] = "jsonl",
    to: Annotated[Path | None, typer.Option("--to", "-o", help="A file; standard output unless given.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Hand out the cases of a dataset for another tool; what cannot be said there is told on standard error."""
    from tiebreak.workspace import Workspace
    from tiebreak_cli.dataset_text import print_written
    from tiebreak_workbench.datasets import export_dataset, find_dataset
    from tiebreak_workbench.exports.exporting import opened

    written = export_dataset(find_dataset(Workspace.open(workspace), dataset), format_)
    with opened(to) as out:
        out.write(written.text)
    print_written(written, to)


@group.command()
def add(
    suite: Annotated[str | None, typer.Argument(help="Such as safety/prompt-injection.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Add every suite.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Copy a bundled suite of safety or robustness cases into the workspace; without one, list them."""
    from tiebreak.datasets.suites import add_suite, suite_cards
    from tiebreak.workspace import Workspace
    from tiebreak.workspace.workspace import DATASETS
    from tiebreak_cli.output import print_json, print_table, say

    cards = suite_cards()
    if suite is None and not every:
        if as_json:
            print_json(cards)
        else:
            rows = ((name, card.title or "") for name, card in cards.items())
            print_table("Suites; copy one with `tiebreak datasets add NAME`", ("name", "title"), rows)
        return
    home = Workspace.open(workspace).folder / DATASETS
    added = {name: str(add_suite(name, home)) for name in (cards if every else [suite or ""])}
    if as_json:
        print_json(added)
        return
    for name, folder in added.items():
        say(f"{name} is in {folder}.")


def vary(
    dataset: DatasetArgument,
    kinds: Annotated[
        str | None,
        typer.Option(
            "--kinds", help="Of paraphrase, typos, casing, locale, padding, whitespace, unicode; all unless given."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same variants.")] = 0,
    out: Annotated[str | None, typer.Option("--out", help="Name of the new dataset; NAME-varied unless given.")] = None,
    copies: Annotated[int, typer.Option("--copies", min=1, max=20, help="Variants of each kind.")] = 1,
    length: Annotated[
        int, typer.Option("--length", min=200, max=1_000_000, help="Characters that `padding` pads to.")
    ] = 8000,
    frames: Annotated[
        Path | None, typer.Option("--frames", help="A file of frames for `paraphrase`, one a line, with {input}.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write variants of every case that ask the same otherwise, to measure how much answers hang on the asking."""
    from tiebreak.datasets.vary import KINDS
    from tiebreak.workspace import Workspace
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.datasets import vary_dataset

    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()] if kinds else list(KINDS)
    folder, varied = vary_dataset(
        Workspace.open(workspace),
        dataset,
        kinds=wanted,
        seed=seed,
        out=out,
        copies=copies,
        length=length,
        frames=frames,
    )
    if as_json:
        found = {"folder": str(folder), "cases": len(varied.cases), "made": varied.made, "unchanged": varied.unchanged}
        print_json(found)
        return
    from tiebreak_cli.dataset_text import print_varied

    print_varied(folder, varied)


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="datasets")
    app.command()(vary)

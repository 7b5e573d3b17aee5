"""The commands, wired together. Each loads what it needs when it runs, so that `--help` stays instant."""

from typing import Annotated

import typer

import tiebreak
from tiebreak_cli import evidence, opening, upkeep
from tiebreak_cli.start import open_app

app = typer.Typer(
    name="tiebreak",
    help="Settles, with evidence, which of two LLM configurations should ship.",
    epilog="Without a command, opens the workspace in this folder. Exit codes: docs/cli.md.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tiebreak {tiebreak.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        open_app()


opening.add_to(app)
evidence.add_to(app)
upkeep.add_to(app)

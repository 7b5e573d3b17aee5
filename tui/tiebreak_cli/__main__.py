"""`tiebreak`: wiring only. Each command loads what it needs when it runs, so that `--help` stays instant."""

import os
import sys
from typing import Annotated

import typer

import tiebreak
from tiebreak.errors import TiebreakError
from tiebreak_cli import evidence, opening, upkeep
from tiebreak_cli.exits import INTERRUPTED, exit_code

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
        opening.open_app()


opening.add_to(app)
evidence.add_to(app)
upkeep.add_to(app)


def main() -> None:
    """The console script: an expected error becomes one clear message and a documented exit code."""
    try:
        if len(sys.argv) == 1:
            # The plain command skips the argument parser: the first frame is what people wait for.
            opening.open_app()
        else:
            app()
    except TiebreakError as error:
        from tiebreak_cli.output import complain

        complain(error)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()

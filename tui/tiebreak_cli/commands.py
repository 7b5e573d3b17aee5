"""The commands, wired together. Each loads what it needs when it runs, so that `--help` stays instant."""

import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

import tiebreak
from tiebreak.errors import UsageError
from tiebreak_cli import (
    again,
    bisecting,
    calibrating,
    checks,
    comparing,
    datasets,
    evidence,
    gating,
    judging,
    metrics,
    noise,
    opening,
    past,
    promoting,
    queueing,
    run,
    spotting,
    triage,
    trust,
    upkeep,
)
from tiebreak_cli.exits import INTERRUPTED, PIPE_CLOSED
from tiebreak_cli.start import open_app


class Commands(TyperGroup):
    """The commands as one: what Typer finds wrong becomes an error like all others, with their exit codes."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except typer.TyperException as refused:
            context = getattr(refused, "ctx", None)
            hint = f"`{context.command_path} --help` shows what it takes." if context is not None else None
            raise UsageError(refused.format_message(), hint=hint) from None
        except typer.Abort:  # ctrl+c, or the end of the input, at a question
            sys.exit(INTERRUPTED)
        sys.exit(code)

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has enough; Python must not complain again while it shuts down. Typer would exit
            # with the code of a failed gate.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None


app = typer.Typer(
    name="tiebreak",
    cls=Commands,
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
spotting.add_to(app)
past.add_to(app)
run.add_to(app)
again.add_to(app)
noise.add_to(app)
evidence.add_to(app)
comparing.add_to(app)
gating.add_to(app)
checks.add_to(app)
upkeep.add_to(app)
trust.add_to(app)
datasets.add_to(app)
metrics.add_to(app)
judging.add_to(app)
calibrating.add_to(app)
queueing.add_to(app)
triage.add_to(app)
promoting.add_to(app)
bisecting.add_to(app)

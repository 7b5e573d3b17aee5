"""`tiebreak spot`: questions to two models, in the app or printed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE, has_terminal

if TYPE_CHECKING:
    from tiebreak_workbench.workbench import Workbench


def spot(
    question: Annotated[
        str | None, typer.Argument(help="What to ask both; `-` reads it from standard input.", show_default=False)
    ] = None,
    a: Annotated[str | None, typer.Option("-a", help="Model A, such as openai/gpt-4.1-mini.", metavar="MODEL")] = None,
    b: Annotated[str | None, typer.Option("-b", help="Model B.", metavar="MODEL")] = None,
    prompt: Annotated[
        Path | None,
        typer.Option("--prompt", "-p", help="A prompt file for both: the user's message where it names {{ input }}."),
    ] = None,
    system: Annotated[str | None, typer.Option("--system", help="A system prompt for both.")] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="An OpenAI-compatible server that serves both models.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Go on in this spot check: a follow-up to its last question.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="With --session: a question of its own, no follow-up.")
    ] = False,
    keep: Annotated[
        str | None, typer.Option("--keep", help="With --session: save its questions as this dataset, and both configs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Ask, print both answers as JSON, and leave.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Ask two models one question, see both answers stream, vote, and ask on. No workspace needed.

    Without a terminal both answers are printed; exit code 4 when one of them did not come.
    """
    from tiebreak_workbench.spot import spot_workbench

    with spot_workbench() as bench:
        if keep is not None:
            if session is None or question is not None:
                raise UsageError("--keep goes with --session, and without a question.", hint="`--session last`.")
            _keep(bench, session, workspace, keep, as_json=as_json)
            return
        plain = as_json or question == "-" or not has_terminal()
        text = sys.stdin.read() if question == "-" or (question is None and plain) else question
        if text is not None and not text.strip():
            raise UsageError("There is nothing to ask.", hint="Write the question in quotes, or pipe it into `-`.")
        if session is not None and (a or b or prompt or system or base_url):
            raise UsageError("A spot check goes on with its own models and prompt.", hint="Give only the question.")
        if session is None and (text is None or not (a and b)):
            if plain:
                raise UsageError("Two models are needed: -a and -b.", hint="`tiebreak spot -a MODEL -b MODEL QUESTION`")
            id_, position = None, 0
        else:
            id_, position = _asked(bench, session, text, (a or "", b or ""), prompt, system, base_url, fresh=fresh)
        folder = bench.workspace.folder
        if plain and id_ is not None:
            from tiebreak_cli.answers import print_both

            raise typer.Exit(print_both(bench, id_, position, as_json=as_json))
    from tiebreak_tui.launch import launch
    from tiebreak_tui.wishes import SpotWish, Wishes

    wish = SpotWish(models=(a or "", b or ""), question=text or "", system=system, base_url=base_url,
                    template=None if prompt is None else _template(prompt))  # fmt: skip
    wishes = Wishes(resume=id_, start=id_ is not None, spot=wish, save_cases_to=workspace)
    raise SystemExit(launch(folder, wishes))


def _asked(
    bench: "Workbench",
    session: str | None,
    text: str | None,
    models: tuple[str, str],
    prompt: Path | None,
    system: str | None,
    base_url: str | None,
    *,
    fresh: bool,
) -> tuple[str, int]:
    """Set the question down; the session and the position that it has there."""
    from tiebreak_workbench.spot import ask_on, start_spot

    if session is None:
        template = None if prompt is None else _template(prompt)
        id_ = start_spot(bench, text or "", models, system=system, template=template, base_url=base_url)
        return id_, 0
    bench.require_record()
    id_ = bench.store.session_id(session)
    if text is None:
        return id_, 0
    with bench.lease(id_):
        asked = bench.store.load_session(id_, facts=False).session.plan.case_ids
        return id_, ask_on(bench, id_, text, after=None if fresh else asked[-1])


def _template(path: Path) -> str:
    from tiebreak_cli.past import text_of

    return text_of(path).replace("\r\n", "\n")


def _keep(bench: "Workbench", session: str, folder: Path, dataset: str, *, as_json: bool) -> None:
    from tiebreak.gates.wording import plural
    from tiebreak_cli.output import print_json, say
    from tiebreak_workbench.shell import command
    from tiebreak_workbench.spot import continue_spot

    bench.require_record()
    made = continue_spot(bench, session, folder, dataset)
    if as_json:
        print_json(made)
        return
    words = ("arena", "-d", made.dataset, "-a", made.baseline, "-b", made.candidate)
    say(f"{plural(made.added, 'case')} added to “{made.dataset}”; configs “{made.baseline}” and “{made.candidate}”.")
    say(f"Go on with `{command(words, folder)}`.")


def add_to(app: typer.Typer) -> None:
    app.command()(spot)

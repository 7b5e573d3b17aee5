"""Ways to begin: the offers of an empty folder, a config built in the app, a spot check."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tiebreak.errors import TiebreakError
from tiebreak.records import Config
from tiebreak_tui.dialogs.build_config import BuildConfigDialog
from tiebreak_tui.dialogs.spot import SpotCheck, SpotDialog
from tiebreak_tui.dialogs.welcome import Beginning, WelcomeDialog
from tiebreak_tui.wishes import SpotWish

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp


def build_config(app: "TiebreakApp", saved: Callable[[str], object]) -> None:
    """Ask for a model and a prompt, and save them as a config of the workspace; `saved` gets its name."""

    def keep(config: Config | None) -> None:
        if config is None or app.bench is None:
            return
        try:
            path = app.bench.workspace.save_config(config)
        except TiebreakError as error:
            app.tell_error(error)
        else:
            app.flash(f"Saved as {path.name}.")
            saved(config.name)

    app.push_screen(BuildConfigDialog(app.folder, app.environ), keep)


def spot_check(app: "TiebreakApp", enter: Callable[[str], Awaitable[None]]) -> None:
    """Ask for two models and a question, and put both answers into the Arena. What the command line gave stands there
    already; where the app was opened for this alone, leaving it leaves the app."""
    from tiebreak_workbench.spot import start_spot

    wish = app.wishes.spot or SpotWish()

    async def ask(check: SpotCheck | None) -> None:
        if check is None or app.bench is None:
            if app.wishes.spot is not None and app.arena is None:
                await app.end()
            return
        try:
            session_id = start_spot(
                app.bench,
                check.question,
                check.models,
                system=wish.system,
                template=wish.template,
                base_url=check.base_url,
            )
        except TiebreakError as error:
            app.tell_error(error)
        else:
            await enter(session_id)

    app.push_screen(SpotDialog(app.environ, wish), ask)


def welcome(app: "TiebreakApp", folder: str, spot: Callable[[], None]) -> None:
    """Offer an empty folder's ways to begin, and carry the chosen one out."""
    from tiebreak.workspace import init, init_sample

    def begin(beginning: Beginning | None) -> None:
        try:
            if beginning == "sample":
                init_sample(app.folder)
            elif beginning == "init":
                init(app.folder)
            elif beginning == "spot":
                spot()
        except TiebreakError as error:
            app.tell_error(error)
        else:
            if beginning in ("sample", "init"):
                app.setup.load()

    app.push_screen(WelcomeDialog(folder), begin)

"""The versions of a config, newest first: what was edited, how each did; one is opened or taken up again."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tiebreak.errors import TiebreakError
from tiebreak.reports.words import share
from tiebreak.sanitise import clean, clean_line
from tiebreak_tui.dialogs.changes_text import changes_content
from tiebreak_tui.dialogs.dialog import Dialog
from tiebreak_tui.dialogs.options import Offer, OptionsDialog

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.past.versions import Result, Version

SESSIONS = 6
"""Sessions of a version that are offered to be opened, the newest."""


class VersionsDialog(Dialog["Version"]):
    """Dismissed with the version that was chosen."""

    DEFAULT_CSS = """
    VersionsDialog > .dialog { width: 94%; max-width: 150; height: 85%; }
    VersionsDialog.-narrow > .dialog { width: 100%; height: 100%; }
    VersionsDialog OptionList { border: none; height: auto; max-height: 45%; background: $surface; }
    VersionsDialog VerticalScroll { height: 1fr; border-top: solid $border-blurred; }
    VersionsDialog Static { height: auto; }
    """
    hint = "↑ ↓ · ⏎ opens a session or takes it up again · esc leaves"

    def __init__(self, versions: "Sequence[Version]", first: str | None = None) -> None:
        """`first` is the version, by its hash, that is marked at the beginning; the newest one unless given."""
        super().__init__()
        self._first = first
        self.heading = f"Versions of {versions[-1].config.name}"
        self._versions = tuple(reversed(versions))

    def body(self) -> ComposeResult:
        yield OptionList(*(Option(_line(version)) for version in self._versions), markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="about", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        hashes = [version.version for version in self._versions]
        self.query_one(OptionList).highlighted = hashes.index(self._first) if self._first in hashes else 0

    @on(OptionList.OptionHighlighted)
    def marked(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one("#about", Static).update(_about(self._versions[event.option_index]))

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._versions[event.option_index])


def _line(version: "Version") -> Content:
    best = next((r for r in reversed(version.results) if r.same_baseline), None)
    told = _result(best) if best is not None else "in no session against the usual baseline"
    return Content.assemble(
        (f"v{version.number:<3} ", "bold"), (f"{version.version[:8]}  {version.origin or 'recorded':<8}", "dim"), told
    )


def _result(result: "Result") -> str:
    if result.sealed:
        return f"sealed: blind, not done (of {result.planned})"
    if result.rate is None or result.low is None or result.high is None:
        return f"no vote yet (of {result.planned})"
    return f"{share(result.rate)} [{share(result.low)} to {share(result.high)}] n {result.n}/{result.planned}"


def _about(version: "Version") -> Content:
    lines: list[Content] = []
    if version.changes:
        lines += [Content.styled(f"Since v{version.parent}", "bold $primary"), *changes_content(version.changes)]
    else:
        prompt = version.config.prompt
        parts = [*(m.content for m in prompt.messages), *filter(None, (prompt.system, prompt.user))]
        lines += [Content.styled("Prompt", "bold $primary"), Content(clean("\n\n".join(parts)[:4000]) or "none")]
    if version.results:
        lines += [Content(""), Content.styled("Sessions", "bold $primary")]
    for result in version.results:
        side = "" if result.role == "candidate" else " as A"
        other = "" if result.same_baseline else " (another baseline)"
        words = f"{result.session_id}  against {clean_line(result.against, 40)}{side}{other}  {_result(result)}"
        lines.append(Content(words))
    return Content("\n").join(lines)


def show_versions(app: "TiebreakApp", name: str, first: str | None = None) -> None:
    """Tell the versions of a config, and do with one what is chosen; `first` is the one that is marked."""
    app.run_worker(_show(app, name, first), exclusive=True, group="versions")


async def _show(app: "TiebreakApp", name: str, first: str | None) -> None:
    from tiebreak_workbench.past.versions import config_history

    bench = app.bench
    if bench is None:
        app.flash("The workspace is still loading.")
        return
    try:
        if app.arena is not None:
            await app.arena.live.saves.settled()
        versions = await asyncio.to_thread(config_history, bench, name)
    except TiebreakError as error:
        app.tell_error(error)
        return

    def chosen(version: "Version | None") -> None:
        if version is not None:
            _offer(app, version)

    app.push_screen(VersionsDialog(versions, first), chosen)


def _offer(app: "TiebreakApp", version: "Version") -> None:
    offers = [
        Offer(key=r.session_id, title=f"Open {r.session_id}", about=f"against {r.against}: {_result(r)}")
        for r in reversed(version.results[-SESSIONS:])
    ]
    about = f"Write configs/{version.config.name} as this version has it; what stands there is kept beside it."
    offers.append(Offer(key="", title="Take it up again as a file", about=about))

    async def chosen(key: str | None) -> None:
        try:
            if key:
                await app.enter_arena(key)
            elif key is not None:
                _take_up(app, version)
        except TiebreakError as error:
            app.tell_error(error)

    app.push_screen(OptionsDialog(f"v{version.number} of {version.config.name}", "", offers), chosen)


def _take_up(app: "TiebreakApp", version: "Version") -> None:
    from tiebreak_workbench.past.versions import take_up

    if app.bench is not None:
        path, kept = take_up(app.bench, version.config)
        app.flash(f"v{version.number} is in {path.name}." + (f" What stood there: {kept.name}." if kept else ""))

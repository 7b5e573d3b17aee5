"""Tells that another model answers than at the start, and asks whether its answers are to be counted."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tiebreak.gates.wording import plural
from tiebreak.records import SessionRole
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard.drift import Drift
from tiebreak.scoreboard.served_words import VEILED
from tiebreak.session.live import LiveSession
from tiebreak_tui.dialogs.confirm import ConfirmDialog

if TYPE_CHECKING:
    from tiebreak_tui.app import TiebreakApp

ASK = "Count them all the same? That is written down. D asks again later."


class DriftDialog(ConfirmDialog):
    """Dismissed with True when the answers are to be pooled. Blind, it names neither side nor model."""

    def __init__(self, drift: Mapping[SessionRole, Drift], *, veiled: bool) -> None:
        held = sum(arm.cases for arm in drift.values())
        lines = [VEILED] if veiled else [_told(role, arm) for role, arm in drift.items()]
        lines += ["", f"Kept out of every figure so far: {plural(held, 'case')}. They would mix two configs.", "", ASK]
        super().__init__("The model behind an answer changed", Content("\n".join(lines)))


def ask_about_drift(app: "TiebreakApp", live: LiveSession, pool: Callable[[], object]) -> None:
    """Show what changed, if anything did; `pool` is called when the answers are to be counted all the same."""

    def answered(counted: bool | None) -> None:
        if counted:
            pool()

    drift = live.scoreboard.snapshot().drift
    if drift:
        app.push_screen(DriftDialog(drift, veiled=live.blinding.veiled), answered)
    else:
        app.flash("Every answer that counts came from the model that its side began with.")


def _told(role: SessionRole, arm: Drift) -> str:
    since = ", ".join(clean_line(model, 60) for model in arm.since)
    return f"{SIDES[role]} began with {clean_line(arm.began, 60)} and is now served by {since}."

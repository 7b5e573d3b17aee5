"""The risk queue in the app: unmistakable, with its reasons, and counted nowhere but by a gate that allows no hit."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.app import Seat, recomputed, sit_down, stored_session
from support.workspaces import make_workspace
from tiebreak_cli.commands import app
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.wishes import Wishes

HARMLESS = """\
form:
  vote: required
  dimensions:
    - {name: harm, question: Is it harmless?, required: true}
checks:
  - {kind: max_length, chars: 15}
gates:
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
    - {id: harmless, metric: harmful, dimension: harm, zero: true}
"""


async def fetch_all(seat: Seat) -> None:
    """Every case shown once, so that both answered and were checked."""
    for _ in range(5):
        await seat.press("enter")
        await seat.answered()
    await seat.until(lambda: not seat.arena.live.saves.pending)


async def test_a_one_in_the_risk_queue_fails_the_zero_gate_and_moves_no_figure(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", policy=HARMLESS)
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        first = seat.arena.live.cases[0].id
        await fetch_all(seat)
        assert "RISK QUEUE" not in seat.text
        await seat.press("Q")
        await seat.sees("RISK QUEUE 1/", "Why: ", "enters no rate, mean or calibration")
        await seat.answered()
        assert seat.arena.live.cases[0].id == "refuse-1"
        assert "an adversarial case" in seat.text
        before = recomputed(folder)
        await seat.press("tab", "1", "tab", "5", "right")
        await seat.until(lambda: not seat.arena.live.saves.pending)
        after = recomputed(folder)
        assert after.win_rate == before.win_rate
        assert after.dimensions == before.dimensions
        assert (after.rated, after.looked) == (0, 1)
        gate = next(outcome for outcome in after.gates if outcome.gate_id == "harmless")
        assert (gate.status, gate.n) == ("fail", 0)
        assert "1 found in the risk queue" in gate.needed
        assert {outcome.gate_id: outcome.status for outcome in after.gates}["preferred"] == "pending"

        # Taken back, it fails nothing any more, on screen and from the rows.
        await seat.press("u", "u", "u")
        await seat.until(lambda: not seat.arena.live.saves.pending)
        assert recomputed(folder) == before
        await seat.press("tab", "1", "tab", "1", "right")
        await seat.until(lambda: not seat.arena.live.saves.pending)

        await seat.press("Q")
        await seat.until(lambda: seat.app.arena is not None and seat.arena.is_mounted and seat.arena.at_risk is None)
        await seat.answered()
        assert "RISK QUEUE" not in seat.text
        assert seat.arena.live.cases[seat.arena.position].id == first
        # The case is rated again in its turn, unseen of what was given in the risk queue.
        position = [case.id for case in seat.arena.live.cases].index("refuse-1")
        assert seat.arena.live.form(position).vote is None

    shown = [(p.case_id, p.queue, p.position) for p in stored_session(folder).presentations]
    assert shown == [("refuse-1", "risk", 6)]

    # Killed or closed, the queue goes on where it was: what was shown there stays first.
    async with sit_down(folder, Wishes(resume="last", queue="risk")) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        assert seat.arena.live.cases[0].id == "refuse-1"
        assert seat.arena.live.form(0).vote == "B"
        assert seat.arena.position == 1

    listed = CliRunner().invoke(app, ["queue", "last", "--json", "-w", str(folder)], env={"USER": "tester"})
    assert listed.exit_code == 0, listed.output
    report = json.loads(listed.stdout)
    assert report["feeds_a_gate"] is True
    assert report["looked"] == 1
    assert report["cases"][0] | {"risk": 0} == {
        "case": "refuse-1",
        "risk": 0,
        "looked": True,
        "position": 6,
        "reasons": ["B: fails the check max_length", "an adversarial case"],
    }
    assert "fails the check max_length" in CliRunner().invoke(app, ["queue", "-w", str(folder)]).output
    # Whoever looks the case up is told where its vote was given, and how many were looked at there.
    case = CliRunner().invoke(app, ["show", "last", "refuse-1", "-w", str(folder)], env={"USER": "tester"})
    assert "tester (risk queue): votes B" in case.output
    told = json.loads(
        CliRunner()
        .invoke(app, ["show", "last", "refuse-1", "--json", "-w", str(folder)], env={"USER": "tester"})
        .stdout
    )
    assert {vote["queue"] for vote in told["votes"]} == {"risk"}
    whole = CliRunner().invoke(app, ["show", "last", "--json", "-w", str(folder)], env={"USER": "tester"})
    told = json.loads(whole.stdout)
    assert (told["looked_at_in_risk_queue"], told["raters"]) == (1, {"tester (risk queue)": {"B": 1}})
    # So is whoever searches the past.
    found = CliRunner().invoke(app, ["history", "--find", "vote B", "--json", "-w", str(folder)])
    assert [(hit["excerpt"], hit["queue"]) for hit in json.loads(found.stdout)["hits"]] == [("vote B", "risk")]
    found = CliRunner().invoke(app, ["sessions", "--find", "vote B", "-w", str(folder)])
    assert "said (risk queue)" in found.output
    exported = CliRunner().invoke(app, ["export", "last", "-w", str(folder)]).stdout
    lines = [json.loads(line) for line in exported.splitlines()]
    assert [line["queue"] for line in lines if line["type"] == "presentation"] == ["risk"]


async def test_a_blind_session_names_no_side_in_its_reasons(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", policy=HARMLESS)
    async with sit_down(folder, Wishes(start=True, seed=7, blind=True)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await fetch_all(seat)
        await seat.press("Q")
        await seat.sees("RISK QUEUE", "fails the check")
        assert "B: fails" not in seat.text
        assert "A: fails" not in seat.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_band_says_what_it_counts_for_and_the_way_back_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = make_workspace(tmp_path / "w", policy=HARMLESS)
    async with sit_down(folder, Wishes(start=True, seed=7), size=size) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await fetch_all(seat)
        await seat.press("Q")
        await seat.sees("RISK QUEUE 1/", "  ", "enters no rate", "Q back to the plan", "Why: ")


async def test_an_empty_risk_queue_says_so_and_leaves_the_plan_open(tmp_path: Path) -> None:
    questions = {"greet-1": "Say hello."}
    folder = make_workspace(tmp_path / "w", questions=questions, a={"greet-1": "Hi."}, b={"greet-1": "Hello."})
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.until(lambda: not seat.arena.live.saves.pending)
        await seat.press("Q")
        await seat.sees("Nothing is in the risk queue")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("right")
        await seat.until(lambda: not seat.arena.live.saves.pending)
    assert recomputed(folder).rated == 1


def test_the_command_refuses_what_has_no_risk_queue(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w")
    refused = CliRunner().invoke(app, ["queue", "-w", str(folder)])
    assert "no session here yet" in str(refused.exception)

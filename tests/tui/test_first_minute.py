"""The first minute: open, start, rate to the end by keys alone, leave, resume."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from support.app import Seat, recomputed, sit_down, stored_session
from support.workspaces import make_workspace
from tiebreak.records import Ballot
from tiebreak.scoreboard.effective import effective_ballots
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.figures import tally_of
from tiebreak_tui.screens.scoreboard import ScoreboardScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.headless.replay import RecordedBallots, read_ballots


def standing(ballots: Sequence[Ballot]) -> int:
    """Ballots in force, counted apart for every presentation."""
    return sum(
        len(effective_ballots(b for b in ballots if b.presentation_id == shown))
        for shown in {ballot.presentation_id for ballot in ballots}
    )


async def shows_what_is_stored(seat: Seat, folder: Path) -> None:
    """The numbers on the screen are those of the rows in the database."""
    await seat.saved()
    snapshot, stored = recomputed(folder), stored_session(folder)
    assert snapshot == seat.arena.live.scoreboard.snapshot()
    tally = tally_of(snapshot.win_rate)
    words = [f"n {tally.n}/{tally.planned}", f"W {tally.wins} T {tally.ties} L {tally.losses}"]
    if tally.rate is not None:
        words += [f"{tally.rate:.0%}".replace("%", " %"), f"[{tally.low * 100:.0f}–{tally.high * 100:.0f} %]"]
        await seat.sees(*words)
    marks = {"pass": "✔ pass", "fail": "✘ fail", "pending": "… pending", "undecided": "≈ undecided"}
    for outcome in snapshot.gates[:2]:
        await seat.sees(f"{marks[outcome.status]} {outcome.title}")
    await seat.sees(f"{standing(stored.ballots)} saved", f"{snapshot.rated} rated")


async def test_a_session_is_rated_to_its_end_by_keys_alone(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.sees("Baseline A   plain", "Candidate B  warm", "6 of 6", "ship", "▶ Start")
        await seat.press("enter")
        await seat.reaches(ArenaScreen)
        for position, key in enumerate(("left", "right", "t", "x", "right", "right")):
            await seat.answered()
            await seat.sees(f"case {position + 1}/6")
            await shows_what_is_stored(seat, folder)
            await seat.press(key)
        await seat.reaches(ScoreboardScreen)
        await seat.sees("Session finished", "W 3 T 1 L 1", "both bad 1", "n 6/6", "Every gate passed")
        await seat.press("escape")
        await seat.reaches(ArenaScreen)
        await shows_what_is_stored(seat, folder)
        await seat.press("q")
        await seat.reaches(SetupScreen)
        await seat.sees("6/6 plain vs warm")


async def test_a_session_is_resumed_at_the_case_where_it_was_left(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        for key in ("right", "s", "t"):
            await seat.answered()
            await seat.press(key)
        await shows_what_is_stored(seat, folder)
        before = seat.arena.live.scoreboard.snapshot()
        await seat.press("ctrl+q")
    assert seat.app.return_code == 0
    assert seat.app.parting_words.startswith(
        f"3 ballots are saved. Go on with: tiebreak arena -r {seat.arena.session_id} -w "
    )

    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.sees("2/6 plain vs warm")
        await seat.press("r", "enter")
        arena = await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.sees("case 4/6")
        assert arena.live.scoreboard.snapshot() == replace(before, events={"plan": 1, "resume": 1, "peek": 1})
        await shows_what_is_stored(seat, folder)
        await seat.press("u")
        await seat.sees("case 3/6")
        await shows_what_is_stored(seat, folder)


async def test_the_sample_is_rated_to_a_decision_in_the_arena(tmp_path: Path) -> None:
    """The first cases of `tiebreak demo`, with the recorded votes given by key."""
    from tiebreak_workbench.demo import BASELINE, CANDIDATE, DATASET, POLICY, SEED, ensure_sample

    folder = ensure_sample(tmp_path / "demo")
    given = read_ballots(folder / "ballots.jsonl")
    wishes = Wishes(
        dataset=DATASET, baseline=BASELINE, candidate=CANDIDATE, policy=POLICY, seed=SEED, cases=8, start=True
    )
    for config in (BASELINE, CANDIDATE):
        path = folder / "configs" / f"{config}.yaml"
        path.write_text(path.read_text().replace("speed: 1", "speed: 0"))
    async with sit_down(folder, wishes) as seat:
        arena = await seat.reaches(ArenaScreen)
        for position, case in enumerate(arena.live.cases):
            await seat.answered()
            await seat.sees(f"case {position + 1}/8")
            await rate(seat, given.get(case.id, RecordedBallots(case=case.id, vote="tie")))
        await seat.reaches(ScoreboardScreen)
        await seat.sees("Session finished")
        assert recomputed(folder).done == 8


async def rate(seat: Seat, given: RecordedBallots) -> None:
    """Scores of both sides, then the vote, as keys."""
    sides = ("A", "B")
    for side in sides:
        for dimension in seat.arena.live.policy.form.dimensions:
            score = given.scores.get(dimension.name, {}).get(side, 3)
            await seat.press(str(score))
        await seat.press("tab")
    await seat.press({"A": "left", "B": "right", "tie": "t", "both_bad": "x"}[given.vote or "tie"])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("right",), "1 ballot is saved. Go on with: "),
        (("right", "right", "u"), "1 ballot is saved. Go on with: "),
        (("right", "p", "left", "t"), "2 ballots are saved. Go on with: "),
        (("right", "u"), ""),
    ],
)
async def test_the_parting_line_counts_what_is_in_force(tmp_path: Path, keys: tuple[str, ...], words: str) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, Wishes(start=True, seed=7)) as seat:
        await seat.reaches(ArenaScreen)
        for key in keys:
            await seat.answered()
            await seat.press(key)
        await seat.saved()
    assert seat.app.parting_words.startswith(words)
    assert bool(seat.app.parting_words) == bool(words)

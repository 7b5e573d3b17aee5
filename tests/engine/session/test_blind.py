"""A blind session: sides drawn per case, and everything that lifts or weakens the veil is on record."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.live import asking, both, open_bench, taken_up
from support.workspaces import ANSWERS_B, make_workspace
from tiebreak.errors import UsageError
from tiebreak.records import Event
from tiebreak.session.live import LiveSession
from tiebreak.session.seating import OPEN, drawn
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

VOTE_ONLY = asking("{vote: required}")


def blind_session(bench: Workbench) -> str:
    workspace = bench.workspace
    setup = Setup(
        dataset=workspace.load_dataset("small"),
        baseline=workspace.load_config("plain"),
        candidate=workspace.load_config("warm"),
        policy=workspace.load_policy("ship"),
        seed=7,
        blind=True,
    )
    return bench.start(setup)


def events(bench: Workbench, session_id: str, kind: str) -> list[Event]:
    return [event for event in bench.store.load_session(session_id).events if event.kind == kind]


def folder_of(tmp_path: Path, **made: Any) -> Path:
    make_workspace(tmp_path / "ws", policy=VOTE_ONLY, **made)
    return tmp_path / "ws"


def test_sides_are_even_independent_and_always_drawn_the_same() -> None:
    seatings = [drawn("session", "ada", f"case-{n}") for n in range(2000)]
    assert seatings == [drawn("session", "ada", f"case-{n}") for n in range(2000)]
    # Four standard deviations of 2,000 fair draws around one half.
    assert 911 < sum(seating.left == "baseline" for seating in seatings) < 1089
    again = [drawn("session", "ada", f"case-{n}") == drawn("session", "ben", f"case-{n}") for n in range(2000)]
    assert 911 < sum(again) < 1089


async def test_a_vote_is_kept_for_the_config_and_the_showing_says_which_side_it_stood_on(tmp_path: Path) -> None:
    with open_bench(folder_of(tmp_path)) as bench:
        session_id = blind_session(bench)
        sides: Counter[str] = Counter()
        async with taken_up(bench, session_id) as live:
            for position in range(len(live.cases)):
                await both(live, position)
                seating = live.seating(position)
                sides[seating.left] += 1
                live.vote(position, seating.as_voted("A"))  # the left one is better, whichever it is
            await live.saves.settled()
        stored = bench.store.load_session(session_id)
        role_of = {response.id: response.run_id for response in stored.responses}
        runs = stored.session.runs
        assert {role_of[p.left_response] for p in stored.presentations} == set(runs.values())
        rate = live.scoreboard.snapshot().win_rate
        assert (rate.losses, rate.wins) == (sides["baseline"], sides["candidate"])
        assert not any(ballot.identity_seen for ballot in stored.ballots)


async def test_what_is_asked_and_refused_names_places_and_not_configs(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        async with taken_up(bench, blind_session(bench)) as live:
            with pytest.raises(UsageError, match=r"^The (left|right) side is still answering"):
                live.vote(0, "A")
            await both(live, 0)
            assert live.form(0).missing == ("a vote", "tone of the left side", "tone of the right side")
            live.score(0, live.seating(0).right, "tone", 4)
            assert live.form(0).missing == ("a vote", "tone of the left side")


async def test_ballots_after_a_reveal_are_kept_apart(tmp_path: Path) -> None:
    with open_bench(folder_of(tmp_path)) as bench:
        session_id = blind_session(bench)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            live.vote(0, "B")
            assert live.blinding.reveal("asked")
            assert not live.blinding.reveal("asked")
            live.vote(0, "A")
            await both(live, 1)
            live.vote(1, "A")
            snapshot = live.scoreboard.snapshot()
            assert (snapshot.win_rate.wins, snapshot.win_rate.n, snapshot.apart) == (1, 1, 2)
            assert live.undo() == 1
            assert live.undo() == 0
            with pytest.raises(UsageError, match="before the reveal"):
                live.undo()
            assert live.scoreboard.snapshot().win_rate.wins == 1
            await live.saves.settled()
        (reveal,) = events(bench, session_id, "reveal")
        assert reveal.detail == {"rater": "ada", "why": "asked", "settled": 1}
        async with taken_up(bench, session_id) as live:
            assert live.blinding.identity_seen
            assert not live.blinding.veiled
    with open_bench(tmp_path / "ws", rater="ben") as bench:
        async with taken_up(bench, session_id) as live:
            assert live.blinding.veiled


async def test_an_open_session_has_nothing_to_reveal(tmp_path: Path) -> None:
    from support.live import sitting

    async with sitting(tmp_path / "ws") as live:
        assert live.seating(0) == OPEN
        assert not live.blinding.veiled
        assert not live.blinding.reveal("asked")
        await both(live, 0)
        live.vote(0, "A")
        assert live.scoreboard.snapshot().apart == 0


def names_of(live: LiveSession, position: int) -> set[str]:
    exchange = live.exchange(position)
    return {n for response in exchange.responses().values() for n in live.blinding.leaks(response, exchange.case)}


async def test_an_answer_that_names_a_model_is_flagged_and_noted_once(tmp_path: Path) -> None:
    said = {**ANSWERS_B, "greet-1": "Hello Ada, I am ChatGPT by OpenAI."}
    with open_bench(folder_of(tmp_path, b=said)) as bench:
        session_id = blind_session(bench)
        for _ in range(2):
            async with taken_up(bench, session_id) as live:
                position = next(i for i, case in enumerate(live.cases) if case.id == "greet-1")
                await both(live, position)
                assert names_of(live, position) == {"ChatGPT", "OpenAI"}
                assert names_of(live, position) == {"ChatGPT", "OpenAI"}
                await live.saves.settled()
        (leak,) = events(bench, session_id, "leak")
        assert (leak.detail["case"], leak.detail["names"]) == ("greet-1", ["ChatGPT", "OpenAI"])


async def test_what_was_set_down_and_what_was_looked_at_are_on_record(tmp_path: Path) -> None:
    with open_bench(folder_of(tmp_path)) as bench:
        session_id = blind_session(bench)
        (plan,) = events(bench, session_id, "plan")
        stored = bench.store.load_session(session_id)
        assert plan.detail == {
            "plan": stored.session.plan.version,
            "policy": stored.policy.version,
            "dataset": stored.dataset.version,
            "planned": 6,
            "seed": 7,
            "segment": None,
            "blind": True,
        }
        async with taken_up(bench, session_id) as live:
            live.diary.peeked("summary")  # there is nothing to see yet
            for position in range(2):
                await both(live, position)
                live.vote(position, "A")
                live.diary.peeked("summary")
                live.diary.peeked("summary")
            await live.saves.settled()
        assert [event.detail["settled"] for event in events(bench, session_id, "peek")] == [1, 2]

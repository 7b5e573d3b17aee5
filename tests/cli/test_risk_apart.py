"""A session, and a copy of it in which the risk queue was used as well: every figure of every command is the same."""

import asyncio
import csv
import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from support import judge_server
from support.app import Seat, sit_down, stored_session
from support.commands import CommandLine
from support.headless import server_process
from support.live import both, open_bench, start, taken_up
from support.live_judging import write_judge
from support.scripted import make_long_workspace
from tiebreak.session.risk import SEALED
from tiebreak_cli.case_text import detail_of
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.triage_text import verdict_parts
from tiebreak_tui.wishes import Wishes

FORM = """\
form:
  vote: required
  dimensions:
    - {name: harm, question: Is it harmless?, required: true}
checks:
  - {kind: max_length, chars: 28}
max_excluded: 0.5
"""
GATES = """\
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.1}
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
    - {id: everywhere, metric: win_rate, at_least: 0.4, scope: population}
    - {id: kind, metric: rubric, dimension: harm, at_least: 2}
    - {id: joined, metric: win_rate, at_least: 0.1, source: calibrated, judge: mine}
"""
NO_HARM = "gates: {human: [{id: harmless, metric: harmful, dimension: harm, zero: true}]}\n"
FIRST, MORE = 14, 40
"""Cases of the plan that are rated before the risk queue is opened, and in all."""
OF_THE_COPY = {"at", "id", "response_id", "started_at", "last_activity", "rows_digest", "session"}
"""What tells two copies apart."""
TOLD_OF_THE_QUEUE = {"looked_at_in_risk_queue", "events", "log"}
"""Beside the names of raters, all that a report says of what was given there; opening the Arena is an event."""
READING: Sequence[Sequence[object]] = (
    ("gate", "last", "--json"),
    ("show", "last", "--json"),
    ("triage", "last", "--json"),
    ("calibrate", "last", "--judge", "mine", "--json"),
    ("judge", "last", "--review", "--json"),
    ("sessions", "--json"),
    ("history", "warm", "--json"),
)
ACTING: Sequence[Sequence[object]] = (
    ("retry", "last", "--concurrency", 1, "--json"),
    ("score", "last", "--json"),
    ("rerun", "last", "say-58", "say-34", "--offline", "--json"),
    ("diff", "last", "--json"),
    ("metrics", "--session", "last", "--json"),
    ("doctor", "--json"),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


async def rate(folder: Path, first: int, last: int) -> None:
    """Positions of the plan, in its order."""
    with open_bench(folder, rater="tester") as bench:
        async with taken_up(bench, "last") as live:
            for position in range(first, last):
                await both(live, position)
                if live.cases[position].id.startswith("say"):
                    live.vote(position, ("A", "B", "B", "tie")[position % 4])
                    for role in ("baseline", "candidate"):
                        live.score(position, role, "harm", 3 + position % 3)
            await live.saves.settled()


async def use_the_queue(folder: Path) -> None:
    """By its key in the Arena, then as `tiebreak arena --queue risk` opens it: votes, scores, a note, a skip, undo."""
    async with sit_down(folder, Wishes(resume="last")) as seat:
        await seat.reaches(ArenaScreen)
        await seat.answered()
        await seat.press("Q")
        await seat.sees("RISK QUEUE 1/")
        for harm in "15":
            await rated(seat, harm)
        await moves_on(seat, "s")
        await rated(seat, "2")
        given = seat.arena.live.saves.standing
        await seat.press("u")
        await seat.until(lambda: seat.arena.live.saves.standing != given)
        await kept(seat)
    async with sit_down(folder, Wishes(resume="last", queue="risk")) as seat:
        await seat.reaches(ArenaScreen)
        await seat.sees("RISK QUEUE")
        await rated(seat, "4")
        await seat.press("p")
        await seat.answered()
        await seat.press("n")
        await seat.write("seen at risk")
        await seat.press("ctrl+s")
        await seat.sees("Note kept.")
        await kept(seat)


async def rated(seat: Seat, harm: str) -> None:
    await moves_on(seat, "tab", harm, "tab", "5", "right")


async def moves_on(seat: Seat, *keys: str) -> None:
    """Keys that end the case on show."""
    await seat.answered()
    before = seat.arena.position
    await seat.press(*keys)
    await seat.until(lambda: seat.arena.position != before)
    await seat.answered()
    await kept(seat)


async def kept(seat: Seat) -> None:
    await seat.until(lambda: not seat.arena.live.saves.pending)


def figures(told: object) -> object:
    """What a command says without what tells two copies apart, and what is said of the queue."""
    if isinstance(told, Mapping):
        known = cast("Mapping[str, object]", told)
        left = {name: value for name, value in known.items() if name not in OF_THE_COPY | TOLD_OF_THE_QUEUE}
        return {name: figures(value) for name, value in left.items() if not name.endswith("(risk queue)")}
    if isinstance(told, list):
        return [figures(one) for one in cast("list[object]", told) if "looked at" not in str(one)]
    return told


@pytest.fixture
def twins(tiebreak: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> tuple[Path, Path]:
    """Some of the plan rated and all of it judged; in the second one the risk queue as well."""
    monkeypatch.setenv("USER", "tester")
    plain, risky = tmp_path / "plain", tmp_path / "risky"
    make_long_workspace(plain)
    (plain / "policies" / "ship.yaml").write_text(FORM + GATES)
    (plain / "policies" / "strict.yaml").write_text(FORM + NO_HARM)
    write_judge(plain, url, "shorter")
    with open_bench(plain, rater="tester") as bench:
        start(bench)
    assert tiebreak("retry", "last", "-w", plain, "--concurrency", 1).code in (3, 4)
    asyncio.run(rate(plain, 0, FIRST))
    assert tiebreak("judge", "last", "--judge", "mine", "-w", plain).code == 0
    shutil.copytree(plain, risky)
    asyncio.run(use_the_queue(risky))
    return plain, risky


def test_no_figure_is_another_with_the_risk_queue(
    tiebreak: CommandLine, tmp_path: Path, twins: tuple[Path, Path]
) -> None:
    plain, risky = twins

    def both_say(*words: object) -> tuple[Any, Any]:
        one, two = (tiebreak(*words, "-w", folder) for folder in twins)
        assert one.code == two.code, two.err
        return one.json, two.json

    def the_same(*commands: Sequence[object]) -> None:
        for words in commands:
            one, two = both_say(*words)
            assert figures(one) == figures(two), words
        one, two = (tiebreak("export", "last", "--csv", "-w", folder).out for folder in twins)
        assert list(csv.DictReader(io.StringIO(one))) == list(csv.DictReader(io.StringIO(two)))

    listed = tiebreak("queue", "-w", risky, "--json").json
    assert listed["looked"] == 4
    sealed = [SEALED in case["reasons"] for case in listed["cases"]]
    assert [case["risk"] is None for case in listed["cases"]] == sealed
    assert any(sealed)
    the_same(*ACTING, *READING)
    noted = stored_session(risky).presentations[-1]
    assert noted.queue == "risk"
    assert "tester (risk queue): votes B, seen at risk" in tiebreak("show", "last", noted.case_id, "-w", risky).out
    with open_bench(risky, rater="tester") as bench:
        stored = bench.store.load_session("last", light=True)
        told = str(verdict_parts(detail_of(bench, stored, noted.case_id, unsealed=False), {}))
    assert "tester (risk queue): note seen at risk" in told
    assert "tester (risk queue): vote B" in told
    one, two = both_say("show", "last", "--json")
    assert (one["looked_at_in_risk_queue"], two["looked_at_in_risk_queue"]) == (0, 4)
    assert set(two["raters"]) - set(one["raters"]) == {"tester (risk queue)"}
    assert tiebreak("gate", "last", "--policy", "strict", "-w", plain).code == 3
    failed = tiebreak("gate", "last", "--policy", "strict", "-w", risky, "--json")
    assert (failed.code, failed.json["gates"][0]["status"]) == (1, "fail")

    # Each folder goes out and comes into one of its own, and says the same there.
    for folder in twins:
        assert tiebreak("export", "last", "--unsealed", "--to", f"{folder}.jsonl", "-w", folder).code == 0
    before = [tiebreak("queue", "--json", "-w", folder).json for folder in twins]
    for folder in twins:
        shutil.move(folder / ".tiebreak", tmp_path / f"{folder.name}-kept")
        done = tiebreak("import", f"{folder}.jsonl", "-w", folder)
        assert done.code == 0, done.err
    the_same(*READING)
    assert [tiebreak("queue", "--json", "-w", folder).json for folder in twins] == before
    for folder in twins:
        shutil.rmtree(folder / ".tiebreak")
        shutil.move(tmp_path / f"{folder.name}-kept", folder / ".tiebreak")

    # Whoever goes on in the plan meets the cases of the queue in their turn, as if never seen.
    for folder in twins:
        asyncio.run(rate(folder, FIRST, MORE))
    the_same(*READING)
    orders = [stored_session(folder).session.plan for folder in twins]
    assert orders[0] == orders[1]
    places = [(p.case_id, p.position) for p in stored_session(risky).presentations if p.queue == "random"]
    assert all(orders[0].case_ids[position] == case_id for case_id, position in places)

"""An edited prompt makes a session of its own, whole or not at all; what would be sent again is taken over."""

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from support import forking
from support.editing import ask, rated
from support.live import both, open_bench, start, taken_up
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.errors import PromptError, UsageError
from tiebreak.prompts import written_prompt
from tiebreak.records import ROLES, Config, ModelTarget, Prompt
from tiebreak_workbench.editing import edited, fork, keep_trial
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.forked import forked_words
from tiebreak_workbench.past.versions import tried_on
from tiebreak_workbench.spot import start_spot
from tiebreak_workbench.workbench import Workbench

KILLS = 10
TICKS = 400
"""More than a fork takes, of 50 virtual machine instructions each."""


async def test_a_fork_begins_with_nothing_and_takes_over_equal_requests(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(ask(tmp_path / "ws", server.base_url)) as bench:
            parent = start(bench)
            await rated(bench, parent, 4)
            asked = len(server.calls)
            stored = bench.store.load_session(parent)
            before = stored.configs["candidate"]
            after = edited(before, written_prompt(before.prompt).replace("Be warm.", "Be very warm."))
            made = fork(bench, parent, "candidate", after, "all")
            child = bench.store.load_session(made.session_id)
            # The edit changes what is sent for `bye` alone, so B's other answers are those of the parent.
            first = stored.session.plan.case_ids[:4]
            byes = sum(case_id.startswith("bye") for case_id in first)
            assert 0 < byes < 4
            assert made.reused == {"baseline": 4, "candidate": 4 - byes}
            assert forked_words(child) == f"reused A 4 B {4 - byes}"
            assert (child.session.parent_id, child.session.fork_reason) == (parent, "edited prompt of B: every case")
            assert child.session.plan == stored.session.plan
            assert (child.ballots, child.presentations) == ((), ())
            assert scoreboard_of(child).snapshot().win_rate.n == 0
            assert child.configs["candidate"].version == after.version
            texts = {(r.case_id, r.text) for r in stored.responses}
            assert {(r.case_id, r.text) for r in child.responses} <= texts
            assert all(r.reused_from for r in child.responses)
            assert len(child.check_results) == len(child.responses)
            assert [event.kind for event in child.events] == ["plan", "fork"]
            told = [event.detail for event in bench.store.load_session(parent).events if event.kind == "config_edit"]
            assert [(d["child"], d["before"], d["after"]) for d in told] == [
                (child.session.id, before.version, after.version)
            ]
            # Going on asks only what is missing, and the parent's figures stay.
            await rated(bench, made.session_id, 4)
            assert len(server.calls) == asked + byes
            assert all("Be very warm." in str(call.body["messages"]) for call in server.calls[asked:])
            assert scoreboard_of(bench.store.load_session(parent)).snapshot().win_rate.n == 4
            assert tried_on(bench.store, bench.store.load_session(made.session_id)) == (2, 2)
            assert bench.store.problems() == []
            (versions,) = [bench.store.config_versions("warm")]
            assert [(v.version, v.origin, v.parent) for v in versions] == [
                (before.version, "file", None),
                (after.version, "edit", before.version),
            ]


async def test_the_rated_cases_alone_can_be_asked_again(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(ask(tmp_path / "ws", server.base_url)) as bench:
            parent = start(bench)
            config = bench.store.load_session(parent).configs["baseline"]
            changed = edited(config, "=== user ===\nQ: {{ input }}")
            with pytest.raises(UsageError, match="No case is rated yet"):
                fork(bench, parent, "baseline", changed, "rated")
            await rated(bench, parent, 2)
            made = fork(bench, parent, "baseline", changed, "rated")
            stored = bench.store.load_session(parent)
            assert bench.store.load_session(made.session_id).session.plan.case_ids == stored.session.plan.case_ids[:2]
            assert made.reused == {"baseline": 0, "candidate": 2}


def test_what_cannot_be_seen_and_line_ends_are_kept_and_those_of_an_editor_are_no_change() -> None:
    odd = Config(name="c", target=ModelTarget(model="m"), prompt=Prompt(system="a\u00ad\r\nb\ud83d"))
    assert edited(odd, "=== system ===\na\u00ad\r\nb\ud83d!\n").prompt.system == "a\u00ad\r\nb\ud83d!"
    plain = Config(name="c", target=ModelTarget(model="m"), prompt=Prompt(system="a\nb"))
    assert edited(plain, "=== system ===\r\na\r\nb!\r\n").prompt.system == "a\nb!"
    for config in (odd, plain):
        with pytest.raises(UsageError, match=r"Nothing was changed\."):
            edited(config, written_prompt(config.prompt))
    with pytest.raises(UsageError, match=r"Nothing was changed\."):
        edited(plain, written_prompt(plain.prompt).replace("\n", "\r\n"))


async def test_a_trial_on_one_case_never_counts_and_is_remembered(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(ask(tmp_path / "ws", server.base_url)) as bench:
            parent = start(bench, n=2)
            stored = bench.store.load_session(parent, light=True)
            config = stored.configs["candidate"]
            changed = edited(config, "=== system ===\nSay moo.")
            async with taken_up(bench, parent) as live:
                live.exchange(0)
                with pytest.raises(UsageError, match="still coming"):
                    live.regenerate(0, "candidate", changed)
                counted = (await both(live, 0)).answers["candidate"].response
                event = keep_trial(bench, stored, "candidate", changed, live.cases[0].id)
                live.scoreboard.add(event)
                answering = live.regenerate(0, "candidate", changed)
                await answering.done.wait()
                assert answering.exploratory
                assert server.calls[-1].body["messages"][0] == {"role": "system", "content": "Say moo."}
                await live.saves.settled()
                assert live.counting("candidate", live.cases[0]) is not None
            child = bench.store.load_session(parent)
            attempts = [r for r in child.responses if r.run_id == child.session.runs["candidate"]]
            assert counted is not None
            again = scoreboard_of(child).case(child.session.plan.case_ids[0]).counting["candidate"]
            assert [answer.id for answer in again] == [counted.id]
            assert sorted(r.attempt for r in attempts if r.case_id == counted.case_id) == [1, 2]
            assert scoreboard_of(child).snapshot().events["config_edit"] == 1


async def test_what_cannot_be_edited_says_why(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = ask(tmp_path / "ws", server.base_url)
        with open_bench(folder) as bench:
            parent = start(bench)
            config = bench.store.load_session(parent).configs["candidate"]
            with pytest.raises(UsageError, match=r"Nothing was changed\."):
                edited(config, written_prompt(config.prompt))
            broken = edited(config, "=== system ===\n{{ inptu }}")
            with pytest.raises(PromptError, match="Did you mean “input”"):
                fork(bench, parent, "candidate", broken, "all")
            spot = start_spot(bench, "Why?", ("normal", "echo"), base_url=server.base_url)
            with pytest.raises(UsageError, match="tried case by case"):
                fork(bench, spot, "candidate", edited(config, "=== system ===\nx"), "all")
        with open_bench(make_workspace(tmp_path / "recorded")) as bench:
            recorded = bench.store.load_session(start(bench)).configs["candidate"]
            with pytest.raises(UsageError, match="replays recorded answers"):
                edited(recorded, "=== system ===\nx")


def live_and_die(folder: Path, parent: str, spot: str, ticks: int) -> None:
    command = [sys.executable, forking.__file__, str(folder), parent, spot, str(ticks)]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()


async def test_killed_at_any_moment_a_fork_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    async with ModelServer() as server:
        folder = ask(tmp_path / "ws", server.base_url)
        with open_bench(folder) as bench:
            parent = start(bench)
            await rated(bench, parent, 6)
            spot = start_spot(bench, "Why?", ("normal?words=2", "normal?words=3"), base_url=server.base_url)
            async with taken_up(bench, spot) as live:
                await both(live, 0)
                await live.saves.settled()
    for _ in range(KILLS):
        live_and_die(folder, parent, spot, chance.randint(1, TICKS))
    with closing(sqlite3.connect(folder / ".tiebreak" / "tiebreak.db")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    with Workbench.open(folder, {"USER": "ada"}) as bench:
        told = [event.detail for event in bench.store.load_session(parent).events if event.kind == "config_edit"]
        children = [summary.id for summary in bench.store.sessions(10_000) if summary.id not in (parent, spot)]
        assert sorted(str(detail["child"]) for detail in told) == sorted(children) != []
        for id_ in children:
            child = bench.store.load_session(id_)
            # Neither plan, answers, checks nor events by halves.
            assert len(child.session.plan.case_ids) == 6
            assert [event.kind for event in child.events] == ["plan", "fork"]
            reused = child.events[1].detail["reused"]
            assert reused == {
                role: sum(r.run_id == child.session.runs[role] for r in child.responses) for role in ROLES
            }
            assert set(child.configs) == set(ROLES)
        grown = bench.store.load_session(spot)  # raises where its plan is not the one that was set down
        plans = [event for event in grown.events if event.kind == "plan"]
        assert len(plans) == len(grown.session.plan.case_ids) == len(grown.dataset.cases) > 1

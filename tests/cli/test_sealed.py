"""A blind session that is not finished stays sealed on the command line."""

from pathlib import Path

import pytest

from support.commands import CommandLine
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench


@pytest.fixture
def blind(small: Path) -> str:
    with Workbench.open(small) as bench:
        workspace = bench.workspace
        setup = Setup(
            dataset=workspace.load_dataset("small"),
            baseline=workspace.load_config("plain"),
            candidate=workspace.load_config("warm"),
            policy=workspace.load_policy("ship"),
            blind=True,
        )
        return bench.start(setup)


def kinds(folder: Path, session_id: str) -> list[str]:
    with Workbench.open(folder) as bench:
        return [event.kind for event in bench.store.load_session(session_id).events]


@pytest.mark.parametrize("more", [(), ("greet-1",)])
def test_it_says_how_far_it_is_and_no_more(tiebreak: CommandLine, small: Path, blind: str, more: tuple[str]) -> None:
    outcome = tiebreak("show", "last", *more)
    assert outcome.code == 3
    assert "0 of 6 cases done" in outcome.out
    assert not any(name in outcome.out for name in ("plain", "warm", "Hello"))
    told = tiebreak("show", "last", "--json", *more)
    assert told.json == {"session": blind, "blind": True, "sealed": True, "done": 0, "planned": 6}
    assert kinds(small, blind) == ["plan"]


def test_a_reveal_is_on_record_and_holds_for_its_rater(tiebreak: CommandLine, small: Path, blind: str) -> None:
    outcome = tiebreak("show", "last", "--reveal")
    assert "plain" in outcome.out
    assert kinds(small, blind) == ["plan", "reveal"]
    assert "warm" in tiebreak("show").out
    assert kinds(small, blind) == ["plan", "reveal"]


def test_a_gate_keeps_the_seal(tiebreak: CommandLine, small: Path, blind: str) -> None:
    outcome = tiebreak("gate", "-o", "gate.md")
    assert outcome.code == 3
    assert "0 of 6 cases done" in outcome.out
    assert not any(name in outcome.out for name in ("plain", "warm"))
    assert tiebreak("gate", "--json").json == {
        "session": blind, "blind": True, "sealed": True, "done": 0, "planned": 6,
    }  # fmt: skip
    assert not Path("gate.md").exists()
    assert kinds(small, blind) == ["plan"]
    with Workbench.open(small) as bench:
        assert bench.store.gate_outcomes(blind) == []
    assert "plain" in tiebreak("gate", "--reveal", "-o", "gate.md").out
    assert kinds(small, blind) == ["plan", "reveal"]
    assert Path("gate.md").exists()


@pytest.mark.parametrize("command", [("diff", "last"), ("diff", "last:B", "last:A"), ("metrics", "--session", "last")])
def test_figures_that_tell_the_sides_apart_wait_for_the_end_or_a_reveal(
    tiebreak: CommandLine, small: Path, blind: str, command: tuple[str, ...]
) -> None:
    refused = tiebreak(*command)
    assert refused.code == 2
    assert f"Session {blind} is blind, with 0 of 6 cases done" in refused.err
    assert not any(name in refused.out + refused.err for name in ("plain", "warm"))
    assert tiebreak("show", "--reveal").code == 3
    assert "is blind" not in tiebreak(*command).err

"""What only reads, and what is refused, leaves nothing behind."""

from pathlib import Path

import pytest

from support.commands import CommandLine, run_process
from support.model_server import ModelServer
from support.workspaces import write_lines
from tiebreak_store import Store

COMMANDS = [
    ("sessions",),
    ("sessions", "--json"),
    ("show",),
    ("show", "last", "greet-1"),
    ("export",),
    ("export", "--csv", "-o", "out.csv"),
    ("import", "answers.jsonl"),
    ("trust", "--yes"),
]
SPOT = ("spot", "--json", "Hi?")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_folder_that_is_no_workspace_is_told_so_and_left_as_it_was(
    tiebreak: CommandLine, arguments: tuple[str, ...]
) -> None:
    write_lines(Path("answers.jsonl"), [{"case": "a", "question": "Hi?", "answer_a": "x", "answer_b": "y"}])
    outcome = tiebreak(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {Path.cwd()}: This folder is no workspace.\n`tiebreak init` begins one")
    assert [path.name for path in Path().iterdir()] == ["answers.jsonl"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("sessions",),
        ("show",),
        ("export", "-o", "out.jsonl"),
        ("import", "gone.jsonl", "-d", "small"),
        ("import", "gone.jsonl", "-s", "last"),
        ("run", "-d", "small", "-a", "plain", "-b", "gone"),
        ("run", "-d", "small", "-a", "plain", "-b", "warm", "-n", "99"),
        ("doctor",),
        ("trust",),
        ("judge", "last", "-j", "preference"),
        ("judges",),
    ],
    ids=" ".join,
)
def test_in_a_workspace_nothing_is_made_before_something_is_recorded(
    tiebreak: CommandLine, small: Path, arguments: tuple[str, ...]
) -> None:
    before = sorted(small.rglob("*"))
    assert tiebreak(*arguments).code in (0, 2)
    assert sorted(small.rglob("*")) == before


@pytest.mark.parametrize(
    ("models", "words"),
    [
        (("-a", "openai/gpt-4.1-mini", "-b", "openai/gpt-4.1-nano"), "OPENAI_API_KEY is not set"),
        (("-a", "anthropic/claude-sonnet-4-5", "-b", "ollama/x"), "ANTHROPIC_API_KEY is not set"),
        (("-a", "ollama/x", "-b", "nobody/knows"), "No provider is known"),
        (("-a", "x", "-b", "y", "--base-url", "ftp://x"), "is not an address"),
        (("-a", "x", "-b", "y", "--base-url", "http://u:p@x/v1"), "holds a user"),
    ],
)
def test_a_spot_check_that_cannot_be_asked_stores_nothing(
    tiebreak: CommandLine, tmp_path: Path, models: tuple[str, ...], words: str
) -> None:
    outcome = tiebreak(*SPOT, *models)
    assert outcome.code == 2
    assert words in outcome.err
    assert not [path for path in (tmp_path / "home").rglob("*") if path.suffix == ".db"]


async def test_a_spot_check_that_was_asked_is_kept(tmp_path: Path) -> None:
    async with ModelServer() as server:
        outcome = await run_process(tmp_path, *SPOT, "-a", "normal", "-b", "500", "--base-url", server.base_url)
    assert outcome.code == 4
    with Store.open(tmp_path / "data" / "tiebreak" / "spot" / ".tiebreak" / "tiebreak.db") as store:
        assert [session.id for session in store.sessions()] == [outcome.json["session"]]

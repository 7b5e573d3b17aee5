"""What may be wrong with a file, a key, a server or a database is said with the place and the way out, by exit code."""

import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.commands import CommandLine, run_process
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak_store import Store

KEY = "sk-sentinel-0123456789abcdefghij"
DATABASE = Path(".tiebreak/tiebreak.db")


# -- dataset files

CASES = Path("datasets/small/cases.jsonl")
GOOD = '{"id": "a", "input": "Hi?"}\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "cases.jsonl: The dataset holds no case."),
        ("\n\n", "The dataset holds no case."),
        (GOOD + '{"id": "b", "input": \n', "cases.jsonl:2: This line is not JSON"),
        (GOOD + '{"id": "a", "input": "Ho?"}\n', "cases.jsonl:2: id: The id “a” is already used in line 1."),
        ('{"id": "a", "inptu": "Hi?"}\n', "cases.jsonl:1: inptu:"),
        ('{"id": "a", "input": 7}\n', "cases.jsonl:1: input:"),
        ('{"id": "a", "input": "Hi?", "kind": "gold"}\n', "Did you mean “golden”?"),
        ("[1, 2]\n", "cases.jsonl:1: This line is not a JSON object."),
        (b'{"id": "a", "input": "\xff"}\n', "UTF-8"),
    ],
)
def test_a_dataset_that_cannot_be_used(tiebreak: CommandLine, small: Path, content: str | bytes, words: str) -> None:
    CASES.write_bytes(content.encode() if isinstance(content, str) else content)
    Path("answers.csv").write_text("case,answer_a,answer_b\na,x,y\n")
    for arguments in (("import", "answers.csv", "-d", "small"), ("doctor",)):
        outcome = tiebreak(*arguments)
        assert outcome.code == 2
        assert words in outcome.written
    assert tiebreak("sessions").code == 0, "the rest goes on"


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tiebreak: CommandLine, small: Path) -> None:
    CASES.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode() * 1)
    Path("answers.csv").write_bytes(b"\xef\xbb\xbfcase,answer_a,answer_b\r\na,x,y\r\n")
    told = tiebreak("import", "answers.csv", "-d", "small", "--json")
    assert told.code == 0
    assert (told.json["answers"], told.json["rejects"]) == (2, [])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.jsonl", None, "gone.jsonl: "),
        ("empty.jsonl", "", "empty.jsonl: The file holds no row."),
        ("head.csv", "case,answer_a,answer_b\n", "head.csv: The file holds no row."),
        ("bad.jsonl", "{\n", "bad.jsonl:1: None of the 1 lines can be taken"),
        ("semi.csv", "case;answer_a\na;b\n", "semi.csv:1: The columns look separated by semicolons."),
        ("note.txt", "hello\n", "note.txt: The ending “.txt” does not say how the rows are written."),
    ],
)
def test_a_file_that_cannot_be_imported(
    tiebreak: CommandLine, small: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        Path(name).write_text(content)
    outcome = tiebreak("import", name, "-d", "small")
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert tiebreak("sessions", "--json").json == []


# -- what is wrong with a choice is said before a session is set down


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        (
            "configs/warm.yaml",
            "target: {kind: recording, path: ../recordings/warm.jsonl}\nprompt:\n  user: '{{ contxts }}'\n",
            "configs/warm.yaml:3: prompt.user: Line 1 of the template: “contxts” is unknown. Did you mean “contexts”?",
        ),
        (
            "policies/ship.yaml",
            "gates:\n  human:\n    - {id: x, metric: win_rate, at_least: 50}\n",
            "policies/ship.yaml:3: gates.human[0].at_least: Gate “x”: ",
        ),
        (
            "configs/warm.yaml",
            "target: {model: openai/gpt-4.1}\nparameters:\n  temprature: 1\n",
            "configs/warm.yaml:3: parameters.temprature: There is no parameter “temprature”.",
        ),
        ("configs/warm.yaml", "target: {kind: recording, path: gone.jsonl}\n", "gone.jsonl"),
        ("configs/warm.yaml", "target: {kind: command, command: [./x.sh]}\n", "would run code of this workspace"),
    ],
)
def test_a_choice_that_cannot_be_run(tiebreak: CommandLine, small: Path, file: str, content: str, words: str) -> None:
    Path(file).write_text(content)
    outcome = tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "-p", "ship")
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert tiebreak("sessions", "--json").json == []


# -- folders and databases


def test_a_folder_that_is_not_there(tiebreak: CommandLine) -> None:
    for command in ("sessions", "show", "export"):
        outcome = tiebreak(command, "-w", "nowhere")
        assert (outcome.code, "nowhere: There is no such folder." in outcome.err) == (2, True)


@pytest.fixture
def protected() -> Iterator[Path]:
    """A workspace that we may read but not write; as root we are somebody else for the length of the test."""
    folder = Path(tempfile.mkdtemp())
    make_workspace(folder)
    (folder / "answers.csv").write_text("case,answer_a,answer_b\ngreet-1,x,y\n")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_folder(tiebreak: CommandLine, protected: Path) -> None:
    outcome = tiebreak("import", protected / "answers.csv", "-d", "small", "-w", protected)
    assert outcome.code == 4
    assert "cannot be written to" in outcome.err
    assert "write permission" in outcome.err
    outcome = tiebreak("doctor", "-w", protected)
    assert outcome.code == 2
    assert f"{protected} cannot be written to" in outcome.out


@pytest.mark.parametrize("content", [b"A letter to my aunt.\n" * 99, b"SQLite format 3\0"])
def test_a_file_that_is_no_database(tiebreak: CommandLine, small: Path, content: bytes) -> None:
    DATABASE.parent.mkdir()
    DATABASE.write_bytes(content)
    outcome = tiebreak("sessions")
    assert outcome.code == 4
    assert "Move it away" in outcome.err
    assert DATABASE.read_bytes() == content


def test_a_truncated_database(tiebreak: CommandLine, small: Path) -> None:
    Path("answers.csv").write_text("case,answer_a,answer_b\ngreet-1,x,y\n")
    assert tiebreak("import", "answers.csv", "-d", "small").code == 0
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = DATABASE.read_bytes()
    DATABASE.write_bytes(content[: len(content) // 3])
    for arguments in (("show",), ("export",)):
        outcome = tiebreak(*arguments)
        assert outcome.code == 4
        assert "is damaged" in outcome.err
    assert tiebreak("doctor").code == 2


def test_a_database_of_a_newer_version(tiebreak: CommandLine, small: Path) -> None:
    Store.open(DATABASE).close()
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    outcome = tiebreak("show")
    assert outcome.code == 4
    assert "was written by a newer Tiebreak" in outcome.err
    assert "Upgrade Tiebreak; nothing was changed." in outcome.err


async def test_two_processes_on_one_database(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "answers.csv").write_text("case,answer_a,answer_b\ngreet-1,x,y\n")
    with Store.open(tmp_path / DATABASE) as held:
        first = await run_process(tmp_path, "import", "answers.csv", "-d", "small")
        assert (first.code, first.err) == (0, "")
        assert len(held.sessions()) == 1


# -- models, keys, servers


async def test_an_unknown_model_and_a_missing_key(tmp_path: Path) -> None:
    outcome = await run_process(tmp_path, "spot", "-a", "nobody/x", "-b", "nobody/y", "Hi?")
    assert outcome.code == 2
    assert "nobody/x" in outcome.err
    outcome = await run_process(tmp_path, "spot", "-a", "openai/gpt-4.1-mini", "-b", "openai/gpt-4.1-nano", "Hi?")
    assert outcome.code == 2
    assert outcome.err == (
        "error: OpenAI needs a key, and OPENAI_API_KEY is not set.\n"
        "Set it before starting Tiebreak: export OPENAI_API_KEY=…\n"
    )


async def test_both_answers_are_printed(tmp_path: Path) -> None:
    async with ModelServer() as server:
        asked = ("spot", "-a", "normal?words=3", "-b", "normal?words=5", "--base-url", server.base_url)
        outcome = await run_process(tmp_path, *asked, "-", stdin="Who are you?\n")
        assert outcome.code == 0
        assert "The quick brown fox jumps" in outcome.out
        assert outcome.out.index("A served-normal?words=3 · ok") < outcome.out.index("B served-normal?words=5 · ok")
        told = (await run_process(tmp_path, *asked, "--json", "Hi?")).json
        assert told["answers"]["A"]["text"] == "The quick brown "
        assert server.calls[0].body["messages"] == [{"role": "user", "content": "Who are you?\n"}]


async def test_a_key_that_is_refused_is_not_repeated(tmp_path: Path) -> None:
    async with ModelServer() as server:
        asked = ("spot", "-a", "openai/401", "-b", "openai/normal")
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_BASE": server.base_url}
        server.script("401", "401")
        outcome = await run_process(tmp_path, *asked, "Hi?", **environ)
        assert server.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert outcome.code == 4
    assert "refused the key (401)" in outcome.out
    assert "sentinel" not in outcome.written


async def test_an_answer_that_holds_the_key_is_shown_without_it(tmp_path: Path) -> None:
    async with ModelServer() as server:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_BASE": server.base_url}
        for more in ((), ("--json",)):
            server.script("echo", "echo")
            outcome = await run_process(tmp_path, "spot", "-a", "openai/x", "-b", "openai/y", "Hi?", *more, **environ)
            assert outcome.code == 0
            assert "[redacted]" in outcome.out
            assert "sentinel" not in outcome.written


async def test_a_refused_connection(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        (tmp_path / "configs").mkdir()
        outcome = await run_process(tmp_path, "spot", "-a", "x", "-b", "y", "--base-url", url, "Hi?")
    assert outcome.code == 4
    assert "127.0.0.1" in outcome.out


async def test_an_address_that_is_none_and_a_question_that_is_none(tmp_path: Path) -> None:
    outcome = await run_process(tmp_path, "spot", "-a", "x", "-b", "y", "--base-url", "ftp://x", "Hi?")
    assert (outcome.code, "base_url" in outcome.err) == (2, True)
    outcome = await run_process(tmp_path, "spot", "-a", "x", "-b", "y", "-", stdin=" \n")
    assert (outcome.code, "There is nothing to ask." in outcome.err) == (2, True)

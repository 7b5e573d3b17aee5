"""The doctor names what is wrong, says how to mend it, and shows no secret."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.workspaces import make_workspace
from tiebreak.workspace import init
from tiebreak_store import Store
from tiebreak_workbench.doctor import Finding, examine

KEY = "sk-sentinel-0123456789abcdefghij"


def nothing_answers(host: str, port: int) -> bool:
    return False


def look(folder: Path, **environ: str) -> list[Finding]:
    return examine(folder, {"TERM": "xterm", **environ}, nothing_answers)


def problems(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "problem"]


def about(findings: list[Finding], area: str) -> list[Finding]:
    return [finding for finding in findings if finding.area == area]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "workspace")


def test_a_sound_workspace(folder: Path) -> None:
    findings = look(folder)
    assert problems(findings) == []
    assert [finding.text for finding in about(findings, "dataset")] == ["small: 6 cases"]
    assert [finding.text for finding in about(findings, "config")] == [
        "plain: recorded answers",
        "warm: recorded answers",
    ]
    assert about(findings, "database")[0].text.startswith("none yet")
    assert not (folder / ".tiebreak").exists(), "looking changes nothing"


def test_what_init_writes_is_sound_without_a_key(tmp_path: Path) -> None:
    assert problems(look(init(tmp_path / "new"))) == []


def test_every_broken_file_is_named_with_line_and_field(folder: Path) -> None:
    (folder / "datasets" / "bad.jsonl").write_text('{"id": "a", "input": "Hi"}\n{"id": "a", "input": "Ho"}\n')
    (folder / "configs" / "bad.yaml").write_text("target: {kind: model, modle: x}\n")
    (folder / "configs" / "gone.yaml").write_text("target: {kind: recording, path: nowhere.jsonl}\n")
    (folder / "policies" / "bad.yaml").write_text("gates: {}\n")
    found = [finding.text + " " + finding.fix for finding in problems(look(folder))]
    assert len(found) == 4
    for words in ("bad.jsonl:2: id", "bad.yaml:1: target.modle", "nowhere.jsonl", "bad.yaml:1: gates"):
        assert any(words in text for text in found), (words, found)


def test_keys_go_by_name_and_are_never_shown(folder: Path) -> None:
    (folder / "configs" / "slip.yaml").write_text(f"target: {{kind: model, model: openai/x, api_key_env: {KEY}}}\n")
    (folder / "configs" / "other.yaml").write_text(f"target: {{kind: model, model: '{KEY}', lane: direkt}}\n")
    findings = look(folder, OPENAI_API_KEY=KEY, GROQ_API_KEY="gsk_other-sentinel-0123456789")
    assert "sentinel" not in repr(findings)
    told = [finding.text for finding in about(findings, "key") if finding.level == "ok"]
    assert told == ["openai: OPENAI_API_KEY is set", "groq: GROQ_API_KEY is set"]
    assert any("MISTRAL_API_KEY" in finding.fix for finding in about(findings, "key"))


def test_a_missing_key_is_noted_with_the_config_that_needs_it(folder: Path) -> None:
    (folder / "configs" / "live.yaml").write_text("target: {kind: model, model: openai/gpt-4.1-mini}\n")
    (note,) = [finding for finding in about(look(folder), "config") if finding.level == "note"]
    assert note.text == "live: OpenAI needs a key, and OPENAI_API_KEY is not set."
    assert "export OPENAI_API_KEY" in note.fix


def test_an_unknown_provider_is_a_problem(folder: Path) -> None:
    (folder / "configs" / "live.yaml").write_text("target: {kind: model, model: nobody/knows}\n")
    (problem,) = problems(look(folder))
    assert "nobody/knows" in problem.text


def test_local_servers_are_those_that_answer(folder: Path) -> None:
    asked: list[tuple[str, int]] = []

    def probe(host: str, port: int) -> bool:
        asked.append((host, port))
        return port == 11434

    findings = about(examine(folder, {}, probe), "server")
    assert {finding.text for finding in findings if finding.level == "ok"} == {
        "ollama: something answers at localhost:11434"
    }
    assert len(asked) == len(findings) > 3
    assert {host for host, _ in asked} == {"localhost"}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = problems(look(tmp_path / "nowhere"))
    assert problem.area == "workspace"
    assert "no such folder" in problem.text


@pytest.mark.parametrize(
    "content", [b"This is no database, and it is long enough to be none.\n" * 40, b"SQLite format 3\0"]
)
def test_a_database_that_is_none(folder: Path, content: bytes) -> None:
    (folder / ".tiebreak").mkdir()
    (folder / ".tiebreak" / "tiebreak.db").write_bytes(content)
    (problem,) = problems(look(folder))
    assert problem.area == "database"
    assert "Move it away" in problem.fix


def test_a_database_of_a_newer_tiebreak_is_left_alone(folder: Path) -> None:
    path = folder / ".tiebreak" / "tiebreak.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    before = path.read_bytes()
    (problem,) = problems(look(folder))
    assert "newer Tiebreak" in problem.text
    assert path.read_bytes() == before


def test_rows_that_refer_to_nothing_are_found(folder: Path) -> None:
    path = folder / ".tiebreak" / "tiebreak.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO import_reject (batch, line, reason, raw) VALUES ('none', 1, '', '')")
        connection.commit()
    (problem,) = problems(look(folder))
    assert "refers to a missing row of import_batch" in problem.text
    assert "backup" in problem.fix

"""The doctor names what is wrong, says how to mend it, and shows no secret."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.workspaces import make_workspace
from tiebreak.workspace import Workspace, init
from tiebreak.workspace.trust import Trust
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


def test_a_floating_name_is_told_on_the_line_of_its_config(folder: Path) -> None:
    (folder / "configs" / "live.yaml").write_text("target: {kind: model, model: openai/gpt-4.1}\n")
    (folder / "configs" / "fixed.yaml").write_text("target: {kind: model, model: openai/gpt-4.1-2025-04-14}\n")
    found = {one.text.partition(":")[0]: one for one in about(look(folder, OPENAI_API_KEY=KEY), "config")}
    assert "a floating name, dated: openai/gpt-4.1-2025-04-14" in found["live"].text
    assert found["live"].level == "ok"
    assert "floating" not in found["fixed"].text


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


def test_prompts_and_gates_are_tried_with_every_dataset(folder: Path) -> None:
    (folder / "datasets" / "plans.jsonl").write_text(
        '{"id": "a", "input": "Hi", "plan": "yearly", "segment": "paid", "checks": [{"kind": "exact", "value": "x"}]}\n'
    )
    base = (folder / "configs" / "plain.yaml").read_text()
    (folder / "configs" / "plans.yaml").write_text(base + "prompt:\n  user: '{{ metadata.plan }}'\n")
    (folder / "configs" / "typo.yaml").write_text(base + "prompt:\n  user: '{{ contxts }}'\n")
    gates = (
        "gates:\n  human:\n    - {{id: x, metric: win_rate, at_least: {at}}}\n"
        "    - {{id: y, metric: check, check: {check}, at_least: 1}}\n"
    )
    for name, at, check in (("exact", 0.5, "exact"), ("nope", 0.5, "nope"), ("fifty", 50, "exact")):
        (folder / "policies" / f"{name}.yaml").write_text(gates.format(at=at, check=check))
    findings = look(folder)
    wrong = [finding.text for finding in problems(findings)]
    assert len(wrong) == 3
    for words in (
        "typo.yaml:3: prompt.user: Line 1 of the template: “contxts” is unknown. Did you mean “contexts”?",
        "nope.yaml:4: gates.human[1].check: Gate “y”: there is no check “nope”. ",
        "fifty.yaml:3: gates.human[0].at_least: Gate “x”: `at_least: 50` is outside win_rate",
    ):
        assert any(words in text for text in wrong), (words, wrong)
    notes = [finding.text for finding in findings if finding.level == "note"]
    for words in ("plans: not with the dataset small: ", "exact: not with the dataset small: "):
        assert any(text.startswith(words) for text in notes), (words, notes)
    fine = [finding.text for finding in findings if finding.level == "ok"]
    assert {"plans: recorded answers", "exact: 2 gates", "ship: 2 gates"} <= set(fine)


def test_gates_are_looked_at_where_there_is_no_dataset(folder: Path) -> None:
    for path in sorted((folder / "datasets" / "small").iterdir()):
        path.unlink()
    (folder / "datasets" / "small").rmdir()
    gates = (
        "gates: {human: [{id: x, metric: win_rate, at_least: 50}, {id: y, metric: check, check: own, at_least: 1}]}\n"
    )
    (folder / "policies" / "ship.yaml").write_text(gates)
    (problem,) = problems(look(folder))
    assert "ship.yaml:1: gates.human[0].at_least" in problem.text


def test_code_that_nobody_trusts_yet_is_noted_and_said_to_be_trusted_then(folder: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    (folder / "configs" / "app.yaml").write_text("target: {kind: command, command: [./answer.sh]}\n")
    (note,) = [finding for finding in about(look(folder, XDG_DATA_HOME=home), "config") if finding.level == "note"]
    assert note.text == "app: The config “app” would run code of this workspace: ./answer.sh."
    assert "tiebreak trust" in note.fix
    trust, workspace = Trust.of({"XDG_DATA_HOME": home}), Workspace.open(folder)
    trust.allow(folder, [wanted.program for wanted in trust.wanted(workspace)])
    findings = about(look(folder, XDG_DATA_HOME=home), "config")
    assert "app: command ./answer.sh, trusted" in [finding.text for finding in findings if finding.level == "ok"]


def test_keys_of_the_litellm_lane_are_named_too(folder: Path) -> None:
    findings = look(folder, ANTHROPIC_API_KEY=KEY, GEMINI_API_KEY="")
    assert "sentinel" not in repr(findings)
    keys = about(findings, "key")
    assert "anthropic: ANTHROPIC_API_KEY is set" in [finding.text for finding in keys if finding.level == "ok"]
    (rest,) = [finding.text for finding in keys if finding.text.startswith("through LiteLLM: no key for gemini, ")]
    assert "anthropic" not in rest
    assert len(rest) < 200

"""Results of other tools become runs and sessions that everything else works on, once."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.live import taken_up
from support.workspaces import make_workspace, write_lines
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.triage import parse_filter
from tiebreak_workbench.figures.report import said_by
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.imports.anything import import_any
from tiebreak_workbench.imports.tools import ToolReport
from tiebreak_workbench.past.comparing import compare_runs
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench

DATA = Path(__file__).parents[1] / "engine" / "imports" / "data"


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Workbench]:
    with Workbench.open(make_workspace(tmp_path / "workspace"), {"USER": "ada"}) as opened:
        yield opened


def taken(bench: Workbench, *files: str | Path, **options: Any) -> ToolReport:
    report = import_any(bench, [DATA / file for file in files], **options)
    assert isinstance(report, ToolReport)
    return report


def count(bench: Workbench, table: str) -> int:
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


async def test_results_of_promptfoo_are_a_session_with_gates(bench: Workbench) -> None:
    report = taken(bench, "promptfoo/results.json")
    (session,) = report.sessions
    stored = bench.store.load_session(session)
    assert (stored.session.kind, {run.origin for run in stored.runs.values()}) == ("import", {"import"})
    assert {role: config.name for role, config in stored.configs.items()} == {
        "baseline": "first",
        "candidate": "second",
    }
    assert stored.configs["candidate"].parameters == {"model": "openai:chat:drifting", "temperature": 0.7}
    assert {response.usage.source for response in stored.responses} == {"recorded", "unknown"}
    snapshot = scoreboard_of(stored).snapshot()
    assert {gate.key: gate.status for gate in snapshot.gates} == {"short": "pass", "preferred": "pending"}
    assert "promptfoo/icontains" in report.words()
    assert "Not told by the files: time to first token, tokens (2 of 4 do), cost." in report.words()
    async with taken_up(bench, session) as live:
        live.vote(0, "A")
        await live.saves.settled()
    assert scoreboard_of(bench.store.load_session(session)).snapshot().rated == 1


def test_what_a_tool_said_is_kept_apart_and_no_gate_counts_it(bench: Workbench) -> None:
    (session,) = taken(bench, "promptfoo/results.json").sessions
    stored = bench.store.load_session(session)
    ids = {result.check_id for result in stored.check_results}
    assert ids == {"contains", "max_length", "promptfoo/contains", "promptfoo/icontains", "promptfoo/short"}
    without = [result for result in stored.check_results if "/" not in result.check_id]
    board = scoreboard_of(stored).snapshot()
    stored_without = bench.store.load_session(session)
    object.__setattr__(stored_without, "check_results", tuple(without))
    assert scoreboard_of(stored_without).snapshot().gates == board.gates
    found = compare_runs(bench, session, None)
    measure = found.measure("check promptfoo/icontains")
    assert measure is not None
    assert (measure.worsened, measure.improved) == (1, 0)


def test_two_logs_are_two_configs(bench: Workbench) -> None:
    report = taken(bench, "inspect/first.eval", "inspect/second.json")
    ((session, pair),) = report.sessions.items()
    assert pair == ("openai-api/local/plain_json", "openai-api/local/drifting")
    assert (report.cases, report.answers, report.rejected) == (2, 4, 0)
    changes = {change.field for change in compare_runs(bench, session, None).changes}
    assert "parameters.model" in changes


def test_one_config_alone_is_refused(bench: Workbench) -> None:
    with pytest.raises(UsageError, match="one config alone, “openai-api/local/drifting”"):
        taken(bench, "inspect/second.json")
    with pytest.raises(UsageError, match="named twice"):
        taken(bench, "inspect/second.json", "inspect/second.json")
    assert count(bench, "session") == 0


def test_logs_of_one_model_are_told_apart_by_their_files(bench: Workbench, tmp_path: Path) -> None:
    text = (DATA / "inspect/second.json").read_text()
    (tmp_path / "again.json").write_text(text.replace('"completion": "served"', '"completion": "served again"'))
    report = taken(bench, "inspect/second.json", tmp_path / "again.json")
    ((_, pair),) = report.sessions.items()
    assert pair == ("openai-api/local/drifting", "openai-api/local/drifting (again)")


def three(path: Path, samples: int = 1) -> Path:
    """A file of Braintrust for each of three experiments, in one."""
    rows = [
        {
            "experiment_id": name,
            "span_id": f"{name}{case}{sample}",
            "input": f"Question {case}",
            "output": f"{name} {case} {sample}",
            "scores": {"good": 1},
            "origin": {"id": f"c{case}"},
        }
        for name in ("one", "two", "three")
        for case in range(3)
        for sample in range(samples + (name == "three" and case == 0))
    ]
    return write_lines(path, rows)


def test_of_many_configs_each_stands_beside_the_first(bench: Workbench, tmp_path: Path) -> None:
    path = three(tmp_path / "many.jsonl")
    report = taken(bench, path)
    assert list(report.sessions.values()) == [("one", "two"), ("one", "three")]
    a, b = (bench.store.load_session(session) for session in report.sessions)
    assert a.session.runs["baseline"] == b.session.runs["baseline"], "A was answered once"
    assert (count(bench, "run"), count(bench, "response")) == (3, 9)
    assert "1 further answer" in report.words()
    assert [reject.line for reject in report.rejects] == [0]
    further = taken(bench, path, names={"baseline": "two", "candidate": "three"})
    ((session, pair),) = further.sessions.items()
    assert pair == ("two", "three")
    assert (count(bench, "run"), count(bench, "response"), count(bench, "session")) == (3, 9, 3)
    assert compare_runs(bench, session, None).pairs == 3
    assert taken(bench, path).already
    assert taken(bench, path, names={"baseline": "two", "candidate": "three"}).already
    assert count(bench, "session") == 3


def test_two_of_many_are_taken_by_name(bench: Workbench, tmp_path: Path) -> None:
    path = three(tmp_path / "many.jsonl", samples=2)
    report = taken(bench, path, names={"baseline": "three", "candidate": "one"})
    assert list(report.sessions.values()) == [("three", "one")]
    (session,) = report.sessions
    stored = bench.store.load_session(session)
    assert (stored.samples, len(stored.responses), report.answers) == (2, 12, 12)
    with pytest.raises(UsageError, match="no answers of “thre” here") as refused:
        taken(bench, path, names={"candidate": "thre"})
    assert "three" in str(refused.value)
    with pytest.raises(UsageError, match="cannot be compared with itself"):
        taken(bench, path, names={"baseline": "one", "candidate": "one"})


def test_too_many_configs_are_asked_for_by_name(bench: Workbench, tmp_path: Path) -> None:
    rows = [{"span_id": "x", "experiment_id": f"e{n}", "input": "q", "output": "a"} for n in range(20)]
    path = write_lines(tmp_path / "many.jsonl", rows)
    with pytest.raises(UsageError, match="20 configs, too many"):
        taken(bench, path)
    assert list(taken(bench, path, names={"baseline": "e3", "candidate": "e7"}).sessions.values()) == [("e3", "e7")]


def test_cases_are_found_in_a_dataset_by_id_or_by_input(bench: Workbench, tmp_path: Path) -> None:
    questions = {"greet-1": "Something else", "x": "Say hello to Ben.", "y": "Not in it"}
    rows = [
        {"experiment_id": name, "span_id": "s", "origin": {"id": id_}, "input": asked, "output": name}
        for id_, asked in questions.items()
        for name in ("one", "two")
    ]
    report = taken(bench, write_lines(tmp_path / "rows.jsonl", rows), dataset="small")
    (session,) = report.sessions
    stored = bench.store.load_session(session)
    assert set(stored.session.plan.case_ids) == {"greet-1", "greet-2"}
    assert stored.dataset.version == bench.workspace.load_dataset("small").version
    assert [reject.line for reject in report.rejects] == [5]
    assert "neither the case “y” nor its input" in report.rejects[0].reason


def test_another_question_under_the_same_id_is_refused(bench: Workbench, tmp_path: Path) -> None:
    for name, asked in (("one", "What?"), ("two", "Why?")):
        rows = [
            {"experiment_id": name, "span_id": "s", "origin": {"id": id_}, "input": text, "output": "x"}
            for id_, text in (("a", asked), ("b", "Same"))
        ]
        write_lines(tmp_path / f"{name}.jsonl", rows)
    report = taken(bench, tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    assert "two.jsonl: Another question stands under the id “a” already." in [one.reason for one in report.rejects]
    (session,) = report.sessions
    stored = bench.store.load_session(session)
    assert sorted((r.case_id, r.run_id == stored.session.runs["baseline"]) for r in stored.responses) == [
        ("a", True),
        ("b", False),
        ("b", True),
    ]


def test_votes_of_battles_count_and_verdicts_of_judges_do_not(bench: Workbench) -> None:
    (battles,) = taken(bench, "arena/battles.json").sessions
    stored = bench.store.load_session(battles)
    snapshot = scoreboard_of(stored).snapshot()
    assert (snapshot.win_rate.wins, snapshot.win_rate.ties, snapshot.win_rate.losses) == (1, 0, 1)
    report = taken(bench, "mt-bench/gpt-4_pair.jsonl")
    (judged,) = report.sessions
    assert (report.verdicts, report.placeholders, report.answers) == (6, 3, 3)
    stored = bench.store.load_session(judged)
    assert scoreboard_of(stored).snapshot().rated == 0
    assert said_by(stored)["judge:gpt-4"].verdicts == {"A": 3, "B": 3}
    with Triage.open(bench, judged, None) as opened:
        listed = {lean: opened.listing(parse_filter(f"judge:{lean}")).places for lean in ("A", "B", "tie")}
        assert {lean: len(places) for lean, places in listed.items()} == {"A": 1, "B": 1, "tie": 1}


def test_labels_of_people_stand_with_the_answer_they_are_of(bench: Workbench) -> None:
    report = taken(bench, "langsmith/runs.jsonl")
    assert report.labels == 6
    (session,) = report.sessions
    stored = bench.store.load_session(session)
    labels = [ballot for ballot in stored.ballots if ballot.kind == "label"]
    assert {(ballot.dimension, ballot.value) for ballot in labels} == {("helpful", "1")}
    assert {ballot.response_id for ballot in labels} == {response.id for response in stored.responses}
    said = said_by(stored, stored.session.plan.case_ids[0])["ben"]
    assert not said.verdicts
    assert {"helpful of A: 1", "helpful of B: 1"} <= set(said.notes)
    assert scoreboard_of(stored).snapshot().rated == 0


def test_the_tool_that_is_named_is_asked(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no importer “inspekt”"):
        taken(bench, "inspect/second.json", tool="inspekt")
    with pytest.raises(ImportFormatError, match="Nothing here can be taken as logs of OpenAI Evals"):
        taken(bench, "braintrust/first.jsonl", tool="openai-evals")
    with pytest.raises(UsageError, match="--what is of plain rows"):
        taken(bench, "braintrust/first.jsonl", tool="braintrust", what="votes")
    bare = [{"id": f"{n}", "input": "q", "output": "a", "experiment_name": name} for n, name in enumerate("xy")]
    assert taken(bench, write_lines(tmp_path / "rows.jsonl", bare), tool="braintrust").answers == 2


def test_nothing_is_kept_of_a_file_that_is_changed_while_it_is_put(bench: Workbench, tmp_path: Path) -> None:
    """It grows after it was read; that is found within the transaction."""
    path = three(tmp_path / "many.jsonl", samples=200)
    whole = path.read_text()

    def change(doing: str, done: int, total: int | None) -> None:
        if doing == "Saving answers":
            path.write_text(f"{whole}\n")

    with pytest.raises(ImportFormatError, match="changed while it was read"):
        taken(bench, path, progress=change)
    assert [count(bench, table) for table in ("session", "run", "response", "import_batch")] == [0, 0, 0, 0]
    assert taken(bench, path).answers == 1800


def test_a_config_of_promptfoo_becomes_a_dataset_and_configs(bench: Workbench) -> None:
    report = import_any(bench, [DATA / "promptfoo/promptfooconfig.yaml"])
    assert "javascript" in report.words()
    assert "keys are read from the environment" in report.words()
    dataset = bench.workspace.load_dataset("promptfooconfig")
    assert [case.input for case in dataset.cases] == ["Say goodbye."], (
        "the other has an assertion without a counterpart"
    )
    config = Workbench.begin(bench.workspace.folder).workspace.load_config("first")
    assert config.prompt.user == "Answer in one sentence: {{ input }}"
    assert (config.parameters, getattr(config.target, "base_url", None)) == (
        {"temperature": 0.2},
        "http://localhost:9100/v1",
    )
    assert "Nothing was changed." in import_any(bench, [DATA / "promptfoo/promptfooconfig.yaml"]).words()
    with pytest.raises(UsageError, match="no use for --dataset"):
        import_any(bench, [DATA / "promptfoo/promptfooconfig.yaml"], dataset="small")


def test_prompts_of_promptfoo_in_files_and_as_chats(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text(
        '[{"role": "system", "content": "{{tone}}"}, {"role": "user", "content": "{{q}}"}]'
    )
    secret = tmp_path / "outside.txt"
    secret.write_text("not for prompts")
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "chat.json").rename(folder / "chat.json")
    document = {
        "providers": [{"openai:gpt-4.1-mini": {"config": {"max_tokens": 9, "tools": ["x"]}}}, "exec:python x.py"],
        "prompts": ["file://chat.json", "file://../outside.txt", {"label": "short", "raw": "{{ q | upper }}"}],
        "tests": [{"vars": {"q": "Hello?", "tone": "kind", "input": "Hello?"}}],
    }
    (folder / "pf.yaml").write_text(json.dumps(document))
    told = import_any(bench, [folder / "pf.yaml"]).words()
    assert "exec:python x.py" in told
    assert "outside of the config's folder" in told
    assert "tools" in told
    workspace = Workbench.begin(bench.workspace.folder).workspace
    chat = workspace.load_config("openai-gpt-4.1-mini-prompt-1")
    assert [one.content for one in chat.prompt.messages] == ["{{ metadata.tone }}", "{{ metadata.q }}"]
    assert (chat.parameters, getattr(chat.target, "model", None)) == ({"max_tokens": 9}, "openai/gpt-4.1-mini")
    assert workspace.load_config("openai-gpt-4.1-mini-short").prompt.user == "{{ metadata.q | upper }}"

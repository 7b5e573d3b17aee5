"""What is handed out to other tools says what people preferred, and what comes back is what went out."""

import io
import json
import sys
from collections.abc import Callable, Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from support.live import both, open_bench, start, taken_up
from support.workspaces import ANSWERS_A, ANSWERS_B, QUESTIONS, make_workspace
from tiebreak.datasets import load_dataset
from tiebreak.datasets.exchange import take
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.records import VOTES, Vote
from tiebreak.scoreboard import Snapshot
from tiebreak_workbench.exports.formats import FORMATS, SEALED_FROM, columns_of, export_as
from tiebreak_workbench.figures.gating import Asked, gate_session
from tiebreak_workbench.figures.report import session_report
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.imports.anything import import_any
from tiebreak_workbench.imports.session import SessionReport
from tiebreak_workbench.imports.tools import ToolReport
from tiebreak_workbench.workbench import Workbench

Said = dict[str, Vote | None]


@pytest.fixture
async def rated(tmp_path: Path) -> "tuple[Path, Said]":
    """A finished session: one vote of each kind, one case skipped, one with a note; its folder, and the votes."""
    answers_b = ANSWERS_B | {"json-1": ""}
    folder = make_workspace(tmp_path / "ws", b=answers_b)
    said: Said = {}
    with open_bench(folder) as bench:
        session = start(bench)
        async with taken_up(bench, session) as live:
            votes: list[Vote | None] = [*VOTES, None]
            for position, case in enumerate(live.cases):
                await both(live, position)
                if case.id == "json-1":
                    continue
                vote = votes.pop(0)
                said[case.id] = vote
                if vote is None:
                    live.skip(position)
                else:
                    live.vote(position, vote)
                    live.note(position, f"because of {vote}")
            await live.saves.settled()
    return folder, said


@pytest.fixture
def bench(rated: "tuple[Path, Said]") -> Generator[Workbench]:
    with open_bench(rated[0]) as bench:
        yield bench


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def snapshot(bench: Workbench, session: str = "last") -> Snapshot:
    return scoreboard_of(bench.store.load_session(session)).snapshot()


# -- training


def of(said: Said, *votes: Vote) -> set[str]:
    return {case_id for case_id, vote in said.items() if vote in votes}


def test_preferences_are_the_votes_of_people(bench: Workbench, rated: "tuple[Path, Said]", tmp_path: Path) -> None:
    said = rated[1]
    exported = export_as(bench, "dpo", "last", tmp_path / "dpo.jsonl")
    rows = {row["case"]: row for row in lines(tmp_path / "dpo.jsonl")}
    assert set(rows) == of(said, "A", "B")
    for case_id, row in rows.items():
        a, b = ([{"role": "assistant", "content": texts[case_id]}] for texts in (ANSWERS_A, ANSWERS_B))
        assert row["prompt"] == [{"role": "user", "content": QUESTIONS[case_id]}]
        assert (row["chosen"], row["rejected"]) == ((a, b) if said[case_id] == "A" else (b, a))
    assert exported.left_out == {"tie": 1, "both bad": 1, "skipped": 1, "settled by a broken answer": 1}
    told = exported.sentences(tmp_path / "dpo.jsonl")
    assert "Cases left out: 1 both bad, 1 settled by a broken answer, 1 skipped, 1 tie." in told


def test_single_judgments_and_preferred_answers(
    bench: Workbench, rated: "tuple[Path, Said]", tmp_path: Path
) -> None:  # fmt: skip
    said = rated[1]
    export_as(bench, "kto", "last", tmp_path / "kto.jsonl")
    rows = lines(tmp_path / "kto.jsonl")
    labels = {case_id: [row["label"] for row in rows if row["case"] == case_id] for case_id in said}
    assert {case_id for case_id, given in labels.items() if given == [True, False]} == of(said, "A", "B")
    assert {case_id for case_id, given in labels.items() if given == [False, False]} == of(said, "both_bad")
    assert len(rows) == 6
    assert set(rows[0]) == {"prompt", "completion", "label", "case"}
    export_as(bench, "sft", "last", tmp_path / "sft.jsonl")
    for row in lines(tmp_path / "sft.jsonl"):
        case_id = row["case"]
        preferred = (ANSWERS_A if said[case_id] == "A" else ANSWERS_B)[case_id]
        assert row["messages"] == [
            {"role": "user", "content": QUESTIONS[case_id]},
            {"role": "assistant", "content": preferred},
        ]


async def test_nothing_that_tells_the_sides_apart_leaves_a_blind_session(tmp_path: Path) -> None:
    with open_bench(make_workspace(tmp_path / "ws")) as bench:
        session = start(bench, blind=True)
        async with taken_up(bench, session) as live:
            await both(live, 0)
            live.vote(0, "A")
            await live.saves.settled()
        for format_ in SEALED_FROM:
            with pytest.raises(UsageError, match="is blind"):
                export_as(bench, format_, session, tmp_path / "out")
        assert not (tmp_path / "out").exists()


# -- what comes back


def test_llm_comparator_takes_it_and_gives_it_back(
    bench: Workbench, rated: "tuple[Path, Said]", tmp_path: Path
) -> None:  # fmt: skip
    said = rated[1]
    path = tmp_path / "pairs.json"
    assert export_as(bench, "llm-comparator", "last", path).count == 6
    document = json.loads(path.read_text())
    assert {"metadata", "models", "examples"} == set(document)
    assert [model["name"] for model in document["models"]] == ["plain", "warm"]
    scores = {example["custom_fields"]["case"]: example["score"] for example in document["examples"]}
    assert {case_id: scores[case_id] for case_id in said} == {
        case_id: {"A": 1.0, "B": -1.0}.get(str(vote), 0.0) for case_id, vote in said.items()
    }
    with Workbench.open(make_workspace(tmp_path / "other"), {"USER": "ben"}) as other:
        report = import_any(other, [path])
        assert isinstance(report, ToolReport)
        (session,) = report.sessions
        stored = other.store.load_session(session)
        texts = {(r.case_id, r.run_id == stored.session.runs["baseline"]): r.text for r in stored.responses}
        assert texts == {(c, True): ANSWERS_A[c] for c in QUESTIONS} | {
            (c, False): "" if c == "json-1" else ANSWERS_B[c] for c in QUESTIONS
        }
        assert report.verdicts == 4
        assert stored.dataset.by_id["greet-1"].segment == "greet"


def test_tests_of_promptfoo_come_back_as_the_cases(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "tests.yaml"
    exported = export_as(bench, "promptfoo", "last", path)
    assert exported.count == 6
    taken = take(path)
    assert taken.format == "promptfoo"
    assert {case.id: case.input for case in taken.cases} == QUESTIONS
    assert {tuple(check.kind for check in case.checks) for case in taken.cases} == {("max_length",)}


def test_the_cases_that_got_worse_are_a_dataset(bench: Workbench, rated: "tuple[Path, Said]", tmp_path: Path) -> None:
    path = tmp_path / "worse.jsonl"
    exported = export_as(bench, "regressions", "last", path)
    cases = load_dataset(path).cases
    assert {case.id for case in cases} == of(rated[1], "A") | {"json-1"}, "and what B answered with nothing"
    assert exported.count == len(cases) == 2
    assert {case.kind for case in cases} == {"regression"}


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is here")
def test_parquet_says_what_it_needs(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs pyarrow") as refused:
        export_as(bench, "parquet", "last", tmp_path / "cases.parquet")
    assert "tiebreak[parquet]" in str(refused.value)
    with pytest.raises(UsageError, match="no text for a terminal"):
        export_as(bench, "parquet", "last", None)


def test_the_columns_of_parquet_are_of_one_type_each(bench: Workbench) -> None:
    columns = columns_of(bench.store.load_session("last"))
    assert {name: {type(cell) for cell in cells} - {type(None)} for name, cells in columns.items()} == {
        **{name: {str} for name in columns},
        **{name: {bool} for name in ("automatic", "skipped")},
        "position": {int},
        "fault_a": set(),
        "fault_b": {str},
    }
    assert columns["answer_b"].count(None) == 1
    assert None in columns["verdict"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("shown", [True, False])
def test_a_terminal_is_shown_nothing_that_it_would_obey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    folder = make_workspace(tmp_path / "ws", b=ANSWERS_B | {"json-1": "\x1b]52;c;aGk=\x07 red \u202e"})
    with open_bench(folder) as bench:
        start(bench)
        out = Terminal() if shown else io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        export_as(bench, "csv", "last", None)
    assert "position,case" in out.getvalue()
    assert ("\x1b" in out.getvalue()) is False


def test_an_exported_session_is_the_same_elsewhere(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    export_as(bench, "jsonl", "last", path)
    stored = bench.store.load_session("last")
    with Workbench.open(make_workspace(tmp_path / "other"), {"USER": "ben"}) as other:
        report = import_any(other, [path])
        assert isinstance(report, SessionReport)
        assert (report.answers, report.already) == (12, False)
        again = other.store.load_session(stored.session.id)
        assert session_report(again, scoreboard_of(again).snapshot()) == session_report(
            stored, scoreboard_of(stored).snapshot()
        )
        assert snapshot(other) == snapshot(bench)
        export_as(other, "jsonl", "last", tmp_path / "again.jsonl")
        bare = [line | {"chunks": None} for line in lines(path) if line["type"] == "response"]
        assert [line for line in lines(tmp_path / "again.jsonl") if line["type"] != "response"] == [
            line for line in lines(path) if line["type"] != "response"
        ]
        assert [line for line in lines(tmp_path / "again.jsonl") if line["type"] == "response"] == bare
        second = import_any(other, [path])
        assert isinstance(second, SessionReport)
        assert second.already
    here = import_any(bench, [path])
    assert isinstance(here, SessionReport)
    assert here.already


def test_what_gates_of_another_policy_said_goes_along_and_comes_in(bench: Workbench, tmp_path: Path) -> None:
    folder = bench.workspace.folder
    strict = "form: {vote: required}\ngates: {human: [{id: strict, metric: win_rate, at_least: 0.91}]}\n"
    (folder / "policies" / "strict.yaml").write_text(strict)
    gate_session(bench, Asked(policy="strict"))
    path = tmp_path / "session.jsonl"
    export_as(bench, "jsonl", "last", path)
    assert [line["name"] for line in lines(path) if line["type"] == "other_policy"] == ["strict"]
    with Workbench.open(make_workspace(tmp_path / "other"), {"USER": "ben"}) as other:
        import_any(other, [path])
        session_id = other.store.session_id("last")
        assert other.store.gate_outcomes(session_id) == bench.store.gate_outcomes(session_id)
    path.write_text(path.read_text().replace('"at_least": 0.91', '"at_least": 0.1'))
    with (
        Workbench.open(make_workspace(tmp_path / "third"), {"USER": "ben"}) as third,
        pytest.raises(ImportFormatError, match="The policy “strict” was changed"),
    ):
        import_any(third, [path])


Rows = list[dict[str, Any]]


def only_the_head(rows: Rows) -> Rows:
    return rows[:1]


def with_a_surprise(rows: Rows) -> Rows:
    return [*rows, {"type": "surprise"}]


def without_cases(rows: Rows) -> Rows:
    return [row for row in rows if row["type"] != "dataset_case"]


def with_a_word_for_a_number(rows: Rows) -> Rows:
    return [row | {"sample": "x"} if row["type"] == "response" else row for row in rows]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (only_the_head, "0 lines of the type “dataset”"),
        (with_a_surprise, "type “surprise” is not known"),
        (without_cases, "The export was changed: the dataset"),
        (with_a_word_for_a_number, "sample"),
    ],
)
def test_an_export_that_was_changed_is_refused(
    bench: Workbench, tmp_path: Path, change: Callable[[Rows], Rows], says: str
) -> None:
    path = tmp_path / "session.jsonl"
    export_as(bench, "jsonl", "last", path)
    path.write_text("".join(json.dumps(row) + "\n" for row in change(lines(path))))
    with (
        Workbench.open(make_workspace(tmp_path / "other"), {"USER": "ben"}) as other,
        pytest.raises(ImportFormatError, match=says),
    ):
        import_any(other, [path])
    with Workbench.open(tmp_path / "other", {"USER": "ben"}) as other:
        assert other.store.sessions() == []


def test_a_format_that_there_is_not(bench: Workbench) -> None:
    with pytest.raises(UsageError, match="no format “xml”") as refused:
        export_as(bench, "xml", "last", None)
    assert all(name in str(refused.value) for name in FORMATS)

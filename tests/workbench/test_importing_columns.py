"""What stands beside imported answers is taken, or told: votes by any of their names, passages, other columns."""

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.workspaces import QUESTIONS, make_workspace, write_lines
from tiebreak.datasets.reading.files import MAX_LINE
from tiebreak.errors import ImportFormatError
from tiebreak.records import Context
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.imports.plain import import_file
from tiebreak_workbench.workbench import Workbench


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Workbench]:
    with Workbench.open(make_workspace(tmp_path / "workspace"), {"USER": "ada"}) as opened:
        yield opened


def pairs(**columns: Sequence[object]) -> list[dict[str, object]]:
    """A line for each question, with both answers and what else is said of it."""
    return [
        {
            "case": case_id,
            "question": asked,
            "answer_a": f"Yes to {case_id}.",
            "answer_b": f"No to {case_id}.",
            **{name: values[place % len(values)] for name, values in columns.items()},
        }
        for place, (case_id, asked) in enumerate(QUESTIONS.items())
    ]


# -- votes


@pytest.mark.parametrize("column", ["vote", "winner", "preference", "label", "choice"])
@pytest.mark.parametrize("words", [(1, 2, 0), ("model_a", "model_b", "tie"), ("left", "right", "draw"), ("A", "B", "")])
def test_a_vote_beside_a_pair_is_taken_by_any_of_its_names(
    bench: Workbench, tmp_path: Path, column: str, words: tuple[object, ...]
) -> None:
    path = write_lines(tmp_path / "pairs.jsonl", pairs(**{column: words}))
    report = import_file(bench, path)
    rate = scoreboard_of(bench.store.load_session(report.session)).snapshot().win_rate
    assert (rate.wins, rate.losses, rate.ties) == (2, 2, 0 if words[2] == "" else 2)
    assert report.mapping["vote"] == column
    assert report.unused == ()


def test_a_column_named_like_a_vote_that_holds_none_is_told_and_left(bench: Workbench, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "pairs.jsonl", pairs(label=("billing", "delivery")))
    report = import_file(bench, path)
    assert (report.answers, report.votes, report.rejects, report.unused) == (12, 0, (), ("label",))
    assert "“label” holds no vote that is known, such as “billing”" in report.words()


def test_beside_single_answers_a_label_is_no_vote_and_is_told(bench: Workbench, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"case": case_id, "config": config, "answer": f"{config} {case_id}", "label": 1}
        for case_id in QUESTIONS
        for config in ("old", "new")
    ]
    report = import_file(bench, write_lines(tmp_path / "long.jsonl", rows), dataset="small")
    assert (report.answers, report.votes, report.unused) == (12, 0, ("label",))
    assert "Not used: “label”" in report.words()


# -- passages


def contexts_of(bench: Workbench, session: str) -> set[tuple[Context, ...]]:
    return {response.contexts for response in bench.store.load_session(session).responses}


def test_passages_of_an_answer_come_along_with_their_ids(bench: Workbench, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "case": case_id,
            "question": asked,
            "relevant": ["kb-2"],
            "config": config,
            "answer": f"{config} {case_id}",
            "contexts": ["First.", "Second."],
            "retrieved": ["kb-1", "kb-2"] if config == "new" else ["kb-1", "kb-3"],
        }
        for case_id, asked in QUESTIONS.items()
        for config in ("old", "new")
    ]
    report = import_file(bench, write_lines(tmp_path / "long.jsonl", rows))
    assert contexts_of(bench, report.session) == {
        (Context(id="kb-1", text="First."), Context(id=second, text="Second.")) for second in ("kb-2", "kb-3")
    }
    assert {case.relevant for case in bench.store.load_session(report.session).dataset.cases} == {("kb-2",)}
    assert report.unused == ()


def test_passages_beside_a_pair_were_given_with_its_question(bench: Workbench, tmp_path: Path) -> None:
    given = [{"id": "kb-1", "text": "Open from 8."}]
    report = import_file(bench, write_lines(tmp_path / "pairs.jsonl", pairs(contexts=(given,))))
    cases = bench.store.load_session(report.session).dataset.cases
    assert {case.contexts for case in cases} == {(Context(id="kb-1", text="Open from 8."),)}
    assert contexts_of(bench, report.session) == {()}
    sided = pairs(contexts_a=(["A's."],), contexts_b=(["B's."],))
    report = import_file(bench, write_lines(tmp_path / "sided.jsonl", sided))
    assert contexts_of(bench, report.session) == {(Context(id="1", text=text),) for text in ("A's.", "B's.")}


# -- documents, and lines that are too long


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_document_that_holds_a_list_is_read_like_lines(bench: Workbench, tmp_path: Path, wrapped: bool) -> None:
    rows = pairs(winner=(1, 2))
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps({"version": 3, "data": [*rows, 7]} if wrapped else [*rows, 7]))
    report = import_file(bench, path)
    assert (report.answers, report.votes) == (12, 6)
    assert [(reject.line, reject.reason, reject.raw) for reject in report.rejects] == [
        (7, "This is no JSON object.", "7")
    ]


@pytest.mark.parametrize("document", ["{}", '{"a": [{"case": "x"}], "b": [{"case": "y"}]}', '"text"'])
def test_a_document_without_one_list_is_refused(bench: Workbench, tmp_path: Path, document: str) -> None:
    path = tmp_path / "pairs.json"
    path.write_text(document)
    with pytest.raises(ImportFormatError, match="One list of records is expected"):
        import_file(bench, path)


def test_rows_without_an_id_go_by_their_question(bench: Workbench, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{**row, "case": None} for row in pairs()]
    for row in rows:
        del row["case"]
    report = import_file(bench, write_lines(tmp_path / "pairs.jsonl", rows))
    stored = bench.store.load_session(report.session)
    assert {case.question for case in stored.dataset.cases} == set(QUESTIONS.values())
    votes = write_lines(tmp_path / "votes.jsonl", [{**row, "winner": "B"} for row in rows])
    assert import_file(bench, votes, what="votes", session=report.session).votes == 6


def test_a_line_that_is_too_long_is_kept_aside(bench: Workbench, tmp_path: Path) -> None:
    first, *rest = [json.dumps(row) for row in pairs()]
    long = json.dumps({"case": "greet-1", "note": "x" * (MAX_LINE + 10)})
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join((first, long, *rest)) + "\n")
    report = import_file(bench, path)
    assert report.answers == 12
    assert [(reject.line, reject.reason) for reject in report.rejects] == [(2, "The line is longer than 16 MB.")]
    assert report.rejects[0].raw.startswith('{"case": "greet-1", "note": "xxx')

"""Plain import takes what is plain, keeps what is not with its reason, and guesses nothing."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tiebreak.datasets.import_rows import VOTE_WORDS, AnswerRow, VoteRow
from tiebreak.datasets.importing import read_answers, read_verdicts, read_votes
from tiebreak.errors import ImportFormatError, UsageError


def lines(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_answers_under_their_own_names_and_under_usual_ones(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"case": "a", "text": "Yes.", "side": "left", "latency": 1.5, "cost": 0.002, "completion_tokens": 4},
        {"case": "b", "text": "", "config": "new"},
    )
    imported = read_answers(path)
    assert imported.rows == (
        AnswerRow(line=1, case="a", text="Yes.", side="A", latency=1.5, cost=0.002, completion_tokens=4),
        AnswerRow(line=2, case="b", text="", config="new"),
    )
    assert imported.source_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    usual = read_answers(lines(tmp_path, {"question_id": 7, "response": "No.", "model_id": "m", "output_tokens": "3"}))
    assert usual.rows == (AnswerRow(line=1, case="7", text="No.", model="m", completion_tokens=3),)
    assert usual.mapping["text"] == "response"


def test_csv_with_a_field_map(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text('prompt,who,better\nx-1,ana,right\nx-1,"ben, jr",0\n')
    imported = read_votes(path, {"case": "prompt", "rater": "who", "vote": "better"})
    assert imported.rows == (
        VoteRow(line=2, case="x-1", vote="B", rater="ana"),
        VoteRow(line=3, case="x-1", vote="tie", rater="ben, jr"),
    )


def test_dotted_paths(tmp_path: Path) -> None:
    path = lines(tmp_path, {"meta": {"id": "a"}, "results": [{"winner": "model_b"}]})
    imported = read_verdicts(path, {"case": "meta.id", "verdict": "results.0.winner"})
    assert imported.rows[0].verdict == "B"


@pytest.mark.parametrize(
    ("word", "vote"),
    [("A", "A"), ("b", "B"), ("Tie", "tie"), ("left", "A"), (1, "A"), (2, "B"), (0, "tie"), ("model_a", "A")],
)
def test_words_for_a_vote(tmp_path: Path, word: object, vote: str) -> None:
    assert read_votes(lines(tmp_path, {"case": "a", "winner": word})).rows[0].vote == vote


def test_a_value_map_overrides_the_table(tmp_path: Path) -> None:
    path = lines(tmp_path, {"case": "a", "vote": 0}, {"case": "b", "vote": "new better"})
    imported = read_votes(path, values={"0": "A", "New better": "B"})
    assert [row.vote for row in imported.rows] == ["A", "B"]
    assert VOTE_WORDS["0"] == "tie"
    with pytest.raises(UsageError, match=r"“x” cannot stand for “C”\. Votes are A, B, tie, both_bad\."):
        read_votes(path, values={"x": "C"})  # type: ignore[dict-item]  # what a command line may pass


def test_rejects_keep_line_reason_and_text(tmp_path: Path) -> None:
    good = {"case": "a", "vote": "A"}
    path = lines(
        tmp_path,
        good,
        "{broken",
        {"case": "b", "vote": "maybe"},
        "",
        {"case": "c"},
        {"vote": "A"},
        {"case": "d", "vote": None},
        {"case": ["e"], "vote": "A"},
        good,
    )
    imported = read_votes(path)
    assert [row.line for row in imported.rows] == [1, 9]
    assert [(reject.line, reject.reason) for reject in imported.rejects] == [
        (2, "This line is not JSON: Expecting property name enclosed in double quotes at column 2."),
        (3, "vote: “maybe” is no vote that is known here. Say what it means with a value map."),
        (5, "vote: There is nothing here. The fields here are “case”."),
        (6, "case: There is nothing here. The fields here are “vote”."),
        (7, "vote: There is nothing here."),
        (8, "case: Expected text, not a list."),
    ]
    assert imported.rejects[0].raw == "{broken"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("latency", "fast", "latency: Expected a number from 0 up, not “fast”."),
        ("latency", -1, "latency: Expected a number from 0 up, not -1."),
        ("cost", True, "cost: Expected a number from 0 up, not True."),
        ("cost", "nan", "cost: Expected a number from 0 up, not “nan”."),
        ("prompt_tokens", 1.5, "prompt_tokens: Expected a whole number, not 1.5."),
        ("side", "tie", "side: Expected side A or B, not “tie”."),
    ],
)
def test_values_that_cannot_be_meant(tmp_path: Path, field: str, value: object, said: str) -> None:
    imported = read_answers(lines(tmp_path, {"case": "a", "text": "x"}, {"case": "b", "text": "x", field: value}))
    assert [reject.reason for reject in imported.rejects] == [said]


def test_csv_lines_that_are_none_do_not_end_the_import(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text('case,vote\na,A\nb,"B"x\nc\nd,B\n')
    imported = read_votes(path)
    assert [row.case for row in imported.rows] == ["a", "d"]
    assert [(reject.line, reject.raw) for reject in imported.rejects] == [(3, 'b,"B"x'), (4, "c")]


def test_files_that_give_nothing(tmp_path: Path) -> None:
    with pytest.raises(
        ImportFormatError, match=r"rows.jsonl:1: None of the 1 lines can be taken; the first: vote: There is"
    ):
        read_votes(lines(tmp_path, {"case": "a", "text": "x"}))
    with pytest.raises(ImportFormatError, match="The file holds no row"):
        read_votes(lines(tmp_path))
    with pytest.raises(ImportFormatError, match="There is no such file"):
        read_votes(tmp_path / "nothing.csv")
    (tmp_path / "x.xlsx").write_text("")
    with pytest.raises(ImportFormatError, match=r"Known endings are \.jsonl"):
        read_votes(tmp_path / "x.xlsx")
    with pytest.raises(UsageError, match=r"no field “votes” to map\. Did you mean “vote”\?"):
        read_votes(tmp_path / "nothing.csv", {"votes": "x"})


def test_a_field_is_looked_for_where_the_rows_before_had_it(tmp_path: Path) -> None:
    """Also where rows of several shapes take turns."""
    shapes: list[dict[str, object]] = [
        {"case": "a", "answer": "1"},
        {"case": "a", "answer": "2", "output": "not this"},
        {"case": "a", "output": "3"},
        {"case": "a", "answer": "not this", "output": "4"},
        {"case": "a", "answer": "5"},
        {"case": "a", "answer": "6", "output": "not this"},
    ]
    imported = read_answers(lines(tmp_path, *shapes))
    assert [row.text for row in imported.rows] == ["1", "2", "3", "4", "5", "6"]


def test_a_refused_row_tells_nothing_of_where_the_fields_behind_are(tmp_path: Path) -> None:
    imported = read_votes(lines(tmp_path, {"case": "a", "user": "x"}, {"case": "a", "vote": "A", "annotator": "ada"}))
    assert imported.mapping == {"case": "case", "vote": "vote", "rater": "annotator"}

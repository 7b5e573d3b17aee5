"""Files of others, as they are shipped, through the public command."""

import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.verification import verification_file
from support.workspaces import QUESTIONS, write_lines


def test_retrieval_of_answers_that_came_without_passages_is_not_zero(tiebreak: CommandLine, small: Path) -> None:
    rows: list[dict[str, object]] = [
        {"case": name, "question": asked, "answer_a": "Yes.", "answer_b": "No.", "relevant": ["kb-1"]}
        for name, asked in QUESTIONS.items()
    ]
    assert tiebreak("import", write_lines(small / "pairs.jsonl", rows)).code == 0
    told = tiebreak("metrics", "recall@5", "--session", "last")
    assert told.code == 0, told.written
    assert "the answer was imported without what it retrieved" in " ".join(told.out.split())
    assert "0.0000" not in told.out


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "options", "answers", "votes"),
    [
        ("llmbar/Natural/dataset.json", ("--rater", "gold"), 200, 100),
        ("pandalm/testset-v1.json", ("-f", "vote=annotator1", "--rater", "annotator1"), 1998, 999),
    ],
)
def test_public_sets_are_imported_as_they_are_shipped(
    tiebreak: CommandLine, small: Path, file: str, options: tuple[str, ...], answers: int, votes: int
) -> None:
    path = verification_file(file)
    imported = tiebreak("import", path, *options, "--json")
    assert imported.code == 0, imported.written
    assert (imported.json["answers"], imported.json["votes"], imported.json["rejects"]) == (answers, votes, [])
    rows = json.loads(path.read_text())
    preferred_a = sum(row.get("label", row.get("annotator1")) == 1 for row in rows)
    listed = tiebreak("triage", "last", "--filter", "check:vote", "--json", "--cases", 2_000)
    assert listed.code == 0, listed.written
    assert sum(case["human"] == "A" for case in listed.json["cases"]) == preferred_a

"""Every problem of a dataset is told: file, line, field and fix."""

import json
from pathlib import Path

import pytest

from tiebreak.datasets import load_dataset
from tiebreak.datasets.examining import examine
from tiebreak.errors import DatasetError


def folder(tmp_path: Path, card: str, *lines: object) -> Path:
    (tmp_path / "dataset.yaml").write_text(card)
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    (tmp_path / "cases.jsonl").write_text(text)
    return tmp_path


def test_all_problems_of_all_lines_and_of_the_card_are_told(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        "task: chatt\nsegmnts: {a: b}\n",
        {"id": "a", "input": "Hi", "kind": "gold", "expect": 1},
        "{not json",
        {"id": "a", "input": "Hi", "checks": [{"kind": "contians"}, {"kind": "contains"}]},
        {"id": "", "input": [], "group": " "},
        {"input": "no id"},
    )
    found = examine(path)
    assert found.rows == 5
    told = [(Path(p.path or "").name, p.line, p.field) for p in found.problems]
    assert len(told) == 12
    assert set(told) == {
        ("dataset.yaml", 1, "task"),
        ("dataset.yaml", 2, "segmnts"),
        ("cases.jsonl", 1, "expect"),
        ("cases.jsonl", 1, "kind"),
        ("cases.jsonl", 2, None),
        ("cases.jsonl", 3, "checks[0].kind"),
        ("cases.jsonl", 3, "checks[1]"),
        ("cases.jsonl", 3, "id"),
        ("cases.jsonl", 4, "id"),
        ("cases.jsonl", 4, "group"),
        ("cases.jsonl", 4, "input"),
        ("cases.jsonl", 5, "id"),
    }
    fixes = {p.field: p.fix for p in found.problems}
    assert fixes["segmnts"] == "Did you mean “segments”?"
    assert fixes["checks[0].kind"] == "Did you mean “contains”?"


def test_segments_are_held_to_the_card_and_the_first_use_of_an_id_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path, "segments: {one: x}\n", *[{"id": "a", "input": "b", "segment": "two"}] * 2)
    segment, again, twice = examine(path).problems
    assert (segment.field, again.field) == ("segment", "segment")
    assert twice.message == "The id “a” is already used in line 1."


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x.jsonl", '{"answer": "no input"}\n{"input": ""}\n', 1),
        ("x.csv", 'input\n"never closed\n', 2),
        ("x.json", "[1]", 1),
        ("x.yaml", "- input: a\n- 2\n", 2),
        ("x.jsonl", "", None),
    ],
)
def test_bare_files(tmp_path: Path, name: str, text: str, line: int | None) -> None:
    (tmp_path / name).write_text(text)
    found = examine(tmp_path / name)
    assert found.problems[0].line == line
    with pytest.raises(DatasetError):
        load_dataset(tmp_path / name)


def test_what_loads_has_no_problem_and_a_missing_file_has_one(tmp_path: Path) -> None:
    path = folder(tmp_path, "name: fine\n", {"id": "a", "input": "Hi", "checks": [{"kind": "refusal"}]})
    assert load_dataset(path).cases
    assert examine(path).problems == ()
    assert examine(path / "dataset.yaml").problems == ()
    (missing,) = examine(tmp_path / "none.jsonl").problems
    assert missing.message

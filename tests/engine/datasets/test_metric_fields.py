"""What metrics compare with: new fields of cases and cards, which change nothing for those that lack them."""

import json
from pathlib import Path

import pytest

from tiebreak.datasets import FieldMap, load_dataset
from tiebreak.datasets.cases import flat_case
from tiebreak.errors import DatasetError
from tiebreak.records import Case, DatasetCard, ExpectedCall, canonical_json, version_of
from tiebreak.records.codec import decode, encode

FULL = {
    "id": "a",
    "input": "q",
    "accepted": ["two days", "48 hours"],
    "relevant": ["kb-5"],
    "points": ["takes two days"],
    "tool_calls": [{"name": "find", "arguments": {"id": 7, "tags": ["x"]}}, {"name": "refund"}],
}


def dataset(folder: Path, card: str, *cases: object) -> Path:
    (folder / "dataset.yaml").write_text(card)
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    return folder


def test_cases_and_cards_without_them_keep_their_versions() -> None:
    """The hashes are those of 0.1.0 before the fields were there."""
    assert Case(id="a", input="b").version == "a0be9e91ac813d2441c3ebfe86a77d64337eec5386956d5d523def704fc4cf52"
    card = DatasetCard(name="x")
    assert version_of(card) == "2563c67f3171455abe6d45a895bdd411c49875ca990d454f2ba5fff0add51d70"
    sample = load_dataset(Path(__file__).parents[3] / "datasets" / "support-desk")
    assert not any(case.accepted or case.relevant or case.points or case.tool_calls for case in sample.cases)
    assert "accepted" not in canonical_json(sample.cases[0])


def test_they_are_read_kept_and_written(tmp_path: Path) -> None:
    read = load_dataset(dataset(tmp_path, "name: d\ntask: agent\nmetrics: [recall@3, token_f1]\n", FULL))
    (case,) = read.cases
    assert (case.accepted, case.relevant, case.points) == (("two days", "48 hours"), ("kb-5",), ("takes two days",))
    assert case.tool_calls == (
        ExpectedCall(name="find", arguments={"id": 7, "tags": ["x"]}),
        ExpectedCall(name="refund"),
    )
    assert read.card.metrics == ("recall@3", "token_f1")
    assert decode(Case, encode(case)).version == case.version
    assert decode(DatasetCard, encode(read.card)) == read.card
    assert case.version != Case(id="a", input="q").version
    assert load_dataset(dataset(tmp_path, "name: d\n", flat_case(case))).cases == (case,)


MISTAKES: list[tuple[str, dict[str, object], str]] = [
    ("metrics: [rouge_x]", {}, "dataset.yaml:2: metrics[0]: There is no metric “rouge_x”. Did you mean “rouge_1”?"),
    ("metrics: [recall]", {}, "“recall” needs a number: write recall@5."),
    ("metrics: recall@5", {}, "metrics: Expected a list, not “recall@5”."),
    ("", {"accepted": "x"}, "cases.jsonl:1: accepted: Expected a list, not “x”."),
    ("", {"relevent": ["x"]}, "There is no field “relevent” here. Did you mean “relevant”?"),
    ("", {"tool_calls": [{"name": "f", "args": {}}]}, "tool_calls[0].args: There is no field “args” here."),
    ("", {"points": [3]}, "points[0]: Expected text, not 3."),
]


@pytest.mark.parametrize(("card", "case", "says"), MISTAKES)
def test_mistakes_are_refused_with_their_place(tmp_path: Path, card: str, case: dict[str, object], says: str) -> None:
    with pytest.raises(DatasetError) as refused:
        load_dataset(dataset(tmp_path, f"name: d\n{card}\n", {"id": "a", "input": "q", **case}))
    assert says in str(refused.value)


def test_foreign_rows_have_them_where_they_hold_lists_or_are_mapped(tmp_path: Path) -> None:
    file = tmp_path / "bare.jsonl"
    file.write_text(json.dumps({**FULL, "relevant": "kb-5", "points": 12}) + "\n")
    (case,) = load_dataset(file).cases
    assert case.accepted == ("two days", "48 hours")
    assert (case.relevant, case.points) == ((), ())
    assert (case.metadata["relevant"], case.metadata["points"]) == ("kb-5", 12)
    (case,) = load_dataset(file, FieldMap(relevant="relevant")).cases
    assert case.relevant == ("kb-5",)
    table = tmp_path / "bare.csv"
    table.write_text('input,accepted,points\nq,"[""two days""]",3\n')
    (case,) = load_dataset(table).cases
    assert (case.accepted, case.points, case.metadata["points"]) == (("two days",), (), "3")

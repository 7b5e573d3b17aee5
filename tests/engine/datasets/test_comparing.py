"""Two versions of a dataset, told apart by case and field; a group that is not given changes no version."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tiebreak.datasets.comparing import FieldChange, compare_datasets
from tiebreak.datasets.figures import figures_of
from tiebreak.records import Case, CheckSpec, Dataset, DatasetCard, Message
from tiebreak.records.codec import decode, encode

CARD = DatasetCard(name="d")


def dataset(*cases: Case, card: DatasetCard = CARD) -> Dataset:
    return Dataset(card=card, cases=cases)


def test_added_removed_renamed_and_changed_cases() -> None:
    kept, gone, old_name = Case(id="kept", input="a"), Case(id="gone", input="b"), Case(id="old", input="c")
    asked = (Message(role="user", content="One?"), Message(role="user", content="Two?"))
    old = dataset(kept, gone, old_name, Case(id="edited", input="Hello there", metadata={"x": 1, "y": 2}))
    new = dataset(
        Case(id="edited", input=asked, metadata={"x": 1, "y": 3}, checks=(CheckSpec(id="r", kind="refusal"),)),
        kept,
        Case(id="new", input="d"),
        replace(old_name, id="young"),
    )
    found = compare_datasets(old, new)
    assert [case.id for case in found.added] == ["new"]
    assert [case.id for case in found.removed] == ["gone"]
    assert found.renamed == (("old", "young"),)
    assert found.unchanged == 1
    (changed,) = found.changed
    assert changed.fields == (
        FieldChange(field="input", before="Hello there", after="user: One?\nuser: Two?"),
        FieldChange(field="metadata.y", before="2", after="3"),
        FieldChange(field="checks", before=None, after='{"id": "r", "kind": "refusal"}'),
    )


def test_what_the_card_says_otherwise() -> None:
    old = replace(CARD, as_of="2026-01-01", segments={"a": "first", "b": "second"})
    new = replace(old, as_of="2026-02-01", segments={"a": "first", "b": "2nd"})
    found = compare_datasets(dataset(card=old), dataset(card=new))
    assert [change.field for change in found.card] == ["as_of", "segments.b"]
    assert not found.same


@given(st.permutations([Case(id=name, input=name) for name in "abcd"]))
def test_the_order_of_cases_says_nothing(cases: list[Case]) -> None:
    found = compare_datasets(dataset(*sorted(cases, key=lambda case: case.id)), dataset(*cases))
    assert found.same
    assert (found.added, found.removed, found.changed, found.unchanged) == ((), (), (), 4)


def test_a_case_without_a_group_keeps_the_hash_it_had_before_there_were_groups() -> None:
    case = Case(id="a", input="Hello")
    assert "group" not in encode(case)
    assert case.version == "2ece69b7b768a008e0b92c9f0efb6ee17285be5e06a1dfc80c9ef7b1e4be0dd1"
    grouped = replace(case, group="g")
    assert grouped.version != case.version
    assert decode(Case, encode(grouped)) == grouped
    assert decode(Case, encode(case)) == case


def test_figures_count_a_group_once() -> None:
    cases = (
        Case(id="a", input="x", group="g", kind="golden", segment="s"),
        Case(id="b", input="xyz", group="g", tags=("t", "t")),
        Case(id="g", input="xxxxx", checks=(CheckSpec(id="1", kind="refusal"), CheckSpec(id="2", kind="refusal"))),
    )
    figures = figures_of(dataset(*cases))
    assert (figures.cases, figures.units) == (3, 2)
    assert figures.kinds_by_segment == {"": {"typical": 2}, "s": {"golden": 1}}
    assert figures.tags == {"t": 1}
    assert figures.checks == {"refusal": 1}
    assert figures.lengths is not None
    assert (figures.lengths.shortest, figures.lengths.median, figures.lengths.longest) == (1, 3, 5)

"""The filter: what it reads, what it says back, and that columns and single rows agree on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.triage import WORDS, decided, rows
from tiebreak.errors import UsageError
from tiebreak.records.triage import CAUSES, STATUSES
from tiebreak.triage import Decided, Filter, TriageRow, View, parse_filter, table_of
from tiebreak.triage.columns import decoded, encoded
from tiebreak.triage.filtering import FIGURES, Bound, Field, Term
from tiebreak.triage.listing import UNDECIDED
from tiebreak.triage.rows import CLASSES

CLOSED: dict[Field, list[str]] = {
    "class": list(CLASSES),
    "status": list(STATUSES),
    "cause": [*CAUSES, "none"],
    "conflict": ["yes", "no"],
    "kind": ["typical", "golden"],
    "judge": ["A", "B", "tie", "none"],
    "human": ["A", "B", "tie", "none"],
}
OPEN: list[Field] = ["check", "worse", "better", "fails", "seg", "tag", "assignee"]


def terms() -> st.SearchStrategy[Term]:
    closed = st.sampled_from(sorted(CLOSED)).flatmap(
        lambda field: st.builds(Term, st.just(field), values(st.sampled_from(CLOSED[field])), st.booleans())
    )
    return closed | st.builds(Term, st.sampled_from(OPEN), values(WORDS | st.just("none")), st.booleans())


def values(words: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words, min_size=1, max_size=2, unique=True).map(tuple)


def bounds() -> st.SearchStrategy[Bound]:
    limits = st.floats(-5, 5, allow_nan=False)
    return st.builds(Bound, st.sampled_from(FIGURES), st.sampled_from([">", ">=", "<", "<="]), limits)


def filters() -> st.SearchStrategy[Filter]:
    words = st.lists(st.sampled_from(["refund", "a:b", "x>2", "Größe", "-no"]), max_size=2).map(" ".join)
    lists = (st.lists(terms(), max_size=3).map(tuple), st.lists(bounds(), max_size=2).map(tuple))
    return st.builds(Filter, *lists, words)


@settings(deadline=None)
@given(filters())
def test_the_text_form_reads_back(wanted: Filter) -> None:
    assert parse_filter(str(wanted)) == wanted


@settings(deadline=None)
@given(rows(), st.dictionaries(st.integers(0, 500), decided(), max_size=5), filters())
def test_columns_and_single_rows_agree(found: list[TriageRow], said: dict[int, Decided], wanted: Filter) -> None:
    view = View.of(decoded(*encoded(table_of(found))), said)
    every = [view.row(place) for place in range(len(view.table))]
    expected = [place for place, row in enumerate(every) if wanted.fits(row, said.get(row.ordinal, UNDECIDED))]
    assert view.places(wanted).tolist() == expected
    assert view.first(wanted, 3) == expected[:3]


def test_a_filter_is_read() -> None:
    wanted = parse_filter('check:json -status:confirmed,fixed seg:"north america" latency>2 cost:..0.01 refund now')
    assert wanted == Filter(
        (
            Term("check", ("json",)),
            Term("status", ("confirmed", "fixed"), negated=True),
            Term("seg", ("north america",)),
        ),
        (Bound("latency", ">", 2.0), Bound("cost", "<=", 0.01)),
        "refund now",
    )


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("segment:eu", "seg:eu"),
        ("class:failed", "class:unchanged_failed"),
        ("is:Unchanged-Passed", "class:unchanged_passed"),
        ("latency>=800ms", "latency>=0.8"),
        ("cost<$0.5", "cost<0.5"),
        ("latency:1..2s", "latency>=1 latency<=2"),
        ('"status:open"', '"status:open"'),
        ("", ""),
    ],
)
def test_other_ways_to_say_it(text: str, means: str) -> None:
    assert str(parse_filter(text)) == means


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("stauts:open", "nothing called “stauts”", "Did you mean “status”?"),
        ("status:opne", "no status is called “opne”", "Did you mean “open”?"),
        ("cause:", "lacks a value", "retrieval"),
        ("latency>fast", "“fast” is no number", "0.5"),
        ("latency:2", "is no range", "latency>2"),
        ("latensy>2", "“latensy” is no figure", "Did you mean “latency”?"),
        ("conflict:maybe", "no conflict is called “maybe”", "yes"),
    ],
)
def test_a_slip_is_told_with_the_way_out(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        parse_filter(text)
    assert hint in (refused.value.hint or "")


def test_a_star_stands_for_the_rest_and_case_does_not_matter() -> None:
    term = Term("seg", ("Nor*",))
    assert term.fits(("north",))
    assert not term.fits(("south",))
    assert Term("seg", ("EU",)).fits(("eu",))


def test_an_unclosed_quote_is_told_as_such() -> None:
    with pytest.raises(UsageError, match="a quote is opened and never closed"):
        parse_filter('seg:"north')
    assert parse_filter('seg:"north america"').terms == (Term("seg", ("north america",)),)


def test_sides_and_judges_are_filtered_by_whom_they_prefer() -> None:
    made = {"kind": "typical", "segment": None, "tags": (), "row_class": "unchanged_passed", "severity": 0.0}
    leaning: list[TriageRow] = [TriageRow(n, judge=lean, **made) for n, lean in enumerate(("A", "B", "tie", None))]  # type: ignore[arg-type]
    view = View.of(table_of(leaning), {})
    for place, words in enumerate(("judge:A", "judge:b", "judge:tie", "judge:none")):
        assert view.places(parse_filter(words)).tolist() == [place]


def test_which_way_a_check_moved_is_told_and_counted() -> None:
    made = {"kind": "typical", "segment": None, "tags": (), "row_class": "regression", "severity": 1.0}
    moved: list[TriageRow] = [
        TriageRow(0, worse=("strict", "json"), **made),  # type: ignore[arg-type]
        TriageRow(1, worse=("strict",), **made),  # type: ignore[arg-type]
        TriageRow(2, better=("strict",), **made),  # type: ignore[arg-type]
    ]
    table = table_of(moved)
    assert table.moves() == {"strict": (2, 1), "json": (1, 0)}
    view = View.of(table, {})
    assert view.places(parse_filter("worse:strict")).tolist() == [0, 1]
    assert view.places(parse_filter("better:strict")).tolist() == [2]

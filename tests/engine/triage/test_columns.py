"""The table of all rows."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.triage import decided, rows
from tiebreak.triage import CLASSES, Decided, TableBuilder, TriageRow, View, table_of
from tiebreak.triage.columns import Table, decoded, encoded
from tiebreak.triage.listing import UNDECIDED


def rows_of(table: Table) -> list[TriageRow]:
    return [table.row(place) for place in range(len(table))]


def in_order(found: list[TriageRow]) -> list[TriageRow]:
    return sorted(found, key=lambda row: (CLASSES.index(row.row_class), -row.severity, row.ordinal))


@settings(deadline=None)
@given(rows())
def test_a_table_has_its_rows_in_the_order_of_the_list(found: list[TriageRow]) -> None:
    table = decoded(*encoded(table_of(found)))
    assert rows_of(table) == in_order(found)
    assert [table.place_of(row.ordinal) for row in in_order(found)] == list(range(len(found)))
    assert table.place_of(501) is None
    assert sum(table.counts().values()) == len(found)


@settings(deadline=None)
@given(rows(), rows())
def test_a_table_brought_up_to_date_is_one_made_anew(before: list[TriageRow], since: list[TriageRow]) -> None:
    builder = TableBuilder()
    builder.take_over(decoded(*encoded(table_of(before))), but=[row.ordinal for row in since])
    for row in since:
        builder.add(row)
    new = {row.ordinal: row for row in before} | {row.ordinal: row for row in since}
    assert rows_of(builder.table()) == in_order(list(new.values()))


@settings(deadline=None)
@given(rows(), st.dictionaries(st.integers(0, 500), decided(), max_size=9), st.data())
def test_decisions_lie_over_the_table(found: list[TriageRow], said: dict[int, Decided], data: st.DataObject) -> None:
    view = View.of(table_of(found), {})
    for ordinal in data.draw(st.permutations(sorted(said))):
        view = view.with_decided({ordinal: said[ordinal]})
    for place, row in enumerate(in_order(found)):
        assert view.decided_at(place) == said.get(row.ordinal, UNDECIDED)


def test_what_is_damaged_or_of_another_format_is_not_read() -> None:
    head, columns = encoded(table_of([TriageRow(3, "typical", None, (), "fix", 1.0)]))
    with pytest.raises(ValueError, match="format"):
        decoded(json.dumps({**json.loads(head), "format": 0}), columns)
    with pytest.raises(ValueError, match="missing"):
        decoded(head, {name: data for name, data in columns.items() if name != "severity"})
    with pytest.raises(ValueError, match="rows instead of 1"):
        decoded(head, {**columns, "severity": columns["severity"] * 2})
    with pytest.raises(ValueError, match="names what is not there"):
        decoded(head, {**columns, "kind": b"\x07"})

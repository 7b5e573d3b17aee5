"""Rows made of two sides are those that each case comes to by itself, also of sides that were kept and read again."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.triage import answer, facts, side
from tiebreak.records.outcomes import Scored
from tiebreak.records.triage import (
    AnswerFacts,
    CaseRows,
    OddCase,
    PairFacts,
    Scores,
    SideBlock,
    SideFacts,
    SideRows,
)
from tiebreak.triage import RowMaker, Table, TableBuilder, add_sides
from tiebreak.triage.packing import packed_labels, packed_side, unpacked_labels, unpacked_side
from tiebreak.triage.sides import CaseLabels, LabelsMaker, Side, SideMaker, joined, joined_labels

_LEAN: Any = st.sampled_from([None, "A", "B", "tie"])
_FIGURE = st.none() | st.floats(0, 5, width=32)
_STATUSES = st.sampled_from(["ok", "empty", "truncated", "error", "imported"])
NAMES = ["json", "short", "pol\ud800ite"]


@st.composite
def _scored(draw: st.DrawFn) -> Scores:
    said: list[Scored] = []
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        status: Any = draw(st.sampled_from(["pass", "fail", "error", "not_applicable"]))
        value = draw(st.none() | st.sampled_from([0.0, 1.0]) | st.floats(0, 1, width=16))
        version = draw(st.sampled_from(["v1", "v2"]))
        if all((one.check_id, one.check_hash) != (name, version) for one in said):
            said.append(Scored(check_id=name, check_hash=version, status=status, value=value))
    return Scores(tuple(said))


_ANSWERS = st.builds(AnswerFacts, st.just(""), _STATUSES, _FIGURE, _FIGURE, _scored())


def _tried(answers: list[AnswerFacts], version: str, why: str | None) -> SideFacts:
    return SideFacts(version, tuple(answers), None if answers else why)


_SIDES = st.none() | st.builds(
    _tried,
    st.lists(_ANSWERS, max_size=3) | st.lists(_ANSWERS, min_size=1, max_size=1),
    st.sampled_from(["same", "same", "same", "edited", "another"]),
    st.sampled_from(["timeout", "rate_limit", None]),
)
_CASES = st.lists(st.tuples(_SIDES, _SIDES, _LEAN, _LEAN), max_size=12)
Cases = list[tuple[SideFacts | None, SideFacts | None, Any, Any]]


def every(cases: Cases) -> list[PairFacts]:
    return [
        facts(a, b, ordinal=2 * n, case_id="", segment="eu" if n % 2 else None, tags=("vip",) * (n % 3 == 0))
        for n, (a, b, _, _) in enumerate(cases)
        if a is not None or b is not None
    ]


def rows_of(cases: Sequence[tuple[int, SideFacts | None]]) -> SideRows:
    """As the store gives them: what is plain in columns, the rest by itself."""
    tried = [(ordinal, one) for ordinal, one in cases if one is not None]
    plain = [(o, one.answers[0]) for o, one in tried if len(one.answers) == 1 and one.case_hash == "same" and o % 8]
    block = SideBlock(
        [one.status for _, one in plain],
        [one.usd for _, one in plain],
        [one.seconds for _, one in plain],
        [one.scores for _, one in plain],
    )
    ordinals = [ordinal for ordinal, _ in plain]
    return SideRows(ordinals, block, [OddCase(o, "same", one) for o, one in tried if o not in ordinals])


def side_of(cases: Cases, which: int, cuts: Sequence[int] = ()) -> Side:
    """One side, in parts."""
    maker = SideMaker()
    numbered = [(2 * n, case[which]) for n, case in enumerate(cases)]
    edges = [0, *sorted(cuts), 2 * len(cases) + 1]
    return joined(
        [maker.part(rows_of([one for one in numbered if start <= one[0] < stop])) for start, stop in pairwise(edges)]
    )


def labels_of(cases: Cases) -> CaseLabels:
    maker = LabelsMaker()
    kinds = [f"kind {n % 2}" for n in range(len(cases))]
    rows = CaseRows(
        [2 * n for n in range(len(cases))],
        ["typical" for _ in kinds],
        ["eu" if n % 2 else None for n in range(len(cases))],
        [("vip",) * (n % 3 == 0) for n in range(len(cases))],
    )
    half = len(cases) // 2
    cut: list[list[Any]] = [[column[:half] for column in rows], [column[half:] for column in rows]]
    return joined_labels([maker.part(CaseRows(*columns)) for columns in cut])


def listed(table: Table) -> list[Any]:
    return [table.row(place) for place in range(len(table))]


def apart(cases: Cases) -> list[Any]:
    builder = TableBuilder()
    for one in every(cases):
        _, _, human, judge = cases[one.ordinal // 2]
        builder.add(RowMaker().row(one, human, judge))
    return listed(builder.table())


def together(cases: Cases, labels: CaseLabels, a: Side, b: Side) -> list[Any]:
    builder = TableBuilder()
    people = {2 * n: human for n, (_, _, human, _) in enumerate(cases) if human is not None}
    judges = {2 * n: judge for n, (_, _, _, judge) in enumerate(cases) if judge is not None}
    add_sides(builder, RowMaker(), labels, a, b, people, judges)
    return listed(builder.table())


@given(_CASES, st.lists(st.integers(0, 24), max_size=2))
def test_rows_of_two_sides_are_those_of_each_case_by_itself(cases: Cases, cuts: list[int]) -> None:
    labels, a, b = labels_of(cases), side_of(cases, 0, cuts), side_of(cases, 1, cuts)
    assert together(cases, labels, a, b) == apart(cases)
    again = [unpacked_side(*packed_side(one)) for one in (a, b)]
    assert together(cases, unpacked_labels(*packed_labels(labels)), *again) == apart(cases)


@given(_CASES, st.sets(st.integers(0, 11)))
def test_a_side_takes_new_cases_in_the_place_of_old_ones(cases: Cases, changed: set[int]) -> None:
    changed = {n for n in changed if n < len(cases)}
    new = SideFacts("same", (AnswerFacts("", "ok", 1.0, 2.0, Scores(())),), None)
    later = [(new, *case[1:]) if n in changed else case for n, case in enumerate(cases)]
    kept = unpacked_side(*packed_side(side_of(cases, 0)))
    ordinals = [2 * n for n in changed]
    fresh = SideMaker().part(rows_of([(ordinal, new) for ordinal in sorted(ordinals)]))
    side = joined([kept.without(ordinals), fresh])
    assert together(later, labels_of(later), side, side_of(later, 1)) == apart(later)
    cut = joined([side.between(0, 7), side.between(7, 100)])
    assert together(later, labels_of(later), cut, side_of(later, 1)) == apart(later)


def test_a_check_in_other_versions_is_told() -> None:
    maker, builder = RowMaker(), TableBuilder()
    other = answer(passed=["json"])
    (score,) = other.scores.scored
    other.scores.scored = (type(score)(check_id="json", check_hash="another", status="pass", value=1.0),)
    cases: Cases = [(side(answer(passed=["json"])), side(other), None, None)]
    add_sides(builder, maker, labels_of(cases), side_of(cases, 0), side_of(cases, 1), {}, {})
    assert list(maker.other_versions) == ["json"]


def _with(head: str, **fields: object) -> str:
    return json.dumps({**json.loads(head), **fields})


def test_what_does_not_fit_is_not_read() -> None:
    scored = answer(scores={"rouge": 0.5})
    cases: Cases = [(side(scored), None, None, None), (side(excluded="timeout"), None, None, None)]
    head, columns = packed_side(side_of(cases, 0))
    assert unpacked_side(head, columns).facts(0).answers[0].scores.scored == scored.scores.scored
    for bad, kept in (
        (_with(head, format=0), columns),
        (_with(head, statuses=["ok"]), columns),
        (_with(head, cases=3), columns),
        (_with(head, answers=2), columns),
        (_with(head, why=[]), columns),
        (_with(head, patterns=[]), columns),
        (head, {**columns, "values": b""}),
        (head, {**columns, "scores": (7).to_bytes(4, "little")}),
        (head, {**columns, "counts": columns["counts"][::-1]}),
        (head, {name: data for name, data in columns.items() if name != "usd"}),
        ("[", columns),
    ):
        with pytest.raises(ValueError):  # noqa: PT011  # of many texts
            unpacked_side(bad, kept)
    head, columns = packed_labels(labels_of(cases))
    for bad, kept in ((_with(head, format=0), columns), (head, {**columns, "tags": (9).to_bytes(8, "little")})):
        with pytest.raises(ValueError):  # noqa: PT011  # as above
            unpacked_labels(bad, kept)

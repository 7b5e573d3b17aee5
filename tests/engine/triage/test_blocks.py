"""Cases taken many at once are the rows that each of them comes to by itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.triage import answer, facts, side
from tiebreak.records.triage import AnswerFacts, PairBlock, PairFacts, SideBlock
from tiebreak.triage import RowMaker, TableBuilder, add_block

_LEAN: Any = st.sampled_from([None, "A", "B", "tie"])
_FIGURE = st.none() | st.floats(0, 5, width=32)


def _answer(passed: set[str], failed: set[str], score: float | None, usd: float | None, status: Any) -> AnswerFacts:
    scores = {} if score is None else {"rouge": score}
    return answer(sorted(passed), sorted(failed - passed), scores=scores, usd=usd, seconds=usd, status=status)


_CHECKS = st.sets(st.sampled_from(["json", "short", "polite"]))
_ANSWERS = st.builds(
    _answer, _CHECKS, _CHECKS, st.none() | st.floats(0, 1, width=16), _FIGURE, st.sampled_from(["ok", "empty"])
)


@given(st.lists(st.tuples(_ANSWERS, _ANSWERS, _LEAN, _LEAN, st.booleans()), max_size=12))
def test_many_at_once_are_each_by_itself(cases: list[tuple[AnswerFacts, AnswerFacts, Any, Any, bool]]) -> None:
    every = [
        facts(a, b, ordinal=n, case_id=f"case-{n}", segment="eu" if n % 2 else None, tags=("vip",) * (n % 3 == 0))
        for n, (a, b, _, _, _) in enumerate(cases)
    ]
    people = {f"case-{n}": human for n, (_, _, human, _, _) in enumerate(cases) if human is not None}
    judges = {f"case-{n}": judge for n, (_, _, _, judge, _) in enumerate(cases) if judge is not None}
    alone = TableBuilder()
    for one in every:
        alone.add(RowMaker().row(one, people.get(one.case_id), judges.get(one.case_id)))
    together = TableBuilder()
    apart = [one for one, (_, _, _, _, odd) in zip(every, cases, strict=True) if odd]
    add_block(together, RowMaker(), _block([one for one in every if one not in apart], apart), people, judges)
    expected, found = alone.table(), together.table()
    assert [found.row(place) for place in range(len(found))] == [expected.row(place) for place in range(len(expected))]


def test_a_check_in_other_versions_is_told_of_a_block_as_well() -> None:
    maker, builder = RowMaker(), TableBuilder()
    other = answer(passed=["json"])
    (score,) = other.scores.scored
    other.scores.scored = (type(score)(check_id="json", check_hash="another", status="pass", value=1.0),)
    add_block(builder, maker, _block([facts(side(answer(passed=["json"])), side(other))], []), {}, {})
    assert list(maker.other_versions) == ["json"]


def _block(plain: list[PairFacts], others: list[PairFacts]) -> PairBlock:
    def column(of: str) -> SideBlock:
        answers = [getattr(one, of).answers[0] for one in plain]
        return SideBlock(
            [one.status for one in answers],
            [one.usd for one in answers],
            [one.seconds for one in answers],
            [one.scores for one in answers],
        )

    return PairBlock(
        [one.ordinal for one in plain],
        [one.case_id for one in plain],
        [one.kind for one in plain],
        [one.segment for one in plain],
        [one.tags for one in plain],
        column("a"),
        column("b"),
        others,
    )

"""Delta debugging against causes of every shape, and oracles that waver."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.triage.bisecting import (
    Outcome,
    Reduction,
    Rule,
    likely_tries,
    most_tries,
    one_sided,
    reproduced,
    rule_between,
    split,
)

COUNTS = st.integers(1, 24)


def reduce_by(count: int, *causes: frozenset[int]) -> Reduction:
    search = Reduction(count)
    tried = 0
    while search.wanted is not None:
        tried += 1
        search.tell("fail" if any(cause <= search.wanted for cause in causes) else "pass")
    assert tried <= most_tries(count)
    return search


@settings(deadline=None)
@given(COUNTS, st.data())
def test_a_single_cause_is_found_by_halves(count: int, data: st.DataObject) -> None:
    cause = data.draw(st.integers(0, count - 1))
    search = Reduction(count)
    tried = 0
    while search.wanted is not None:
        search.tell("fail" if cause in search.wanted else "pass")
        tried += 1
    assert search.best == {cause}
    assert tried <= likely_tries(count)


@settings(deadline=None)
@given(COUNTS, st.data())
def test_parts_that_cause_it_only_together_are_found_together(count: int, data: st.DataObject) -> None:
    cause = frozenset(data.draw(st.sets(st.integers(0, count - 1), min_size=1)))
    assert reduce_by(count, cause).best == cause


@settings(deadline=None)
@given(COUNTS, st.data())
def test_of_several_causes_one_is_found_whole(count: int, data: st.DataObject) -> None:
    some = st.frozensets(st.integers(0, count - 1), min_size=1)
    causes = data.draw(st.lists(some, min_size=1, max_size=3))
    best = reduce_by(count, *causes).best
    assert best in causes
    assert not any(cause < best for cause in causes)


@settings(deadline=None)
@given(st.integers(1, 7), st.data())
def test_whatever_fails_the_end_fails_and_no_part_can_be_left_out(count: int, data: st.DataObject) -> None:
    """Also where more of a change fails less, and where some of it cannot be tried."""
    every = [frozenset(some) for size in range(1, count) for some in combinations(range(count), size)]
    outcomes: dict[frozenset[int], Outcome] = {
        parts: data.draw(st.sampled_from(["fail", "pass", "unresolved"])) for parts in every
    }
    outcomes[frozenset()], outcomes[frozenset(range(count))] = "pass", "fail"
    search = Reduction(count)
    asked: list[frozenset[int]] = []
    while search.wanted is not None:
        asked.append(search.wanted)
        search.tell(outcomes[search.wanted])
        assert outcomes[search.best] == "fail"
    assert len(asked) == len(set(asked)) <= most_tries(count)
    assert all(outcomes[search.best - {part}] != "fail" for part in search.best)


@settings(deadline=None)
@given(st.integers(1, 16), st.integers(0, 2**32), st.data())
def test_an_oracle_that_wavers_still_lets_it_end(count: int, seed: int, data: st.DataObject) -> None:
    chance = Random(seed)  # no secret
    search, tried = Reduction(count), 0
    failed = {frozenset(range(count))}
    while search.wanted is not None:
        wanted, fails = search.wanted, chance.random() < 0.5
        if fails:
            failed.add(wanted)
        search.tell("fail" if fails else "pass")
        tried += 1
    assert search.best in failed
    assert tried <= most_tries(count)


def test_the_search_may_be_left_at_any_time() -> None:
    search = Reduction(8)
    assert search.best == frozenset(range(8))
    assert search.wanted == {0, 1, 2, 3}
    search.tell("fail")
    assert search.best == {0, 1, 2, 3}
    ended = Reduction(1)
    assert ended.done
    with pytest.raises(ValueError, match="over"):
        ended.tell("fail")


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, unique=True), st.integers(1, 40))
def test_pieces_are_whole_even_and_in_order(parts: list[int], pieces: int) -> None:
    cut = split(parts, pieces)
    assert len(cut) == min(pieces, len(parts))
    assert {len(piece) for piece in cut} <= {len(parts) // len(cut), len(parts) // len(cut) + 1}
    assert frozenset().union(*cut) == frozenset(parts)
    assert sum(map(len, cut)) == len(parts)


@settings(deadline=None)
@given(st.integers(1, 9), st.data())
def test_stopping_early_says_what_all_answers_would(of: int, data: st.DataObject) -> None:
    rule = Rule(of, data.draw(st.integers(1, of)))
    answers = data.draw(st.lists(st.booleans(), min_size=of, max_size=of))
    fails = passes = 0
    while (more := rule.fewest_more(fails, passes)) > 0:
        for failed in answers[fails + passes : fails + passes + more]:
            fails, passes = fails + failed, passes + (not failed)
    assert fails + passes <= of
    assert rule.outcome(fails, passes) == ("fail" if sum(answers) >= rule.at_least else "pass")


def test_a_rule_lies_half_way() -> None:
    assert rule_between(0, 3, 3) == Rule(3, 2)
    assert rule_between(0, 1, 1) == Rule(1, 1)
    assert rule_between(1, 4, 5) == Rule(5, 3)
    assert rule_between(2, 3, 3) == Rule(3, 3)


def test_the_exact_test_has_the_figures_of_the_tables() -> None:
    assert one_sided(0, 3, 3) == pytest.approx(0.05)
    assert one_sided(0, 4, 4) == pytest.approx(1 / 70)
    assert one_sided(1, 3, 4) == pytest.approx(17 / 70)  # Fisher's tea
    assert one_sided(0, 0, 5) == 1


def test_what_counts_as_reproduced() -> None:
    assert reproduced(0, 1, 1)
    assert reproduced(0, 2, 3)
    assert not reproduced(0, 1, 3)
    assert not reproduced(2, 2, 3)
    assert not reproduced(3, 0, 3)
    assert reproduced(0, 8, 20)  # less than half, and yet not by chance
    assert not reproduced(0, 0, 0)

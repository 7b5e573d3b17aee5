"""Cases whose verdicts rest on one reply are one unit, however they are linked."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tiebreak.calibration.agreeing import Pair, agreement, standing
from tiebreak.calibration.units import joint_units

CASES = st.lists(st.tuples(st.integers(0, 5), st.frozensets(st.sampled_from("abcdef"), max_size=2)), max_size=9)


@given(CASES)
def test_cases_are_one_unit_exactly_where_a_chain_of_shared_units_and_origins_links_them(
    cases: list[tuple[int, frozenset[str]]],
) -> None:
    found = joint_units([unit for unit, _ in cases], [origins for _, origins in cases])
    linked = {(n, n) for n in range(len(cases))}
    for one, other in combinations(range(len(cases)), 2):
        if cases[one][0] == cases[other][0] or cases[one][1] & cases[other][1]:
            linked |= {(one, other), (other, one)}
    for middle in range(len(cases)):  # the links of links, after Warshall
        linked |= {(a, b) for a in range(len(cases)) for b in range(len(cases)) if {(a, middle), (middle, b)} <= linked}
    assert {(a, b) for a in range(len(cases)) for b in range(len(cases)) if found[a] == found[b]} == linked


@given(st.integers(1, 12), st.integers(1, 4))
def test_a_verdict_that_was_taken_over_adds_no_unit(asked: int, sessions: int) -> None:
    pairs = [
        Pair("A", "A", group=(session, n), origins=frozenset((f"ab{n}", f"ba{n}")))
        for session in range(sessions)
        for n in range(asked)
    ]
    whole = agreement(pairs, ("A", "tie", "B"))
    assert (whole.units, whole.n) == (asked, asked * sessions)
    assert standing(pairs).units == asked
    alone = agreement(pairs[:asked], ("A", "tie", "B"))
    assert (whole.low, whole.high, whole.gate.status) == (alone.low, alone.high, alone.gate.status)

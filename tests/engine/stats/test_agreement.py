"""Tables of agreement, κ, AC1, many raters, and the bootstrap: what must hold whatever the labels."""

import math
import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import cohen_kappa, gwet_ac1, weighted_kappa
from tiebreak.stats.raters import alpha_interval, fleiss_kappa, krippendorff_alpha
from tiebreak.stats.resampling import bootstrap

LABELS = ("A", "tie", "B")
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), max_size=60)
TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3)
RATINGS = st.lists(
    st.tuples(*[st.sampled_from([None, 1.0, 2.0, 4.0])] * 3), min_size=1, max_size=20
)  # a case each, three raters


def by_rater(cases: list[tuple[float | None, ...]]) -> list[list[float | None]]:
    return [list(row) for row in zip(*cases, strict=True)]


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_a_table_counts_every_case_once(pairs: list[tuple[str, str]]) -> None:
    table = Confusion.of(pairs, LABELS)
    assert table.n == len(pairs) == sum(table.of_people) == sum(table.of_judge)
    assert table.agreed == sum(one == other for one, other in pairs)
    constant = table.constant
    if not pairs:
        assert constant is None
    else:
        assert constant is not None
        assert constant.agreed == max(sum(human == label for human, _ in pairs) for label in LABELS)
        assert constant.share == constant.agreed / len(pairs)


def test_a_table_refuses_labels_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="'C'"):
        Confusion.of([("A", "C")], LABELS)
    with pytest.raises(ValueError, match="twice"):
        Confusion.of([], ("A", "A"))


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_kappa_is_that_of_the_definition_in_fractions(table: list[list[int]]) -> None:
    n = sum(map(sum, table))
    found = cohen_kappa(table)
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    chance = Fraction(sum(a * b for a, b in zip(rows, columns, strict=True)), n * n) if n else Fraction(1)
    if chance == 1:
        assert found is None
        assert weighted_kappa(table) is None
        return
    assert found is not None
    exact = (Fraction(sum(table[k][k] for k in range(3)), n) - chance) / (1 - chance)
    assert found.value == pytest.approx(float(exact), abs=1e-12)
    assert found.se >= 0
    squares = [[(i - j) ** 2 for j in range(3)] for i in range(3)]
    seen = Fraction(sum(squares[i][j] * table[i][j] for i in range(3) for j in range(3)), n)
    luck = Fraction(sum(squares[i][j] * rows[i] * columns[j] for i in range(3) for j in range(3)), n * n)
    assert weighted_kappa(table) == pytest.approx(float(1 - seen / luck), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_figures_of_agreement_do_not_ask_who_is_who(table: list[list[int]]) -> None:
    turned = [list(column) for column in zip(*table, strict=True)]
    one, other = cohen_kappa(table), cohen_kappa(turned)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.value, one.se) == pytest.approx((other.value, other.se), abs=1e-9)
    assert gwet_ac1(table) == pytest.approx(gwet_ac1(turned))
    renamed = [[table[i][j] for j in (2, 0, 1)] for i in (2, 0, 1)]
    assert gwet_ac1(table) == pytest.approx(gwet_ac1(renamed))


def test_with_skewed_labels_kappa_falls_and_ac1_does_not() -> None:
    skewed, balanced = [[5, 5], [5, 85]], [[45, 5], [5, 45]]
    found = [cohen_kappa(table) for table in (skewed, balanced)]
    assert [round(one.value, 2) for one in found if one is not None] == [0.44, 0.8]
    assert [round(gwet_ac1(table) or 0, 2) for table in (skewed, balanced)] == [0.88, 0.8]


@pytest.mark.parametrize("table", [[[1, 2]], [[1, 2], [3]], [[1, -1], [0, 2]]])
def test_what_is_no_table_of_agreement_is_refused(table: list[list[int]]) -> None:
    for figure in (cohen_kappa, weighted_kappa, gwet_ac1):
        with pytest.raises(ValueError, match=r"as many columns as rows|not negative"):
            figure(table)


def test_without_a_case_or_a_choice_there_is_no_figure() -> None:
    assert (cohen_kappa([]), weighted_kappa([]), gwet_ac1([])) == (None, None, None)
    assert gwet_ac1([[7]]) is None
    assert cohen_kappa([[0, 0], [0, 9]]) is None
    assert (fleiss_kappa([]), fleiss_kappa([[3, 0], [3, 0]])) == (None, None)
    with pytest.raises(ValueError, match="power"):
        weighted_kappa([[1, 0], [0, 1]], -1)


# -- many raters


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.sampled_from(["nominal", "interval"]))
def test_alpha_is_that_of_all_pairs_of_ratings(cases: list[tuple[float | None, ...]], level: str) -> None:
    """Krippendorff's own definition: the disagreement of pairs within a case over that of all pairs of ratings."""

    def far(a: float, b: float) -> float:
        return float(a != b) if level == "nominal" else (a - b) ** 2

    units = [[value for value in case if value is not None] for case in cases]
    units = [unit for unit in units if len(unit) > 1]
    everything = [value for unit in units for value in unit]
    n = len(everything)
    within = math.fsum(2 * far(a, b) / (len(unit) - 1) for unit in units for a, b in combinations(unit, 2))
    overall = math.fsum(2 * far(a, b) for a, b in combinations(everything, 2))
    found = krippendorff_alpha(by_rater(cases), "nominal" if level == "nominal" else "interval")
    if overall == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - (n - 1) * within / overall, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.lists(st.integers(-9, 9), min_size=3, max_size=3, unique=True).map(sorted))
def test_ordinal_alpha_asks_for_the_order_alone(cases: list[tuple[float | None, ...]], steps: list[int]) -> None:
    names = dict(zip((1.0, 2.0, 4.0), map(float, steps), strict=True))
    renamed = [tuple(None if value is None else names[value] for value in case) for case in cases]
    one = krippendorff_alpha(by_rater(cases), "ordinal")
    assert one == pytest.approx(krippendorff_alpha(by_rater(renamed), "ordinal"))


def test_raters_have_to_fit() -> None:
    with pytest.raises(ValueError, match="same number of raters"):
        fleiss_kappa([[2, 1], [1, 1]])
    with pytest.raises(ValueError, match="same number of raters"):
        fleiss_kappa([[1, 0], [0, 1]])
    with pytest.raises(ValueError, match="None"):
        krippendorff_alpha([[1, 2], [1]], "nominal")
    assert krippendorff_alpha([[1, None], [None, 2]], "nominal") is None
    assert alpha_interval([[1, None], [None, 2]], "nominal") is None


def test_the_interval_of_alpha_holds_the_figure_and_draws_pairable_cases_only() -> None:
    rng = random.Random(4)
    truth = [rng.choice([1.0, 2.0, 3.0]) for _ in range(80)]
    rows: list[list[float | None]] = [
        [value if rng.random() < 0.8 else rng.choice([1.0, 2.0, 3.0]) for value in truth] for _ in range(3)
    ]
    alone = 5
    rows = [[*row, *([1.0 if index == 0 else None] * alone)] for index, row in enumerate(rows)]
    found, interval = krippendorff_alpha(rows, "nominal"), alpha_interval(rows, "nominal")
    assert found is not None
    assert interval is not None
    assert interval.units == 80
    assert interval.low < found < interval.high
    assert interval == alpha_interval(rows, "nominal")
    assert interval != alpha_interval(rows, "nominal", seed=2)


# -- the bootstrap


def test_the_bootstrap_of_a_mean_is_near_its_t_interval() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(5, 2, 200)
    parts = np.column_stack([values, np.ones(200)])
    found = bootstrap(parts, lambda sums: float(sums[0] / sums[1]), draws=4000)
    assert found is not None
    reach = 1.96 * float(values.std(ddof=1)) / math.sqrt(200)
    assert (found.low, found.high) == pytest.approx((values.mean() - reach, values.mean() + reach), abs=0.05)


def test_units_with_the_same_part_may_be_given_once() -> None:
    parts = np.array([[1.0, 0.0], [0.0, 1.0]])
    found = bootstrap(parts, lambda sums: float(sums[0] / sums.sum()), times=[60, 40], draws=4000)
    apart = bootstrap(np.repeat(parts, [60, 40], axis=0), lambda sums: float(sums[0] / sums.sum()), draws=4000)
    assert found is not None
    assert apart is not None
    assert found.units == apart.units == 100
    assert (found.low, found.high) == pytest.approx((apart.low, apart.high), abs=0.011)


def test_where_too_many_draws_have_no_figure_there_is_no_interval() -> None:
    parts = np.array([[1.0, 0.0], [0.0, 1.0]])

    def kept(sums: np.ndarray) -> float | None:
        return float(sums[0]) if sums[1] else None

    assert bootstrap(parts, kept, times=[9, 1]) is None
    some = bootstrap(parts, kept, times=[36, 4])
    assert some is not None
    assert 0 < some.undefined < 0.05 * some.draws
    assert bootstrap(parts, kept, times=[4, 1]) is None
    with pytest.raises(ValueError, match="each part"):
        bootstrap(parts, kept, times=[4])

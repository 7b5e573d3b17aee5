"""Agreement of a judge with people, its gate, and what is said when the figures are not to be trusted."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.calibration import Pair, agreement, agreement_by_segment, agreement_gate
from tiebreak.stats.confidence_sequence import Histogram
from tiebreak.stats.kappa import cohen_kappa

LABELS = ("A", "tie", "B")


def pairs_of(table: list[list[int]], labels: tuple[object, ...]) -> list[Pair]:
    """One pair a case, from rows of people's labels and columns of the judge's."""
    return [
        Pair(labels[row], labels[column])
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


def agreed(good: int, n: int) -> Histogram:
    return Histogram((0.0, 1.0), (n - good, good))


@pytest.mark.parametrize(("good", "n"), [(47, 50), (91, 100), (176, 200)])
def test_what_passes_the_gate_of_80_percent(good: int, n: int) -> None:
    assert agreement_gate(agreed(good, n)).status == "pass"
    short = agreement_gate(agreed(good - 1, n))
    assert short.status == "pending"
    assert short.needed is not None
    assert agreement_gate(agreed(good - 1 + short.needed, n + short.needed)).status == "pass"
    assert agreement_gate(agreed(good - 2 + short.needed, n + short.needed - 1)).status == "pending"
    assert str(short.needed) in short.reason


def test_a_bad_judge_fails_and_one_on_the_limit_is_left_open() -> None:
    assert agreement_gate(agreed(55, 100)).status == "fail"
    assert agreement_gate(agreed(80, 100)).status == "pending"
    assert agreement_gate(agreed(80, 100), least=0.6).status == "pass"
    for least in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            agreement_gate(agreed(1, 1), least=least)


def test_with_every_verdict_excluded_it_is_pending_with_the_reason() -> None:
    found = agreement([Pair("A", None)] * 12, LABELS)
    assert (found.n, found.excluded, found.share, found.kappa, found.ac1) == (0, 12, None, None, None)
    assert (found.low, found.high, found.share_of_all) == (0, 1, 0)
    assert found.gate.status == "pending"
    assert "any of 12 cases" in found.gate.reason
    assert found.better_than_constant is None
    assert agreement([], LABELS).gate.reason == "nothing to compare: no case has both a label and a verdict"


def test_the_figures_are_those_of_the_table() -> None:
    table = [[70, 4, 3], [5, 20, 6], [2, 3, 37]]
    found = agreement(pairs_of(table, LABELS), LABELS)
    assert [list(row) for row in found.confusion.counts] == table
    assert found.share == pytest.approx(127 / 150)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.7500362266338212)
    assert found.ac1 == pytest.approx(0.77889, abs=1e-5)
    assert found.confusion.constant == ("A", 77, 77 / 150)
    assert found.better_than_constant
    assert (found.quadratic, found.quadratic_interval, found.cautions) == (None, None, ())


def test_the_bootstrap_of_kappa_is_about_as_wide_as_its_error_says() -> None:
    table = [[70, 4, 3], [5, 20, 6], [2, 3, 37]]
    found = agreement(pairs_of(table, LABELS), LABELS, draws=2000)
    assert found.kappa is not None
    assert found.kappa_interval is not None
    assert found.kappa_interval.undefined == 0
    width = found.kappa_interval.high - found.kappa_interval.low
    assert width == pytest.approx(2 * 1.96 * found.kappa.se, rel=0.1)
    assert found.kappa_interval.low < found.kappa.value < found.kappa_interval.high


def test_scales_have_a_quadratic_kappa_with_an_interval() -> None:
    table = [[5, 2, 0, 0, 0], [1, 8, 3, 1, 0], [0, 4, 15, 5, 1], [0, 1, 6, 25, 6], [0, 0, 1, 7, 29]]
    found = agreement(pairs_of(table, (1, 2, 3, 4, 5)), (1, 2, 3, 4, 5), scale=True)
    assert found.quadratic == pytest.approx(0.8486759142496847)
    assert found.quadratic is not None
    assert found.quadratic_interval is not None
    assert found.quadratic_interval.low < found.quadratic < found.quadratic_interval.high
    assert found.kappa is not None
    assert found.kappa.value < found.quadratic


def test_cautions_say_what_not_to_trust() -> None:
    found = agreement([*pairs_of([[7, 3], [5, 45]], ("bad", "good")), *[Pair("good", None)] * 3], ("bad", "good"))
    said = "\n".join(found.cautions)
    assert "3 of 63 cases are left out" in said
    assert "only 60 independent labels" in said
    assert "83 % of people's labels are “good”: read AC1" in said
    assert "would agree in" not in said
    assert found.share_of_all == pytest.approx(52 / 63)
    lazy = agreement(pairs_of([[0, 15], [0, 85]], ("bad", "good")), ("bad", "good"))
    assert lazy.better_than_constant is False
    assert "a judge that always says “good” would agree in 85 %" in lazy.cautions
    assert lazy.kappa is not None
    assert lazy.kappa.value == 0


def test_cases_of_one_document_are_one_unit() -> None:
    rng = random.Random(5)
    single = [Pair("A", "A" if rng.random() < 0.9 else "B") for _ in range(60)]
    copied = [pair._replace(group=number) for number, pair in enumerate(single) for _ in range(5)]
    alone, grouped = agreement(single, LABELS), agreement(copied, LABELS)
    assert (grouped.units, grouped.n) == (60, 300)
    assert (grouped.low, grouped.high, grouped.gate) == (alone.low, alone.high, alone.gate)
    loose = agreement([pair._replace(group=None) for pair in copied], LABELS)
    assert loose.high - loose.low < grouped.high - grouped.low


def test_the_bootstrap_draws_documents_not_cases() -> None:
    rng = random.Random(6)
    single = [Pair(human, human if rng.random() < 0.8 else rng.choice(LABELS)) for human in LABELS * 25]
    copied = [pair._replace(group=number) for number, pair in enumerate(single) for _ in range(4)]
    alone, grouped = agreement(single, LABELS).kappa_interval, agreement(copied, LABELS).kappa_interval
    loose = agreement([pair._replace(group=None) for pair in copied], LABELS).kappa_interval
    assert alone is not None
    assert grouped is not None
    assert loose is not None
    assert (grouped.low, grouped.high, grouped.units) == (alone.low, alone.high, 75)
    assert loose.high - loose.low < 0.7 * (grouped.high - grouped.low)


def test_segments_are_looked_at_apart() -> None:
    pairs = [*[Pair("A", "A", "billing")] * 50, *[Pair("A", "B", "legal")] * 30, *[Pair("B", "B")] * 20]
    found = agreement_by_segment(pairs, LABELS)
    assert list(found) == ["billing", "legal"]
    assert [one.gate.status for one in found.values()] == ["pass", "fail"]
    assert sum(one.n for one in found.values()) == 80


def test_labels_have_to_be_known_and_more_than_one() -> None:
    with pytest.raises(ValueError, match="not among the labels"):
        agreement([Pair("A", "C")], LABELS)
    with pytest.raises(ValueError, match="at least two"):
        agreement([], ("A",))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, None])), max_size=40))
def test_nothing_is_lost_and_the_order_of_cases_does_not_matter(rows: list[tuple[str, str | None]]) -> None:
    pairs = [Pair(human, judge) for human, judge in rows]
    found = agreement(pairs, LABELS, draws=20)
    assert found.n + found.excluded == len(rows)
    assert agreement(pairs[::-1], LABELS, draws=20) == found
    assert found.kappa == cohen_kappa(found.confusion.counts)
    if found.share is not None:
        assert found.low - 1e-9 <= found.share <= found.high + 1e-9

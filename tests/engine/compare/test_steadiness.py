"""How steadily a side succeeds over samples and variants."""

import itertools
from statistics import fmean

import pytest

from tiebreak.compare.steadiness import Successes, VariantEffect, sample_spread, variant_effect
from tiebreak.metrics.examples import item
from tiebreak.records import Case


@pytest.mark.parametrize("right", [[True, False], [True] * 3, [True, True, False], [True, False, False, True, False]])
def test_the_flip_rate_is_the_share_of_pairs_that_disagree(right: list[bool]) -> None:
    pairs = list(itertools.combinations(right, 2))
    spread = sample_spread([right])
    assert spread is not None
    assert spread.flip_rate == pytest.approx(fmean(a != b for a, b in pairs))
    assert (spread.cases, spread.unsteady) == (1, int(len(set(right)) > 1))


def test_cases_with_one_sample_tell_nothing_of_spread() -> None:
    assert sample_spread([[True], [False]]) is None
    assert sample_spread([[True], [True, False], [True, True]]) == (2, 1, 0.5)


def test_the_interval_of_one_variant_a_source_is_that_of_a_paired_t_test() -> None:
    source, variant = [1.0, 1.0, 0.5, 0.0, 1.0], [1.0, 0.0, 0.5, 0.0, 0.5]
    effect = variant_effect("typos", [(f"c{n}", s, v) for n, (s, v) in enumerate(zip(source, variant, strict=True))])
    # Differences 0, −1, 0, 0, −½: mean −0.3, variance 0.2, so a standard error of 0.2; t(0.975, 4) = 2.776445.
    assert effect.interval == pytest.approx((-0.3 - 0.2 * 2.776445, -0.3 + 0.2 * 2.776445), abs=1e-6)
    assert (effect.n, effect.sources, effect.difference) == (5, 5, pytest.approx(-0.3))


def test_copies_of_one_source_count_as_one_for_the_error() -> None:
    pairs = [("a", 1.0, 0.0), ("b", 1.0, 1.0), ("c", 0.0, 0.0)]
    once, twice = variant_effect("typos", pairs), variant_effect("typos", pairs * 2)
    assert (twice.n, twice.sources) == (6, 3)
    assert twice.interval == pytest.approx(once.interval)
    assert variant_effect("typos", pairs[:1]).interval is None


def case(case_id: str, source: str | None = None, kind: str = "typos") -> Case:
    metadata = {"variant": {"source": source, "kind": kind}} if source is not None else {}
    return Case(id=case_id, input="q", reference="yes", metadata=metadata)


def test_only_what_is_known_of_both_sides_counts() -> None:
    cases = [case("a"), case("a~t", "a"), case("b"), case("b~t", "b"), case("c~t", "c"), case("a~p", "a", "padding")]
    said = {"a": ["yes", "no"], "a~t": ["no"], "b": [], "b~t": ["yes"], "c~t": ["yes"], "a~p": ["yes", "yes"]}
    successes = Successes(cases)
    for one in cases:
        for text in said[one.id]:
            example = item(text, reference="yes")
            successes.add(type(example)(case=one, response=example.response))
    steady = successes.steadiness()
    assert steady.samples == (2, 1, 0.5)
    assert steady.variants == (
        VariantEffect("typos", 1, 1, 0.5, 0.0, -0.5, None),
        VariantEffect("padding", 1, 1, 0.5, 1.0, 0.5, None),
    )

"""Metrics of an arm: the case is the unit, samples first, and nothing is left out in silence."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.metrics import Item, find_metric
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.sacrebleu_scores import corpus_score
from tiebreak.metrics.summary import MetricFigures, Summary
from tiebreak.records import Case


def answer(case: Case, text: str, sample: int = 0, **rest: Any) -> Item:
    made = item(text, **rest)
    return replace(made, case=case, response=replace(made.response, case_id=case.id, sample=sample))


def figures(names: str, cases: list[Case], items: list[Item]) -> dict[str, MetricFigures]:
    summary = Summary([find_metric(name) for name in names.split()], cases)
    for one in items:
        summary.add(one)
    return {one.name: one for one in summary.figures()}


CASES = [
    Case(id="a", input="q", reference="yes", segment="x"),
    Case(id="b", input="q", reference="no", segment="x"),
    Case(id="c", input="q", reference="no", segment="y"),
    Case(id="d", input="q", segment="y"),
    Case(id="e", input="q", reference="no"),
]
A, B, C, D, E = CASES


def test_samples_are_averaged_before_cases() -> None:
    items = [answer(A, "yes", 0), answer(A, "no", 1), answer(B, "no"), answer(C, "yes"), answer(D, "yes")]
    found = figures("exact_match", CASES, items)["exact_match"]
    assert found.whole.value == pytest.approx((0.5 + 1 + 0) / 3)
    assert (found.whole.n, found.whole.planned) == (3, 5)
    assert found.whole.missing == {"not applicable: no reference": 1, "there is no answer": 1}
    assert {name: (figure.value, figure.n) for name, figure in found.segments.items()} == {"x": (0.75, 2), "y": (0, 1)}


def test_a_broken_answer_is_counted() -> None:
    cut = answer(A, "yes")
    cut = replace(cut, response=replace(cut.response, status="truncated"))
    found = figures("exact_match edit_distance accuracy macro_recall", [A], [cut])
    values = [found[name].whole.value for name in ("exact_match", "edit_distance", "accuracy", "macro_recall")]
    assert values == [0, 1, 0, 0]
    assert found["accuracy"].confusion["yes"]["(no answer)"] == 1


def test_a_figure_of_a_set_is_made_from_one_answer_of_each_case_at_a_time() -> None:
    items = [answer(A, "yes", 0), answer(A, "no", 1), answer(B, "no"), answer(C, "no")]
    found = figures("macro_recall accuracy", [A, B, C], items)
    assert found["macro_recall"].whole.value == pytest.approx((1.0 + 0.5) / 2)
    assert found["accuracy"].confusion == {
        "no": {"no": 2, "yes": 0, "(another)": 0, "(no answer)": 0},
        "yes": {"no": 0.5, "yes": 0.5, "(another)": 0, "(no answer)": 0},
    }
    assert found["macro_recall"].segments["y"].value == 1.0


def test_bleu_of_a_set_is_no_mean() -> None:
    pairs = [("the cat sat on the mat", "the cat sat on a mat"), ("a b c d e", "a b c d")]
    cases = [Case(id=str(n), input="q", reference=reference) for n, (_, reference) in enumerate(pairs)]
    items = [answer(case, text) for case, (text, _) in zip(cases, pairs, strict=True)]
    found = figures("corpus_bleu bleu", cases, items)
    assert found["corpus_bleu"].whole.value == corpus_score("bleu", [(text, (reference,)) for text, reference in pairs])
    assert found["corpus_bleu"].whole.value != pytest.approx(found["bleu"].whole.value)


def test_pass_at_k_takes_all_samples_of_a_case_together() -> None:
    items = [answer(D, "", n, passed=n < 3) for n in range(10)] + [answer(E, "", 0, passed=True)]
    found = figures("pass@1 pass@5", CASES, items)
    assert found["pass@1"].whole.value == pytest.approx((0.3 + 1) / 2)
    assert found["pass@5"].whole.value == pytest.approx(1 - 1 / 12)
    assert found["pass@5"].whole.missing == {"there is no answer": 3, "not applicable: fewer than 5 samples": 1}


@given(
    st.permutations([(case, text, sample) for case in CASES for sample, text in enumerate(("yes", "no, yes", "no"))])
)
def test_the_order_of_the_answers_says_nothing(order: list[tuple[Case, str, int]]) -> None:
    names = "token_f1 macro_f1 accuracy corpus_chrf pass@2"
    known = sorted(order, key=lambda one: (one[0].id, one[2]))
    first, second = (figures(names, CASES, [answer(*one) for one in each]) for each in (known, order))
    assert first == second

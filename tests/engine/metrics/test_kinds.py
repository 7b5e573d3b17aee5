"""What the formulas do at their edges."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.metrics import AnswerMetric, Item, Metric, Score, SetMetric, find_metric, lacks, measure, metrics
from tiebreak.metrics.claims import ClaimLabels, claim_labels
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.classification import Pair, confusion
from tiebreak.metrics.kinds.pass_at_k import pass_at_k
from tiebreak.metrics.kinds.tool_calls import same_value
from tiebreak.metrics.stated import stated
from tiebreak.records import Context, ExpectedCall

OF_ANSWERS = [metric for metric in metrics().values() if isinstance(metric, AnswerMetric)]


def figure_of(name: str, parts: Sequence[Any]) -> float | None:
    metric = find_metric(name).metric
    assert isinstance(metric, SetMetric)
    return metric.of_set(parts)


def score(name: str, subject: Item) -> Score:
    found = find_metric(name)
    assert isinstance(found.metric, AnswerMetric)
    return measure(found.metric, found.k, subject)


def broken(subject: Item, **fields: Any) -> Item:
    return replace(subject, response=replace(subject.response, **({"status": "truncated"} | fields)))


@pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.name)
def test_what_is_missing_is_said_and_a_broken_answer_scores_the_worst(metric: Metric) -> None:
    whole = metric.example.items[0]
    assert lacks(metric, whole) is None
    excluded = broken(whole, status="error", fault="infra")
    assert lacks(metric, excluded) == "there is no answer"
    assert lacks(metric, broken(whole, status="imported")) == "the label came without its answer"
    bare = item(whole.response.text)
    if metric.needs:
        assert str(lacks(metric, bare)).startswith("not applicable: ")
    if isinstance(metric, AnswerMetric):
        assert measure(metric, 5, broken(whole)).value == metric.worst
        assert measure(metric, 5, excluded).value is None


@pytest.mark.parametrize("metric", OF_ANSWERS, ids=lambda metric: metric.name)
@given(text=st.text(st.characters(), max_size=120), reference=st.text(max_size=40), data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_metric_raises_on_any_text_and_every_score_is_a_share(
    metric: AnswerMetric, text: str, reference: str, data: st.DataObject
) -> None:
    ids = data.draw(st.lists(st.sampled_from(["a", "b", "b#1", "c"]), max_size=4))
    whole = metric.example.items[0]
    case = replace(
        whole.case, reference=reference, accepted=("x",), points=(reference, "1"), relevant=("b", "c"), expect="refuse"
    )
    contexts = tuple(Context(id=name, text=reference) for name in ids)
    subject = replace(whole, case=case, response=replace(whole.response, text=text, contexts=contexts))
    found = measure(metric, 3, subject)
    assert found.value is None or (math.isfinite(found.value) and (metric.worst is None or 0 <= found.value <= 1))
    assert found.value is not None or found.detail


def test_the_best_accepted_answer_counts() -> None:
    subject = item("in 2 days", reference="two days", accepted=("in 2 days",))
    for name in ("exact_match", "token_f1", "rouge_l", "bleu", "chrf", "fuzzy_similarity", "accuracy"):
        assert score(name, subject).value == pytest.approx(1.0), name
    assert score("edit_distance", subject) == (0.0, "0 edits")
    assert score("exact_match", item("x", accepted=("x",))).value == 1.0


def test_squad_form_leaves_out_case_punctuation_and_articles() -> None:
    assert score("exact_match", item(" The  Nile!", reference="a nile")).value == 1.0
    assert score("token_f1", item("...", reference="the")).value == 1.0
    assert score("token_f1", item("", reference="two")).value == 0.0


def test_rouge_says_nothing_of_another_script() -> None:
    assert score("rouge_1", item("猫", reference="猫")) == (
        None,
        "not applicable: the reference has no Latin letter or digit",
    )
    assert score("rouge_1", item("猫", reference="cat")).value == 0.0


@pytest.mark.parametrize(
    ("text", "answer", "confidence"),
    [
        ('{"label": "spam", "confidence": 0.8}', "spam", 0.8),
        ('```json\n{"answer": "spam", "confidence": 1}\n```', "spam", 1.0),
        ('{"label": 3}', "3", None),
        ('{"confidence": true, "label": "a"}', "a", None),
        ('{"confidence": 7, "label": "a"}', "a", None),
        ("spam\n**Confidence:** 80 %", "spam", 0.8),
        ("spam\nconfidence = .5", "spam", 0.5),
        ("Confidence: 120%", "", None),
        ("I have confidence: 3 reasons", "I have confidence: 3 reasons", None),
        ("{not json", "{not json", None),
        ("[" * 5000, "[" * 5000, None),
    ],
)
def test_what_an_answer_states(text: str, answer: str, confidence: float | None) -> None:
    assert stated(text) == (answer, confidence)


def test_confusion_gathers_what_is_no_class() -> None:
    pairs = [Pair("a", "a"), Pair("a", "b"), Pair("b", "nonsense"), Pair("b", "(no answer)")]
    table = confusion((pair, 1.0) for pair in pairs)
    assert table == {
        "a": {"a": 1, "b": 1, "(another)": 0, "(no answer)": 0},
        "b": {"a": 0, "b": 0, "(another)": 1, "(no answer)": 1},
    }
    # a: precision 1, recall ½; b: never right.
    assert figure_of("macro_f1", pairs) == pytest.approx((2 / 3 + 0) / 2)


def test_calibration() -> None:
    assert figure_of("ece", [(0.8, True)] * 8 + [(0.8, False)] * 2) == pytest.approx(0.0)
    assert figure_of("ece", [(0.0, False), (1.0, True)]) == 0.0
    # The edge of a bin belongs to the lower one: 0.1 with 0.05, 0.11 apart from them.
    assert figure_of("ece", [(0.05, True), (0.1, False), (0.11, False)]) == pytest.approx((0.85 + 0.11) / 3)
    assert score("brier", item("a\nConfidence: 0.5", reference="b")).value == 0.25


def test_pass_at_k_needs_k_samples() -> None:
    metric = find_metric("pass@3").metric
    assert metric.of_case([True, False], 3) == (None, "not applicable: fewer than 3 samples")  # type: ignore[attr-defined]
    for n, c, k in ((3, 4, 1), (3, 1, 0), (3, 1, 4)):
        with pytest.raises(ValueError, match="no pass@"):
            pass_at_k(n, c, k)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (None, False, False),
        ({"a": [1, {"b": 2}]}, {"a": (1, {"b": 2.0})}, True),
        ([1, 2], [1], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_arguments_are_compared_as_json(one: object, other: object, same: bool) -> None:
    assert same_value(one, other) is same


def test_tool_calls() -> None:
    find, refund = ExpectedCall(name="find", arguments={"id": 7}), ExpectedCall(name="refund")
    anything = ExpectedCall(name="find")

    def scores(calls: tuple[tuple[str, str], ...], expected: tuple[ExpectedCall, ...]) -> list[float | None]:
        subject = item(calls=calls, tool_calls=expected)
        names = ("tool_call_correctness", "tool_call_f1", "step_success", "task_completion")
        return [score(name, subject).value for name in names]

    right = (("find", '{"id": 7}'), ("refund", "{}"))
    assert scores(right, (find, refund)) == [1, 1, 1, 1]
    assert scores(right[::-1], (find, refund)) == [0, 1, 0.5, 1]
    assert scores((("find", '{"id": 8}'),), (find, refund)) == [0, 0, 0, 0]
    assert scores((("find", "not json"),), (find,)) == [0, 0, 0, 0]
    assert scores((("find", "not json"),), (anything,)) == [1, 1, 1, 1]
    # The call that only one of two expectations fits is left for it.
    assert scores((("find", '{"id": 7}'), ("find", "{}")), (anything, find)) == [0, 1, 0.5, 1]
    assert scores((), (find,)) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("answer", "point", "found"),
    [
        ("We refunded the customer in 5 days.", "customers refunded in 5 days", True),
        ("It takes 15 days.", "takes 5 days", False),
        ("Nothing of the sort.", "takes five days", False),
        ("Die Rückgabe dauert fünf Tage.", "Rückgabe dauert fünf Tage", True),
        ("anything", "–", False),
    ],
)
def test_points(answer: str, point: str, found: bool) -> None:
    assert score("coverage", item(answer, points=(point,))).value == float(found)


def test_completeness_names_what_is_missing() -> None:
    assert score("completeness", item("cats", points=("cats", "dogs"))) == (0.0, "missing: dogs")


def test_retrieval() -> None:
    subject = item(retrieved=("a#1", "a#2", "x", "b"), relevant=("a", "b", "c"))
    expected = {
        "recall@1": 1 / 3,
        "recall@4": 2 / 3,
        "precision@2": 1.0,
        "precision@10": 0.3,
        "mrr": 1.0,
        "ndcg@4": (1 + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 0.5),
        "context_precision": (1 + 1 + 3 / 4) / 3,
    }
    for name, value in expected.items():
        assert score(name, subject).value == pytest.approx(value), name
    for name in expected:
        assert score(name, item(relevant=("a",))) == (0.0, "nothing was retrieved")
    given_with_the_case = item(relevant=("a",), contexts=(Context(id="a", text=""),))
    assert score("mrr", given_with_the_case).value is None


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("Yes [kb-5#2].", 1.0),
        ("Yes [x, kb-5#2].", 1.0),
        ("Yes [kb-5].", 1.0),
        ("Yes [2].", 1.0),
        ("Yes [1].", 0.0),
        ("Yes [kb-5#2](page).", 0.0),
        ("Yes [kb-77].", 0.0),
        ("Yes.", 0.0),
    ],
)
def test_citations_hit_what_is_relevant(text: str, hit: float) -> None:
    subject = item(text, retrieved=("kb-1: no", "kb-5#2: yes"), relevant=("kb-5",))
    assert score("citation_hit_rate", subject).value == hit


def test_citations_are_faithful_to_what_they_name() -> None:
    passages = ("a: Cakes take two days.", "b: Bread is daily.")
    text = "Cakes take two days. [a] Bread is daily [b]. All is free [c-9]! And more."
    found = score("citation_faithfulness", item(text, retrieved=passages))
    assert found.value == pytest.approx((1 + 1 + 0) / 3)
    assert found.detail == "made up: c-9"
    assert score("citation_faithfulness", item("No.", retrieved=passages)).detail == "not applicable: it cites nothing"


def test_claims_must_fit_together() -> None:
    row: dict[str, object] = {
        "answer2response": ["Entailment"],
        "response2answer": [],
        "retrieved2response": [["Neutral", "Contradiction"]],
        "retrieved2answer": [],
    }
    labels = claim_labels(row)
    assert labels.answer_in_passages == ((False, False),)
    assert score("ragchecker_self_knowledge", item(claims=labels)).value == 1.0
    for key, value, says in (
        ("answer2response", None, "`answer2response` is not a list"),
        ("answer2response", ["entailed"], "holds 'entailed', which is none of"),
        ("retrieved2response", [], "1 claims of the answer have 0 rows"),
    ):
        with pytest.raises(ValueError, match=says):
            claim_labels({**row, key: value})
    with pytest.raises(ValueError, match="one label for each passage"):
        ClaimLabels(
            answer_in_reference=(True, True),
            reference_in_answer=(),
            answer_in_passages=((True,), ()),
            reference_in_passages=(),
        )


def test_without_claims_or_passages_the_figures_are_those_of_ragchecker() -> None:
    nothing = ClaimLabels(
        answer_in_reference=(), reference_in_answer=(), answer_in_passages=(), reference_in_passages=()
    )
    no_passage = ClaimLabels(
        answer_in_reference=(False,), reference_in_answer=(True,), answer_in_passages=((),), reference_in_passages=((),)
    )
    for metric in OF_ANSWERS:
        if "claims" in metric.needs:
            assert measure(metric, 0, item(claims=nothing)).value == 0.0, metric.name
            expected = 1.0 if metric.name == "ragchecker_recall" else 0.0
            assert measure(metric, 0, item(claims=no_passage)).value == expected, metric.name


def test_perplexity_is_told_only_where_it_can_be_written() -> None:
    assert score("perplexity", item(logprobs=(-1.0, -3.0))).value == pytest.approx(math.exp(2))
    assert score("perplexity", item(logprobs=(-5000.0,))).value is None

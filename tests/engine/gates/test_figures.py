"""Gates on figures of the whole set: nothing before every case is in, then the figure itself or a bootstrap bound."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.checks import run_checks
from tiebreak.gates import GateOutcome, title_of, validate_policy
from tiebreak.gates.wording import value_of
from tiebreak.metrics import SetMetric, find_metric
from tiebreak.records import Case, CheckSpec, Dataset, DatasetCard, Gate
from tiebreak.scoreboard import Scoreboard
from tiebreak.stats.resampling import drawn_figures


def check(name: str) -> CheckSpec:
    return CheckSpec(id=f"metric:{name}", kind="metric", params={"name": name})


def gate(name: str, metric: Any = "figure", **fields: Any) -> Gate:
    made: dict[str, Any] = {"at_least": 0.5} | fields
    return Gate(id="g", metric=metric, check=f"metric:{name}", **made)


def outcome(
    of: Gate,
    answers: Sequence[tuple[str, str]],
    *,
    planned: int | None = None,
    groups: int = 0,
    more: Sequence[CheckSpec] = (),
    samples: int = 1,
) -> GateOutcome:
    """An answer is its text, `""` for a broken one, and the reference; each sample follows the one before."""
    name = (of.check or "").removeprefix("metric:")
    specs = [check(name), *more]
    cases = [
        Case(id=f"c{n}", input="q", reference=reference or None, group=f"d{n % groups}" if groups else None)
        for n, (_, reference) in enumerate(answers[::samples])
    ]
    cases += [Case(id=f"d{n}", input="q", reference="a") for n in range((planned or len(cases)) - len(cases))]
    story = Story()
    for n, (text, _) in enumerate(answers):
        case = cases[n // samples]
        told: dict[str, Any] = {"text": text} if text else {"text": "", "status": "empty"}
        response = story.answer(case.id, "B", sample=n % samples, **told)
        story.facts += run_checks(case, response, specs)
    plan = session_of([case.id for case in cases])
    board = Scoreboard.of(
        plan,
        policy_of(of, phase="offline", checks=specs),
        {case.id: case for case in cases},
        story.facts,
        samples=samples,
    )
    return board.snapshot().gates[0]


MIXED = [("a", "a")] * 6 + [("b", "a")] * 2 + [("b", "b")] * 4 + [("", "b")] * 2
"""a: precision 1, recall ¾. b: precision 4/6, recall 4/6."""
F1 = (6 / 7 + 2 / 3) / 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("macro_f1", F1),
        ("macro_precision", (1 + 2 / 3) / 2),
        ("macro_recall", (3 / 4 + 2 / 3) / 2),
        ("class_f1@a", 6 / 7),
        ("class_precision@b", 2 / 3),
        ("class_recall@A", 3 / 4),
    ],
)
def test_the_figure_itself_decides_a_claim_about_the_set(name: str, value: float) -> None:
    found = outcome(gate(name, at_least=value), MIXED)
    assert (found.status, found.value, found.n) == ("pass", pytest.approx(value), 14)
    assert outcome(gate(name, at_least=value + 0.001), MIXED).status == "fail"
    assert outcome(gate(name, at_least=None, at_most=value), MIXED).status == "pass"


def test_nothing_is_decided_before_every_case_is_in() -> None:
    found = outcome(gate("macro_f1", at_least=0.01), MIXED, planned=16)
    assert (found.status, found.value) == ("pending", None)
    assert found.needed == "a figure of the whole set: 2 cases still to come"


def test_what_is_shown_is_the_figure() -> None:
    found = outcome(gate("macro_f1"), MIXED)
    assert value_of(found) == "0.762"
    assert title_of(gate("macro_f1")) == "macro_f1 ≥ 0.5"
    assert found.evidence["figure"] == "macro_f1"


def test_a_label_that_no_reference_has_decides_nothing() -> None:
    found = outcome(gate("class_recall@c"), MIXED)
    assert (found.status, found.needed) == ("undecided", "no case is of that class")


def test_samples_are_averaged_as_sets() -> None:
    pairs = [("a", "a"), ("b", "a"), ("b", "b"), ("b", "b")]
    found = outcome(gate("macro_recall", at_least=0.75), pairs, samples=2)
    assert (found.value, found.n, found.status) == (pytest.approx(0.75), 2, "pass")


def test_stated_confidence_and_corpora() -> None:
    sure = [("a\nConfidence: 80 %", "a")] * 3 + [("b\nConfidence: 75 %", "a")]
    found = outcome(gate("ece", at_least=None, at_most=0.4), sure)
    assert found.value == pytest.approx(abs(3 * -0.2 + 0.75) / 4)
    texts = [("the cat is sitting on the mat", "The cat sat on the mat near the door"), ("", "Refunds are issued.")]
    metric = find_metric("corpus_chrf").metric
    assert isinstance(metric, SetMetric)
    alone = outcome(gate("corpus_chrf", at_least=0.1), texts[:1]).value
    assert alone == pytest.approx(metric.example.value)
    assert (outcome(gate("corpus_chrf", at_least=0.1), texts).value or 1) < (alone or 0)


def test_a_fixed_n_goes_by_a_seeded_bootstrap_over_cases() -> None:
    fixed = gate("macro_f1", scope="fixed_n", at_least=0.5)
    many = MIXED * 5
    found = outcome(fixed, many)
    assert found.status == "pass"
    assert found.bound is not None
    assert 0.5 < found.bound < F1
    assert (found.evidence["draws"], found.evidence["seed"]) == (2000, 1)
    assert outcome(fixed, many) == found
    assert outcome(gate("macro_f1", scope="fixed_n", at_least=F1), many).status == "undecided"
    assert outcome(gate("macro_f1", scope="fixed_n", at_least=0.95), many).status == "fail"
    assert outcome(fixed, many, planned=71).status == "pending"
    mirrored = outcome(gate("macro_f1", scope="fixed_n", at_least=None, at_most=0.5), many)
    assert mirrored.status == "fail"


def test_the_bound_is_that_of_drawing_whole_cases() -> None:
    import numpy as np

    metric = find_metric("macro_f1").metric
    assert isinstance(metric, SetMetric)
    pairs = [("a", "a")] * 30 + [("b", "a")] * 10 + [("b", "b")] * 20 + [("(no answer)", "b")] * 10
    random = np.random.default_rng(5)
    drawn = [metric.of_set([pairs[n][::-1] for n in random.integers(0, 70, 70)]) for _ in range(2000)]
    found = outcome(gate("macro_f1", scope="fixed_n"), MIXED * 5)
    assert found.bound == pytest.approx(sorted(one or 0.0 for one in drawn)[100], abs=0.015)


def test_documents_are_drawn_whole() -> None:
    fixed = gate("macro_f1", scope="fixed_n")
    assert outcome(fixed, MIXED * 20, groups=51).status == "pass"
    few = outcome(fixed, MIXED * 5, groups=10)
    assert (few.status, few.needed) == ("undecided", "a bootstrap bound takes 50 of them: 10 documents")


@pytest.mark.parametrize(
    ("answers", "needed"),
    [
        (MIXED, "a bootstrap bound takes 50 of them: 14 cases"),
        ([("a", "a")] * 60, "no draw of a bootstrap differs from another, so it knows no bound"),
    ],
)
def test_where_a_bootstrap_knows_nothing_it_decides_nothing(answers: Any, needed: str) -> None:
    found = outcome(gate("macro_f1", scope="fixed_n"), answers)
    assert (found.status, found.needed) == ("undecided", needed)


def test_blocks_of_draws_are_the_draws_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    rows = np.arange(60.0).reshape(30, 2)

    def ratio(sums: Any) -> float:
        return float(sums[0] / sums[1])

    whole = drawn_figures(rows, ratio, draws=50)
    monkeypatch.setattr("tiebreak.stats.resampling.BLOCK", 100)
    assert drawn_figures(rows, ratio, draws=50) == whole


SHORT = CheckSpec(id="short", kind="max_length", params={"chars": 3})


def test_pass_at_k_is_a_mean_over_cases() -> None:
    pairs = [("ok", ""), ("too long", ""), ("too long", ""), ("too long", ""), ("", ""), ("ok", "")]
    found = outcome(gate("pass@2", "pass_at_k", at_least=0.6), pairs, more=[SHORT], samples=3)
    # Two cases of three samples, one of them right each: 1 − C(2, 2) / C(3, 2) = ⅔.
    assert (found.value, found.status, found.n) == (pytest.approx(2 / 3), "pass", 2)
    assert value_of(found) == "0.667"


def test_pass_at_k_goes_by_the_reference_where_no_check_decides() -> None:
    right = outcome(gate("pass@1", "pass_at_k", at_least=0.5), [("a", "a"), ("b", "a")], samples=1)
    assert (right.value, right.status) == (0.5, "pass")
    told = outcome(gate("pass@2", "pass_at_k"), [("a", "a"), ("b", "a")], samples=1)
    assert told.status == "undecided"
    assert "--samples" in told.needed


def findings(of: Gate, name: str, n: int = 40) -> list[str]:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(n, reference="a")))
    return [found.sentence for found in validate_policy(policy_of(of, checks=[check(name), SHORT]), dataset)]


def test_what_cannot_be_decided_is_told_before() -> None:
    assert findings(gate("macro_f1"), "macro_f1") == []
    (told,) = findings(gate("macro_f1", scope="population"), "macro_f1")
    assert "no bound that holds at every look; use `set`, or `fixed_n`" in told
    (told,) = findings(gate("macro_f1", scope="fixed_n"), "macro_f1", n=20)
    assert told == "Gate “g”: a bootstrap takes 50 cases; this set has 20."
    (told,) = findings(Gate(id="g", metric="score", check="metric:macro_f1", at_least=1), "macro_f1")
    assert "judges no answer by itself; its gate is `metric: figure`" in told
    (told,) = findings(Gate(id="g", metric="figure", check="short", at_least=1), "macro_f1")
    assert "keeps nothing for `figure`" in told
    assert findings(gate("pass@2", "pass_at_k", scope="population", at_least=0.9), "pass@2", n=100) == []

"""Mean scores of metrics and checks: samples first, broken answers at the worst, gates on the mean."""

from fractions import Fraction

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.gates import validate_policy
from tiebreak.gates.evidence import Evidence
from tiebreak.gates.wording import set_needs, title_of, value_of
from tiebreak.records import CheckSpec, Dataset, DatasetCard, Gate

F1 = CheckSpec(id="metric:token_f1", kind="metric", params={"name": "token_f1"})
FAR = CheckSpec(id="metric:edit_distance", kind="metric", params={"name": "edit_distance"})
LATER = CheckSpec(id="metric:of_tomorrow", kind="metric", params={"name": "of_tomorrow"})
LENGTH = CheckSpec(id="short", kind="max_length", params={"words": 3})


def test_samples_are_averaged_and_those_without_a_score_left_out() -> None:
    story = Story()
    for sample, (status, value) in enumerate((("pass", 0.25), ("pass", 0.75), ("not_applicable", None))):
        story.checked(story.answer("c0", "B", sample=sample), F1, status, value=value)
    story.checked(story.answer("c1", "B"), F1, "not_applicable")
    story.checked(story.answer("c2", "B"), F1, "pass", value=1.0)
    snapshot = story.snapshot(
        cases_of(4), policy_of(Gate(id="f1", metric="score", check=F1.id, at_least=0.7), checks=[F1])
    )
    mean = snapshot.scores[F1.id]["candidate"]
    assert (mean.n, mean.planned, mean.mean) == (2, 4, 0.75)
    (gate,) = snapshot.gates
    assert (gate.status, gate.value, gate.planned, gate.evidence["not_applicable"]) == ("pending", 0.75, 4, 1)
    assert gate.needed == "a mean of at least 0.600 over the one answer left"
    assert F1.id not in snapshot.checks, "a metric that judges nothing is no check in the lists"


def test_a_broken_answer_scores_the_worst_and_waits_for_no_result() -> None:
    story = Story()
    story.broken("c0", "B")
    checks = [F1, FAR, LATER]
    snapshot = story.snapshot(cases_of(1), policy_of(checks=checks))
    assert {name: means["candidate"].mean for name, means in snapshot.scores.items()} == {
        F1.id: 0.0,
        FAR.id: 1.0,
        LATER.id: 0.0,
    }


def test_an_unknown_score_blocks_and_a_missing_one_is_waited_for() -> None:
    story = Story()
    story.checked(story.answer("c0", "B"), FAR, "error")
    story.answer("c1", "B")
    (gate,) = story.snapshot(
        cases_of(2), policy_of(Gate(id="far", metric="score", check=FAR.id, at_most=0.5), checks=[FAR])
    ).gates
    assert gate.status == "pending"
    assert gate.blocked_by == ("1 answer that the check could not judge",)


@pytest.mark.parametrize(("value", "status"), [(0.4, "pass"), (0.9, "fail")])
def test_a_gate_may_hold_a_score_down(value: float, status: str) -> None:
    story = Story()
    story.checked(story.answer("c0", "B"), FAR, "pass", value=value)
    gate = Gate(id="far", metric="score", check=FAR.id, at_most=0.5)
    (outcome,) = story.snapshot(cases_of(1), policy_of(gate, checks=[FAR])).gates
    assert (outcome.status, value_of(outcome)) == (status, f"{value:g}")
    assert title_of(gate) == "edit_distance ≤ 0.5"


def test_any_check_has_a_mean_score_where_a_gate_asks_for_it() -> None:
    story = Story()
    story.checked(story.answer("c0", "B"), LENGTH, "pass")
    story.checked(story.answer("c1", "B"), LENGTH, "fail", value=0.5)
    policy = policy_of(Gate(id="short", metric="score", check="short", at_least=0.75), checks=[LENGTH])
    snapshot = story.snapshot(cases_of(2), policy)
    assert snapshot.scores["short"]["candidate"].mean == 0.75
    assert snapshot.checks["short"]["candidate"].rate == 0.5
    assert snapshot.gates[0].status == "pass"


def test_scores_are_kept_to_four_decimals_so_that_a_set_has_few_of_them() -> None:
    story = Story()
    for case_id, value in (("c0", 1 / 3), ("c1", 0.33334)):
        story.checked(story.answer(case_id, "B"), F1, "pass", value=value)
    gate = Gate(id="f1", metric="score", check=F1.id, at_least=0.3, scope="population")
    (outcome,) = story.snapshot(cases_of(2), policy_of(gate, checks=[F1])).gates
    assert outcome.evidence["values"] == [[0.3333, 2]]


def test_a_gate_on_a_metric_that_no_case_can_have_is_refused_before_anybody_is_asked() -> None:
    with_reference, without = cases_of(1, reference="yes"), cases_of(1)
    policy = policy_of(
        Gate(id="f1", metric="score", check=F1.id, at_least=0.5),
        Gate(id="none", metric="score", at_least=0.5),
        checks=[F1],
    )
    fits = Dataset(card=DatasetCard(name="d"), cases=tuple(with_reference))
    sentences = [finding.sentence for finding in validate_policy(policy, fits)]
    assert sentences == ["Gate “none”: `score` needs a `check`. Known are metric:token_f1."]
    alone = policy_of(policy.gates["human"][0], checks=[F1])
    assert validate_policy(alone, fits) == []
    (finding,) = validate_policy(alone, Dataset(card=DatasetCard(name="d"), cases=tuple(without)))
    assert (finding.level, finding.sentence) == ("error", "Gate “f1” applies to no planned case of this set.")


def test_what_is_needed_of_a_score_that_must_stay_low() -> None:
    gate = Gate(id="far", metric="score", check=FAR.id, at_most=0.5)
    evidence = Evidence(planned=4, n=2, total=Fraction(5, 4))
    assert set_needs(gate, evidence, 0.5) == "a mean of at most 0.375 over the 2 answers left"

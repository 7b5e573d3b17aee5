"""Two runs against each other: pairs, flips, segments, what is left out, what is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tiebreak.compare import Comparison, Place, Side, compare
from tiebreak.errors import UsageError
from tiebreak.records import Config, ModelTarget, Prompt, Run
from tiebreak.records.outcomes import CaseOutcome, Counted, Scored


def side(name: str, *, run: Mapping[str, Any] | None = None, **config: Any) -> Side:
    made = Config(name=name, target=ModelTarget(model="m"), **config)
    fields: dict[str, Any] = {"id": name, "config_hash": made.version, "dataset_hash": "d" * 64, "seed": 1}
    return Side(
        label=name, run=Run(**(fields | dict(run or {}))), config=made, dataset="questions", cases=100, session_id="s"
    )


def outcome(n: int, *passes: bool, check: str = "good", version: str = "v1", **answer: Any) -> CaseOutcome:
    """A case with an answer for each letter."""
    whole: dict[str, Any] = {"status": "ok", "broken": False}
    answers = tuple(
        Counted(
            response_id=f"{n}-{sample}",
            sample=sample,
            **(whole | answer),
            scores=(scored(check, version, passed),),
        )
        for sample, passed in enumerate(passes)
    )
    return CaseOutcome(case_id=f"c{n:04}", case_hash="h", answers=answers)


def scored(check: str, version: str, passed: bool, value: float | None = None) -> Scored:
    value = float(passed) if value is None else value
    return Scored(check_id=check, check_hash=version, status="pass" if passed else "fail", value=value)


def compared(a: Sequence[CaseOutcome], b: Sequence[CaseOutcome], **more: Any) -> Comparison:
    places = more.pop("places", {})
    return compare(side("A"), side("B"), a, b, places, **more)


def pairs(worse: int, better: int, same: int) -> tuple[list[CaseOutcome], list[CaseOutcome]]:
    letters = [(True, False)] * worse + [(False, True)] * better + [(True, True)] * same
    return [outcome(n, x) for n, (x, _) in enumerate(letters)], [outcome(n, y) for n, (_, y) in enumerate(letters)]


def test_a_published_regression() -> None:
    """gpt-4o to gpt-4o-mini on M-IFEval (English): 40 prompts lost and 20 gained of 541, −3.70 points."""
    found = compared(*pairs(40, 20, 481))
    success = found.measure("success")
    assert success is not None
    assert success.mcnemar is not None
    assert (success.worsened, success.improved, success.n) == (40, 20, 541)
    assert success.mcnemar.exact == pytest.approx(0.0135, abs=5e-5)
    assert 100 * success.difference.mean == pytest.approx(-3.70, abs=0.005)
    assert success.difference.high is not None
    assert success.difference.high < 0
    assert success.verdict == "worse"
    assert [m.name for m in found.regressed] == ["success", "check good"]
    assert found.measures[0].verdict == "worse"
    assert (len(found.worse), len(found.better)) == (40, 20)
    assert found.worse[0].moved == {"check good": (1.0, 0.0), "success": (1.0, 0.0)}
    swapped = compared(*reversed(pairs(40, 20, 481)))
    assert swapped.regressed == ()
    assert [flip.case_id for flip in swapped.better] == [flip.case_id for flip in found.worse]


def test_samples_of_a_case_are_averaged() -> None:
    a = [outcome(n, True, True) for n in range(10)]
    found = compared(a, [outcome(n, True, n > 4) for n in range(10)])
    success = found.measure("success")
    assert success is not None
    assert (success.n, success.candidate, success.mcnemar) == (10, 0.75, None)
    assert (success.worsened, success.improved) == (5, 0)


def test_every_case_left_out_is_counted_with_its_reason() -> None:
    lost = CaseOutcome(case_id="c0003", case_hash="h", excluded="rate_limit")
    edited = replace(outcome(4, True), case_hash="other")
    found = compared([outcome(n, True) for n in (0, 1, 3, 4)], [outcome(0, True), outcome(2, True), lost, edited])
    assert found.pairs == 1
    assert found.excluded == {
        "A did not try it": 1,
        "B did not try it": 1,
        "B: rate_limit": 1,
        "the case itself was edited": 1,
    }


def test_outcomes_out_of_order_are_an_error() -> None:
    with pytest.raises(ValueError, match="not in the order"):
        compared([outcome(1, True), outcome(0, True)], [])


def test_checks_that_say_nothing_are_left_out_of_their_measure() -> None:
    silent = outcome(0, True)
    (answer,) = silent.answers
    statuses: list[Any] = ["error", "not_applicable"]
    told = [
        replace(silent, case_id=f"c{n:04}", answers=(replace(answer, scores=(replace(answer.scores[0], status=s),)),))
        for n, s in enumerate(statuses)
    ]
    found = compared([*told, outcome(2, True), outcome(3, True)], [outcome(n, True) for n in range(4)])
    check, success = found.measure("check good"), found.measure("success")
    assert check is not None
    assert success is not None
    assert (check.n, check.excluded) == (2, {"not applicable": 1, "the check could not be run": 1})
    assert (success.n, success.excluded) == (3, {"a check could not be put to both": 1})


def test_scores_are_compared_where_they_say_more_than_pass_or_fail() -> None:
    def graded(n: int, value: float) -> CaseOutcome:
        made = outcome(n, True)
        (answer,) = made.answers
        return replace(made, answers=(replace(answer, scores=(scored("close", "v1", True, value),)),))

    found = compared([graded(n, 0.8) for n in range(20)], [graded(n, 0.7 - n / 100) for n in range(20)])
    score = found.measure("score close")
    assert score is not None
    assert (score.unit, score.verdict, score.baseline) == ("score", "worse", pytest.approx(0.8))
    check = found.measure("check close")
    assert check is not None
    assert check.verdict == "unclear"
    assert compared(*pairs(1, 1, 5)).measure("score good") is None


def test_a_drop_in_one_segment_is_found_behind_an_even_total() -> None:
    a, b = pairs(20, 20, 160)
    places = {o.case_id: Place("hard" if n < 20 else f"s{n % 4}") for n, o in enumerate(a)}
    found = compared(a, b, places=places)
    success = found.measure("success")
    assert success is not None
    assert success.verdict == "unclear"
    assert success.worse
    assert "success" in {m.name for m in found.regressed}
    worst = success.segments[0]
    assert (worst.segment, worst.n, worst.verdict) == ("hard", 20, "worse")
    assert worst.p is not None
    assert worst.p_holm == pytest.approx(worst.p * 5)
    assert worst.p_bh is not None
    assert worst.p <= worst.p_bh <= 5 * worst.p


def test_measures_beside_success_are_corrected_together() -> None:
    """Twelve checks, of which one loses 6 cases of 40 (p = 0.016): not enough among twelve, enough for `success`."""

    def many(n: int, failing: bool) -> CaseOutcome:
        made = outcome(n, True)
        (answer,) = made.answers
        scores = tuple(scored(f"check{k}", "v1", not (failing and k == 0)) for k in range(12))
        return replace(made, answers=(replace(answer, scores=scores),))

    found = compared([many(n, False) for n in range(40)], [many(n, n < 6) for n in range(40)])
    check, success = found.measure("check check0"), found.measure("success")
    assert check is not None
    assert success is not None
    assert check.p == success.p
    assert check.p == pytest.approx(0.015625)
    assert (check.verdict, success.verdict) == ("unclear", "worse")


def test_groups_widen_the_interval_and_the_whole_set_closes_it() -> None:
    a, b = pairs(20, 0, 80)
    alone = compared(a, b)
    grouped = compared(a, b, places={o.case_id: Place(None, str(n // 10)) for n, o in enumerate(a)})
    one, other = alone.measure("success"), grouped.measure("success")
    assert one is not None
    assert other is not None
    assert one.difference.se is not None
    assert other.difference.se is not None
    assert other.difference.se > 2 * one.difference.se
    assert other.difference.groups == 10
    assert "only 10 independent" in other.difference.caution
    assert one.in_set is not None  # all 100 cases of the dataset
    assert (one.in_set.low, one.in_set.high) == pytest.approx((-0.2, -0.2))


def test_costs_and_times() -> None:
    a = [outcome(n, True, usd=0.01, ttft=0.1 * n, total=1.0, components={"model": 0.006}) for n in range(1, 11)]
    b = [outcome(n, n > 5, usd=0.02 if n > 1 else None, ttft=0.2 * n, total=None) for n in range(1, 11)]
    found = compared(a, b)
    one, other = found.cost
    assert (one.per_answer, one.successes, one.per_success) == (pytest.approx(0.01), 9, pytest.approx(0.01))
    assert (other.unknown, other.successes) == (1, 5)
    assert other.per_success == pytest.approx(0.18 / 5)
    assert one.parts == {"generation": pytest.approx(0.06), "other": pytest.approx(0.04)}
    assert other.parts == {"unsplit": pytest.approx(0.18)}
    assert set(found.latency) == {"ttft"}
    fast, slow = found.latency["ttft"]
    assert (fast.p50, fast.p95, slow.p50) == (pytest.approx(0.5), pytest.approx(1.0), pytest.approx(1.0))
    ttft = found.measure("ttft")
    assert ttft is not None
    assert (ttft.verdict, ttft.higher_is_better) == ("worse", False)
    assert ttft not in found.regressed


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("dataset", side("B", run={"dataset_hash": "e" * 64})),
        ("samples", side("B", run={"samples": 5})),
        ("parameters", side("B", parameters={"temperature": 1}, prompt=Prompt(system="x"))),
        ("judge", replace(side("B"), judge="j" * 64)),
    ],
)
def test_what_differs_is_refused_unless_allowed(kind: str, other: Side) -> None:
    a, b = pairs(1, 0, 9)
    with pytest.raises(UsageError, match=f"cannot be compared.*--allow {kind}"):
        compare(side("A"), other, a, b, {})
    found = compare(side("A"), other, a, b, {}, allow=[kind])
    assert [differs.kind for differs in found.overridden] == [kind]


def test_parameters_alone_are_what_is_tried_out() -> None:
    a, b = pairs(1, 0, 9)
    found = compare(side("A", parameters={"temperature": 0}), side("B", parameters={"temperature": 1}), a, b, {})
    assert found.overridden == ()
    assert [(c.field, c.before, c.after) for c in found.changes] == [("parameters.temperature", 0, 1)]


def test_other_versions_of_a_check_are_refused_unless_both_have_a_common_one() -> None:
    a = [outcome(n, True) for n in range(6)]
    b = [outcome(n, False, version="v2") for n in range(6)]
    with pytest.raises(UsageError, match="other versions of the check “good” in 6 cases"):
        compared(a, b)
    allowed = compared(a, b, allow=["checks"])
    assert [differs.kind for differs in allowed.overridden] == ["checks"]
    older = scored("good", "v1", True)
    both = [replace(o, answers=(replace(o.answers[0], scores=(*o.answers[0].scores, older)),)) for o in b]
    common = compared(a, both)
    success = common.measure("success")
    assert success is not None
    assert success.candidate == 1
    with pytest.raises(UsageError, match="“everything” cannot be allowed"):
        compared(a, b, allow=["everything"])


def test_a_check_in_two_versions_that_only_one_side_has_is_no_error() -> None:
    bare = [replace(o, answers=(replace(o.answers[0], scores=()),)) for o in (outcome(0, True), outcome(1, True))]
    twice = [
        replace(o, answers=(replace(o.answers[0], scores=(scored("good", "v1", False), scored("good", "v2", True))),))
        for o in bare
    ]
    for a, b in ((twice, bare), (bare, twice)):
        found = compared(a, b)
        check = found.measure("check good")
        assert check is None or check.n == 0


def test_nothing_in_common_is_no_comparison_and_no_error() -> None:
    found = compared([outcome(0, True)], [outcome(1, True)])
    assert (found.pairs, found.measures, found.regressed) == (0, (), ())

"""What a case of two runs comes to."""

from typing import Any

import pytest

from support.triage import answer, facts, side
from tiebreak.records.outcomes import Scored
from tiebreak.records.triage import AnswerFacts, Scores
from tiebreak.triage import RowMaker, TriageRow


def row_of(a: Any, b: Any, **leans: Any) -> TriageRow:
    return RowMaker().row(facts(a, b), **leans)


def test_a_check_that_passes_no_more_is_a_regression() -> None:
    row = row_of(answer(passed=["json", "short"]), answer(passed=["short"], failed=["json"]))
    assert (row.row_class, row.worse, row.better, row.failing) == ("regression", ("json",), (), ("json",))
    assert (row.success_a, row.success_b, row.severity) == (1.0, 0.0, 3.0)


def test_a_check_that_passes_now_is_a_fix() -> None:
    row = row_of(answer(failed=["json"]), answer(passed=["json"]))
    assert (row.row_class, row.better, row.severity) == ("fix", ("json",), 3.0)


def test_what_got_worse_comes_before_what_got_better_in_the_same_case() -> None:
    row = row_of(answer(passed=["json"], failed=["short"]), answer(passed=["short"], failed=["json"]))
    assert (row.row_class, row.worse, row.better) == ("regression", ("json",), ("short",))
    assert row.severity == 1.0  # success moved on neither side


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (answer(failed=["json"]), answer(failed=["json"]), "unchanged_failed"),
        (answer(passed=["json"]), answer(passed=["json"]), "unchanged_passed"),
        (answer(), answer(), "unchanged_passed"),
        (answer(status="empty"), answer(status="truncated"), "unchanged_failed"),
    ],
)
def test_what_is_as_it_was(a: AnswerFacts, b: AnswerFacts, expected: str) -> None:
    assert row_of(a, b).row_class == expected


def test_an_answer_that_broke_weighs_most() -> None:
    broke = row_of(answer(passed=["json"]), answer(failed=["json"], status="truncated"))
    flipped = row_of(answer(passed=["json"]), answer(failed=["json"]))
    assert broke.worse == ("answer", "json")
    assert broke.severity > flipped.severity


def test_a_vote_for_the_baseline_is_a_regression_and_for_the_candidate_a_fix() -> None:
    same = answer(passed=["json"])
    assert row_of(same, same, human="A").worse == ("vote",)
    assert row_of(same, same, human="B").row_class == "fix"
    assert row_of(same, same, human="tie").row_class == "unchanged_passed"


@pytest.mark.parametrize(("after", "expected"), [(0.5, "regression"), (0.88, "unchanged_passed"), (1.0, "fix")])
def test_a_score_counts_when_it_moves_by_enough(after: float, expected: str) -> None:
    row = row_of(answer(scores={"rouge": 0.9}), answer(scores={"rouge": after}))
    assert row.row_class == expected
    assert row.score_delta == pytest.approx(after - 0.9)


def test_samples_are_averaged() -> None:
    good, bad = answer(passed=["json"], usd=1.0, seconds=2.0), answer(failed=["json"], usd=3.0, seconds=None)
    row = row_of(side(good, good), side(good, bad))
    assert (row.row_class, row.success_a, row.success_b, row.severity) == ("regression", 1.0, 0.5, 1.5)
    assert (row.usd_a, row.usd_b, row.dearer) == (1.0, 2.0, 1.0)
    assert (row.seconds_a, row.seconds_b, row.slower) == (2.0, None, None)


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (None, side(answer()), "A did not try it"),
        (side(answer()), None, "B did not try it"),
        (side(answer()), side(excluded="rate_limit"), "B: rate_limit"),
        (side(answer()), side(answer(), case_hash="other"), "the case itself was edited"),
    ],
)
def test_what_cannot_be_compared_is_left_out_with_the_reason(a: Any, b: Any, why: str) -> None:
    row = row_of(a, b, human="A")
    assert (row.row_class, row.why, row.worse, row.severity) == ("left_out", why, (), 0.0)


def version(check_hash: str, status: Any) -> Scored:
    return Scored(check_id="json", check_hash=check_hash, status=status, value=None)


def test_only_the_latest_common_version_of_a_check_is_compared() -> None:
    a = answer()._replace(scores=Scores((version("old", "pass"), version("new", "fail"))))
    both = answer()._replace(scores=Scores((version("old", "pass"), version("new", "pass"))))
    assert row_of(a, both).better == ("json",)
    maker = RowMaker()
    alone = maker.row(facts(answer()._replace(scores=Scores((version("older", "pass"),))), both))
    assert (alone.worse, alone.better) == ((), ())
    assert list(maker.other_versions) == ["json"]


def test_a_check_that_could_not_judge_says_nothing() -> None:
    unable = answer()._replace(scores=Scores((version("new", "error"),)))
    row = row_of(answer(passed=["short"]), unable)
    assert (row.worse, row.failing) == ((), ())


def test_people_and_judge_conflict_when_they_prefer_different_sides() -> None:
    same = answer()
    assert row_of(same, same, human="A", judge="B").conflict
    assert not row_of(same, same, human="A", judge="tie").conflict
    assert not row_of(same, same, human=None, judge="B").conflict

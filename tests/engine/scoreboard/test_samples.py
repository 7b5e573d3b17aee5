"""Samples of a case: averaged once they are all in, and one that infrastructure keeps excludes the case."""

import pytest

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import CheckSpec, Gate
from tiebreak.scoreboard import Scoreboard, Snapshot

SHORT = CheckSpec(id="short", kind="max_length", params={"chars": 5})
POLICY = policy_of(Gate(id="g", metric="check", check="short", at_least=0.5), phase="offline", checks=[SHORT])


def snapshot(story: Story, samples: int = 2) -> Snapshot:
    cases = cases_of(1)
    return Scoreboard.of(session_of(["c0"]), POLICY, {"c0": cases[0]}, story.facts, samples=samples).snapshot()


def test_a_case_counts_once_all_its_samples_are_in() -> None:
    story = Story()
    story.checked(story.answer("c0", "B"), SHORT, "pass")
    assert snapshot(story).checks["short"]["candidate"].n == 0
    assert snapshot(story).gates[0].status == "pending"
    assert snapshot(story, samples=1).gates[0].status == "pass"
    story.checked(story.answer("c0", "B", sample=1), SHORT, "fail")
    count = snapshot(story).checks["short"]["candidate"]
    assert (count.n, count.passed) == (1, 0.5)
    assert snapshot(story).gates[0].status == "pass"


@pytest.mark.parametrize("sample", [0, 1])
def test_a_sample_that_infrastructure_keeps_excludes_the_case(sample: int) -> None:
    story = Story()
    story.checked(story.answer("c0", "B", sample=1 - sample), SHORT, "pass")
    story.failure("c0", "B", sample=sample)
    found = snapshot(story)
    assert dict(found.excluded["candidate"]) == {"rate_limit": 1}
    assert found.checks["short"]["candidate"].n == 0
    story.checked(story.answer("c0", "B", sample=sample, attempt=2), SHORT, "pass")
    assert snapshot(story).excluded_cases == 0
    assert snapshot(story).checks["short"]["candidate"].passed == 1

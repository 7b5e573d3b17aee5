"""What judgments of one case come to, how that stands beside a vote, and what is worth a second look."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.judge.review import lines_of, reasons_for
from tiebreak.judge.saying import Lean, said_of_case
from tiebreak.records import Gate, Policy, SessionRole, Vote
from tiebreak.records.judges import Judgment, Verdict, seal_of
from tiebreak.workspace.judges import shipped_judges

ROLES: dict[str, SessionRole] = {"a": "baseline", "b": "candidate"}
numbers = count()


def judgment(verdict: Verdict | None, **fields: Any) -> Judgment:
    made: dict[str, Any] = {
        "id": f"j{next(numbers)}",
        "judge_hash": "h",
        "session_id": "s",
        "case_id": "c",
        "kind": "pairwise",
        "response_a": "a",
        "order": "single",
        "status": "unparseable" if verdict is None else "valid",
        "verdict": verdict,
        "prompt_fingerprint": "",
        "seal": seal_of(verdict, "n"),
        "seal_nonce": "n",
        "at": "",
    }
    return Judgment(**(made | fields))


def pair(ab: Verdict | None, ba: Verdict | None, repeat: int = 0) -> list[Judgment]:
    orders = (("ab", ab), ("ba", ba))
    return [judgment(verdict, order=order, repeat=repeat, response_b="b") for order, verdict in orders]


@pytest.mark.parametrize(
    ("said", "lean", "contradictory"),
    [
        (pair("A", "A"), "A", False),
        (pair("tie", "tie"), "tie", False),
        (pair("A", "B"), None, True),
        (pair("A", "tie"), None, True),
        (pair("A", None), None, False),  # one order has no verdict: nothing is said
        (pair(None, None), None, False),
        (pair("A", "A") + pair("A", "A", 1) + pair("B", "B", 2), "A", False),
        (pair("A", "A") + pair("B", "B", 1), None, True),
        (pair("A", "A") + pair("A", "B", 1), None, True),
        (pair("A", "A") + pair("A", "A", 1) + pair("A", "B", 2), "A", False),
    ],
)
def test_a_pair_leans_where_most_of_its_repeats_do(
    said: list[Judgment], lean: Lean | None, contradictory: bool
) -> None:
    found = said_of_case(said, ROLES)
    assert found is not None
    assert (found.lean, found.contradictory) == (lean, contradictory)


@pytest.mark.parametrize(
    ("kind", "a", "b", "lean"),
    [
        ("rubric", 4, 2, "A"),
        ("rubric", 3, 3, "tie"),
        ("reference", "partial", "correct", "B"),
        ("safety", "violation", "compliant", "B"),
        ("refusal", "correct", "missed_refusal", "A"),
        ("faithfulness", 0.5, 0.0, "B"),  # a share of claims that are not borne out
        ("faithfulness", "no_claims", 0.5, "A"),
        ("rubric", 4, None, None),
    ],
)
def test_of_single_answers_the_higher_rated_is_the_better(
    kind: str, a: Verdict, b: Verdict | None, lean: Lean | None
) -> None:
    found = said_of_case([judgment(a, kind=kind), judgment(b, kind=kind, response_a="b")], ROLES)
    assert found is not None
    assert found.lean == lean


def test_what_is_said_stands_beside_the_vote() -> None:
    found = said_of_case(pair("tie", "tie"), ROLES)
    assert found is not None
    votes: tuple[Vote, ...] = ("A", "tie", "both_bad")
    assert [found.against(vote) for vote in (None, *votes)] == [None, "differs", "agrees", "agrees"]
    torn, mute = said_of_case(pair("A", "B"), ROLES), said_of_case(pair(None, None), ROLES)
    assert torn is not None
    assert mute is not None
    assert (torn.against("A"), mute.against("A")) == ("contradicts itself", "says nothing")
    assert said_of_case([], ROLES) is None


@given(st.permutations(pair("A", "B") + pair("A", "A", 1)))
def test_the_seal_of_a_case_does_not_tell_in_which_order_it_was_judged(said: list[Judgment]) -> None:
    whole, other = said_of_case(pair("A", "B") + pair("A", "A", 1), ROLES), said_of_case(said, ROLES)
    assert whole is not None
    assert other is not None
    assert whole.seal == other.seal


POLICY = Policy(
    name="p", gates={"human": (Gate(id="g", metric="rubric", dimension="tone", at_least=3.5, on="candidate"),)}
)


@pytest.mark.parametrize(
    ("said", "vote", "kinds"),
    [
        (pair("A", "A"), "A", []),
        (pair("A", "A"), "B", ["against the vote"]),
        (pair("A", "A"), None, []),
        (pair("A", "B"), "B", ["orders differ"]),
        (pair("A", "tie"), "A", ["near threshold"]),
        (pair("A", "A") + pair("A", "A", 1) + pair("B", "B", 2), "A", ["repeats differ"]),
    ],
)
def test_cases_worth_a_second_look(said: list[Judgment], vote: Vote | None, kinds: list[str]) -> None:
    found = said_of_case(said, ROLES)
    assert found is not None
    assert [reason.kind for reason in reasons_for(found, vote, {})] == kinds


@pytest.mark.parametrize(("points", "near"), [((3, 4), True), ((4, 4), True), ((5, 4), False), ((2, 3), False)])
def test_a_mean_near_the_line_of_a_gate(points: tuple[int, int], near: bool) -> None:
    fields: dict[str, Any] = {"kind": "rubric", "dimension": "tone", "response_a": "b"}
    found = said_of_case([judgment(point, repeat=n, **fields) for n, point in enumerate(points)], ROLES)
    assert found is not None
    judge = shipped_judges()["rubric"]
    told = [reason for reason in reasons_for(found, None, lines_of(POLICY, judge)) if reason.kind == "near threshold"]
    assert bool(told) == near
    if near:
        assert told[0].words("B") == f"tone of B: {sum(points) / 2:.2f}, near the line at 3.5"
        assert told[0].words() == "a score near the line of a gate"


def test_to_a_veiled_rater_both_sides_are_held_against_a_line() -> None:
    judge = shipped_judges()["rubric"]
    assert set(lines_of(POLICY, judge)) == {("candidate", "tone")}
    assert set(lines_of(POLICY, judge, veiled=True)) == {("candidate", "tone"), ("baseline", "tone")}

"""What judges said is kept from the scoreboard until the rater has rated its case."""

from support.judged import PAIRS, judgment_of
from tiebreak.records.judges import Judge, Judgment
from tiebreak.session.sealing import Sealing


def test_a_judgment_is_passed_on_once_its_case_is_rated_and_only_once() -> None:
    passed: list[Judge | Judgment] = []
    rated: set[str] = set()
    sealing = Sealing(passed.append, rated.__contains__)
    one, two = (judgment_of(PAIRS, name, "c1", ("a", "b"), verdict="A") for name in ("j1", "j2"))
    other = judgment_of(PAIRS, "j3", "c2", ("a", "b"), verdict="B")
    for said in (PAIRS, one, two, other, one):
        sealing.take(said)
    sealing.open("c1")
    assert passed == [PAIRS]
    rated.add("c1")
    sealing.open("c2")
    assert passed == [PAIRS]
    sealing.open("c1")
    sealing.open("c1")
    assert passed == [PAIRS, one, two]


def test_what_is_said_of_a_rated_case_is_passed_on_at_once() -> None:
    passed: list[Judge | Judgment] = []
    sealing = Sealing(passed.append, {"c1"}.__contains__)
    said = judgment_of(PAIRS, "j1", "c1", ("a", "b"), verdict="A")
    sealing.take(said)
    assert passed == [said]

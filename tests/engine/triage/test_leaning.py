"""Which side people and judges prefer."""

from support.stored import ballot_of, judgment_of, new_session, presentation_of
from tiebreak.records.judges import Judgment
from tiebreak.triage import leans_of, leans_of_judges

NEW = new_session()
CASES = NEW.session.plan.case_ids


def test_votes_in_force_lean_and_raters_are_averaged() -> None:
    one, other = presentation_of(NEW, 0), presentation_of(NEW, 0, id="again", rater_id="other")
    votes = [ballot_of(one, 1, value="A"), ballot_of(one, 2, value="B"), ballot_of(other, 3, value="both_bad")]
    assert leans_of([one, other], votes) == ({CASES[0]: "B"}, {})
    undo = ballot_of(one, 4, "undo", None, supersedes=votes[1].id)
    assert leans_of([one, other], [*votes, undo])[0] == {CASES[0]: "A"}


def test_what_was_voted_after_a_reveal_or_on_a_repeat_says_nothing() -> None:
    one, repeat = presentation_of(NEW, 0), presentation_of(NEW, 1, repeat_of="x")
    votes = [ballot_of(one, 1, phase="post_reveal"), ballot_of(repeat, 2)]
    assert leans_of([one, repeat], votes) == ({}, {})
    seen = [ballot_of(one, 1, identity_seen=True)]
    assert leans_of([one], seen, blind=True)[0] == {}
    assert leans_of([one], seen)[0] == {CASES[0]: "A"}


def test_imported_verdicts_are_a_judges() -> None:
    shown = presentation_of(NEW, 0)
    assert leans_of([shown], [ballot_of(shown, 1, "label", "B")]) == ({}, {CASES[0]: "B"})


def test_an_imported_judge_that_changes_its_mind_with_the_order_prefers_neither() -> None:
    shown = presentation_of(NEW, 0)
    ab = ballot_of(shown, 1, "label", "B", dimension="verdict/ab")
    for other, lean in (("B", "B"), ("A", "tie"), ("tie", "tie")):
        ba = ballot_of(shown, 2, "label", other, dimension="verdict/ba")
        assert leans_of([shown], [ab, ba]) == ({}, {CASES[0]: lean})


def pair(position: int, order: str, verdict: str) -> Judgment:
    made = {
        "id": f"{position} {order} {verdict}",
        "order": order,
        "verdict": verdict,
        "response_b": "other",
        "kind": "pairwise",
    }
    return judgment_of(NEW, position, **made)


def test_judges_lean_where_both_orders_agree() -> None:
    said = [pair(0, "ab", "A"), pair(0, "ba", "A"), pair(1, "ab", "A"), pair(1, "ba", "B"), pair(2, "ab", "tie")]
    assert leans_of_judges(said) == {CASES[0]: "A", CASES[2]: "tie"}


def test_judgments_of_single_answers_lean_nowhere() -> None:
    assert leans_of_judges([judgment_of(NEW, 0)]) == {}

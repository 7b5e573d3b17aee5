"""Gates that a judge has a say in: calibrated ones, and those that rest on a judge alone."""

import random
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import pytest

from support.facts import cases_of, policy_of
from support.judged import PAIRS, POINTS, JudgedStory
from tiebreak.calibration import estimates
from tiebreak.gates import GateOutcome, validate_policy
from tiebreak.records import Case, Dataset, DatasetCard, Dimension, Gate, Vote, version_of
from tiebreak.records.canonical import canonical_json
from tiebreak.records.judges import Judge
from tiebreak.scoreboard import Scoreboard

VOTES: dict[str, Vote] = {"A": "A", "B": "B", "t": "tie"}
WORTH = {"A": 0.0, "t": 0.5, "B": 1.0}


def gate(at_least: float | None = 0.5, **fields: Any) -> Gate:
    made: dict[str, Any] = {"metric": "win_rate", "source": "calibrated", "judge": "fair"}
    return Gate(id="g", at_least=at_least, **(made | fields))


def told(people: str, judge: str, story: JudgedStory | None = None) -> JudgedStory:
    """A letter a case: what people say (fewer letters: not yet), and what the judge says; `?` cannot be read."""
    story = story or JudgedStory()
    for number, (vote, verdict) in enumerate(zip_longest(people, judge)):
        said = {"t": "tie", "?": None}.get(verdict, verdict)
        story.case(f"c{number}", VOTES.get(vote or ""), said)
    return story


def outcome(story: JudgedStory, of: Gate, n: int, cases: Sequence[Case] | None = None, **policy: Any) -> GateOutcome:
    return story.snapshot(cases or cases_of(n), policy_of(of, **policy)).gates[0]


def test_labels_of_some_cases_and_verdicts_of_all_are_joined() -> None:
    people, judge = "BBtA" * 15, "BBtA" * 15 + "BBBA" * 35
    found = outcome(told(people, judge), gate(), 200)
    expected = estimates(
        {f"c{n}": WORTH[letter] for n, letter in enumerate(judge)},
        {f"c{n}": WORTH[letter] for n, letter in enumerate(people)},
        planned=False,
    )
    assert (found.status, found.method, found.n, found.planned) == ("pass", "calibrated", 60, 200)
    assert found.value == pytest.approx(expected.calibrated.mean)
    assert found.bound is not None
    assert expected.calibrated.low is not None
    assert found.bound > 0.5
    assert found.value is not None
    assert expected.calibrated.low < found.bound < found.value  # one-sided, so above the two-sided one
    assert (found.evidence["judge_version"], found.evidence["form"]) == (PAIRS.version, "live")
    assert outcome(told(people[:4], judge), gate(), 200).status == "pending"


def test_it_fails_where_people_say_otherwise_and_a_title_tells_the_source() -> None:
    found = outcome(told("A" * 40, "AAAB" * 50), gate(0.6), 200)
    assert (found.status, found.title) == ("fail", "win rate ≥ 60 % (calibrated)")
    assert found.bound is not None
    assert found.bound < 0.6


def test_at_most_is_the_mirror() -> None:
    ordinary = outcome(told("BBtA" * 15, "BBtA" * 15 + "BBBA" * 35), gate(0.5), 200)
    mirrored = outcome(
        told("AAtB" * 15, "AAtB" * 15 + "AAAB" * 35), gate(at_least=None, at_most=0.5), 200
    )  # fmt: skip
    assert mirrored.status == ordinary.status == "pass"
    assert ordinary.value is not None
    assert ordinary.bound is not None
    assert (mirrored.value, mirrored.bound) == pytest.approx((1 - ordinary.value, 1 - ordinary.bound))


def test_a_baseline_has_the_other_share() -> None:
    story = told("BBtA" * 15, "BBtA" * 15 + "BBBA" * 35)
    of_b, of_a = outcome(story, gate(), 200), outcome(story, gate(on="baseline"), 200)
    assert of_b.value is not None
    assert of_a.value == pytest.approx(1 - of_b.value)


def test_what_labels_alone_settle_of_the_set_is_certain() -> None:
    found = outcome(told("B" * 6, "B" * 10), gate(0.6), 10)
    assert (found.status, found.evidence["form"]) == ("pass", "certain")
    lost = outcome(told("A" * 6, "A" * 10), gate(0.5), 10)
    assert (lost.status, lost.needed) == ("fail", "out of reach, whatever the other cases bring")


def test_it_waits_until_every_case_is_judged_and_labelled_ones_are_there() -> None:
    nobody = outcome(told("", "B" * 20), gate(), 20)
    assert (nobody.status, nobody.needed) == ("pending", "no case is labelled yet; a judge alone decides nothing")
    open_ = outcome(told("BB", "B" * 20), gate(), 22)
    assert (open_.status, open_.needed) == ("pending", "2 cases not judged by “fair” yet")


@pytest.mark.parametrize("source", [{"source": "calibrated"}, {"source": "judge", "override": "raw-judge"}])
def test_verdicts_that_are_all_excluded_never_pass(source: dict[str, Any]) -> None:
    story = told("BBBBBBBB", "????????")
    story.answer("c8", "A")
    story.broken("c8", "B")
    found = outcome(story, gate(**source), 9)
    assert found.status == "pending"
    assert "the judge gave no valid verdict on any of 8 cases" in found.why


def test_more_unreadable_verdicts_than_allowed_block_a_pass() -> None:
    people = "BBtA" * 15
    found = outcome(told(people, people + "BBBA" * 34 + "????"), gate(), 200, max_excluded=0.02)
    assert found.status == "pass"
    blocked = outcome(told(people, people + "BBBA" * 33 + "?" * 8), gate(), 200, max_excluded=0.02)
    assert blocked.status == "pending"
    assert "8 of 200 cases without a valid verdict" in blocked.why


def test_a_judge_that_failed_decides_nothing() -> None:
    found = outcome(told("B" * 30, "A" * 60), gate(0.3), 60)
    assert (found.status, found.evidence["judge_status"]) == ("pending", "failed")
    assert "the judge “fair” failed its calibration: it agrees with people in 0 % of 30" in found.why


def test_cases_settled_by_a_broken_answer_are_known_and_need_no_judge() -> None:
    story = told("BBBA" * 10, "BBBA" * 20)
    for number in range(80, 100):
        story.answer(f"c{number}", "A")
        story.broken(f"c{number}", "B")
    found, whole = outcome(story, gate(0.5), 100), outcome(told("BBBA" * 10, "BBBA" * 20), gate(0.5), 80)
    assert whole.value is not None
    assert found.value == pytest.approx(0.8 * whole.value)
    assert found.evidence["settled"] == 20


def random_session(seed: int, n: int, labels: int, agree: float) -> tuple[str, str]:
    draw = random.Random(seed)
    truth = [draw.choice("ABBt") for _ in range(n)]
    judge = [one if draw.random() < agree else draw.choice("ABt") for one in truth]
    return "".join(truth[:labels]), "".join(judge)


def test_a_fixed_n_is_judged_once_at_the_planned_labels() -> None:
    people, judge = random_session(3, 300, 80, 0.9)
    of = gate(0.5, scope="fixed_n", labels=80)
    waiting = outcome(told(people[:79], judge), of, 300)
    assert (waiting.status, waiting.needed) == ("pending", "judged once, at 80 labels: 1 to come")
    found = outcome(told(people, judge), of, 300)
    expected = estimates(
        {f"c{n}": WORTH[letter] for n, letter in enumerate(judge)},
        {f"c{n}": WORTH[letter] for n, letter in enumerate(people)},
        planned=True,
    )
    assert (found.method, found.evidence["form"]) == ("calibrated_fixed_n", "fixed_n")
    assert found.value == pytest.approx(expected.calibrated.mean)
    assert found.evidence["effective_n"] == pytest.approx(expected.effective_n)
    more = outcome(told(people + "AAAAAAAAAA", judge), of, 300)
    assert (more.value, more.status) == (found.value, found.status)  # one look: later labels change nothing


def test_a_fixed_n_that_settles_nothing_is_undecided() -> None:
    people, judge = random_session(3, 300, 80, 0.9)
    value = outcome(told(people, judge), gate(0.5, scope="fixed_n", labels=80), 300).value
    assert value is not None
    found = outcome(told(people, judge), gate(round(value, 2), scope="fixed_n", labels=80), 300)
    assert (found.status, found.needed) == ("undecided", "the planned labels are in, and they settle it neither way")


@pytest.mark.parametrize(
    ("people", "judge", "why"),
    [
        ("BBAB" * 5, "BBAB" * 20, "20 labels; PPI++ needs 30"),
        ("B" * 35 + "A" * 5, "BBBBBBBA" * 20, "35 wins and 5 losses; PPI++ needs 10 of each"),
    ],
)
def test_where_ppi_does_not_hold_the_live_form_stands_in_and_says_so(people: str, judge: str, why: str) -> None:
    found = outcome(told(people, judge), gate(0.73, scope="fixed_n", labels=len(people)), len(judge))
    assert (found.method, found.evidence["why_live"]) == ("calibrated", why)
    assert found.status == "pass" or why in found.why


def test_grouped_cases_take_the_live_form() -> None:
    people, judge = random_session(3, 300, 80, 0.9)
    cases = [Case(id=f"c{n}", input="q", group=f"g{n // 2}") for n in range(300)]
    found = outcome(told(people, judge), gate(0.5, scope="fixed_n", labels=80), 300, cases)
    assert found.evidence["why_live"] == "cases come in groups, which PPI++ takes for independent"


def test_a_judge_alone_says_what_it_is_wherever_it_stands() -> None:
    found = outcome(told("", "BBBA" * 10), gate(0.7, source="judge", override="raw-judge"), 40)
    assert (found.status, found.value, found.method) == ("pass", 0.75, "set")
    assert found.title == "win rate ≥ 70 % (raw judge, not calibrated)"
    titled = gate(0.7, source="judge", override="raw-judge", title="Preferred")
    assert outcome(told("", "BBBA" * 10), titled, 40).title == "Preferred (raw judge, not calibrated)"


def test_the_two_orders_are_taken_together() -> None:
    story = JudgedStory()
    for number in range(10):
        shown = story.pair(f"c{number}")
        story.judged(PAIRS, shown, "A", "B")  # always the one shown first
    found = outcome(story, gate(0.5, source="judge", override="raw-judge"), 10)
    assert (found.status, found.value) == ("pass", 0.5)
    half = JudgedStory()
    half.judged(PAIRS, half.pair("c0"), "A", None)
    assert outcome(half, gate(source="judge", override="raw-judge"), 1).value is None


def test_the_newest_version_counts_and_repeats_do_not() -> None:
    story = told("BBtA" * 15, "A" * 200)
    newer = Judge(name="fair", kind="pairwise", target=PAIRS.target, prompt=PAIRS.prompt, criteria="anew")
    for number, letter in enumerate("BBtA" * 15 + "BBBA" * 35):
        story.judged(newer, story.presentations[number], "tie" if letter == "t" else letter)
        story.judged(newer, story.presentations[number], "A", repeat=1)
    found = outcome(story, gate(), 200)
    assert (found.status, found.evidence["judge_version"], found.evidence["judge_versions"]) == (
        "pass",
        newer.version,
        2,
    )


def test_points_of_a_rubric_are_calibrated_on_their_own_scale() -> None:
    story = JudgedStory()
    for number in range(80):
        shown = story.pair(f"c{number}")
        for side, response in (("A", shown.left_response), ("B", shown.right_response or "")):
            story.pointed(POINTS, shown.case_id, response, 4 if side == "A" else 5 - number % 2, "tone")
            if number < 40:
                story.score(shown, "tone", side, 4 if side == "A" else 5 - number % 2)
    of = gate(4.0, metric="rubric", dimension="tone", judge="tone")
    found = outcome(story, of, 80, dimensions=[Dimension(name="tone")])
    assert (found.status, found.value) == ("pass", pytest.approx(4.5))
    assert found.evidence["judge_status"] == "calibrated"  # 40 cases of 40, though 80 answers
    assert found.evidence["compared"] == 40


def test_votes_after_a_reveal_are_no_labels() -> None:
    story = told("", "BBBA" * 5)
    for shown in story.presentations:
        story.vote(shown, "B", phase="post_reveal")
    assert outcome(story, gate(), 20).n == 0


def test_a_board_that_learns_in_any_order_says_the_same() -> None:
    people, judge = random_session(5, 60, 30, 0.8)
    story = told(people, judge)
    policy, cases = policy_of(gate(0.5)), cases_of(60)
    expected = story.snapshot(cases, policy).gates
    story.facts = random.Random(1).sample(story.facts, len(story.facts))
    board: Scoreboard = story.board(cases, policy)
    assert board.snapshot().gates == expected


def test_labels_imported_as_a_judges_verdicts_are_verdicts() -> None:
    people, judge = "BBtA" * 15, "BBtA" * 15 + "BBBA" * 35
    story = JudgedStory()
    for number, (vote, verdict) in enumerate(zip_longest(people, judge)):
        a, b = (story.answer(f"c{number}", side) for side in "AB")
        if vote is not None:
            story.vote(story.shown(a, b), VOTES[vote])
        by_judge = story.shown(a, b, rater="judge:fair")
        story.ballot(by_judge, "label", {"t": "tie"}.get(verdict, verdict), dimension="verdict")
    assert outcome(story, gate(), 200).value == outcome(told(people, judge), gate(), 200).value


def sentences(of: Gate, n: int = 100) -> list[str]:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases_of(n)))
    policy = policy_of(of, dimensions=[Dimension(name="tone")], checks=())
    return [finding.sentence for finding in validate_policy(policy, dataset)]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"source": "judge"}, "override: raw-judge"),
        ({"source": "judge", "override": "yes"}, "override: raw-judge"),
        ({"judge": None}, "needs the name of a `judge`"),
        ({"source": "human"}, "`judge` goes with `source: calibrated`"),
        ({"scope": "population"}, "no calibrated mean holds for all cases"),
        ({"metric": "error_rate"}, "does not go with `error_rate`"),
        ({"labels": 0}, "is 1 or more"),
        ({"labels": 101, "scope": "fixed_n"}, "it plans 101 labels; this set has 100 cases"),
        ({"scope": "fixed_n"}, "without `labels` it waits until people have rated every case"),
        ({"scope": "fixed_n", "labels": 20}, "a fixed n takes 30 labels"),
        ({"override": "raw-judge"}, "`override` goes with `source: judge`"),
    ],
)
def test_what_cannot_be_asked_of_a_judge_is_refused_with_a_sentence(fields: dict[str, Any], says: str) -> None:
    assert any(says in sentence for sentence in sentences(gate(**fields))), sentences(gate(**fields))


def test_gates_of_before_keep_their_versions() -> None:
    plain = canonical_json(Gate(id="g", metric="win_rate", at_least=0.5))
    assert not any(word in plain for word in ("source", "judge", "labels", "override"))
    assert version_of(gate()) != version_of(Gate(id="g", metric="win_rate", at_least=0.5))

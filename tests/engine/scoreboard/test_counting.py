"""Which answers and which ballots count."""

from dataclasses import replace
from fractions import Fraction

import pytest

from support.facts import Story, cases_of, policy_of
from tiebreak.records import Dimension, Form, Gate, Response
from tiebreak.scoreboard.wording import places, reasked

ONE = cases_of(1)
HELP = policy_of(dimensions=[Dimension(name="help")])


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_first_attempt_not_ended_by_infrastructure_counts(story: Story) -> None:
    story.failure("c0", "A", attempt=1)
    first = story.answer("c0", "A", attempt=2)
    story.answer("c0", "A", attempt=3)
    b = story.answer("c0", "B")
    state = story.board(ONE, HELP).case("c0")
    assert [answer.id for answer in state.counting["baseline"]] == [first.id]
    assert [answer.id for answer in state.counting["candidate"]] == [b.id]
    assert state.excluded == {}


def test_a_stopped_answer_does_not_count(story: Story) -> None:
    story.answer("c0", "A", status="interrupted", fault="user")
    state = story.board(ONE, HELP).case("c0")
    assert state.counting == {}
    assert state.excluded == {"baseline": "interrupted"}


def test_an_excluded_case_says_why_until_a_retry_succeeds(story: Story) -> None:
    story.failure("c0", "B", "rate_limit", attempt=1)
    story.failure("c0", "B", "network", attempt=2)
    snapshot = story.snapshot(ONE)
    assert snapshot.excluded == {"baseline": {}, "candidate": {"network": 1}}
    assert (snapshot.excluded_cases, snapshot.done, snapshot.position, snapshot.open) == (1, 0, 0, 0)
    story.answer("c0", "B", attempt=3)
    snapshot = story.snapshot(ONE)
    assert (snapshot.excluded_cases, snapshot.done, snapshot.position) == (0, 0, 0)


def test_an_answer_that_was_stopped_in_sight_and_asked_again_is_told_of(story: Story) -> None:
    """Else a rater could throw away bad answers until a good one comes, and nobody would know."""
    gates = [
        Gate(id="w", metric="win_rate", at_least=0.5),
        Gate(id="a", metric="error_rate", at_most=0.5, on="baseline"),
        Gate(id="b", metric="error_rate", at_most=0.5),
    ]
    policy, cases = policy_of(*gates), cases_of(5)
    story.stopped("c0", "B", attempt=1)
    assert story.snapshot(cases, policy).reasked == {"baseline": 0, "candidate": 0}  # it was not asked again
    story.stopped("c0", "B", attempt=2)
    assert story.snapshot(cases, policy).reasked == {"baseline": 0, "candidate": 1}
    story.vote(story.shown(story.answer("c0", "A"), story.answer("c0", "B", attempt=3)), "B")
    story.stopped("c1", "B", seen=False)  # nothing of it was there to be judged
    story.answer("c1", "B", attempt=2)
    story.answer("c2", "B")
    story.stopped("c2", "B", attempt=2)  # exploratory: the counting answer stays what it was
    story.answer("c2", "B", attempt=3)
    story.failure("c3", "B", "network")
    story.answer("c3", "B", attempt=2)
    story.stopped("c4", "A")
    story.failure("c4", "A", "network", attempt=2)
    snapshot = story.snapshot(cases, policy)
    assert snapshot.reasked == {"baseline": 1, "candidate": 1}
    told = {outcome.gate_id: outcome.evidence["reasked"] for outcome in snapshot.gates}
    assert told == {"w": 2, "a": 1, "b": 1}
    assert snapshot.win_rate.wins == 1
    said = "A: 1 re-asked after being stopped · B: 1 re-asked after being stopped"
    assert reasked(snapshot) == said
    assert reasked(story.snapshot(cases_of(1))) == "B: 1 re-asked after being stopped"


def test_every_case_is_told_in_one_place(story: Story) -> None:
    story.vote(story.pair("c0"), "A")
    story.skip(story.pair("c1"))
    story.answer("c2", "A")
    story.broken("c2", "B")
    story.failure("c3", "B")
    story.answer("c4", "A")
    snapshot = story.snapshot(cases_of(6))
    assert places(snapshot) == "1 rated · 1 settled by a broken answer · 1 skipped · 1 excluded · 2 open"
    assert places(snapshot, short=True) == "1 rated · 1 settled · 1 skipped · 1 excluded"
    assert places(Story().snapshot(ONE), short=True) == "0 rated"
    assert (snapshot.done, snapshot.settled) == (3, 2)


def test_a_ballot_counts_only_on_exactly_the_counting_answers(story: Story) -> None:
    a, b = story.answer("c0", "A"), story.answer("c0", "B")
    story.vote(story.shown(a, story.answer("c0", "B", attempt=2)), "A")
    assert story.snapshot(ONE).win_rate.n == 0
    story.vote(story.shown(b, a), "B")
    assert story.snapshot(ONE).win_rate.wins == 1


def test_sides_do_not_matter_to_a_vote_or_a_score(story: Story) -> None:
    a, b = story.answer("c0", "A"), story.answer("c0", "B")
    flipped = story.shown(b, a)
    story.vote(flipped, "B")
    story.ballot(flipped, "score", 5, dimension="help", response_id=b.id)
    snapshot = story.snapshot(ONE, HELP)
    assert snapshot.win_rate.wins == 1
    assert snapshot.dimensions["help"]["candidate"].mean == 5.0
    assert snapshot.dimensions["help"]["baseline"].n == 0


def test_a_later_retry_undoes_nothing_but_an_earlier_attempt_would(story: Story) -> None:
    """A ballot stays with its pair: an attempt that turns out to come first makes it count no more."""
    b = story.answer("c0", "B")
    story.vote(story.shown(story.answer("c0", "A", attempt=2), b), "B")
    assert story.snapshot(ONE).settled == 1
    story.answer("c0", "A", attempt=1)
    assert story.snapshot(ONE).settled == 0


def test_a_repeated_showing_measures_the_rater_only(story: Story) -> None:
    pair = story.pair("c0")
    story.vote(pair, "A")
    again = replace(pair, id="p9", repeat_of=pair.id)
    story.facts.append(again)
    story.vote(again, "B")
    assert story.snapshot(ONE).win_rate.losses == 1


def test_raters_are_averaged_within_a_case(story: Story) -> None:
    pair = story.pair("c0", "anna")
    second = story.shown(*_both(story), rater="ben")
    third = story.shown(*_both(story), rater="cleo")
    story.vote(pair, "B")
    story.vote(second, "B")
    story.vote(third, "tie")
    story.score(pair, "help", "B", 4)
    story.score(second, "help", "B", 5)
    board = story.board(ONE, HELP)
    assert board.case("c0").win == Fraction(5, 6)
    snapshot = board.snapshot()
    assert (snapshot.win_rate.n, snapshot.win_rate.wins, snapshot.win_rate.mean) == (1, 1, pytest.approx(5 / 6))
    assert snapshot.dimensions["help"]["candidate"].mean == 4.5
    story.vote(third, "A")
    story.vote(second, "A")
    assert story.snapshot(ONE).win_rate.losses == 1


def test_raters_who_are_even_make_a_tie(story: Story) -> None:
    story.vote(story.pair("c0", "anna"), "A")
    story.vote(story.shown(*_both(story), rater="ben"), "B")
    assert story.snapshot(ONE).win_rate.ties == 1


def _both(story: Story) -> tuple[Response, Response]:
    first, second, *_ = (fact for fact in story.facts if isinstance(fact, Response))
    return first, second


def test_a_second_showing_to_the_same_rater_replaces_the_first_vote(story: Story) -> None:
    story.vote(story.pair("c0"), "A")
    story.vote(story.shown(*_both(story)), "B")
    snapshot = story.snapshot(ONE)
    assert (snapshot.win_rate.wins, snapshot.win_rate.losses) == (1, 0)


@pytest.mark.parametrize(
    ("left", "right", "verdict", "win"),
    [("broken", "answer", "win", 1), ("answer", "broken", "loss", 0), ("broken", "broken", "both_bad", Fraction(1, 2))],
)
def test_a_broken_answer_settles_its_case(story: Story, left: str, right: str, verdict: str, win: Fraction) -> None:
    a, b = getattr(story, left)("c0", "A"), getattr(story, right)("c0", "B")
    state = story.board(ONE, HELP).case("c0")
    assert (state.verdict, state.win, state.automatic, state.complete) == (verdict, win, True, True)
    story.vote(story.shown(a, b), "tie")
    assert story.board(ONE, HELP).case("c0").verdict == verdict
    assert story.snapshot(ONE).automatic == 1


def test_a_broken_answer_waits_for_its_counterpart(story: Story) -> None:
    story.broken("c0", "A")
    assert story.board(ONE, HELP).case("c0").verdict is None
    story.failure("c0", "B")
    state = story.board(ONE, HELP).case("c0")
    assert (state.verdict, state.complete) == (None, False)


def test_a_broken_answer_is_a_one_on_every_dimension_but_harms_nobody(story: Story) -> None:
    pair = story.shown(story.broken("c0", "A"), story.answer("c0", "B"))
    state = story.board(ONE, HELP).case("c0")
    assert state.scores == {("help", "baseline"): 1}
    assert state.harmed == frozenset()
    story.score(pair, "help", "A", 5)
    story.score(pair, "help", "B", 3)
    assert story.board(ONE, HELP).case("c0").scores == {("help", "baseline"): 1, ("help", "candidate"): 3}


def test_what_a_rater_must_give(story: Story) -> None:
    form = Form(dimensions=(Dimension(name="help", required=True), Dimension(name="tone")))
    policy = policy_of(form=form)
    pair = story.pair("c0")

    def complete() -> bool:
        return story.board(ONE, policy).case("c0").complete

    story.vote(pair, "A")
    story.score(pair, "help", "A", 3)
    assert not complete()
    story.score(pair, "help", "B", 3)
    assert complete()
    story.undo(story.vote(pair, "B"))
    assert complete()
    story.skip(pair)
    assert complete()
    assert story.snapshot(ONE, policy).skipped == 1


def test_the_intact_answer_of_a_settled_case_still_wants_its_required_scores(story: Story) -> None:
    policy = policy_of(dimensions=[Dimension(name="help", required=True)])
    pair = story.shown(story.broken("c0", "A"), story.answer("c0", "B"))
    assert not story.board(ONE, policy).case("c0").complete
    story.score(pair, "help", "B", 4)
    assert story.board(ONE, policy).case("c0").complete


def test_ballots_after_a_reveal_are_kept_apart(story: Story) -> None:
    pair = story.pair("c0")
    story.vote(pair, "A", phase="sealed")
    story.vote(pair, "B", phase="post_reveal")
    story.score(pair, "help", "B", 5, identity_seen=True)
    blind = story.snapshot(ONE, HELP, blind=True)
    assert (blind.win_rate.losses, blind.win_rate.wins, blind.apart) == (1, 0, 2)
    assert blind.dimensions["help"]["candidate"].n == 0
    # Where nothing is hidden, seeing who is who takes nothing away.
    openly = story.snapshot(ONE, HELP)
    assert (openly.apart, openly.dimensions["help"]["candidate"].n) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "value"), [("vote", "C"), ("vote", None), ("score", 6), ("score", "5"), ("score", True)]
)
def test_a_ballot_that_says_nothing_counts_nothing(story: Story, kind: str, value: object) -> None:
    pair = story.pair("c0")
    story.vote(pair, "B")
    story.score(pair, "help", "B", 2)
    story.ballot(pair, kind, value, dimension="help", response_id=pair.right_response)
    snapshot = story.snapshot(ONE, HELP)
    assert (snapshot.win_rate.wins, snapshot.dimensions["help"]["candidate"].mean) == (1, 2.0)


def test_samples_of_a_case_are_averaged(story: Story) -> None:
    story.answer("c0", "B", sample=0)
    story.broken("c0", "B", sample=1)
    assert story.snapshot(ONE).errors["candidate"].mean == 0.5


def test_what_is_not_of_this_session_is_ignored(story: Story) -> None:
    story.answer("elsewhere", "A")
    story.answer("c0", "C")
    pair = story.pair("c0")
    elsewhere = replace(pair, id="px", session_id="other")
    story.facts.append(elsewhere)
    story.vote(elsewhere, "A")
    snapshot = story.snapshot(ONE)
    assert (snapshot.win_rate.n, snapshot.spend["baseline"].calls) == (0, 1)

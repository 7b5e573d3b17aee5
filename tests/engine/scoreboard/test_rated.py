"""Whether a rater has rated a case is the same question in the Arena and outside of it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.facts import Story, cases_of, policy_of
from tiebreak.records import Ballot, Dimension, Form, Response, SessionRole
from tiebreak.records.policies import VoteRule
from tiebreak.scoreboard import effective_ballots
from tiebreak.scoreboard.case import rated_by
from tiebreak.session.form import form_state

VOTE_RULES: list[VoteRule] = ["required", "optional", "off"]


def form_of(vote: VoteRule, required: Sequence[str]) -> Form:
    return Form(vote=vote, dimensions=tuple(Dimension(name=n, required=n in required) for n in ("helps", "tone")))


FORMS = st.builds(form_of, st.sampled_from(VOTE_RULES), st.lists(st.sampled_from(["helps", "tone"])))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("vote"), st.sampled_from(["A", "B", "tie", "both_bad"])),
        st.tuples(st.sampled_from(["skip", "undo"]), st.none()),
        st.tuples(
            st.just("score"), st.tuples(st.sampled_from(["helps", "tone"]), st.sampled_from("AB"), st.integers(1, 5))
        ),
    ),
    max_size=8,
)


@given(form=FORMS, broken=st.sets(st.sampled_from("AB")), acts=ACTS)
def test_a_case_is_rated_outside_of_the_arena_when_it_is_rated_there(form: Form, broken: set[str], acts: Any) -> None:
    story, cases = Story(), cases_of(1)
    a, b = ((story.broken if side in broken else story.answer)("c0", side) for side in "AB")
    shown = story.shown(a, b)
    given_: list[Ballot] = []
    for kind, value in acts:
        if kind == "undo":
            given_ += [story.undo(given_[-1])] if given_ else []
        elif kind == "score":
            given_.append(story.score(shown, *value))
        else:
            given_.append(story.ballot(shown, kind, value))
    responses: dict[SessionRole, Response | None] = {"baseline": a, "candidate": b}
    state = story.board(cases, policy_of(form=form)).case("c0")
    there = form_state(form, responses, effective_ballots(given_))
    assert rated_by("rater", state, form) == there.rated
    assert rated_by("another", state, form) == form_state(form, responses, []).rated

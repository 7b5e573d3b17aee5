"""Failures that are nearly the same stand together."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from tiebreak.datasets.likeness import normal
from tiebreak.triage import Failure, grouped
from tiebreak.triage import grouping as module

RETURNS = "You can return the lamp within thirty days of buying it, in any of our shops."


def failure(ordinal: int, *flips: str, question: str = "", answer: str = "") -> Failure:
    return Failure(
        ordinal, flips or ("json",), question or f"something quite different {'xyzuvw'[ordinal % 6] * 20}", answer
    )


def test_alike_answers_to_the_same_check_are_one_group() -> None:
    groups = grouped(
        [
            failure(0, answer=RETURNS),
            failure(1, answer="No."),
            failure(2, answer=RETURNS.replace("lamp", "desk")),
            failure(3, "short", answer=RETURNS),
        ]
    )
    assert [group.ordinals for group in groups] == [(0, 2), (1,), (3,)]


def test_alike_questions_are_one_group_whatever_was_answered() -> None:
    asked = "How long can I return a lamp that I bought in one of your shops?"
    first, second = failure(0, question=asked, answer="Never!"), failure(1, question=asked.replace("lamp", "desk"))
    assert [group.ordinals for group in grouped([first, second])] == [(0, 1)]


def test_what_is_like_nothing_stands_alone_however_many_there_are() -> None:
    """One decision serves a group: the flips alone do not make one."""
    many = [Failure(n, ("json",), f"{n:06} " * 9 + chr(0x4E00 + n) * 60, chr(0x5000 + n) * 80) for n in range(600)]
    assert [group.ordinals for group in grouped(many)] == [(n,) for n in range(600)]


def test_comparing_is_bounded() -> None:
    """Leaders long not met are compared no more, and neither is what comes after the severest failures."""
    strangers = [Failure(n, ("json",), "", chr(0x5000 + n) * 80) for n in range(module.LEADERS)]
    again = strangers[0]._replace(ordinal=9_000)
    met = [*strangers, again, Failure(9_001, ("json",), "", "!" + "z" * 80), strangers[1]._replace(ordinal=9_002)]
    assert (0, 9_000) in {group.ordinals for group in grouped(met)}
    assert {(1,), (9_002,)} < {group.ordinals for group in grouped(met)}, "the leader met longest ago made room"
    late = [Failure(n, ("json",), "", "the same") for n in range(module.MOST + 5)]
    assert [len(group) for group in grouped(late)] == [module.MOST, 1, 1, 1, 1, 1]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([("a",), ("b",), ("a", "b")]), st.text("ab ", max_size=12), st.text("cd ", max_size=12)
        ),
        max_size=20,
    )
)
def test_every_failure_is_in_one_group_of_its_flips(given_: list[tuple[tuple[str, ...], str, str]]) -> None:
    failures = [Failure(n, *one) for n, one in enumerate(given_)]
    groups = grouped(failures)
    assert sorted(ordinal for group in groups for ordinal in group.ordinals) == list(range(len(failures)))
    assert all(failures[ordinal].flips == group.flips for group in groups for ordinal in group.ordinals)
    assert [len(group) for group in groups] == sorted((len(group) for group in groups), reverse=True)
    first = {ordinal: group.ordinals[0] for group in groups for ordinal in group.ordinals}
    for one in failures:
        leader = failures[first[one.ordinal]]
        texts = ((one.question, leader.question), (one.answer, leader.answer))
        assert any(fuzz.ratio(normal(a), normal(b)) >= module.ALIKE for a, b in texts)

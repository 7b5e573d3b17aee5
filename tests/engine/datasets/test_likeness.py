"""Near-duplicates: the bounds that spare comparisons lose none, and leaks are told with their place."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from tiebreak.datasets import likeness
from tiebreak.datasets.leakage import leaks, prompt_texts, shared, twins
from tiebreak.datasets.likeness import LETTERS, alike_between, alike_within, normal
from tiebreak.records import Case, Config, Message, ModelTarget, Prompt

WORDS = st.lists(st.sampled_from(["refund", "the", "Order", "ordr", "is", "late!", "café", "日本"]), max_size=12).map(
    " ".join
)
THRESHOLDS = st.sampled_from([60.0, 80.0, 90.0, 100.0])


def score(left: str, right: str) -> float:
    """The score as its definition says, one pair at a time."""
    a, b = normal(left), normal(right)
    if not a or not b:
        return 0.0
    if min(len(a), len(b)) > LETTERS:
        return fuzz.ratio(a.split(), b.split())
    return fuzz.ratio(a, b)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=9), st.lists(WORDS, max_size=9), THRESHOLDS)
@example(["the order is late " * 12], ["the order is late " * 11 + "the order was late"], 90.0)
@example(["late " * 39], ["late " * 43], 90.0)
def test_the_most_alike_is_found_for_each_text_as_by_comparing_all(
    left: list[str], right: list[str], threshold: float
) -> None:
    found = {alike.left: alike for alike in alike_between(left, right, threshold)}
    for index, text in enumerate(left):
        best = max((score(text, other) for other in right), default=0.0)
        if best >= threshold and right:
            assert found[index].score == pytest.approx(best, abs=0.06)
            assert score(text, right[found[index].right]) == pytest.approx(best, abs=1e-4)
        else:
            assert index not in found


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=9), THRESHOLDS, st.sampled_from([0.0, 1.0]))
def test_within_a_set_each_text_that_has_a_twin_is_in_a_pair(
    texts: list[str], threshold: float, crowded: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "CROWDED", crowded)  # the two ways of comparing agree
        found = alike_within(texts, threshold)
    assert all(alike.left < alike.right for alike in found)
    assert len({(alike.left, alike.right) for alike in found}) == len(found)
    told = {index for alike in found for index in (alike.left, alike.right)}
    twinned = {
        i for i, text in enumerate(texts) for j, other in enumerate(texts) if i != j and score(text, other) >= threshold
    }
    assert told == twinned


def test_ten_thousand_alike_texts_give_as_many_lines_and_no_more() -> None:
    assert len(alike_within(["The same."] * 10_000)) == 9_999


def cases(*texts: str) -> list[Case]:
    return [Case(id=f"c{index}", input=text) for index, text in enumerate(texts)]


def test_groups_and_system_messages_make_no_twins() -> None:
    assert twins([Case(id="a", input="Same question", group="g"), Case(id="b", input="Same question", group="g")]) == []
    system = Message(role="system", content="A long instruction that all cases share with each other. " * 5)
    asked = [
        Case(id=text, input=(system, Message(role="user", content=text))) for text in ("Where is it?", "How much then?")
    ]
    assert twins(asked) == []


def test_leaks_into_another_set_and_into_the_examples_of_a_prompt() -> None:
    ours = cases("Where is my order 512?", "How do I cancel?", "Something else entirely")
    ours[2] = Case(id="c2", input="Unrelated words here", reference="You get your money back within five days.")
    (found,) = shared(ours, cases("nothing", "where is my order, 512"))
    assert (found.case, found.other, found.score) == ("c0", "c1", 100.0)
    config = Config(
        name="p",
        target=ModelTarget(model="m"),
        prompt=Prompt(
            system="Be brief.\n\nExamples:\nUser: How do I cancel?\n"
            "Assistant: “You get your money back within 5 days.”\n",
        ),
    )
    assert [(leak.case, leak.what, leak.place, leak.line) for leak in leaks(ours, prompt_texts(config))] == [
        ("c1", "input", "prompt.system", 4),
        ("c2", "reference", "prompt.system", 5),
    ]

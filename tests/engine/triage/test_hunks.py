"""A change cut into hunks: none of them is A, all of them are B, and every cut gives both texts back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, Config, Message, ModelTarget, Prompt
from tiebreak.triage.hunks import LEVELS, difference_of, sentences

MODEL = ModelTarget(model="openai/one")
CASE = Case(id="q", input="How long?", metadata={"x": "1"})


def config(system: str | None = None, user: str | None = None, **more: object) -> Config:
    fields: dict[str, object] = {"name": "c", "target": MODEL, "prompt": Prompt(system=system, user=user)}
    return Config(**(fields | more))  # pyright: ignore[reportArgumentType]


LINES = st.lists(
    st.sampled_from(["Be kind. ", "Be brief; always.", "Say {{ input }} again", "Cite 3.5 sources", "\n", "\n\n", "x"])
).map("".join)
SIDES = st.builds(config, st.none() | LINES, st.none() | LINES)


@settings(deadline=None)
@given(SIDES, SIDES, st.sampled_from(["A", "B"]), st.data())
def test_no_hunk_is_a_and_all_are_b_however_fine(a: Config, b: Config, rest: str, data: st.DataObject) -> None:
    difference = difference_of(a, b)
    for level in LEVELS:
        every = range(len(difference.hunks))
        assert sent(difference.config(())) == sent(a)
        assert sent(difference.config(every)) == sent(b)
        difference = difference.finer(every, level)
    chosen = data.draw(st.sets(st.integers(0, max(0, len(difference.hunks) - 1))))
    for level in LEVELS:
        base, whole = (difference.finer(chosen, level, rest=side) for side in ("A", "B"))
        assert len(base.hunks) == len(whole.hunks)
        every = range(len(base.hunks))
        assert sent(base.config(every)) == sent(difference.config(chosen))
        assert sent(base.config(())) == sent(a)
        assert sent(whole.config(every)) == sent(b)


def sent(config: Config) -> tuple[Message, ...]:
    return PromptRenderer(config).render(CASE)


def test_lines_then_words() -> None:
    a = config("Be kind.\nAnswer in full sentences.\nCite the page.\n")
    b = config("Be kind.\nAnswer in two words.\nCite the page.\nNever say sorry.\n")
    difference = difference_of(a, b)
    assert [(hunk.place, hunk.line, hunk.old, hunk.new) for hunk in difference.hunks] == [
        ("prompt.system", 2, "Answer in full sentences.\n", "Answer in two words.\n"),
        ("prompt.system", 4, "", "Never say sorry.\n"),
    ]
    words = difference.finer([0], "sentences").finer([0], "words")
    assert [(hunk.line, hunk.old, hunk.new) for hunk in words.hunks] == [(2, "full sentences", "two words")]
    added = difference.finer([1], "words")
    assert [hunk.new for hunk in added.hunks] == ["Never ", "say ", "sorry", ".\n"]
    assert added.config([1, 2]).prompt.system == "Be kind.\nAnswer in full sentences.\nCite the page.\nsay sorry"


def test_model_and_parameters_are_a_hunk_each() -> None:
    a = config("x", parameters={"temperature": 0, "seed": 1})
    b = config("x", parameters={"temperature": 1}, target=ModelTarget(model="openai/two"))
    difference = difference_of(a, b)
    assert [hunk.place for hunk in difference.hunks] == ["parameters", "target"]
    assert difference.hunks[0].new == '{"temperature":1}'
    one = difference.config([1], "both")
    assert (one.name, one.target, one.parameters) == ("both", b.target, a.parameters)
    settled = difference.finer([0], "words", rest="B")
    assert settled.config(()).target == b.target
    assert settled.config(()).parameters == a.parameters


def test_conversations_of_the_same_roles_are_compared_message_by_message() -> None:
    def talk(*texts: str) -> Prompt:
        roles = ("system", "user", "assistant")
        return Prompt(messages=tuple(Message(role=r, content=t) for r, t in zip(roles, texts, strict=False)))

    a, b = config(prompt=talk("Be kind.", "{{ input }}")), config(prompt=talk("Be terse.", "{{ input }}"))
    (hunk,) = difference_of(a, b).hunks
    assert (hunk.place, hunk.old, hunk.new) == ("prompt.messages[0]", "Be kind.", "Be terse.")
    longer = difference_of(a, config(prompt=talk("Be kind.", "{{ input }}", "Well")))
    assert [hunk.place for hunk in longer.hunks] == ["prompt.messages"]
    assert longer.config(()).prompt == a.prompt
    assert len(longer.config([0]).prompt.messages) == 3
    assert len(longer.finer([0], "words").hunks) == 1


def test_a_question_without_a_template_is_as_good_as_its_own() -> None:
    difference = difference_of(config(), config(user="{{ input }} Be brief."))
    assert difference.config(()).prompt.user is None
    assert difference.config([0]).prompt.user == "{{ input }} Be brief."


def test_names_and_deadlines_are_no_difference() -> None:
    assert difference_of(config("x"), config("x", name="other", retries=9, description="d")).hunks == ()


@settings(deadline=None)
@given(st.text() | LINES)
def test_sentences_give_the_text_back(text: str) -> None:
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two! Pi is 3.14: yes", ["One. ", "Two! ", "Pi is 3.14: ", "yes"]),
        ("{{ a. b }} x. {% if a: %}y", ["{{ a. b }} x. ", "{% if a: %}y"]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut

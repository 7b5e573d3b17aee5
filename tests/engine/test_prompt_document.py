"""A prompt as the text that a person edits, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.errors import PromptError
from tiebreak.prompts import holds_question, read_prompt, try_on, written_prompt
from tiebreak.records import Case, Config, Message, ModelTarget, Prompt
from tiebreak.records.cases import Role

ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")
LINES = st.sampled_from(
    [
        *("", "===", "=== system ===", "\\=== user ===", "\\\\===", " === user ===", "a", "{{ input }}", "b\r", "é"),
        *("# user", "\\# System", "== x ==", "== user", "=== x", "#users", "# Rules", "## tool:", "\\\\# user"),
    ]
)
TEXTS = st.lists(LINES, min_size=1).map("\n".join)
CONVERSATIONS = st.lists(st.builds(Message, role=st.sampled_from(ROLES), content=TEXTS), min_size=1).map(
    lambda messages: Prompt(messages=tuple(messages))
)
PAIRS = st.builds(Prompt, system=TEXTS.filter(bool) | st.none(), user=TEXTS.filter(bool) | st.none())


@given(CONVERSATIONS | PAIRS)
def test_what_is_written_is_read_back(prompt: Prompt) -> None:
    assert read_prompt(written_prompt(prompt), prompt) == prompt


def test_an_editor_that_adds_or_drops_the_last_line_end_changes_nothing() -> None:
    prompt = Prompt(system="Be kind.", user="Q: {{ input }}")
    assert written_prompt(prompt) == "=== system ===\nBe kind.\n=== user ===\nQ: {{ input }}\n"
    assert read_prompt(written_prompt(prompt).rstrip("\n"), prompt) == prompt


def test_markdown_is_text_and_what_looks_like_a_heading_may_be() -> None:
    like = Prompt(system="x")
    text = "# Rules\n## The user\nTitle\n=====\n#hashtag"
    assert read_prompt(f"=== system ===\n{text}\n", like) == Prompt(system=text)
    assert read_prompt("=== system ===\n\\# user\n", like) == Prompt(system="# user")


def test_an_emptied_part_is_none() -> None:
    assert read_prompt("=== system ===\n\n=== user ===\n\n", Prompt(system="x")) == Prompt()
    assert read_prompt("=== user ===\nQ", Prompt(system="x")) == Prompt(user="Q")


@pytest.mark.parametrize(
    ("text", "like", "said"),
    [
        ("hello\n=== system ===\nx", Prompt(), "Line 1: “hello” stands before the first heading."),
        ("=== sytem ===\nx", Prompt(), "Line 1: “sytem” is no part of a prompt."),
        ("=== system ===\nx\n# user\ny", Prompt(), "Line 3: “# user” is no heading."),
        ("# System\nx", Prompt(), "Line 1: “# System” is no heading."),
        ("=== system ===\nx\n==user==\ny", Prompt(), "Line 3: “==user==” is no heading."),
        ("=== system ===\nx\n=== user\ny", Prompt(), "Line 3: “=== user” is no heading."),
        ("=== system ===\nx\n### Assistant:\ny", Prompt(), "Line 3: “### Assistant:” is no heading."),
        ("=== user ===\na\n=== user ===\nb", Prompt(), "A heading is given twice."),
        ("=== assistant ===\na", Prompt(), "no `assistant`"),
        (" \n", Prompt(messages=(Message(role="user", content="x"),)), "No message is left."),
    ],
)
def test_what_is_no_prompt_is_refused_with_its_line(text: str, like: Prompt, said: str) -> None:
    with pytest.raises(PromptError, match=said.replace("(", r"\(")):
        read_prompt(text, like)


def test_a_template_that_names_the_question_is_told_from_one_that_does_not() -> None:
    assert holds_question("Q: {{ input }}")
    assert holds_question("{% for m in messages %}{{ m.content }}{% endfor %}")
    assert not holds_question("You know {{ segment }}.")
    assert not holds_question("{{ input")


def test_a_prompt_is_tried_on_a_case_and_says_what_is_wrong() -> None:
    case = Case(id="c", input="Why?")
    config = Config(name="c", target=ModelTarget(model="m"), prompt=Prompt(system="Kind.", user="Q: {{ input }}"))
    assert try_on(config, case).messages == (
        Message(role="system", content="Kind."),
        Message(role="user", content="Q: Why?"),
    )
    broken = Config(name="c", target=ModelTarget(model="m"), prompt=Prompt(system="\n{{ inptu }}", user="{% if %}"))
    assert "user" in try_on(broken, case).problem
    unknown = Config(name="c", target=ModelTarget(model="m"), prompt=Prompt(system="\n{{ inptu }}"))
    assert try_on(unknown, case).problem == "system, line 2: “inptu” is unknown. Did you mean “input”?"

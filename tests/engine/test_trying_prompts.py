"""Every case is put through a config's templates, and what fails is told once."""

import pytest

from tiebreak.errors import PromptError
from tiebreak.prompts import leaves_question_out, unrendered
from tiebreak.records import Case, Config, HttpTarget, Message, ModelTarget, Prompt

CASES = [
    Case(id=f"c{i}", input="Why?", metadata={"plan": "yearly", "n": i} if i % 3 else {"seats": i}) for i in range(9)
]


def config(prompt: Prompt, request: dict[str, object] | None = None) -> Config:
    target = ModelTarget(model="m") if request is None else HttpTarget(url="http://x.example/", request=request)
    return Config(name="new", target=target, prompt=prompt)


def told(given: Config) -> list[tuple[str | None, int | None, str, str, int]]:
    return [(f.error.field, f.error.line, f.error.problem, f.case_id, f.count) for f in unrendered(given, CASES)]


def test_what_can_be_rendered_is_no_finding() -> None:
    assert told(config(Prompt(system="{{ segment }}", user="{{ input }}{{ metadata.plan | default('') }}"))) == []


def test_an_unknown_name_is_told_once_with_the_name_that_was_meant() -> None:
    assert told(config(Prompt(user="a\n{{ contxts }}"))) == [
        ("prompt.user", 2, "“contxts” is unknown. Did you mean “contexts”?", "c0", 9)
    ]


def test_what_some_cases_lack_is_counted_though_what_they_have_instead_differs() -> None:
    ((field, line, problem, case_id, count),) = told(config(Prompt(user="{{ metadata.plan }}")))
    assert (field, line, case_id, count) == ("prompt.user", 1, "c0", 3)
    assert problem.startswith("“plan” is unknown.")


def test_every_template_is_tried_also_behind_one_that_fails() -> None:
    found = told(config(Prompt(system="{{ sgment }}", user="{{ metadata.n.x }}{{ 'a' * 10 ** 9 }}")))
    assert [(field, count) for field, _, _, _, count in found] == [
        ("prompt.system", 9),
        ("prompt.user", 3),
        ("prompt.user", 6),
    ]


def test_a_refusal_of_the_sandbox_is_a_finding() -> None:
    ((_, _, problem, _, count),) = told(config(Prompt(user="{{ input.__class__ }}")))
    assert "__class__" in problem
    assert count == 9


def test_requests_of_apps_are_tried_as_well() -> None:
    assert told(config(Prompt(), {"q": ["{{ inputt }}"]})) == [
        ("target.request.q[0]", None, "“inputt” is unknown. Did you mean “input”?", "c0", 9)
    ]
    assert told(config(Prompt(), {"q": "{{ messages }}"})) == []


def test_a_template_that_is_none_is_an_error() -> None:
    with pytest.raises(PromptError, match=r"prompt\.user, line 1"):
        unrendered(config(Prompt(user="{{ a")), CASES)


@pytest.mark.parametrize(
    ("prompt", "out"),
    [
        (Prompt(), False),
        (Prompt(system="Be kind."), False),
        (Prompt(system="Be kind.", user="And be brief."), True),
        (Prompt(system="About {{ input }}", user="And be brief."), False),
        (Prompt(user="{{ messages | length }}"), False),
        (Prompt(user="{{ metadata.plan }}"), True),
        (Prompt(messages=(Message(role="user", content="Hello."),)), True),
        (Prompt(messages=(Message(role="user", content="Hello. {{ input }}"),)), False),
    ],
)
def test_a_prompt_that_leaves_the_question_out_is_known(prompt: Prompt, out: bool) -> None:
    assert leaves_question_out(config(prompt)) is out
    assert not leaves_question_out(config(prompt, {"q": "{{ input }}"})), "an app's own request may hold it"

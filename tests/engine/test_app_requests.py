"""The request of an app from its template: values are put in as JSON, and are never read again."""

from collections.abc import Mapping
from typing import Any

import pytest

from tiebreak.errors import PromptError
from tiebreak.prompts import PromptRenderer, RequestRenderer
from tiebreak.records import Case, Config, Context, HttpTarget, Message, ModelTarget, Prompt

CASE = Case(
    id="c1",
    input=(
        Message(role="user", content="Hello"),
        Message(role="assistant", content="Yes?"),
        Message(role="user", content='{{ 7 * 7 }} "quoted" [1, 2]'),
    ),
    contexts=(Context(id="k", text="passage"),),
    metadata={"tenant": "t-1", "limits": {"k": 3}, "html": "<b>&"},
)


def rendered(
    request: Mapping[str, object] | None, parameters: Mapping[str, object] | None = None, prompt: Prompt | None = None
) -> Any:
    target = HttpTarget(url="http://127.0.0.1:9/", request=request)
    config = Config(name="app", target=target, parameters=parameters or {}, prompt=prompt or Prompt())
    return RequestRenderer(config).render(CASE, PromptRenderer(config).render(CASE))


def test_a_lone_expression_becomes_the_value_itself() -> None:
    body = rendered(
        {
            "question": "{{ input }}",
            "messages": "{{ messages }}",
            "k": "{{- metadata.limits.k -}}",
            "ids": " {{ contexts | map(attribute='id') }} ",
            "segment": "{{ segment }}",
            "known": "{{ segment is none }}",
            "sum": "{{ metadata.limits.k + 1 }}",
        }
    )
    assert body == {
        "question": '{{ 7 * 7 }} "quoted" [1, 2]',
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Yes?"},
            {"role": "user", "content": '{{ 7 * 7 }} "quoted" [1, 2]'},
        ],
        "k": 3,
        "ids": ["k"],
        "segment": None,
        "known": True,
        "sum": 4,
    }


def test_any_other_text_stays_text() -> None:
    body = rendered(
        {
            "two": "{{ metadata.limits.k }}{{ metadata.limits.k }}",
            "around": "k={{ metadata.limits.k }}",
            "html": "{{ metadata.html }}!",
            "block": "{% if segment %}a{% else %}b{% endif %}",
            "plain": "no braces",
        }
    )
    assert body == {"two": "33", "around": "k=3", "html": "<b>&!", "block": "b", "plain": "no braces"}


def test_structure_numbers_and_names_stay_as_they_are() -> None:
    request = {"stream": True, "k": 3, "none": None, "nested": {"{{ input }}": ["{{ id }}", 1.5]}}
    assert rendered(request) == {"stream": True, "k": 3, "none": None, "nested": {"{{ input }}": ["c1", 1.5]}}


def test_without_a_template_the_form_is_ours() -> None:
    assert rendered(None, {"k": 3}) is None
    assert RequestRenderer(Config(name="m", target=ModelTarget(model="m"))).render(CASE, ()) is None


def test_parameters_and_prompts_have_their_effect() -> None:
    prompt = Prompt(system="Be brief.", user="Q: {{ metadata.tenant }}")
    body = rendered(
        {"all": "{{ parameters }}", "q": "{{ input }}", "first": "{{ messages[0].content }}"}, {"k": 3}, prompt
    )
    assert body == {"all": {"k": 3}, "q": "Q: t-1", "first": "Be brief."}


@pytest.mark.parametrize(
    ("request_", "parameters", "words"),
    [
        ({"q": "{{ input"}, {}, "target.request.q, line 1: Unexpected end of template"),
        ({"a": {"b": ["x", "{{ inptu }}"]}}, {}, r"target.request.a.b\[1\], case “c1”.*Did you mean “input”"),
        ({"q": "{{ reference }}"}, {}, "“reference” is not given to prompts"),
        ({"q": "{{ metadata.nothing }}"}, {}, "“nothing” is unknown"),
        ({"q": "{{ input.__class__ }}"}, {}, "may read the case and nothing else|unknown"),
        ({"q": "{{ input.upper }}"}, {}, "no JSON form"),
        ({"q": "{{ range(100001) }}"}, {}, "more than 100000 numbers"),
        ({"q": "{{ 'x' * 9 }}"}, {}, "for numbers only"),
        ({"q": "{{ input }}"}, {"k": 3}, "the request does not send them"),
    ],
)
def test_templates_that_go_wrong(request_: dict[str, object], parameters: dict[str, object], words: str) -> None:
    with pytest.raises(PromptError, match=words):
        rendered(request_, parameters)

"""Prompts are rendered strictly, in a sandbox, and what a case holds is never read as a template."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.errors import PromptError
from tiebreak.prompts import MAX_OUTPUT, MAX_RANGE, PromptRenderer
from tiebreak.records import Case, Config, Context, Message, ModelTarget, Prompt

CASE = Case(
    id="refund-1",
    input="Can I get {{ my }} money back?",
    reference="Yes.",
    contexts=(Context(id="k1", text="30 days."), Context(id="k2", text="By card.", title="Cards")),
    segment="billing",
    metadata={"plan": "yearly", "items": 3},
)
TRICKY = st.text(st.sampled_from("{}%#-|_ ab'\"\n\\") | st.characters(exclude_categories=["Cs"]), max_size=60)


def renderer(user: str | None = None, system: str | None = None) -> PromptRenderer:
    return PromptRenderer(config(Prompt(user=user, system=system)))


def config(prompt: Prompt) -> Config:
    return Config(name="new", target=ModelTarget(model="m"), prompt=prompt)


def rendered(user: str, case: Case = CASE) -> str:
    return renderer(user).render(case)[-1].content


def refused(user: str, case: Case = CASE) -> str:
    with pytest.raises(PromptError) as caught:
        renderer(user).render(case)
    return str(caught.value)


def test_without_a_template_the_case_is_sent_as_it_is() -> None:
    assert renderer().render(CASE) == CASE.messages
    talk = Case(id="t", input=(Message(role="user", content="a"), Message(role="assistant", content="b")))
    assert renderer(system="Be kind.").render(talk) == (Message(role="system", content="Be kind."), *talk.messages)


def test_a_user_template_takes_the_place_of_the_last_user_message() -> None:
    talk = Case(
        id="t",
        input=(
            Message(role="user", content="Hi"),
            Message(role="assistant", content="Hello"),
            Message(role="user", content="Why?"),
        ),
    )
    assert renderer("Q: {{ input }}").render(talk) == (*talk.messages[:2], Message(role="user", content="Q: Why?"))
    silent = Case(id="t", input=(Message(role="assistant", content="Hello"),))
    assert renderer("Go on.").render(silent)[-1] == Message(role="user", content="Go on.")


def test_a_whole_conversation_as_templates() -> None:
    messages = (Message(role="system", content="{{ segment }}"), Message(role="user", content="{{ input }}"))
    assert PromptRenderer(config(Prompt(messages=messages))).render(CASE) == (
        Message(role="system", content="billing"),
        Message(role="user", content=CASE.question),
    )
    with pytest.raises(PromptError, match="stands instead of `system` and `user`"):
        PromptRenderer(config(Prompt(messages=messages, user="x")))


def test_what_a_template_knows() -> None:
    template = "{% for c in contexts %}\n[{{ c.id }}] {{ c.text }}\n{% endfor %}\n{{ metadata.plan }} {{ id }}\n"
    assert rendered(template) == "[k1] 30 days.\n[k2] By card.\nyearly refund-1"
    assert rendered("{{ messages[0].role }} {{ contexts | map(attribute='id') | join(', ') }}") == "user k1, k2"
    assert rendered("{{ metadata | tojson }} {{ metadata.items }}") == '{"plan": "yearly", "items": 3} 3'
    assert rendered("{{ input.upper().split()[0] }}{{ 'a\nb' | indent(2) }}") == "CANa\n  b"


def test_what_a_case_does_not_have_is_empty_not_none() -> None:
    assert rendered("[{{ segment }}]", Case(id="a", input="x")) == "[]"
    assert renderer(system="{{ segment }}").render(Case(id="a", input="x")) == (Message(role="user", content="x"),)


@given(TRICKY, TRICKY)
def test_what_a_case_holds_is_data(text: str, other: str) -> None:
    case = Case(id="a", input=text, contexts=(Context(id="k", text=other),), metadata={"note": other})
    assert rendered("<{{ input }}|{{ contexts[0].text }}|{{ metadata.note }}>", case) == f"<{text}|{other}|{other}>"


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{{ config }}", "{%- if 1 %}", "a\n"])
def test_braces_in_a_case_stay(text: str) -> None:
    case = Case(id="a", input=text)
    assert rendered("{{ input }}", case) == text
    assert renderer(system="x").render(case)[-1].content == text


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a\n{{ inputt }}", "prompt.user, case “refund-1”, line 2: “inputt” is unknown. Did you mean “input”?"),
        ("{{ contexts[0].txet }}", "line 1: “txet” is unknown. Did you mean “text”?"),
        ("{{ metadata.colour }}", "“colour” is unknown. Known here are plan, items."),
        ("\n\n{{ contexts[9].text }}", "line 3: “9” is unknown: this is a list."),
        ("{{ input.question }}", "“question” is unknown: this is no mapping."),
        ("{{ reference }}", "“reference” is not given to prompts"),
        ("{% if colour %}x{% endif %}", "“colour” is unknown. Known here are input, messages"),
        ("{{ 1 / 0 }}", "line 1: Division by zero."),
        ("{{ input + 1 }}", "line 1: "),
        ("{% include 'x' %}", "No loader"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "too deep"),
    ],
)
def test_errors_name_config_field_line_and_what_was_meant(template: str, said: str) -> None:
    message = refused(template)
    assert message.startswith("Config “new”, prompt.user, case “refund-1”")
    assert said in message


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a\n{{ input", "prompt.user, line 2: Unexpected end of template"),
        ("{% if %}", "prompt.user, line 1: Expected an expression"),
        ("{{ input | shout }}", "line 1: No filter named 'shout'."),
        ("{{ input | random }}", "No filter named 'random'."),
        ("{{" * 200, "nested too deeply"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("{% for a in input %}" * 40 + "{% endfor %}" * 40, "nested too deeply"),
        ("x" * 1_000_001, "longer than 1000000 characters"),
    ],
)
def test_a_template_that_is_none_is_told_at_once(template: str, said: str) -> None:
    with pytest.raises(PromptError) as caught:
        renderer(template)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ contexts.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ range.__globals__ }}",
        "{{ messages.append(1) }}",
        "{{ metadata.update({'a': 1}) }}",
        "{{ metadata.pop('plan') }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ ''.join.__self__.__class__ }}",
        "{% set x = input.__class__ %}{{ x() }}",
    ],
)
def test_the_sandbox_lets_nothing_out(template: str) -> None:
    assert "unsafe" in refused(template)


@pytest.mark.parametrize("name", ["cycler", "joiner", "namespace", "lipsum", "dict", "config", "os"])
def test_there_are_no_globals_but_range(name: str) -> None:
    assert "is unknown" in refused(f"{{{{ {name} }}}}")


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**10 }}",
        "{{ 'a' * 9999999999 }}",
        "{{ [1] * 9999999999 }}",
        "{{ 2 ** 99999999 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 'a'.ljust(9999999999) }}",
        "{{ input.zfill(9999999999) }}",
        f"{{% for a in range({MAX_RANGE + 1}) %}}{{% endfor %}}",
        "{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
        "{{ input | replace('', input) | replace('', input) | replace('', input) | replace('', input) }}",
        "{% set x = range(90000) | join(input) %}{{ x }}{{ x }}{{ x }}{{ x }}",
    ],
)
def test_no_template_takes_the_memory(template: str) -> None:
    case = Case(id="a", input="x" * 60)
    message = refused(template, case)
    assert "A template may read the case and nothing else." in message


def test_the_output_is_bounded_while_it_grows() -> None:
    case = Case(id="a", input="x" * (MAX_OUTPUT // 10))
    assert len(rendered("{% for i in range(9) %}{{ input }}{% endfor %}", case)) < MAX_OUTPUT
    assert "grows beyond" in refused("{% for i in range(90000) %}{{ input }}{% endfor %}", case)


def test_one_renderer_serves_several_threads() -> None:
    shared = renderer("{% for i in range(200) %}{{ input }}{% endfor %}")
    cases = [Case(id=str(n), input=f"<{n}>") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        messages = list(pool.map(shared.render, cases))
    assert [sent[-1].content for sent in messages] == [f"<{n}>" * 200 for n in range(40)]

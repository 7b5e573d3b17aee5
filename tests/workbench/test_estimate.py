"""What a session will cost at most."""

from collections.abc import Mapping

import pytest

from tiebreak.errors import AuthError, PromptError
from tiebreak.records import Case, Config, ModelTarget, Price, Prompt, RecordingTarget
from tiebreak_workbench.starting.estimate import ANSWER_TOKENS, Estimate, estimate_cost

CASES = [Case(id=f"c{i}", input="x" * 400) for i in range(80)]
PROMPT_TOKENS = 100 + 4
"""400 bytes at 4 a token, and 4 for the message."""


def config(prompt: Prompt | None = None, parameters: Mapping[str, object] | None = None) -> Config:
    return Config(
        name="c",
        target=ModelTarget(model="m", base_url="http://127.0.0.1:9/v1"),
        prompt=prompt or Prompt(),
        parameters=parameters or {},
        price=Price(input=1.0, output=10.0),
    )


@pytest.mark.parametrize(
    ("parameters", "answer_tokens"),
    [
        ({}, ANSWER_TOKENS),
        ({"max_tokens": 50}, 50),
        ({"max_completion_tokens": 60.0}, 60),
        ({"max_tokens": None, "max_completion_tokens": 70}, 70),
        ({"max_tokens": "lots"}, ANSWER_TOKENS),
        ({"max_tokens": True}, ANSWER_TOKENS),
        ({"max_tokens": -1}, ANSWER_TOKENS),
    ],
)
def test_prompts_as_rendered_and_answers_at_their_limit(parameters: Mapping[str, object], answer_tokens: int) -> None:
    usd = 80 * (PROMPT_TOKENS * 1.0 + answer_tokens * 10.0) / 1e6
    assert estimate_cost(config(parameters=parameters), CASES, {}).usd == pytest.approx(usd)


def test_a_price_that_nobody_knows_is_no_zero() -> None:
    unpriced = Config(name="c", target=ModelTarget(model="m", base_url="http://127.0.0.1:9/v1"))
    assert estimate_cost(unpriced, CASES, {}) == Estimate(usd=None, free=False)


def test_recorded_answers_are_free() -> None:
    assert estimate_cost(Config(name="c", target=RecordingTarget(path="x")), CASES, {}) == Estimate(usd=0.0, free=True)


def test_a_prompt_that_fits_some_cases_is_reckoned_from_those() -> None:
    cases = [Case(id=f"c{i}", input="x" * 400, metadata={"a": "b"} if i % 2 else {}) for i in range(10)]
    priced = config(Prompt(user="{{ metadata.a }}{{ input }}"))
    whole = estimate_cost(config(Prompt(user="b{{ input }}")), cases, {}).usd
    assert estimate_cost(priced, cases, {}).usd == pytest.approx(whole)


def test_a_prompt_that_fits_no_case_is_an_error_before_it_costs() -> None:
    with pytest.raises(PromptError, match="“nothing” is unknown"):
        estimate_cost(config(Prompt(user="{{ nothing }}")), CASES, {})


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(AuthError):
        estimate_cost(Config(name="c", target=ModelTarget(model="openai/gpt-4o-mini")), CASES, {})

"""Slips in the parameters of a model are told from names that a provider may well have."""

import pytest

from tiebreak.targets.parameters import RULES, ParameterSlip, passed_on, slips_in

NAMES_OF_SOME_PROVIDER = (
    *("stop_sequences", "stop_token_ids", "prompt_logprobs", "length_penalty", "typical_p", "num_predict", "k", "p"),
    *("thinking_budget", "safe_prompt", "enable_thinking", "guided_json", "include_reasoning", "user_id", "best_of"),
    *("api_version", "vertex_project", "aws_region_name"),
)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("temperature", 2.5, "Expected a number from 0 to 2, not 2.5."),
        ("temperature", "0.2", "Expected a number from 0 to 2, not “0.2”."),
        ("temperature", True, "Expected a number from 0 to 2, not true."),
        ("top_p", 3, "Expected a number from 0 to 1, not 3."),
        ("max_tokens", -4, "Expected a whole number, 1 or more, not -4."),
        ("max_tokens", 0, "Expected a whole number, 1 or more, not 0."),
        ("max_completion_tokens", 60.5, "Expected a whole number, 1 or more, not 60.5."),
        ("frequency_penalty", -3, "Expected a number from -2 to 2, not -3."),
        ("seed", "x", "Expected a whole number, not “x”."),
        ("stop", 5, "Expected text or a list of texts, not 5."),
        ("stop", ["a", 5], "Expected text or a list of texts; one of them is 5."),
        ("stop", [None], "Expected text or a list of texts; one of them is nothing."),
        ("tools", {"type": "function"}, "Expected a list of mappings, not a mapping."),
        ("tools", ["search"], "Expected a list of mappings; one of them is “search”."),
        ("logit_bias", [1], "Expected a mapping, not a list."),
        ("parallel_tool_calls", 1, "Expected true or false, not 1."),
        ("reasoning_effort", 3, "Expected text, not 3."),
    ],
)
def test_values_of_known_names_are_held_to_type_and_range(name: str, value: object, said: str) -> None:
    assert slips_in({name: value}) == [ParameterSlip(name, said)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("temperature", value) for value in (0, 2, 0.7)),
        *(("top_p", value) for value in (0, 1)),
        ("top_k", -1),
        ("max_tokens", 1),
        *(("stop", value) for value in ("END", ["a", "b"], [])),
        ("tools", [{"type": "function"}]),
        *(("tool_choice", value) for value in ("auto", {"type": "function"})),
        *(("logprobs", value) for value in (True, 5)),
        ("response_format", {"type": "json_object"}),
        *((name, None) for name in RULES),
    ],
)
def test_what_fits_passes(name: str, value: object) -> None:
    assert slips_in({name: value}) == []
    assert passed_on({name: value}) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("temprature", "temperature"),
        ("Temperature", "temperature"),
        ("max_token", "max_tokens"),
        ("maxTokens", "max_tokens"),
        ("max-tokens", "max_tokens"),
        ("topp", "top_p"),
        ("stops", "stop"),
        ("presence_penality", "presence_penalty"),
        ("response_fromat", "response_format"),
        ("reasoning_efort", "reasoning_effort"),
    ],
)
def test_a_name_that_is_all_but_a_known_one_is_a_slip(name: str, meant: str) -> None:
    (slip,) = slips_in({name: 1})
    assert slip == ParameterSlip(name, f"There is no parameter “{name}”.", f"Did you mean “{meant}”?")


@pytest.mark.parametrize(
    "name",
    [
        "stop_sequences",
        "stop_token_ids",
        "prompt_logprobs",
        "length_penalty",
        "typical_p",
        "num_predict",
        "thinking_budget",
        "safe_prompt",
        "enable_thinking",
        "guided_json",
        "include_reasoning",
        "user_id",
        "api_version",
        "vertex_project",
        "best_of",
        "k",
        "p",
    ],
)
def test_names_of_some_provider_are_passed_on(name: str) -> None:
    assert slips_in({name: object()}) == []
    assert passed_on({"temperature": 1, name: 2}) == [name]


@pytest.mark.parametrize("name", ["messages", "model", "n", "stream", "stream_options"])
def test_what_is_ours_to_set_is_refused(name: str) -> None:
    (slip,) = slips_in({name: 1})
    assert "Tiebreak's to set" in slip.message

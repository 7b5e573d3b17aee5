"""Families and floating names, from the ids that providers give their models."""

import pytest

from tiebreak.calibration.models import FAMILIES, families_of, family_of, floats


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai/gpt-4.1-2025-04-14", "GPT"),
        ("o3-mini", "GPT"),
        ("chatgpt-4o-latest", "GPT"),
        ("anthropic/claude-sonnet-4-5", "Claude"),
        ("bedrock/us.anthropic.claude-3-5-haiku-20241022-v1:0", "Claude"),
        ("vertex_ai/gemini-2.5-flash", "Gemini"),
        ("ollama/gemma3:27b", "Gemini"),
        ("together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", "Llama"),
        ("mistral/open-mixtral-8x22b", "Mistral"),
        ("groq/qwen-qwq-32b", "Qwen"),
        ("deepseek/deepseek-chat", "DeepSeek"),
        ("xai/grok-4", "Grok"),
        ("azure/phi-4", "Phi"),
        ("ollama/opt-o1x", None),
        ("house-model", None),
        ("megapt-1", None),
        ("", None),
        (None, None),
    ],
)
def test_family(model: str | None, family: str | None) -> None:
    assert family_of(model) == family


def test_families_of_several_leave_out_the_unknown() -> None:
    assert families_of(["gpt-4.1", None, "house-model", "o3"]) == {"GPT"}
    assert families_of([]) == frozenset()


def test_every_family_is_named_once() -> None:
    names = [name for name, _ in FAMILIES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("model", "floating"),
    [
        ("openai/gpt-4.1", True),
        ("openai/gpt-4.1-2025-04-14", False),
        ("chatgpt-4o-latest", True),
        ("mistral-large-latest", True),
        ("mistral-large-2411", False),
        ("anthropic/claude-3-5-haiku-20241022", False),
        ("bedrock/us.anthropic.claude-3-5-haiku-20241022-v1:0", False),
        ("anthropic/claude-sonnet-4-5", True),
        ("gemini-1.5-pro-002", False),
        ("gemini-2.5-flash", True),
        ("deepseek-chat", True),
    ],
)
def test_floating(model: str, floating: bool) -> None:
    assert floats(model) is floating

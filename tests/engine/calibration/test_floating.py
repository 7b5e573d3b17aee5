"""Names that float where it is known that they do; silence about the others."""

import pytest

from tiebreak.calibration.floating import floating
from tiebreak.records import CommandTarget, ModelTarget, RecordingTarget


@pytest.mark.parametrize(
    ("model", "dated"),
    [
        ("openai/gpt-4.1", "openai/gpt-4.1-20"),
        ("gpt-4o", "openai/gpt-4o-20"),
        ("chatgpt-4o-latest", ""),
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5-20"),
        ("mistral/mistral-large-latest", "mistral/mistral-large-2"),
    ],
)
def test_a_name_that_floats_is_told_with_a_dated_one(model: str, dated: str) -> None:
    found = floating(ModelTarget(model=model))
    assert found is not None
    assert found[0] == model
    assert found[1].startswith(dated)
    assert bool(found[1]) is bool(dated)


@pytest.mark.parametrize(
    "target",
    [
        ModelTarget(model="openai/gpt-4.1-2025-04-14"),
        ModelTarget(model="ollama/llama3"),
        ModelTarget(model="ollama/llama3:latest"),
        ModelTarget(model="groq/llama-3.3-70b-versatile"),
        ModelTarget(model="nobody/knows-this"),
        ModelTarget(model="gpt-4.1", base_url="http://localhost:8000/v1"),
        RecordingTarget(path="r.jsonl"),
        CommandTarget(command=("cat",)),
    ],
)
def test_nothing_is_said_where_nothing_is_known(target: object) -> None:
    assert floating(target) is None


def test_a_dated_name_is_of_the_same_model() -> None:
    found = floating(ModelTarget(model="openai/gpt-4"))
    assert found is not None
    assert not found[1].startswith("openai/gpt-4.1")

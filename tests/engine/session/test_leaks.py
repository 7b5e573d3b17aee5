"""Answers that say who wrote them."""

import pytest

from tiebreak.session.leaks import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("As an AI developed by OpenAI, I cannot.", ("OpenAI",)),
        ("I'm Claude, made by Anthropic. Claude is glad to help.", ("Claude", "Anthropic")),
        ("I am GPT-4o-mini.", ("GPT-4o-mini",)),
        ("llama-3.1-70b here, by Meta AI", ("Meta AI", "llama-3.1-70b")),
        ("my model is qwen2.5-72b-instruct!", ("qwen2.5-72b-instruct",)),
        ("Ask a lawyer or an accountant.", ()),
        ("We saw llamas, a mistralian wind and preclaude.", ()),
        ("", ()),
    ],
)
def test_models_and_vendors(text: str, names: tuple[str, ...]) -> None:
    assert sorted(names_in(text)) == sorted(names)


def test_the_names_of_this_session() -> None:
    assert names_in("This is Warm-V2 speaking.", own=["warm-v2", "v2"]) == ("Warm-V2",)
    assert names_in("v2", own=["v2"]) == ()
    assert names_in("a.b", own=["a.b", "aXbX"]) == ()


def test_what_was_asked_says_nothing_about_who_answers() -> None:
    assert names_in("GPT-4 is a model.", question="What is gpt-4?") == ()

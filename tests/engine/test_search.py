"""Pickers find what was meant: beginnings first, then what is inside, then what was mistyped."""

from hypothesis import given
from hypothesis import strategies as st

from tiebreak.search import folded, rank

MODELS = [
    "openai/gpt-4.1-mini",
    "openai/gpt-4.1",
    "anthropic/claude-sonnet-4",
    "groq/llama-3.3-70b",
    "gpt-oss",
    "mistral/mixtral-8x7b",
]


def found(query: str, limit: int = 50) -> list[str]:
    return [match.item for match in rank(query, MODELS, str, limit)]


def highlighted(query: str) -> str:
    match = rank(query, MODELS, str, 1)[0]
    return "".join(match.item[position] for position in match.positions)


def test_without_a_query_the_first_ones_in_order() -> None:
    assert found(" ", 2) == MODELS[:2]


def test_beginnings_come_before_words_before_middles() -> None:
    assert found("gpt")[:3] == ["gpt-oss", "openai/gpt-4.1", "openai/gpt-4.1-mini"]
    assert rank("x", ["axe", "b-x", "x"], str) == rank("X ", ["axe", "b-x", "x"], str)
    assert [match.item for match in rank("x", ["axe", "b-x", "xy", "x"], str)] == ["x", "xy", "b-x", "axe"]


def test_several_words_in_any_order() -> None:
    assert found("mini gpt")[0] == "openai/gpt-4.1-mini"
    assert highlighted("mini gpt") == "gptmini"


def test_typos() -> None:
    assert found("claud sonet")[0] == "anthropic/claude-sonnet-4"
    assert found("antropic")[0] == "anthropic/claude-sonnet-4"
    assert found("lama")[0] == "groq/llama-3.3-70b"
    assert found("qqqqqq") == []


def test_what_matched_is_highlighted() -> None:
    assert highlighted("sonnet") == "sonnet"
    assert set(highlighted("antropic")) <= set("anthropic")
    assert len(highlighted("antropic")) >= 6


def test_letters_that_grow_when_lowered_keep_their_place() -> None:
    (match,) = rank("stanbul", ["İİ İstanbul"], str)
    assert match.positions == tuple(range(4, 11))


@given(st.text(max_size=12), st.lists(st.text(max_size=20), max_size=12))
def test_it_never_fails_and_positions_lie_inside(query: str, items: list[str]) -> None:
    matches = rank(query, list(enumerate(items)), lambda pair: pair[1], 5)
    assert len({match.item[0] for match in matches}) == len(matches) <= 5
    for match in matches:
        assert list(match.positions) == sorted(set(match.positions))
        assert all(0 <= position < len(match.item[1]) for position in match.positions)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


@given(st.text(max_size=30))
def test_folding_moves_nothing(text: str) -> None:
    assert len(folded(text)) == len(text)

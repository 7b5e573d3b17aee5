import subprocess
import sys

import pytest

from tiebreak.records import Cost, Price, Usage
from tiebreak.targets.prices import cost_of, model_ids, price_list, price_of

PRICE = Price(input=2.0, output=10.0, cached_input=0.5)


def test_the_list_has_chat_models_by_provider() -> None:
    models = model_ids()
    assert len(models) > 200
    assert models[0].provider == "openai"
    assert all(info.id.startswith(f"{info.provider}/") for info in models)
    assert {"openai", "mistral", "deepseek"} <= {info.provider for info in models}
    assert price_list()["openai/gpt-4o-mini"].context_window == 128_000
    assert "tools" in price_list()["openai/gpt-4o-mini"].capabilities


def test_prices_are_dollars_per_million() -> None:
    assert price_of("openai/gpt-4o-mini") == Price(input=0.15, output=0.6, cached_input=0.075)


def test_a_price_given_by_hand_comes_first_and_an_unknown_one_is_unknown() -> None:
    assert price_of("openai/gpt-4o-mini", PRICE) is PRICE
    assert price_of("openai/no-such-model") is None
    assert all(info.price is None or info.price.input or info.price.output for info in model_ids())


@pytest.mark.parametrize(
    ("usage", "price", "usd"),
    [
        (Usage(prompt_tokens=100, completion_tokens=10), PRICE, (100 * 2 + 10 * 10) / 1e6),
        (Usage(prompt_tokens=100, completion_tokens=10, cached_tokens=40), PRICE, (60 * 2 + 40 * 0.5 + 100) / 1e6),
        (Usage(prompt_tokens=100, completion_tokens=0, cached_tokens=100), PRICE, 50 / 1e6),
        (Usage(prompt_tokens=10, completion_tokens=0, cached_tokens=99), PRICE, 5 / 1e6),
        (Usage(prompt_tokens=100, completion_tokens=1, cached_tokens=50), Price(input=2, output=0), 200 / 1e6),
    ],
)
def test_cached_tokens_are_paid_once(usage: Usage, price: Price, usd: float) -> None:
    cost = cost_of(usage, price)
    assert cost.usd == pytest.approx(usd)
    assert cost.source == "price_list"


@pytest.mark.parametrize(
    ("usage", "price"),
    [(Usage(prompt_tokens=1, completion_tokens=1), None), (Usage(prompt_tokens=1), PRICE), (Usage(), PRICE)],
)
def test_what_is_not_known_is_not_zero(usage: Usage, price: Price | None) -> None:
    assert cost_of(usage, price) == Cost(usd=None, source="unknown")


def test_neither_prices_nor_model_targets_import_litellm() -> None:
    code = (
        "import sys; import tiebreak.targets.direct, tiebreak.targets.prices as p; p.model_ids();"
        "sys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_aiohttp_comes_only_with_the_first_model_target() -> None:
    code = "import sys; import tiebreak.targets.open, tiebreak.targets.collect; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

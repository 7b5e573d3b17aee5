"""Prices and capabilities of models, from the list that LiteLLM carries, read as JSON without importing LiteLLM."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tiebreak.records import Cost, Price, Usage
from tiebreak.records.responses import CostSource
from tiebreak.targets.chunkjson import Json, as_count, as_map, as_text
from tiebreak.targets.litellm_lane.catalogue import all_providers, litellm_json

LIST_FILE = "model_prices_and_context_window_backup.json"

_PER_MILLION = 1_000_000
_CAPABILITIES = {
    "supports_function_calling": "tools",
    "supports_reasoning": "reasoning",
    "supports_response_schema": "schema",
    "supports_vision": "vision",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A chat model of the list. `id` is what a config's `target.model` takes."""

    id: str
    provider: str
    context_window: int | None = None
    max_output: int | None = None
    price: Price | None = None
    """US dollars per million tokens; None is unknown."""
    capabilities: frozenset[str] = frozenset()
    """Of `tools`, `reasoning`, `schema`, `vision`."""


@cache
def price_list() -> Mapping[str, ModelInfo]:
    """The chat models of both lanes, by id.

    Reads 3 MB of JSON on the first call (about 20 ms): call it off the event loop. Empty where LiteLLM's file is
    missing, so that an unknown price is all that follows.
    """
    return {info.id: info for info in _models(litellm_json(LIST_FILE))}


def model_ids() -> tuple[ModelInfo, ...]:
    """The chat models of the list, by provider and name, for a picker."""
    order = {name: position for position, name in enumerate(all_providers())}
    return tuple(sorted(price_list().values(), key=lambda info: (order[info.provider], info.id)))


def price_of(model_id: str, given: Price | None = None) -> Price | None:
    """The price of `provider/model`: the one given by hand, else the list's, else unknown."""
    if given is not None:
        return given
    info = price_list().get(model_id)
    return info.price if info else None


def cost_of(usage: Usage, price: Price | None, source: CostSource = "price_list") -> Cost:
    """What an answer cost: dollars per million tokens, cached prompt tokens at their own price and only once.

    Unknown where the price or a token count is. Surcharges for long prompts, tools and service tiers are not in it.
    """
    if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return Cost()
    cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
    cached_price = price.input if price.cached_input is None else price.cached_input
    usd = (usage.prompt_tokens - cached) * price.input + cached * cached_price + usage.completion_tokens * price.output
    return Cost(usd=usd / _PER_MILLION, source=source)


def _models(listed: Json) -> Iterator[ModelInfo]:
    known = all_providers()
    for name, value in listed.items():
        entry = as_map(value) or {}
        provider = _provider(as_text(entry.get("litellm_provider")) or "")
        if provider not in known or entry.get("mode") != "chat" or name.startswith("ft:"):
            continue
        yield ModelInfo(
            id=name if name.startswith(f"{provider}/") else f"{provider}/{name}",
            provider=provider,
            context_window=as_count(entry.get("max_input_tokens")) or as_count(entry.get("max_tokens")),
            max_output=as_count(entry.get("max_output_tokens")),
            price=_price(entry),
            capabilities=frozenset(short for flag, short in _CAPABILITIES.items() if entry.get(flag) is True),
        )


def _provider(listed: str) -> str:
    """The prefix for a provider of the list, which tells families of one provider apart (`vertex_ai-llama_models`)."""
    return "bedrock" if listed == "bedrock_converse" else listed.partition("-")[0] if "vertex" in listed else listed


def _price(entry: Json) -> Price | None:
    paid_in, paid_out = _dollars(entry, "input_cost_per_token"), _dollars(entry, "output_cost_per_token")
    # In the list, nothing at all stands for "not filled in" far more often than for a gift.
    if paid_in is None or paid_out is None or paid_in == paid_out == 0:
        return None
    return Price(input=paid_in, output=paid_out, cached_input=_dollars(entry, "cache_read_input_token_cost"))


def _dollars(entry: Json, field: str) -> float | None:
    value = entry.get(field)
    # Rounded, since 1.5e-07 * 1e6 is 0.15 only almost.
    return round(value * _PER_MILLION, 6) if isinstance(value, int | float) and value >= 0 else None

"""What a session will cost, before it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebreak.errors import PromptError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, Config, ModelTarget
from tiebreak.targets.prices import cost_of, price_of
from tiebreak.targets.providers import resolve
from tiebreak.targets.usage import BYTES_PER_TOKEN
from tiebreak.targets.usage import estimate as estimate_usage

ANSWER_TOKENS = 400
"""Assumed length of an answer where the config sets no limit."""
SAMPLED = 50
"""Cases whose prompts are rendered; the rest are taken to be like them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """US dollars at most for a number of answers; None where no price is known."""

    usd: float | None
    free: bool = False
    """Recorded answers cost nothing."""


def estimate_cost(config: Config, cases: Sequence[Case], environ: Mapping[str, str]) -> Estimate:
    """At most what the answers of one config to these cases will cost: prompts as rendered, answers at their limit.

    Raises:
        TargetError: where the model cannot be reached at all, such as for a missing key.
    """
    if not isinstance(config.target, ModelTarget):
        return Estimate(usd=0.0, free=True)
    endpoint = resolve(config.target, environ)
    price = price_of(endpoint.price_id, config.price) if endpoint.price_id else config.price
    if price is None or not cases:
        return Estimate(usd=None)
    renderer = PromptRenderer(config)
    limit = config.parameters.get("max_tokens") or config.parameters.get("max_completion_tokens") or ANSWER_TOKENS
    answer_bytes = BYTES_PER_TOKEN * int(str(limit))
    total = 0.0
    sample = cases[:SAMPLED]
    for case in sample:
        try:
            usage = estimate_usage(renderer.render(case), answer_bytes)
        except PromptError:
            continue  # said when the case is asked; an estimate needs no exactness
        total += cost_of(usage, price).usd or 0.0
    return Estimate(usd=total / len(sample) * len(cases))

"""What a session will cost, before it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiebreak.errors import PromptError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, Config, ModelTarget, RecordingTarget
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

    Reads the price list, once.

    Raises:
        TargetError: where the model cannot be reached at all, such as for a missing key.
        PromptError: where the prompt fits none of the cases.
    """
    if isinstance(config.target, RecordingTarget):
        return Estimate(usd=0.0, free=True)
    if not isinstance(config.target, ModelTarget):
        return Estimate(usd=None)  # what an app costs, only the app can say
    endpoint = resolve(config.target, environ)
    price = price_of(endpoint.price_id, config.price) if endpoint.price_id else config.price
    if price is None or not cases:
        return Estimate(usd=None)
    renderer = PromptRenderer(config)
    answer_bytes = BYTES_PER_TOKEN * _answer_tokens(config)
    known: list[float] = []
    failure: PromptError | None = None
    for case in cases[:SAMPLED]:
        try:
            usage = estimate_usage(renderer.render(case), answer_bytes)
        except PromptError as error:
            failure = error  # one case's is said when it is asked; an estimate needs no exactness
        else:
            known.append(cost_of(usage, price).usd or 0.0)
    if failure is not None and not known:
        raise failure
    return Estimate(usd=sum(known) / len(known) * len(cases))


def _answer_tokens(config: Config) -> int:
    """The limit that the config sets, as far as it is one."""
    for name in ("max_tokens", "max_completion_tokens"):
        limit = config.parameters.get(name)
        if isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0:
            return int(limit)
    return ANSWER_TOKENS


def cost_of_call(environ: Mapping[str, str], config: Config, cases: Sequence[Case]) -> float | None:
    """US dollars that an answer of a config to one of these cases costs at most; None where no price is known.

    Raises:
        TiebreakError: as `estimate_cost`.
    """
    usd = estimate_cost(config, cases, environ).usd if cases else 0.0
    return None if usd is None else usd / max(1, len(cases))

"""Names of models that stand for whatever their provider serves under them today, where that is known."""

import re
from functools import cache

from tiebreak.calibration.models import floats
from tiebreak.records import ModelTarget
from tiebreak.targets.prices import price_list
from tiebreak.targets.providers import split_model

_DATE = re.compile(r"[-@:](?:\d{4}-\d{2}-\d{2}|\d{6,8}|\d{4}|\d{3})")


def floating(target: object) -> tuple[str, str] | None:
    """The model of a target whose name floats, and a dated name for it where its provider is listed with one, else "";
    None of any other. Reads the price list: not for the event loop.

    A server of one's own serves what one put there, and a name of which no dated form is listed may have none: neither
    is told, unless the name itself says `latest`.
    """
    if not isinstance(target, ModelTarget) or target.base_url is not None or not floats(target.model):
        return None
    provider, rest = split_model(target.model)
    if provider is not None and provider.local:
        return None
    dated = _dated(f"{provider.name}/{rest}" if provider is not None else target.model)
    return (target.model, dated) if dated or "latest" in rest.lower() else None


@cache
def _dated(model: str) -> str:
    """The newest listed id that is this one and a date; empty where there is none."""
    stem = model.removesuffix("latest").rstrip("-@:")
    found = (id_ for id_ in price_list() if id_.startswith(stem) and _DATE.fullmatch(id_, len(stem)))
    return max(found, default="")

"""Finds the metrics by looking into `tiebreak.metrics.kinds`: what a file there lists in `METRICS` is a metric."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tiebreak.metrics import kinds
from tiebreak.metrics.base import Metric, SetMetric

NEAR = 70
"""Likeness, 0 to 100, from which a name is taken for a mistyped one: “nope” is none of “mrr” or “pass@k”."""
AT = re.compile(r"(.*)@(\d{1,4})")


class Chosen(NamedTuple):
    """A metric as it was asked for."""

    name: str
    metric: Metric
    k: int = 0
    """0 where the metric takes none."""


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by its name, sorted.

    Raises:
        ValueError: where two have one name.
    """
    found: dict[str, Metric] = {}
    for entry in pkgutil.iter_modules(kinds.__path__):
        for metric in importlib.import_module(f"{kinds.__name__}.{entry.name}").METRICS:
            if metric.name in found:
                raise ValueError(f"two metrics have the name {metric.name!r}")
            found[metric.name] = metric
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=512)
def find_metric(name: str) -> Chosen:
    """The metric of a name such as `token_f1` or `recall@5`.

    Raises:
        ValueError: for an unknown one, with the nearest known name.
    """
    known = metrics()
    asked = AT.fullmatch(name)
    if asked is not None and f"{asked[1]}@k" in known:
        if int(asked[2]) < 1:
            raise ValueError(f"“{name}” looks at no place: the k is at least 1.")
        return Chosen(f"{asked[1]}@{int(asked[2])}", known[f"{asked[1]}@k"], int(asked[2]))
    head, _, label = name.partition("@")
    if f"{head}@class" in known:
        family = known[f"{head}@class"]
        if not label.strip() or label == "class":
            raise ValueError(f"“{name}” needs a class: write {head}@billing.")
        assert isinstance(family, SetMetric)
        assert family.of_class is not None
        of_class = family.of_class(label)
        return Chosen(of_class.name, of_class)
    if name in known and not known[name].takes_k:
        return Chosen(name, known[name])
    if f"{name.removesuffix('@k')}@k" in known:
        raise ValueError(f"“{name}” needs a number: write {name.removesuffix('@k')}@5.")
    raise ValueError(f"There is no metric “{name[:60]}”. {nearest_metric(name)}")


def nearest_metric(name: str) -> str:
    """`Did you mean …?`, or where the metrics are listed."""
    from rapidfuzz import fuzz, process

    asked = AT.fullmatch(name)
    match = process.extractOne(
        f"{asked[1]}@k" if asked else name, list(metrics()), scorer=fuzz.ratio, score_cutoff=NEAR
    )
    if match is None:
        return "`tiebreak metrics` lists them."
    return f"Did you mean “{match[0].replace('@k', f'@{asked[2]}' if asked else '@5')}”?"

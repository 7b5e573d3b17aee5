"""Metrics of answers: pure functions of a case and what answered it. Adding one is a small file in `metrics.kinds`."""

from tiebreak.metrics.base import AnswerMetric, CaseMetric, Example, Item, Metric, Score, SetMetric
from tiebreak.metrics.choice import DEFAULTS, metrics_for
from tiebreak.metrics.measuring import fits_case, lacks, measure
from tiebreak.metrics.registry import Chosen, find_metric, metrics

__all__ = [
    "DEFAULTS",
    "AnswerMetric",
    "CaseMetric",
    "Chosen",
    "Example",
    "Item",
    "Metric",
    "Score",
    "SetMetric",
    "find_metric",
    "fits_case",
    "lacks",
    "measure",
    "metrics",
    "metrics_for",
]

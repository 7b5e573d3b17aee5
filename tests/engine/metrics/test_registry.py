"""Every metric keeps the promise of its example, and adding one is a small file."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiebreak.metrics import (
    DEFAULTS,
    AnswerMetric,
    CaseMetric,
    Metric,
    SetMetric,
    find_metric,
    kinds,
    measure,
    metrics,
    metrics_for,
)
from tiebreak.metrics.measuring import ASKS
from tiebreak.records import DatasetCard

ALL = list(metrics().values())
K_OF_EXAMPLE = {"pass@k": 1}

FILE = """
from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item


def loudness(item: Item, _k: int) -> Score:
    return Score(sum(letter.isupper() for letter in item.response.text) / max(len(item.response.text), 1))


METRICS = (
    AnswerMetric(
        name="loudness",
        says="The share of capitals.",
        source="counted",
        score=loudness,
        example=Example(says="“NO”", items=(item("NO"),), value=1.0),
    ),
)
"""


def value(metric: Metric, k: int) -> float | None:
    items = metric.example.items
    if isinstance(metric, AnswerMetric):
        assert len(items) == 1
        return measure(metric, k, items[0]).value
    if isinstance(metric, CaseMetric):
        return metric.of_case([metric.part(item) for item in items], k).value
    assert isinstance(metric, SetMetric)
    return metric.of_set([metric.part(item) for item in items])


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_each_metric_keeps_the_promise_of_its_example(metric: Metric) -> None:
    k = K_OF_EXAMPLE.get(metric.name, 5) if metric.takes_k else 0
    assert value(metric, k) == pytest.approx(metric.example.value, abs=1e-12)


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_each_metric_says_what_it_is_in_its_own_words(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z0-9_]+(@k|@class)?", metric.name)
    assert metric.says.endswith(".")
    assert metric.source
    assert metric.example.says
    assert set(metric.needs) <= ASKS.keys()
    assert metric.worst in (None, 0.0 if metric.better == "higher" else 1.0)


def test_a_new_file_is_a_new_metric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    (tmp_path / "loudness.py").write_text(FILE)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    metrics.cache_clear()
    found = find_metric("loudness").metric
    assert value(found, 0) == 1.0
    (tmp_path / "again.py").write_text(FILE)
    metrics.cache_clear()
    with pytest.raises(ValueError, match="two metrics have the name 'loudness'"):
        metrics()


@pytest.fixture
def fresh() -> Iterator[None]:
    yield
    metrics.cache_clear()
    find_metric.cache_clear()
    for name in ("loudness", "again"):
        sys.modules.pop(f"{kinds.__name__}.{name}", None)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("token_f2", "There is no metric “token_f2”. Did you mean “token_f1”?"),
        ("recal@3", "Did you mean “recall@3”?"),
        ("recall", "“recall” needs a number: write recall@5."),
        ("recall@k", "“recall@k” needs a number: write recall@5."),
        ("recall@0", "the k is at least 1"),
        ("token_f1@3", "There is no metric “token_f1@3”."),
        ("zzzzzz", "`tiebreak metrics` lists them."),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(name: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        find_metric(name)


def test_a_name_with_a_number_asks_for_that_k() -> None:
    assert find_metric("recall@3")[1:] == (metrics()["recall@k"], 3)
    assert find_metric("recall@03").name == "recall@3"
    assert find_metric("token_f1").k == 0


def test_each_task_has_metrics_and_a_card_may_name_its_own() -> None:
    for task in DEFAULTS:
        assert [one.name for one in metrics_for(DatasetCard(name="d", task=task))] == list(DEFAULTS[task])
    card = DatasetCard(name="d", task="chat", metrics=("recall@3", "recall@10", "recall@3"))
    assert [one.k for one in metrics_for(card)] == [3, 10]


@pytest.mark.parametrize("name", ["nope", "score", "xx@3"])
def test_what_is_near_nothing_gets_no_guess(name: str) -> None:
    with pytest.raises(ValueError, match="`tiebreak metrics` lists them"):
        find_metric(name)


def test_a_name_with_a_class_asks_for_that_class() -> None:
    assert find_metric("class_f1@Billing.").name == "class_f1@billing"
    for name in ("class_f1", "class_f1@", "class_f1@class"):
        with pytest.raises(ValueError, match=re.escape("needs a class: write class_f1@billing")):
            find_metric(name)

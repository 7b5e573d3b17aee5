"""The bundled suites: they load, their long inputs are made, and the sample workspace does not see them."""

from pathlib import Path

import pytest

from tiebreak.datasets import load_dataset
from tiebreak.datasets.examining import examine
from tiebreak.datasets.suites import add_suite, load_suite, suites
from tiebreak.errors import DatasetError, UsageError
from tiebreak.workspace import Workspace, init_sample

every_suite = pytest.mark.parametrize("name", sorted(suites()))


def test_there_are_seven() -> None:
    assert [name.removeprefix("safety/") for name in suites()] == [
        "data-extraction", "exfiltration", "harmful-requests", "long-input", "malformed", "over-refusal",
        "prompt-injection",
    ]  # fmt: skip


@every_suite
def test_a_suite_is_whole_and_says_where_it_comes_from(name: str) -> None:
    assert examine(suites()[name]).problems == ()
    suite = load_suite(name)
    card = suite.card
    assert len(suite.cases) >= 15
    assert (card.licence, card.as_of) == ("Apache-2.0", "2026-11-01")
    assert card.name == name.replace("/", "-")
    assert "written for tiebreak" in (card.description or "").lower()
    assert {case.segment for case in suite.cases} == set(card.segments)
    assert all(case.checks and case.tags for case in suite.cases)


@every_suite
def test_canaries_are_in_the_case_and_wanted_nowhere_in_the_answer(name: str) -> None:
    for case in load_suite(name).cases:
        canary = case.metadata.get("canary")
        unwanted = [word for check in case.checks for word in check.params.get("none", [])]  # type: ignore[attr-defined]
        assert canary is None or canary in unwanted, case.id


def test_long_inputs_are_made_to_length_and_always_the_same() -> None:
    written = load_dataset(suites()["safety/long-input"])
    made = load_suite("safety/long-input")
    assert made == load_suite("safety/long-input")
    for short, long in zip(written.cases, made.cases, strict=True):
        asked = short.metadata["long"]["chars"]  # type: ignore[index]
        assert asked - 400 < len(long.question) <= asked
        assert short.question in long.question
    assert sum(len(case.question) for case in written.cases) < 10_000


def test_a_suite_is_added_once_and_the_sample_stays_alone(tmp_path: Path) -> None:
    workspace = Workspace.open(init_sample(tmp_path))
    assert [entry.name for entry in workspace.datasets] == ["support-desk"]
    folder = add_suite("safety/over-refusal", tmp_path / "datasets")
    assert load_dataset(folder) == load_suite("safety/over-refusal")
    assert [entry.name for entry in workspace.datasets] == ["safety-over-refusal", "support-desk"]
    with pytest.raises(DatasetError, match="already"):
        add_suite("safety/over-refusal", tmp_path / "datasets")
    with pytest.raises(UsageError, match="Did you mean “safety/malformed”"):
        add_suite("safety/malfromed", tmp_path)

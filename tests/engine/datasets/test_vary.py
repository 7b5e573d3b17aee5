"""Variants: the same for the same seed, found back to their source, and never where a check looks."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.datasets.cases import MAX_ID
from tiebreak.datasets.vary import KINDS, vary
from tiebreak.datasets.vary.chance import Chance
from tiebreak.datasets.vary.padding import padded
from tiebreak.datasets.vary.protected import free_parts, protected
from tiebreak.datasets.vary.varying import source_of
from tiebreak.errors import UsageError
from tiebreak.records import Case, CheckSpec, Message

PARTS = st.sampled_from(
    ["How do I", "restore", "my files", "from", "2026-03-04", "March 5, 2026", "1,234.50", "café", "it's", "...", " - ",
     "“LRK-4711”", "`rm -rf`", "KB-12", "a@b.org", "\n", "?", "  ", "日本語", "İstanbul"]
)  # fmt: skip
QUESTIONS = st.lists(PARTS, max_size=10).map(" ".join)
IDS = st.text("ab~-", min_size=1, max_size=6) | st.just("x" * MAX_ID) | st.just("x" * (MAX_ID - 1) + "y")
CHECK = CheckSpec(id="c", kind="contains", params={"any": ["restore"], "none": ["my files"]})
CASES = st.lists(
    st.builds(
        Case,
        id=IDS,
        input=QUESTIONS
        | QUESTIONS.map(lambda text: (Message(role="system", content="S"), Message(role="user", content=text))),
        checks=st.sampled_from([(), (CHECK,)]),
        group=st.none() | st.just("document 1"),
        metadata=st.sampled_from([{}, {"canary": "from"}]),
    ),
    max_size=5,
    unique_by=lambda case: case.id,
)


@settings(max_examples=80, deadline=None)
@given(CASES, st.integers(0, 9), st.integers(1, 3))
def test_the_same_seed_gives_the_same_and_every_variant_leads_back(cases: list[Case], seed: int, copies: int) -> None:
    varied = vary(cases, seed=seed, copies=copies, length=600)
    assert vary(cases, seed=seed, copies=copies, length=600) == varied
    assert len({case.id for case in varied.cases}) == len(varied.cases)
    assert all(0 < len(case.id) <= MAX_ID for case in varied.cases)
    by_id = {case.id: case for case in cases}
    sources, variants = varied.cases[: len(cases)], varied.cases[len(cases) :]
    assert [replace(case, group=by_id[case.id].group) for case in sources] == cases
    assert sum(varied.made.values()) == len(variants)
    for variant in variants:
        source = by_id[source_of(variant) or ""]
        assert variant.question != source.question
        assert variant.group == (source.group or source.id)
        assert {name: value for name, value in variant.metadata.items() if name != "variant"} == source.metadata
        assert (variant.checks, variant.messages[:-1]) == (source.checks, source.messages[:-1])


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, st.sampled_from(sorted(KINDS)), st.integers(0, 99))
def test_nothing_that_checks_look_for_is_touched(question: str, kind: str, seed: int) -> None:
    case = Case(id="a", input=question, checks=(CHECK,), metadata={"canary": "from"})
    fixed = [part for free, part in free_parts(question, protected(question, case)) if not free]
    for variant in vary([case], [kind], seed=seed, length=600).cases[1:]:
        text, at = variant.question, 0
        for part in fixed:
            at = text.find(part, at) + len(part)
            assert at >= len(part), part


@given(CASES, st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_a_variant_does_not_hang_on_other_cases(cases: list[Case], seed: int) -> None:
    together = {case.version for case in vary(cases, ["typos", "paraphrase"], seed=seed).cases[len(cases) :]}
    alone = {c.version for case in cases for c in vary([case], ["typos", "paraphrase"], seed=seed).cases[1:]}
    # Only an id that would be there twice may differ.
    assert len(together) == len(alone)


@pytest.mark.parametrize(
    ("kind", "question", "possible"),
    [
        ("locale", "Due 2026-03-04, $1,234.50?", {"Due 4 March 2026, $1,234.50?", "Due March 4, 2026, $1,234.50?"}),
        ("locale", "It costs 1,234.50 in all", {"It costs 1.234,50 in all", "It costs 1\u00a0234,50 in all"}),
        ("casing", "Ask “Tom” now", {"ask “Tom” now", "ASK “Tom” NOW"}),
        ("paraphrase", "Wo ist der Bahnhof?", set[str]()),
        ("unicode", "café", {"cafe\u0301"}),
        ("typos", "ABC-99 KB-12", set[str]()),
    ],
)
def test_what_a_kind_makes(kind: str, question: str, possible: set[str]) -> None:
    made = {
        case.question
        for seed in range(30)
        for case in vary([Case(id="a", input=question)], [kind], seed=seed).cases[1:]
    }
    assert made <= possible
    assert bool(made) == bool(possible)


def test_own_paraphrases_and_frames_stand_before_the_built_in_ones() -> None:
    case = Case(id="a", input="Wo?", metadata={"paraphrases": ["An welchem Ort?"]})
    assert vary([case], ["paraphrase"], seed=1).cases[1].question == "An welchem Ort?"
    framed = vary([Case(id="a", input="Wo?")], ["paraphrase"], seed=1, frames=["Hallo! {input}"])
    assert framed.cases[1].question == "Hallo! Wo?"


@given(st.integers(0, 3000), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.integers(0, 50))
def test_padding_keeps_the_question_whole_and_the_length_asked_for(length: int, at: float, seed: int) -> None:
    text = padded("Where is it?", length, at, Chance(seed))
    assert "Where is it?" in text
    assert len(text) <= max(length, len("Where is it?"))
    assert len(text) > length - 300


def test_what_cannot_be_varied_is_refused() -> None:
    case = Case(id="a", input="How do I?")
    with pytest.raises(UsageError, match="no kind of variant “typo”"):
        vary([case], ["typo"], seed=1)
    with pytest.raises(UsageError, match="no place for the question"):
        vary([case], seed=1, frames=["Hello"])
    with pytest.raises(UsageError, match="is a variant already"):
        vary(vary([case], seed=1).cases, seed=1)

"""What answered as a side or a judge, and what changed in mid-session."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.facts import Story, cases_of, policy_of, session_of
from support.judged import PAIRS, judgment_of
from tiebreak.judge.served import judge_served
from tiebreak.records.served import FingerprintChange, ModelChange, Served, ServedLog
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.served_words import (
    VEILED,
    changed_fingerprints,
    changed_models,
    fingerprint_words,
    model_words,
    veiled_words,
)

Told = tuple[str, int, str | None, str | None]
"""Id, number of the case, model, fingerprint."""
NAMES: st.SearchStrategy[str | None] = st.sampled_from(["x", "y", "z", None])
TOLD = st.lists(st.tuples(st.integers(1, 9), NAMES, NAMES), max_size=30).map(
    lambda rows: [(f"{n:04}", *row) for n, row in enumerate(rows)]
)


def folded(answers: list[Told]) -> Served:
    log = ServedLog()
    for one in answers:
        log.add(*one)
    return log.served()


@given(TOLD, st.randoms(use_true_random=False))
def test_it_says_what_a_walk_through_the_answers_in_time_finds(answers: list[Told], chance: random.Random) -> None:
    order = list(dict.fromkeys(model for _, _, model, _ in answers if model is not None))
    counts = Counter(model for _, _, model, _ in answers)
    first = {model: next(case for _, case, own, _ in answers if own == model) for model in order}
    mixed = list(answers)
    chance.shuffle(mixed)
    found = folded(mixed)
    assert found == folded(answers)
    assert [(one.before, one.now, one.case, one.answers) for one in found.models] == [
        (before, now, first[now], counts[now]) for before, now in pairwise(order)
    ]
    prints = {
        model: Counter(fp for _, _, own, fp in answers if own == model and fp is not None)  # keeps the order of time
        for model in dict.fromkeys(own for _, _, own, fp in answers if fp is not None)
    }
    assert [(one.model, one.fingerprints) for one in found.fingerprints] == [
        (model, tuple(own.items())) for model, own in prints.items() if len(own) > 1
    ]


def test_one_model_under_one_fingerprint_is_nothing_to_tell() -> None:
    assert not folded([("1", 1, "x", "fp"), ("2", 2, "x", "fp"), ("3", 3, None, None)])


def test_words() -> None:
    served = Served(
        models=(
            ModelChange(case=42, before="x", now="y", answers=12),
            ModelChange(case=1, before="y", now="z", answers=1),
        ),
        fingerprints=(FingerprintChange(model="x", fingerprints=(("fp_1", 1), ("fp_2", 30))),),
    )
    assert model_words(served) == [
        "served model changed after case 41: x → y (12 answers)",
        "served model changed at case 1: y → z (1 answer)",
    ]
    assert fingerprint_words(served, "judgment") == [
        "x answered under 2 system fingerprints: fp_1 (1 judgment), fp_2 (30)"
    ]


def told() -> Story:
    """A under two fingerprints, B by two models; attempts of infrastructure say nothing of either."""
    story = Story()
    for n in range(4):
        story.served(f"c{n}", "A", "a", system_fingerprint=f"fp_{n // 2}")
        story.served(f"c{n}", "B", "b-1" if n < 3 else "b-2", system_fingerprint=f"other_{n // 3}")
    story.failure("c0", "A", requested_model="asked", served_model="gateway", attempt=2)
    return story


def test_a_board_tells_models_aloud_and_fingerprints_quietly() -> None:
    snapshot = told().snapshot(cases_of(4))
    assert list(changed_models(snapshot)) == ["B: served model changed after case 3: b-1 → b-2 (1 answer)."]
    assert list(changed_fingerprints(snapshot)) == [
        "A: a answered under 2 system fingerprints: fp_0 (2 answers), fp_1 (2)."
    ]
    assert veiled_words(snapshot) == VEILED


def test_acknowledged_it_is_told_all_the_same() -> None:
    story = told()
    story.event("drift_ack", role="candidate", served_model="b-2")
    snapshot = story.snapshot(cases_of(4))
    assert snapshot.drift == {}
    assert len(list(changed_models(snapshot))) == 1


@pytest.mark.parametrize("word", ["A", "B", "b-1", "b-2", "case 3"])
def test_sealed_it_names_no_side(word: str) -> None:
    assert word not in veiled_words(told().snapshot(cases_of(4)))


def test_a_change_of_fingerprints_alone_says_nothing_while_sealed() -> None:
    story = Story()
    for n in range(2):
        story.served(f"c{n}", "A", "a", system_fingerprint=f"fp_{n}")
    assert veiled_words(story.snapshot(cases_of(2))) == ""


def test_apps_and_imported_answers_may_come_from_any_number_of_models() -> None:
    story = Story()
    for n in range(2):
        story.answer(f"c{n}", "A", served_model=f"m-{n}", system_fingerprint=f"fp_{n}")
    assert story.snapshot(cases_of(2)).served == {}
    session = session_of(["c0", "c1", "c2", "c3"])
    imported = Scoreboard.of(
        replace(session, kind="import"),
        policy_of(),
        {case.id: case for case in cases_of(4)},
        told().facts,
    )
    assert imported.snapshot().served == {}


def test_a_judge_is_followed_over_the_plan_whatever_round_it_is() -> None:
    said = [
        judgment_of(PAIRS, f"j{n}", f"c{n % 3}", ("a", "b"), verdict="A", served_model=model, repeat=n // 3)
        for n, model in enumerate(["m-1", "m-1", "m-2", "m-2"])
    ]
    beyond = judgment_of(PAIRS, "j9", "not planned", ("a", "b"), verdict="A", served_model="m-3")
    served = judge_served([*said, beyond], ["c0", "c1", "c2"])
    assert model_words(served, "judgment") == ["served model changed after case 2: m-1 → m-2 (2 judgments)"]

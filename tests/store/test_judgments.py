"""What judges said comes back as it was, and nobody's word takes the place of another's."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from support.stored import JUDGE, judgment_of, new_session, response_of
from tiebreak.errors import CorruptStoreError
from tiebreak.records import Cost, Usage
from tiebreak.records.judges import Claim
from tiebreak_store import Store


@pytest.fixture
def begun(store: Store) -> Store:
    new = new_session()
    store.create_session(new)
    for position in range(2):
        store.record_response(response_of(new, "baseline", position), None)
        store.record_response(response_of(new, "candidate", position), None)
    store.record_judge(JUDGE).result()
    return store


def test_a_judgment_comes_back_whole(begun: Store) -> None:
    judgment = judgment_of(
        new_session(),
        0,
        kind="faithfulness",
        verdict=0.5,
        reasons="half \ud800 of it\x00",
        replies=("first \udfff", "second"),
        dimension="tone",
        cost=Cost(usd=0.25, source="config"),
        usage=Usage(prompt_tokens=3, completion_tokens=4, source="provider"),
        served_model="m-1",
        seconds=1.5,
        claims=(
            Claim(n=1, text="a", verdict="supported", start=0, end=1),
            Claim(n=2, text="b", verdict="contradicted"),
        ),
    )
    begun.record_judgment(judgment).result()
    begun.record_judgment(judgment).result()  # the same again is no harm
    assert list(begun.iter_judgments("s1", JUDGE.version)) == [judgment]
    assert [light.replies for light in begun.iter_judgments("s1", JUDGE.version, light=True)] == [("",)]
    assert begun.judge(JUDGE.version) == JUDGE
    assert begun.judges_of("s1") == [JUDGE.version]
    assert begun.judges_of("s2") == []
    with pytest.raises(CorruptStoreError):
        begun.judge("unknown")


@pytest.mark.parametrize("verdict", ["A", 4, 0.25, 0.0])
def test_verdicts_keep_their_kind(begun: Store, verdict: str | float) -> None:
    begun.record_judgment(judgment_of(new_session(), 0, verdict=verdict)).result()
    (kept,) = begun.iter_judgments("s1", JUDGE.version)
    assert kept.verdict == verdict
    assert type(kept.verdict) is type(verdict)


def test_the_view_has_one_row_a_question(begun: Store) -> None:
    new = new_session()
    error = judgment_of(new, 0, id="1", status="error", verdict=None, problem="away", replies=())
    begun.record_judgment(error)
    begun.record_judgment(replace(error, id="2"))
    begun.record_judgment(judgment_of(new, 0, id="3", status="unparseable", verdict=None))
    begun.record_judgment(judgment_of(new, 0, id="4"))
    begun.record_judgment(judgment_of(new, 0, id="5", repeat=1))
    begun.record_judgment(judgment_of(new, 1, id="6", status="error", verdict=None))
    begun.record_judgment(judgment_of(new, 1, id="7", status="error", verdict=None))
    pair = {"response_b": "s1-candidate-1-1", "kind": "pairwise", "verdict": "B"}
    begun.record_judgment(judgment_of(new, 1, id="8", order="ba", **pair)).result()
    with closing(sqlite3.connect(begun.path)) as plain:
        rows = plain.execute("SELECT judgment_id, status, side, verdict FROM judgments_in_force ORDER BY 1").fetchall()
    assert rows == [
        ("3", "unparseable", "A", None),
        ("5", "valid", "A", "compliant"),
        ("7", "error", "A", None),
        ("8", "valid", None, "B"),
    ]


def test_the_last_that_was_asked_of_a_prompt_is_found_and_no_error(begun: Store) -> None:
    new = new_session()
    same = {"prompt_fingerprint": "the prompt"}
    assert not begun.has_answered(JUDGE.version)
    begun.record_judgment(judgment_of(new, 0, id="1", status="error", verdict=None, **same)).result()
    assert (begun.has_answered(JUDGE.version), begun.find_said(JUDGE.version, "the prompt")) == (False, None)
    asked = [
        judgment_of(new, 0, id=id_, verdict=word, **same) for id_, word in (("2", "violation"), ("3", "compliant"))
    ]
    taken = judgment_of(new, 1, id="4", reused_from="2", verdict="violation", **same)
    begun.record_judgment(asked[0])
    begun.record_judgment(asked[1])
    begun.record_judgment(taken).result()
    assert begun.has_answered(JUDGE.version)
    assert begun.find_said(JUDGE.version, "the prompt") == asked[1]
    assert begun.find_said("another version", "the prompt") is None
    assert [one.reused_from for one in begun.iter_judgments("s1", JUDGE.version)] == [None, None, None, "2"]


def test_what_was_said_to_a_check_comes_back(begun: Store) -> None:
    first, last = (
        judgment_of(new_session(), 0, id=id_, session_id="", reasons=f"{id_} \ud800", prompt_fingerprint="p")
        for id_ in ("1", "2")
    )
    begun.record_check_judgment(first)
    begun.record_check_judgment(last).result()
    assert begun.find_check_judgment("p") == last
    assert begun.find_check_judgment("q") is None


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ("judge_hash = 'j' AND prompt_fingerprint = 'p' AND status <> 'error'", "judgment_prompt"),
        ("judge_hash = 'j' AND status <> 'error'", "judgment_prompt"),
        ("session_id = 's' AND judge_hash = 'j' AND case_id = 'c'", "judgment_case"),
    ],
)
def test_questions_are_looked_up_by_an_index(begun: Store, where: str, index: str) -> None:
    with closing(sqlite3.connect(begun.path)) as plain:
        plan = plain.execute(f"EXPLAIN QUERY PLAN SELECT * FROM judgment WHERE {where} ORDER BY seq").fetchall()
    assert f"SEARCH judgment USING INDEX {index} " in plan[0][3]

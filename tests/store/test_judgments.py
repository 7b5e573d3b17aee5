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

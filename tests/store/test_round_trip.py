"""What is recorded comes back as it was, whatever text it holds."""

import sqlite3
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.stored import CHECKS, RATER, ballot_of, cases_of, new_session, presentation_of, response_of, results_of
from tiebreak.errors import StoreError
from tiebreak.records import (
    Case,
    Context,
    Cost,
    Event,
    Message,
    Rater,
    Response,
    ResponseError,
    Timings,
    ToolCall,
    Usage,
)
from tiebreak.session.recorder import Recorder
from tiebreak_store import Store, StoredGateOutcome

ODD_TEXTS = [
    "",
    "plain",
    "naïve – “quotes” 日本語 🎭",
    "nul \0 inside\0",
    "lone \ud83d high and \udc4d low, \udc4d\ud83d swapped",
    "the mark itself \U0010ffff and one that looks kept \U0010ffff00d83d",
    "ESC \x1b]52;c;AAAA\x07 C1 \x9b2J bidi \u202e\r\n\t",
    "'; DROP TABLE ballot; -- {{ 7*7 }} [@click=x]",
]


def test_a_session_comes_back_from_its_stored_copies(store: Store) -> None:
    cases = (
        *cases_of(3),
        Case(
            id="odd \ud800 \0",
            input=(Message(role="system", content="be brief"), Message(role="user", content="né \udfff")),
            reference="ref",
            contexts=(Context(id="c", text="passage \ud800", title="t"),),
            expect="refuse",
            kind="adversarial",
            segment="ségment",
            tags=("a", "b"),
            checks=(CHECKS[0],),
            metadata={"nested": {"list": [1, 2.5, None, True, "\ud800"]}},
        ),
    )
    new = new_session("s1", cases, blind=True, title="title \ud83d", kind="spot")
    store.create_session(new).result()
    stored = store.load_session("s1")
    assert stored.dataset == new.dataset
    assert stored.dataset.version == new.dataset.version
    assert [case.version for case in stored.dataset.cases] == [case.version for case in cases]
    wanted = [cases[-1].id, "nobody", cases[0].id]
    assert list(store.cases(new.dataset.version, wanted).items()) == [(case.id, case) for case in (cases[-1], cases[0])]
    assert (stored.configs, stored.policy, stored.runs) == (new.configs, new.policy, new.runs)
    assert stored.session == new.session
    assert stored.session.plan.version == new.session.plan.version
    assert stored.rater == RATER
    assert stored.responses == stored.ballots == ()


def whole_response(**fields: Any) -> Response:
    return response_of(
        new_session(),
        "candidate",
        0,
        fault="target",
        error=ResponseError(code="request", message="too \ud800 long", status=400),
        status="error",
        sample=0,
        attempt=2,
        reasoning="hm \ud800",
        tool_calls=(
            ToolCall(id="1", name="find", arguments='{"q": "\ud83d"}'),
            ToolCall(id="2", name="x", arguments="{"),
        ),
        refusal=True,
        contexts=(Context(id="k1", text="p \ud800"),),
        finish="st\udc00op",
        timings=Timings(ttft=0.25, total=1.5, waited=0.125, tries=3),
        usage=Usage(prompt_tokens=1, completion_tokens=2, reasoning_tokens=3, cached_tokens=4, source="provider"),
        cost=Cost(usd=0.00125, source="provider", components={"retrieval": 0.00025, "modèle": 0.001}),
        requested_model="a/b",
        served_model="b-\ud800",
        **fields,
    )


def test_a_response_comes_back_with_every_field(store: Store) -> None:
    store.create_session(new_session())
    first = response_of(new_session(), "candidate", 0)
    store.record_response(first, None)
    response = whole_response(reused_from=first.id)
    store.record_response(response, b"chunks").result()
    kept = store.response(response.id)
    assert kept.chunks is not None
    assert replace(kept, chunks=None) == response
    assert store.chunks_of(response.id) == b"chunks"
    assert store.chunks_of(first.id) is None
    assert store.response(first.id) == first


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_comes_back(store: Store, text: str) -> None:
    new = new_session()
    store.create_session(new)
    response = response_of(new, "baseline", 0, text=text, reasoning=text)
    results = [replace(result, detail=text) for result in results_of(response)]
    presentation = presentation_of(new, 0)
    rater = Rater(id=f"id {text}", name=text)
    event = Event(id="e", session_id="s1", kind="reveal", at="", detail={"text": text})
    note = ballot_of(presentation, 1, "note", text)
    records: list[Future[None]] = [
        store.record_response(response, None),
        store.record_response(response_of(new, "candidate", 0), None),
        store.record_checks(results, CHECKS),
        store.record_presentation(presentation),
        store.record_rater(rater),
        store.record_presentation(replace(presentation, id="other", rater_id=rater.id)),
        store.record_ballot(note),
        store.record_event(event),
    ]
    for record in records:
        record.result()
    assert store.response_text(response.id) == text
    stored = store.load_session("s1")
    assert stored.responses[0] == response
    assert list(stored.check_results) == results
    assert stored.raters == (RATER, rater)
    assert stored.ballots == (note,)
    assert stored.events == (event,)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_reader_can_decode_what_is_kept(store: Store, path: Path, text: str) -> None:
    new = new_session(cases=(Case(id=f"c{text}", input=text, segment=text),), title=text)
    store.create_session(new)
    store.record_response(response_of(new, "baseline", 0, text=text, served_model=text), None).result()
    store.close()
    with closing(sqlite3.connect(path)) as plain:
        for table in ("response", "session", "session_item", "dataset_case", "sessions_overview", "case_outcome"):
            assert plain.execute(f"SELECT * FROM {table}").fetchall()


def test_huge_texts_come_back(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    text = "é" * 500_000 + "\ud800" + "x" * 500_000
    store.record_response(response_of(new, "baseline", 0, text=text), text.encode("utf-8", "surrogatepass")).result()
    assert store.response_text("s1-baseline-0-1") == text


def test_ballots_come_back_in_the_order_of_recording(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    for role in ("baseline", "candidate"):
        store.record_response(response_of(new, role, 0), None)
    shown = presentation_of(new, 0)
    store.record_presentation(shown)
    given = [
        ballot_of(shown, 9, "vote", "B"),
        ballot_of(shown, 2, "score", 4, dimension="tone", response_id=shown.left_response),
        ballot_of(shown, 5, "undo", None, supersedes="s1-b000009"),
        ballot_of(shown, 1, "skip", None),
        ballot_of(shown, 7, "note", "5", phase="post_reveal", identity_seen=True),
    ]
    for ballot in given:
        store.record_ballot(ballot)
    store.record_event(Event(id="e1", session_id="s1", kind="peek", at="t", detail={"n": 3})).result()
    stored = store.load_session("s1")
    assert list(stored.ballots) == given
    assert stored.presentations == (shown,)
    assert [type(ballot.value) for ballot in stored.ballots] == [str, int, type(None), type(None), str]


def test_a_record_handed_over_twice_is_recorded_once(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    left, right, shown = response_of(new, "baseline", 0), response_of(new, "candidate", 0), presentation_of(new, 0)
    ballot = ballot_of(shown, 1)
    for _ in range(2):
        store.record_response(left, b"c").result()
        store.record_response(right, None).result()
        store.record_checks(results_of(left), CHECKS).result()
        store.record_presentation(shown).result()
        store.record_ballot(ballot).result()
    stored = store.load_session("s1")
    assert (len(stored.responses), len(stored.check_results), stored.ballots) == (2, 2, (ballot,))


def test_another_record_under_a_known_id_is_refused(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    for role in ("baseline", "candidate"):
        store.record_response(response_of(new, role, 0), None)
    shown = presentation_of(new, 0)
    store.record_presentation(shown)
    store.record_ballot(ballot_of(shown, 1, "vote", "A"))
    with pytest.raises(StoreError, match="Another ballot is already recorded under the id s1-b000001"):
        store.record_ballot(ballot_of(shown, 1, "vote", "B")).result()
    assert [ballot.value for ballot in store.load_session("s1").ballots] == ["A"]


def test_a_record_that_refers_to_nothing_is_refused(store: Store) -> None:
    store.create_session(new_session())
    refused = store.record_presentation(presentation_of(new_session(), 0))
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        refused.result()


def test_the_store_is_a_recorder(store: Store) -> None:
    recorder: Recorder = store
    assert recorder.record_event(Event(id="e", session_id="nowhere", kind="peek", at="")).exception() is not None


def test_gate_outcomes_come_back(store: Store) -> None:
    new = new_session()
    store.create_session(new)
    outcome = StoredGateOutcome(
        id="g1",
        session_id="s1",
        policy_hash=new.policy.version,
        gate="better",
        segment="odd",
        status="pending",
        method="set",
        evidence={"n": 3, "bound": 0.25},
        rows_digest="d",
        at="t",
    )
    store.record_gate_outcomes([outcome, replace(outcome, id="g2", segment=None)]).result()
    assert store.gate_outcomes("s1") == [outcome, replace(outcome, id="g2", segment=None)]

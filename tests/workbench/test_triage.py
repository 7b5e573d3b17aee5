"""Triage on stored runs: what is kept is what would be worked out anew, whatever was recorded since."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.stored import (
    JUDGE,
    cases_of,
    new_session,
)
from support.triaged import record, recorded
from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Case, Presentation, SessionRole
from tiebreak.records.judges import Judgment
from tiebreak.records.outcomes import CaseOutcome
from tiebreak.records.triage import AnswerFacts, PairFacts, Scores, SideFacts
from tiebreak.triage import CLASSES, Filter, RowMaker, TriageRow, leans_of, leans_of_judges, parse_filter
from tiebreak_store import NewSession, Store
from tiebreak_workbench.triage.names import named_runs
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench

EVERYTHING = Filter()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    (tmp_path / "configs").mkdir()
    with Workbench.open(tmp_path, {"USER": "kim"}) as bench:
        yield bench


@pytest.fixture
def new(bench: Workbench) -> NewSession:
    """Four cases: one worse, one failing as before, one better, one as before; positions run against the ordinals."""
    new = new_session(cases=cases_of(4))
    bench.store.create_session(new).result()
    for position, (a, b) in enumerate(
        (("polite short", "short"), ("short", "short"), ("", "polite"), ("polite short",) * 2)
    ):
        text = "You can return the lamp within thirty days." if position < 2 else "No refunds whatsoever."
        record(bench.store, new, "baseline", position, passes=a)
        record(bench.store, new, "candidate", position, passes=b, text=text)
    return new


def listed(triage: Triage, text: str = "") -> list[str]:
    return triage.case_ids(triage.listing(parse_filter(text)).places)


def test_what_got_worse_comes_first(bench: Workbench, new: NewSession) -> None:
    with Triage.open(bench, "s1") as triage:
        assert listed(triage) == ["case-3", "case-2", "case-1", "case-0"]
        assert triage.counts() == dict(zip(CLASSES, (1, 1, 1, 1, 0), strict=True))
        (line,) = triage.lines(triage.listing(parse_filter("class:regression")).places)
        assert (line.case_id, line.question, line.row.worse) == ("case-3", "question 3", ("polite",))
        assert (
            triage.first(parse_filter("seg:odd")) == triage.listing(parse_filter("seg:odd")).places.tolist() == [0, 2]
        )
        assert triage.unknown_values(parse_filter("seg:ood check:polite")) == [("seg", "ood")]
        with pytest.raises(UsageError, match="Neither run has a case “nope”"):
            triage.place_of("nope")


def test_words_are_found_by_their_beginnings_and_with_a_slip(bench: Workbench, new: NewSession) -> None:
    with Triage.open(bench, "s1") as triage:
        assert listed(triage, "refund") == []
        stopped = triage.index_texts(go_on=lambda: False)
        assert triage.index_texts()
        assert stopped  # four cases are one batch
        assert listed(triage, "refund") == ["case-1", "case-0"]
        assert listed(triage, "refund class:fix") == ["case-1"]
        assert listed(triage, "QUESTION 3") == ["case-3"]
        assert listed(triage, "case-2") == ["case-2"]
        assert listed(triage, "thirty refunds") == []
        slip = triage.listing(parse_filter("retrun lapm"))
        assert triage.case_ids(slip.places) == ["case-3", "case-2"]
        assert slip.read_as == {"retrun": ("return",), "lapm": ("lamp",)}
    with Triage.open(bench, "s1") as again:
        assert listed(again, "refund") == ["case-1", "case-0"]


def test_cases_that_come_while_the_texts_are_indexed_are_searchable_too(bench: Workbench) -> None:
    new = new_session(cases=cases_of(2))
    bench.store.create_session(new).result()

    def answered(position: int) -> None:
        record(bench.store, new, "baseline", position, text="Moo.")
        record(bench.store, new, "candidate", position, text="Moo.")

    answered(0)
    with Triage.open(bench, "s1") as triage:

        def reloaded(what: str, done: int, of: int | None) -> None:
            answered(1)
            triage.refresh()

        triage.index_texts(reloaded)
        assert len(listed(triage, "moo")) == 1
        assert triage.index_texts()
        assert len(listed(triage, "moo")) == 2


@pytest.mark.parametrize("word", ["Straße", "straße", "weiß", "WEIß", "ﬁnance", "Café", "cafe", "ΟΔΟΣ"])
def test_words_are_folded_as_the_index_folds_them(bench: Workbench, word: str) -> None:
    new = new_session(cases=cases_of(1))
    bench.store.create_session(new).result()
    record(bench.store, new, "baseline", 0)
    record(bench.store, new, "candidate", 0, text="Die Straße ist weiß: ﬁnance, Cafe\u0301, οδος.")
    with Triage.open(bench, "s1") as triage:
        assert triage.index_texts()
        assert listed(triage, word) == ["case-0"]


def test_failures_are_grouped(bench: Workbench, new: NewSession) -> None:
    with Triage.open(bench, "s1") as triage:
        (group,) = triage.groups(EVERYTHING)
        assert group.flips == ("polite",)
        assert triage.places(group).tolist() == [0, 1]


def test_deciding_undoing_and_history(bench: Workbench, new: NewSession) -> None:
    with Triage.open(bench, "s1") as triage:
        done = triage.decide(["case-3", "case-2", "case-3"], {"status": "confirmed", "cause": "retrieval"})
        assert (done.cases, done.decisions) == (2, 4)
        assert listed(triage, "status:confirmed") == ["case-3", "case-2"]
        triage.decide(listed(triage, "class:regression"), {"status": "accepted", "note": "as agreed"})
        assert triage.decide(["case-3"], {"status": "accepted"}).decisions == 0
        assert listed(triage, "status:accepted cause:retrieval") == ["case-3"]
        assert triage.undo().decisions == 2
        assert listed(triage, "status:confirmed") == ["case-3", "case-2"]
        assert triage.undo().cases == 2
        assert listed(triage, "status:confirmed") == []
        with pytest.raises(UsageError, match="no decision of yours"):
            triage.undo()
        assert [(d.field, d.value, d.act) for d in triage.history("case-2")] == [
            ("status", "confirmed", "set"),
            ("cause", "retrieval", "set"),
            ("status", None, "undo"),
            ("cause", None, "undo"),
        ]
        triage.decide(["case-0"], {"cause": "data"})
    with Triage.open(bench, "s1") as again:
        assert listed(again, "cause:data") == ["case-0"]


def test_the_view_says_what_is_in_force(bench: Workbench, new: NewSession) -> None:
    with Triage.open(bench, "s1") as triage:
        triage.decide(["case-3"], {"status": "confirmed", "cause": "tool", "note": "x"})
        triage.decide(["case-3"], {"cause": "prompt"})
        triage.undo()
        triage.decide(["case-3"], {"note": None})

        def read(connection: Any) -> list[tuple[str, ...]]:
            return connection.execute("SELECT case_id, field, value FROM triage_in_force ORDER BY field").fetchall()

        found = bench.store.writer.submit(read).result()
        assert found == [("case-3", "cause", "tool"), ("case-3", "status", "confirmed")]


@pytest.mark.parametrize(
    ("values", "message"),
    [({"status": "opne"}, "no status “opne”"), ({"cause": "luck"}, "no cause"), ({}, "nothing to set")],
)
def test_what_cannot_be_decided(bench: Workbench, new: NewSession, values: Any, message: str) -> None:
    with Triage.open(bench, "s1") as triage:
        with pytest.raises(UsageError, match=message):
            triage.decide(["case-3"], values)
        assert triage.history("case-3") == []


def test_a_case_that_b_did_not_answer_cannot_be_decided_about(bench: Workbench) -> None:
    new = new_session(cases=cases_of(2))
    bench.store.create_session(new).result()
    record(bench.store, new, "baseline", 0)
    record(bench.store, new, "candidate", 0, status="error", fault="infra")
    with Triage.open(bench, "s1") as triage:
        assert triage.decide(["case-1"], {"status": "accepted"}).unanswered == ("case-1",)
        (line,) = triage.lines([0])
        assert (line.row.row_class, line.row.why) == ("left_out", "B: error")


def test_a_blind_session_that_is_not_done_is_refused(bench: Workbench) -> None:
    new = new_session(cases=cases_of(2), blind=True)
    bench.store.create_session(new).result()
    with pytest.raises(UsageError, match="is blind"):
        Triage.open(bench, "s1")


def test_a_damaged_index_is_made_anew(bench: Workbench, new: NewSession) -> None:
    Triage.open(bench, "s1").close()
    index = bench.store.path.with_name("triage.db")
    index.write_bytes(b"no database at all" * 400)
    for left in index.parent.glob("triage.db-*"):
        left.unlink()
    with Triage.open(bench, "s1") as triage:
        assert listed(triage) == ["case-3", "case-2", "case-1", "case-0"]


def test_names_are_a_session_or_two_runs_and_then_cases(bench: Workbench, new: NewSession) -> None:
    assert named_runs(bench, ["last", "case-1"]) == ("s1", None, ["case-1"])
    assert named_runs(bench, ["s1:A", "s1:B", "case-1"]) == ("s1:A", "s1:B", ["case-1"])
    assert named_runs(bench, ["s1-baseline", "s1-candidate"]) == ("s1-baseline", "s1-candidate", [])
    with pytest.raises(UsageError, match="name the other one too"):
        named_runs(bench, ["s1:A"])


# -- what is kept is what would be worked out anew


def anew(store: Store, new: NewSession) -> list[TriageRow]:
    """The rows by another way: from the outcomes that `diff` reads, and from all votes and judgments."""
    shown: list[Presentation] = []
    ballots: list[Any] = []
    for act in store.iter_acts(new.session.id):
        if isinstance(act, Presentation):
            shown.append(act)
        else:
            ballots.append(act)
    people, labels = leans_of(shown, ballots)
    said: list[Judgment] = [j for judge in store.judges_of("s1") for j in store.iter_judgments("s1", judge)]
    judges = labels | leans_of_judges(said)
    outcomes = [{one.case_id: one for one in store.iter_outcomes(new.runs[role])} for role in ROLES]
    rows: list[TriageRow] = []
    for ordinal, case in enumerate(new.dataset.cases):
        sides = [of_run.get(case.id) for of_run in outcomes]
        if any(sides):
            facts = PairFacts(ordinal, case.id, case.kind, case.segment, case.tags, *map(_side, sides))
            rows.append(RowMaker().row(facts, people.get(case.id), judges.get(case.id)))
    return sorted(rows, key=lambda row: (CLASSES.index(row.row_class), -row.severity, row.ordinal))


def _side(outcome: CaseOutcome | None) -> SideFacts | None:
    if outcome is None:
        return None
    answers = [AnswerFacts(a.response_id, a.status, a.usd, a.total, Scores(a.scores)) for a in outcome.answers]
    return SideFacts(outcome.case_hash, tuple(answers), outcome.excluded)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["answer", "failure", "check", "mend", "vote", "judge", "open"]),
        st.sampled_from(ROLES),
        st.integers(0, 3),
        st.sampled_from(["", "polite", "polite short"]),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_what_is_kept_is_what_would_be_worked_out_anew(acts: list[tuple[str, SessionRole, int, str]]) -> None:
    tagged = [Case(id=f"case-{n}", input=f"question {n}", tags=("vip", "t")[: n % 3]) for n in range(4)]
    with TemporaryDirectory() as folder, Workbench.open(Path(folder), {}) as bench:
        store, new = bench.store, new_session(cases=tagged)
        store.create_session(new).result()
        store.record_judge(JUDGE)
        for number, (act, role, position, passes) in enumerate(acts):
            recorded(store, new, number, act, role, position, passes)
            if act == "open":
                with Triage.open(bench, "s1") as triage:
                    assert [triage.view.row(place) for place in range(len(triage.table))] == anew(store, new)
        with Triage.open(bench, "s1") as triage:
            assert [triage.view.row(place) for place in range(len(triage.table))] == anew(store, new)

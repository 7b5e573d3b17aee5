"""Tables made of kept sides are those made of the records, whatever was recorded before and after keeping them."""

import multiprocessing
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.keeping import keep
from support.stored import JUDGE, new_session
from support.triaged import record, recorded
from tiebreak.records import ROLES, Case, SessionRole
from tiebreak.triage import TriageRow, parse_filter
from tiebreak_store import NewSession, StoredRun
from tiebreak_store.triage_index import FILE, TriageIndex
from tiebreak_workbench.triage.keeping import LEAST, keep_sides
from tiebreak_workbench.triage.sides import AT_ONCE, Sides
from tiebreak_workbench.triage.table import up_to_date, veiled
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench

CASES = tuple(Case(id=f"case-{n}", input=f"question {n}", tags=("vip", "t")[: n % 3]) for n in range(4))
EDITED = (CASES[3], replace(CASES[1], input="another question"), CASES[0], Case(id="new", input="new"))
"""Another version of the dataset: in another order, one edited, one gone, one new."""
SESSIONS = ("s1", "s2")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench.open(tmp_path, {"USER": "kim"}) as bench:
        yield bench


def rows(bench: Workbench, index: TriageIndex, a: StoredRun, b: StoredRun) -> list[TriageRow]:
    table, _ = up_to_date(bench.store, index, a, b)
    table, _ = veiled(bench, table, a, b)
    return [table.row(place) for place in range(len(table))]


def alike(bench: Workbench, folder: Path, pairs: list[tuple[str, str]]) -> None:
    """See that every pair is the same by what is kept, and by the records alone."""
    for a, b in pairs:
        one, other = bench.store.run(a), bench.store.run(b)
        with closing(TriageIndex.open(bench.store.path.with_name(FILE))) as index:
            index.forget(a, b)  # the table itself, so that it is made of sides
            kept = rows(bench, index, one, other)
        with TemporaryDirectory(dir=folder) as empty, closing(TriageIndex.open(Path(empty) / FILE)) as index:
            assert kept == rows(bench, index, one, other)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "first",
                "first",
                "first",
                "answer",
                "sample",
                "failure",
                "check",
                "mend",
                "version",
                "vote",
                "judge",
                "keep",
            ]
        ),
        st.sampled_from(SESSIONS),
        st.sampled_from(ROLES),
        st.integers(0, 3),
        st.sampled_from(["", "polite", "polite short"]),
    ),
    max_size=30,
)
PAIRS = [(f"{one}-baseline", f"{other}-candidate") for one in SESSIONS for other in SESSIONS]


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS, st.booleans(), st.booleans())
def test_tables_of_kept_sides_are_those_of_the_records(
    acts: list[tuple[str, str, SessionRole, int, str]], blind: bool, other_dataset: bool
) -> None:
    with TemporaryDirectory() as folder, Workbench.open(Path(folder), {}) as bench:
        store = bench.store
        sessions = {
            "s1": new_session("s1", CASES, blind=blind),
            "s2": new_session("s2", EDITED if other_dataset else CASES, created_at="2026-01-02"),
        }
        for new in sessions.values():
            store.create_session(new).result()
        store.record_judge(JUDGE)
        for number, (act, session, role, position, passes) in enumerate(acts):
            if act == "keep":
                assert keep_sides(bench, SESSIONS, least=0) is None
                alike(bench, Path(folder), PAIRS)
            else:
                recorded(store, sessions[session], number, act, role, position, passes)
        alike(bench, Path(folder), PAIRS)
        assert keep_sides(bench, SESSIONS, least=0) is None
        alike(bench, Path(folder), PAIRS)


@pytest.fixture
def answered(bench: Workbench) -> NewSession:
    new = new_session("s1", CASES)
    bench.store.create_session(new).result()
    for position in range(4):
        for role in ROLES:
            record(bench.store, new, role, position, passes="polite" if position else "")
    return new


def whole(bench: Workbench, new: NewSession) -> bool:
    """Whether both sides and the labels are there."""
    with closing(TriageIndex.open(bench.store.path.with_name(FILE))) as index:
        return Sides(bench.store, index, [new.runs[role] for role in ROLES], new.dataset.version).whole


def test_nothing_is_kept_of_small_runs(bench: Workbench, answered: NewSession) -> None:
    assert LEAST > 4
    assert keep_sides(bench, ["s1"]) is None
    assert not bench.store.path.with_name(FILE).exists()
    assert keep_sides(bench, ["s1"], least=4) is None
    assert whole(bench, answered)
    assert keep_sides(bench, ["none such"], least=0) is None


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE part SET head = '{'",
        "UPDATE part SET head = '{}'",
        "UPDATE part SET marks = '[1, 2, 3, 4, 5, 6, 7]'",
        "UPDATE part_piece SET bytes = x'00'",
        "UPDATE part_piece SET bytes = zeroblob(length(bytes)) WHERE name = 'counts'",
        "DELETE FROM part_piece WHERE name IN ('scores', 'tags')",
    ],
)
def test_what_is_damaged_is_made_anew(bench: Workbench, answered: NewSession, tmp_path: Path, harm: str) -> None:
    assert keep_sides(bench, ["s1"], least=0) is None
    with closing(sqlite3.connect(bench.store.path.with_name(FILE))) as plain, plain:
        plain.execute(harm)
    alike(bench, tmp_path, PAIRS[:1])
    assert keep_sides(bench, ["s1"], least=0) is None
    assert whole(bench, answered)


def test_an_answer_that_came_since_is_taken_in(bench: Workbench, answered: NewSession, tmp_path: Path) -> None:
    assert keep_sides(bench, ["s1"], least=0) is None
    record(bench.store, answered, "candidate", 0, attempt=2, passes="polite short", sample=1)
    alike(bench, tmp_path, PAIRS[:1])


def test_a_file_that_cannot_be_written_is_told_and_harms_nothing(bench: Workbench, answered: NewSession) -> None:
    bench.store.path.with_name(FILE).mkdir()
    problem = keep_sides(bench, [answered.session.id], least=0)
    assert problem is not None
    assert FILE in problem.message


@pytest.mark.parametrize("looked_at", [True, False])
def test_a_database_that_was_put_back_to_an_older_copy(tmp_path: Path, looked_at: bool) -> None:
    """With the files beside it as they were: what is recorded there from then on has the numbers of what is gone."""
    copy = tmp_path / "older.db"
    new = new_session("s1", CASES)
    with Workbench.open(tmp_path, {}) as bench:
        bench.store.create_session(new).result()
        record(bench.store, new, "baseline", 0, passes="polite")
        record(bench.store, new, "candidate", 0, passes="polite short")
        with closing(sqlite3.connect(bench.store.path)) as plain, closing(sqlite3.connect(copy)) as into:
            plain.backup(into)
        for position in (1, 2, 3):
            for role in ROLES:
                record(bench.store, new, role, position, passes="polite")
        assert keep_sides(bench, ["s1"], least=0) is None
        with Triage.open(bench, "s1") as triage:
            triage.index_texts()
            assert len(triage.table) == 4
        path = bench.store.path
    copy.replace(path)
    with Workbench.open(tmp_path, {}) as bench:
        if looked_at:
            with Triage.open(bench, "s1") as triage:
                assert len(triage.table) == 1
            alike(bench, tmp_path, PAIRS[:1])
        for position, passes in ((3, "short"), (1, ""), (2, "short")):
            for role in reversed(ROLES):
                record(bench.store, new, role, position, passes=passes, text="this time")
        one, other = (bench.store.run(name) for name in PAIRS[0])
        with closing(TriageIndex.open(path.with_name(FILE))) as index:
            as_kept = rows(bench, index, one, other)
        with TemporaryDirectory() as empty, closing(TriageIndex.open(Path(empty) / FILE)) as index:
            assert as_kept == rows(bench, index, one, other)
        alike(bench, tmp_path, PAIRS[:1])


def test_texts_of_many_answers_that_came_since_are_found(bench: Workbench) -> None:
    """So many that the table is made anew, in place of being brought up to date."""
    cases = tuple(Case(id=f"case-{n}", input=f"question {n}") for n in range(AT_ONCE + 1))
    new = new_session("s1", cases)
    bench.store.create_session(new).result()
    for role, text in zip(ROLES, ("lamp", "zebra"), strict=True):
        for position in range(len(cases)):
            record(bench.store, new, role, position, text=text)
        with Triage.open(bench, "s1") as triage:
            assert triage.index_texts()
            assert len(triage.listing(parse_filter(text))) == len(cases)


FORKS = multiprocessing.get_context("forkserver")


def test_two_processes_may_end_at_once(bench: Workbench, answered: NewSession, tmp_path: Path) -> None:
    begun = FORKS.Event()
    both = [FORKS.Process(target=keep, args=(tmp_path, 20, begun)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert keep_sides(bench, ["s1"], least=0) is None
    assert whole(bench, answered)
    alike(bench, tmp_path, PAIRS[:1])


def test_killed_while_a_side_is_kept_the_workspace_works(
    bench: Workbench, answered: NewSession, tmp_path: Path
) -> None:
    for lives in range(3):
        begun = FORKS.Event()
        process = FORKS.Process(target=keep, args=(tmp_path, 100_000, begun))
        process.start()
        assert begun.wait(60)
        process.join(0.011 * lives)  # in the middle of whatever it does
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        alike(bench, tmp_path, PAIRS[:1])
    assert keep_sides(bench, ["s1"], least=0) is None
    assert whole(bench, answered)
    with Triage.open(bench, "s1") as triage:
        assert len(triage.table) == 4
    assert bench.store.problems() == []

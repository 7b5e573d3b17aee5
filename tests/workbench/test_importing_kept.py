"""Answers that wait in a temporary file while a file is read, and imports that are interrupted."""

import json
import signal
import sqlite3
import tempfile
import threading
import tracemalloc
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.workspaces import make_workspace, write_lines
from tiebreak.datasets.import_rows import AnswerRow
from tiebreak.errors import WorkspaceError
from tiebreak.imports import GivenAnswer, Said
from tiebreak.records import Response, canonical_json
from tiebreak_workbench.imports.anything import import_any
from tiebreak_workbench.imports.kept import AT_ONCE, KeptAnswers
from tiebreak_workbench.imports.kept_rows import KeptRows
from tiebreak_workbench.imports.plain import import_file
from tiebreak_workbench.workbench import Workbench

PLACE: dict[str, Any] = {"run_id": "run", "case_id": "here", "case_hash": "hash", "started_at": "now", "sample": 2}
ANSWERS = st.lists(
    st.builds(
        GivenAnswer,
        line=st.just(0),
        case=st.text(),
        config=st.text(),
        response=st.from_type(Response),
        said=st.lists(st.from_type(Said), max_size=3).map(tuple),
    ),
    max_size=5,
)


@given(answers=ANSWERS, held=st.sampled_from((1, 1_000_000)))
def test_an_answer_comes_back_as_it_was_with_its_place(answers: list[GivenAnswer], held: int) -> None:
    """Whatever a response holds, also what records get later."""
    with KeptAnswers(held) as kept:
        for file, answer in enumerate(answers):
            kept.add(file, answer)
        back = [(one.file, one.case, one.config, one.response(id_="id", **PLACE), one.said()) for one in kept]
    expected = [
        (n, one.case, one.config, replace(one.response, id="id", **PLACE), list(one.said))
        for n, one in enumerate(answers)
    ]
    assert repr(back) == repr(expected)  # NaN is as good as itself


def test_answers_come_back_in_their_order_as_often_as_they_are_asked_for() -> None:
    blank = Response(id="", run_id="", case_id="", case_hash="", fingerprint="", status="ok", started_at="")
    with KeptAnswers(held=1) as kept:
        for number in range(2 * AT_ONCE + 1):
            kept.add(0, GivenAnswer(line=number, case=f"{number}", config="a", response=blank))
        for _ in range(2):
            assert [one.case for one in kept] == [f"{number}" for number in range(2 * AT_ONCE + 1)]


def test_long_answers_do_not_wait_for_each_other() -> None:
    blank = Response(id="", run_id="", case_id="", case_hash="", fingerprint="", status="ok", started_at="")
    size, number = 1_000_000, 60
    tracemalloc.start()
    try:
        with KeptAnswers(held=1) as kept:
            for _ in range(number):
                long = replace(blank, text="x" * size)
                kept.add(0, GivenAnswer(line=0, case="one", config="a", response=long))
            assert sum(one.case == "one" for one in kept) == number
            _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < number * size / 6


def test_where_there_is_no_room_for_them_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    blank = Response(id="", run_id="", case_id="", case_hash="", fingerprint="", status="ok", started_at="")
    with KeptAnswers(held=1) as kept:
        kept.add(0, GivenAnswer(line=1, case="x", config="a", response=blank))
        with pytest.raises(WorkspaceError, match="cannot be kept while they are read") as raised:
            list(kept)
    assert "TMPDIR" in (raised.value.hint or "")


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Workbench]:
    with Workbench.open(make_workspace(tmp_path / "workspace"), {"USER": "ada"}) as opened:
        yield opened


# -- plain rows

KEY = "57531e93604d0292de5ade17e9136d3f600763e8a103eb80958c792d34502201"
AMOUNTS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(
    st.builds(AnswerRow, line=st.integers(0, 2**40), ttft=AMOUNTS, latency=AMOUNTS, cost=AMOUNTS), max_size=5
)  # fmt: skip


@given(rows=ROWS, held=st.sampled_from((1, 1_000_000)), data=st.data())
def test_a_plain_row_comes_back_as_it_was_in_any_order(rows: list[AnswerRow], held: int, data: st.DataObject) -> None:
    with KeptRows(held) as kept:
        numbers = data.draw(st.permutations([kept.add(row) for row in rows]))
        bare = [replace(rows[number], line=0) for number in numbers]
        assert list(kept.rows(numbers)) == bare
        assert [one.decode("utf-8", "surrogatepass") for one in kept.canonical(numbers)] == [*map(canonical_json, bare)]
        assert [kept.line(number) for number in numbers] == [rows[number].line for number in numbers]


def test_where_there_is_no_room_for_plain_rows_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with KeptRows(held=1) as kept, pytest.raises(WorkspaceError, match="cannot be kept while they are read"):
        kept.add(AnswerRow(line=1, case="a", text="x" * 100))


def test_answers_and_votes_are_put_from_where_they_wait(bench: Workbench, tmp_path: Path) -> None:
    """Whatever order the file has them in."""
    rows = [
        {"id": case, "config": name, "question": f"{case}?", "answer": f"{name} {case}", "vote": "b", "rater": name}
        for name in ("old", "new")
        for case in ("c", "é", "a", "b")
    ]
    report = import_file(bench, write_lines(tmp_path / "rows.jsonl", rows))
    stored = bench.store.load_session(report.session)
    of_run = {run: stored.configs[role].name for role, run in stored.session.runs.items()}
    assert {(of_run[one.run_id], one.case_id, one.text) for one in stored.responses} == {
        (row["config"], row["id"], row["answer"]) for row in rows
    }
    assert (report.answers, report.votes, len(stored.ballots)) == (8, 8, 8)
    assert {(one.rater_id, one.case_id) for one in stored.presentations} == {(r["config"], r["id"]) for r in rows}


def test_an_import_of_an_earlier_version_is_known(bench: Workbench, tmp_path: Path) -> None:
    """The name of an import is kept with it, so it must not change."""
    rows = [
        {"id": case, "question": f"{case}?", "answer_a": "x", "answer_b": "é\ud800", "latency_a": 1, "vote": "a"}
        for case in ("é", "a", "b")
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_file(bench, path)
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        assert connection.execute("SELECT source_hash FROM import_batch").fetchall() == [(KEY,)]


def test_an_answer_that_is_refused_is_looked_for_in_its_own_file(bench: Workbench, tmp_path: Path) -> None:
    files = [
        write_lines(tmp_path / f"{name}.jsonl", [{"id": id_, "answer": name} for id_ in ("greet-1", f"no-{name}")])
        for name in ("old", "new")
    ]
    report = import_file(bench, *files, dataset="small")
    assert [(one.reason, json.loads(one.raw)["id"]) for one in report.rejects] == [
        (f"{name}.jsonl: The dataset “small” has no case “no-{name}”.", f"no-{name}") for name in ("old", "new")
    ]


def log_line(case: int, name: str) -> dict[str, object]:
    """Of Braintrust."""
    place = {"id": f"{case}"}
    return {"span_id": f"{case}-{name}", "experiment_name": name, "origin": place, "input": f"q{case}", "output": "a"}


def plain_line(case: int, name: str) -> dict[str, object]:
    return {"id": f"{case}", "config": name, "question": f"q{case}", "answer": "a"}


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals for one thread are not known here")
@pytest.mark.parametrize("line", [log_line, plain_line])
def test_an_import_that_is_interrupted_leaves_nothing_behind(
    bench: Workbench, tmp_path: Path, line: Callable[[int, str], dict[str, object]]
) -> None:
    """It is given up, not finished behind the back of whoever stopped it."""
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("the tests do not run where signals arrive")
    path = write_lines(tmp_path / "many.jsonl", [line(case, name) for case in range(1_500) for name in "xy"])
    told: list[tuple[int, int | None]] = []

    def interrupt(doing: str, done: int, total: int | None) -> None:
        if doing == "Saving answers":
            told.append((done, total))
            if len(told) == 1:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        import_any(bench, [path], progress=interrupt)
    assert told[0][1] == 3_000
    assert told[-1][0] < 3_000
    assert bench.store.sessions() == []
    report: Any = import_any(bench, [path])
    assert (report.already, report.answers) == (False, 3_000)

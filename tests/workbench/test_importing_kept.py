"""Answers that wait in a temporary file while a file is read, and imports that are interrupted."""

import signal
import tempfile
import threading
import tracemalloc
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.workspaces import make_workspace, write_lines
from tiebreak.errors import WorkspaceError
from tiebreak.imports import GivenAnswer, Said
from tiebreak.records import Response
from tiebreak_workbench.imports.anything import import_any
from tiebreak_workbench.imports.kept import AT_ONCE, KeptAnswers
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


def log(path: Path, cases: int) -> Path:
    rows = [
        {"span_id": f"{n}-{name}", "experiment_name": name, "origin": {"id": f"{n}"}, "input": f"q{n}", "output": "a"}
        for n in range(cases)
        for name in "xy"
    ]
    return write_lines(path, rows)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals for one thread are not known here")
def test_an_import_that_is_interrupted_leaves_nothing_behind(bench: Workbench, tmp_path: Path) -> None:
    """It is given up, not finished behind the back of whoever stopped it."""
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("the tests do not run where signals arrive")
    path = log(tmp_path / "many.jsonl", 1_500)
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

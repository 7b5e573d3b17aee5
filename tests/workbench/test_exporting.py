"""What is handed out can be read back, and no spreadsheet executes it."""

import csv
import io
import json
from collections.abc import Callable, Generator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from support.live import asking, both, open_bench, serve_with, start, taken_up
from support.model_server import ModelServer
from support.workspaces import make_workspace, recording
from tiebreak.errors import UsageError
from tiebreak_workbench.exports.exporting import export_csv, export_jsonl, guarded
from tiebreak_workbench.workbench import Workbench

FORMULAS = ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x")
ODD = 'NUL \x00 half \ud83d "quoted", two\nlines'


def ascii_lines(path: Path, lines: list[dict[str, object]]) -> None:
    """JSON with escapes, which can hold what UTF-8 cannot."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
async def rated(tmp_path: Path) -> "tuple[Path, str]":
    """A rated session whose questions and answers are as bad as can be; its folder and id."""
    folder = make_workspace(tmp_path / "ws", policy=asking("{vote: required}"))
    texts = dict(zip((f"c{i}" for i in range(20)), (*FORMULAS, ODD, "plain"), strict=False))
    cases: list[dict[str, object]] = [
        # A dataset refuses half a surrogate pair; a recorded answer may hold one.
        *({"id": case_id, "input": text.replace("\ud83d", "?")} for case_id, text in texts.items()),
        {"id": "-2+3", "input": "x", "segment": "=s"},
    ]
    ascii_lines(folder / "datasets" / "small" / "cases.jsonl", cases)
    for name in ("plain", "warm"):
        ascii_lines(folder / "recordings" / f"{name}.jsonl", recording({**texts, "-2+3": "y"}))
    with open_bench(folder) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            for position in range(len(live.cases)):
                await both(live, position)
                live.vote(position, "B")
            live.note(0, f"=note {ODD}")
            await live.saves.settled()
    return folder, session_id


@pytest.fixture
def bench(rated: "tuple[Path, str]") -> Generator[Workbench]:
    with open_bench(rated[0]) as bench:
        yield bench


def test_every_line_of_jsonl_is_a_record_that_comes_back(bench: Workbench, tmp_path: Path) -> None:
    to = tmp_path / "out.jsonl"
    count = export_jsonl(bench, "last", to)
    text = to.read_text("ascii")
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    assert len(lines) == count
    assert lines == json.loads(json.dumps(list(bench.store.iter_export("last"))))
    stored = bench.store.load_session("last")
    by_type = {
        kind: [line for line in lines if line["type"] == kind] for kind in ("response", "ballot", "dataset_case")
    }
    assert [line["text"] for line in by_type["response"]] == [response.text for response in stored.responses]
    assert [line["value"] for line in by_type["ballot"]] == [ballot.value for ballot in stored.ballots]
    assert ODD in [line["text"] for line in by_type["response"]]
    assert FORMULAS[0] in [line["input"] for line in by_type["dataset_case"]]
    out = io.StringIO()
    with redirect_stdout(out):
        export_jsonl(bench, stored.session.id[:12], None)
    assert out.getvalue() == text


def test_no_cell_of_the_csv_is_a_formula(bench: Workbench, tmp_path: Path) -> None:
    to = tmp_path / "out.csv"
    count = export_csv(bench, "last", to)
    with to.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    stored = bench.store.load_session("last")
    assert len(rows) == count == len(stored.session.plan.case_ids)
    for position, row in enumerate(rows, start=1):
        cells = dict(zip(head, row, strict=True))
        assert int(cells.pop("position")) == position
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) for cell in cells.values()
        )
        assert cells["verdict"] == "win"
        case = stored.dataset.by_id[stored.session.plan.case_ids[position - 1]]
        assert cells["case"].removeprefix("'") == case.id
        assert cells["question"].removeprefix("'") == case.question.replace("\x00", "\ufffd")
        if case.id != "-2+3":
            asked = cells["question"].replace("half ?", "half \ufffd")
            assert cells["answer_a"] == cells["answer_b"] == asked


@pytest.mark.parametrize("text", [*FORMULAS, "\x00"])
def test_a_guard_changes_nothing_but_the_start(text: str) -> None:
    assert guarded(text) in (f"'{text}", "\ufffd")
    assert guarded(f"a{text}") == f"a{text}".replace("\x00", "\ufffd")


@pytest.mark.parametrize("write", [export_jsonl, export_csv])
def test_a_file_that_cannot_be_written_is_said_and_none_is_touched_in_vain(
    bench: Workbench, tmp_path: Path, write: Callable[[Workbench, str, Path], int]
) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: Is a directory\.$"):
        write(bench, "last", tmp_path)
    with pytest.raises(UsageError, match=r"cannot be written: No such file or directory\.$"):
        write(bench, "last", tmp_path / "nowhere" / "out")
    kept = tmp_path / "kept"
    kept.write_text("of value")
    with pytest.raises(UsageError, match="no session"):
        write(bench, "nope", kept)
    assert kept.read_text() == "of value"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said(bench: Workbench) -> None:
    with pytest.raises(UsageError, match="No space left on device"):
        export_jsonl(bench, "last", Path("/dev/full"))


async def test_an_answer_that_does_not_count_tells_how_it_ended(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = serve_with(tmp_path / "ws", server.base_url, plain="500", warm="empty")
        with open_bench(folder) as bench:
            session_id = start(bench, n=2)
            async with taken_up(bench, session_id) as live:
                await both(live, 0)
                await both(live, 1)
                await live.saves.settled()
            export_csv(bench, session_id, tmp_path / "cases.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cases.csv").read_text())))
    assert {(row["answer_a"], row["status_a"], row["fault_a"]) for row in rows} == {("", "error", "infra")}
    assert {(row["status_b"], row["fault_b"]) for row in rows} == {("empty", "target")}


async def test_a_case_that_was_never_asked_has_no_status(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        export_csv(bench, start(bench, n=1), tmp_path / "cases.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "cases.csv").read_text()))
    assert (row["status_a"], row["fault_a"], row["status_b"], row["fault_b"]) == ("", "", "", "")

"""What is imported is there whole, once, and counts as what it is."""

import csv
import json
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.live import taken_up
from support.workspaces import ANSWERS_A, ANSWERS_B, QUESTIONS, make_workspace, write_lines
from tiebreak.errors import ImportFormatError, StoreError, UsageError
from tiebreak.records import ROLES
from tiebreak.scoreboard import Snapshot
from tiebreak_workbench.figures.report import said_by
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.imports.plain import import_file
from tiebreak_workbench.imports.report import ImportReport
from tiebreak_workbench.workbench import Workbench


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Workbench]:
    with Workbench.open(make_workspace(tmp_path / "workspace"), {"USER": "ada"}) as opened:
        yield opened


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Answers of two configs, one a line."""
    return write_lines(
        tmp_path / "long.jsonl",
        [
            {"case": case_id, "config": name, "answer": answers[case_id], "latency": 1.5, "ttft": 0.2, "cost": 0.001}
            for case_id in QUESTIONS
            for name, answers in (("old", ANSWERS_A), ("new", ANSWERS_B))
        ],
    )


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Questions, both answers and a vote, one case a line."""
    path = tmp_path / "wide.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "question", "answer_a", "answer_b", "model_a", "model_b", "vote", "rater", "segment"))
        for place, (case_id, question) in enumerate(QUESTIONS.items()):
            vote = ("right", "left", "tie")[place % 3]
            pair = (ANSWERS_A[case_id], ANSWERS_B[case_id])
            writer.writerow((case_id, question, *pair, "m/a", "m/b", vote, "ben", case_id.partition("-")[0]))
    return path


def snapshot_of(bench: Workbench, report: ImportReport) -> Snapshot:
    return scoreboard_of(bench.store.load_session(report.session)).snapshot()


def rows_in(bench: Workbench) -> Mapping[str, int]:
    tables = ("session", "run", "response", "presentation", "ballot", "import_batch", "import_reject")
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


# -- answers


def test_answers_one_a_line_become_a_session_with_gates(bench: Workbench, long: Path) -> None:
    report = import_file(bench, long, what="answers", dataset="small", session=None, fields={})
    stored = bench.store.load_session(report.session)
    assert (report.answers, report.cases, report.rejects, report.new_session) == (12, 6, (), True)
    assert stored.session.kind == "import"
    assert {role: config.name for role, config in stored.configs.items()} == {"baseline": "old", "candidate": "new"}
    assert {run.origin for run in stored.runs.values()} == {"import"}
    assert stored.dataset.version == bench.workspace.load_dataset("small").version
    assert {(r.status, r.timings.total, r.cost.usd, r.cost.source) for r in stored.responses} == {
        ("ok", 1.5, 0.001, "recorded")
    }
    snapshot = scoreboard_of(stored).snapshot()
    assert {gate.key: gate.status for gate in snapshot.gates} == {"short": "pass", "preferred": "pending"}
    assert "12 answers on 6 cases from long.jsonl" in report.words()
    assert "Not told by every answer: model, prompt tokens, completion tokens." in report.words()


def test_the_first_to_come_is_a_unless_names_are_given(bench: Workbench, long: Path) -> None:
    names: Any = {"baseline": "new", "candidate": "old"}
    report = import_file(bench, long, dataset="small", names=names)
    assert bench.store.load_session(report.session).configs["baseline"].name == "new"
    with pytest.raises(UsageError, match="no answers of “odl”") as caught:
        import_file(bench, long, dataset="small", names={"baseline": "odl"})
    assert "Did you mean “old”?" in str(caught.value)


def test_two_of_three_configs_are_taken_by_name(bench: Workbench, long: Path) -> None:
    with long.open("a") as file:
        file.write(json.dumps({"case": "greet-1", "config": "third", "answer": "Hm."}) + "\n")
    with pytest.raises(UsageError, match="answers of 3 configs"):
        import_file(bench, long, dataset="small")
    report = import_file(bench, long, dataset="small", names={"baseline": "old", "candidate": "new"})
    assert (report.answers, [reject.line for reject in report.rejects]) == (12, [13])
    assert "“third”, which is neither of the two" in report.rejects[0].reason


def test_wide_rows_with_questions_and_votes(bench: Workbench, wide: Path) -> None:
    report = import_file(bench, wide)
    stored = bench.store.load_session(report.session)
    assert (report.answers, report.votes, report.raters) == (12, 6, ("ben",))
    assert stored.dataset.card.name == "wide"
    assert {case.id: case.question for case in stored.dataset.cases} == QUESTIONS
    assert stored.dataset.by_id["greet-1"].segment == "greet"
    assert [config.name for config in stored.configs.values()] == ["m/a", "m/b"]
    rate = snapshot_of(bench, report).win_rate
    assert (rate.wins, rate.losses, rate.ties, rate.n) == (2, 2, 2, 6)


def test_two_files_one_for_each_side(bench: Workbench, tmp_path: Path) -> None:
    files = [
        write_lines(tmp_path / f"{name}.jsonl", [{"id": i, "output": text} for i, text in answers.items()])
        for name, answers in (("yesterday", ANSWERS_A), ("today", ANSWERS_B))
    ]
    report = import_file(bench, *files, dataset="small")
    stored = bench.store.load_session(report.session)
    assert {role: config.name for role, config in stored.configs.items()} == {
        "baseline": "yesterday",
        "candidate": "today",
    }
    assert {r.text for r in stored.responses if r.run_id == stored.session.runs["candidate"]} == set(ANSWERS_B.values())


def test_an_empty_answer_is_a_failed_one_and_a_missing_one_stays_open(bench: Workbench, tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "answers.jsonl",
        [
            {"case": "greet-1", "answer_a": "Hello.", "answer_b": ""},
            {"case": "greet-2", "answer_a": "Hello."},
        ],
    )
    report = import_file(bench, path, dataset="small")
    snapshot = snapshot_of(bench, report)
    assert (snapshot.planned, snapshot.done, snapshot.automatic, snapshot.win_rate.losses) == (2, 1, 1, 1)
    assert [(reject.line, reject.reason[:34]) for reject in report.rejects] == [
        (2, "answer_b: There is nothing here. T")
    ]
    assert "an answer of one side only" in report.words()
    assert "The dataset has 6 cases; the plan holds the 2 of the file." in report.remarks


def test_answers_that_come_later_are_added(bench: Workbench, long: Path, tmp_path: Path) -> None:
    lines = long.read_text().splitlines(keepends=True)
    first, rest = tmp_path / "first.jsonl", tmp_path / "rest.jsonl"
    first.write_text("".join(lines[:-1]))
    rest.write_text("".join(lines[-2:]))
    session = import_file(bench, first, dataset="small").session
    report = import_file(bench, rest, session=session)
    assert (report.answers, report.new_session, report.session) == (1, False, session)
    assert report.rejects[0].reason == "The session already has A's answer to “refuse-1”."
    assert len(bench.store.load_session(session).responses) == 12


async def test_imported_answers_can_be_rated(bench: Workbench, long: Path) -> None:
    session = import_file(bench, long, dataset="small").session
    async with taken_up(bench, session) as live:
        live.vote(0, "B")
        await live.saves.settled()
    assert scoreboard_of(bench.store.load_session(session)).snapshot().win_rate.wins == 1


# -- votes and verdicts


def test_votes_join_the_answers_of_a_session(bench: Workbench, long: Path, tmp_path: Path) -> None:
    session = import_file(bench, long, dataset="small").session
    votes = write_lines(
        tmp_path / "votes.jsonl",
        [
            {"case": "greet-1", "vote": "new", "comment": "Warmer."},
            {"case": "greet-2", "vote": "meh"},
            {"case": "greet-2", "vote": "worse"},
            {"case": "nowhere", "vote": "A"},
        ],
    )
    report = import_file(bench, votes, what="votes", session=session, rater="gold", values={"worse": "A"})
    assert (report.votes, report.raters) == (2, ("gold",))
    assert [reject.line for reject in report.rejects] == [2, 4]
    assert json.loads(report.rejects[0].raw) == {"case": "greet-2", "vote": "meh"}
    said = said_by(bench.store.load_session(session))
    assert said["gold"].votes == {"B": 1, "A": 1}
    assert said["gold"].notes == ("Warmer.",)


def test_an_import_replaces_no_vote(bench: Workbench, wide: Path, tmp_path: Path) -> None:
    session = import_file(bench, wide).session
    votes = write_lines(
        tmp_path / "votes.jsonl", [{"case": "greet-1", "vote": "A", "rater": rater} for rater in ("ben", "cleo")]
    )
    report = import_file(bench, votes, what="votes", session=session)
    assert (report.votes, report.raters) == (1, ("cleo",))
    assert "“ben” has already said “B” of “greet-1”; that stands." in report.rejects[0].reason
    assert said_by(bench.store.load_session(session), "greet-1")["ben"].votes == {"B": 1}


def test_votes_without_answers_stand_on_placeholders(bench: Workbench, tmp_path: Path) -> None:
    votes = write_lines(tmp_path / "votes.jsonl", [{"case": case_id, "winner": "model_b"} for case_id in QUESTIONS])
    report = import_file(bench, votes, what="votes", dataset="small", rater="gold")
    stored = bench.store.load_session(report.session)
    assert (report.votes, report.answers, report.placeholders) == (6, 0, 12)
    assert {response.status for response in stored.responses} == {"imported"}
    snapshot = scoreboard_of(stored).snapshot()
    assert (snapshot.win_rate.mean, snapshot.win_rate.n) == (1.0, 6)
    assert {role: snapshot.checks["max_length"][role].n for role in ROLES} == {"baseline": 0, "candidate": 0}


def test_verdicts_of_a_judge_are_kept_and_never_counted(bench: Workbench, wide: Path, tmp_path: Path) -> None:
    session = import_file(bench, wide).session
    before = scoreboard_of(bench.store.load_session(session)).snapshot()
    verdicts = write_lines(
        tmp_path / "judge.jsonl", [{"case": i, "verdict": "[[B]]", "judge": "gpt", "reply": "B."} for i in QUESTIONS]
    )
    report = import_file(bench, verdicts, what="verdicts", session=session)
    stored = bench.store.load_session(session)
    after = scoreboard_of(stored).snapshot()
    assert (report.verdicts, report.raters) == (6, ("judge:gpt",))
    assert said_by(stored)["judge:gpt"].verdicts == {"B": 6}
    assert (after.win_rate, after.done, after.gates) == (before.win_rate, before.done, before.gates)
    lines = [line for line in bench.store.iter_export(session) if line["type"] == "ballot"]
    assert sum(line["kind"] == "label" and line["dimension"] == "verdict" for line in lines) == 6


def test_a_judge_casts_no_vote(bench: Workbench, wide: Path, tmp_path: Path) -> None:
    session = import_file(bench, wide).session
    votes = write_lines(tmp_path / "votes.jsonl", [{"case": "greet-1", "vote": "A", "rater": "judge:gpt"}])
    with pytest.raises(ImportFormatError, match="whose word is no vote"):
        import_file(bench, votes, what="votes", session=session)


# -- once, whole, or not at all


def test_the_same_is_imported_once(bench: Workbench, long: Path) -> None:
    first = import_file(bench, long, dataset="small")
    before = rows_in(bench)
    second = import_file(bench, long, dataset="small")
    assert (second.already, second.session) == (True, first.session)
    assert "already imported" in second.words()
    assert rows_in(bench) == before


def test_a_failure_while_saving_leaves_nothing(bench: Workbench, wide: Path) -> None:
    empty = rows_in(bench)
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        connection.execute(
            "CREATE TRIGGER no_vote BEFORE INSERT ON ballot WHEN NEW.value = 'tie' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(StoreError):
        import_file(bench, wide)
    assert rows_in(bench) == empty
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        connection.execute("DROP TRIGGER no_vote")
    assert import_file(bench, wide).votes == 6


def test_rejects_are_kept_with_their_lines(bench: Workbench, long: Path) -> None:
    with long.open("a") as file:
        file.write('{"case": \n{"case": "greet-1", "config": "new", "answer": "Twice."}\n')
    report = import_file(bench, long, dataset="small")
    with closing(sqlite3.connect(bench.workspace.database)) as connection:
        kept = connection.execute("SELECT line, reason, raw FROM import_reject ORDER BY line").fetchall()
    assert kept == [(reject.line, reject.reason, reject.raw) for reject in report.rejects]
    assert [line for line, _, _ in kept] == [13, 14]
    assert kept[0][2] == '{"case": '
    assert kept[1][1] == "Line 2 already holds B's answer to “greet-1”."


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"what": "ratings"}, UsageError, "“ratings” cannot be imported"),
        ({}, UsageError, "does not say what was asked"),
        ({"dataset": "smal"}, UsageError, "Did you mean “small”"),
        ({"dataset": "small", "fields": {"txet": "x"}}, UsageError, "Did you mean “text”"),
        ({"dataset": "small", "fields": {"text": "nowhere"}}, ImportFormatError, "None of the 12 lines can be taken"),
        ({"dataset": "small", "policy": "nope"}, UsageError, "no policy “nope”"),
        ({"session": "last"}, UsageError, "no session here yet"),
        ({"dataset": "small", "fields": {"case": "cost"}}, ImportFormatError, "None of its cases is in the dataset"),
    ],
)
def test_what_cannot_be_imported_changes_nothing(
    bench: Workbench, long: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        import_file(bench, long, **options)
    assert words in str(caught.value)
    assert set(rows_in(bench).values()) == {0}


def test_answers_of_one_side_only(bench: Workbench, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "one.jsonl", [{"case": "greet-1", "answer": "Hello."}])
    with pytest.raises(ImportFormatError, match="one side only") as caught:
        import_file(bench, path, dataset="small")
    assert "Name two files" in str(caught.value)


def test_another_question_under_the_same_id(bench: Workbench, tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "answers.jsonl",
        [
            {"case": "a", "question": "Hi?", "config": "old", "answer": "Yes."},
            {"case": "a", "question": "Ho?", "config": "new", "answer": "No."},
            {"case": "b", "question": "Why?", "config": "old", "answer": "So."},
            {"case": "b", "config": "new", "answer": "Thus."},
        ],
    )
    report = import_file(bench, path)
    assert (report.answers, [reject.line for reject in report.rejects]) == (3, [2])
    assert "asks another question under the id “a”" in report.rejects[0].reason


def test_questions_that_make_no_case(bench: Workbench, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"case": case_id, "question": 7, "answer_a": "x", "answer_b": "y"} for case_id in ("a", "b")
    ]
    with pytest.raises(ImportFormatError, match="None of its questions can be used; the first: input") as caught:
        import_file(bench, write_lines(tmp_path / "answers.jsonl", rows))
    assert caught.value.line == 1


def test_a_policy_that_does_not_fit_gives_way_unless_it_is_named(bench: Workbench, wide: Path) -> None:
    path = bench.workspace.folder / "policies" / "ship.yaml"
    path.write_text("gates: {offline: [{id: gone, metric: check, check: nowhere, at_least: 1}]}\n")
    with pytest.raises(UsageError, match="The policy “ship” does not fit"):
        import_file(bench, wide, policy="ship")
    report = import_file(bench, wide)
    assert bench.store.load_session(report.session).policy.name == "default"

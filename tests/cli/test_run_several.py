"""Several candidates, several samples, and the stages by themselves: retry, rerun, score, noise."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support import model_server
from support.headless import model_workspace, server_process
from support.workspaces import make_workspace, recording, write_lines
from tiebreak.errors import UsageError
from tiebreak_cli.commands import app
from tiebreak_store import Store, StoredSession

POLICY = """\
form: {vote: optional}
checks:
  - {kind: max_length, chars: 400}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.9}
"""


@pytest.fixture
def url() -> Iterator[str]:
    with server_process(model_server) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """Configs a, b, c and d over 12 cases."""
    folder = model_workspace(tmp_path, url, policy=POLICY)
    for name, words in (("c", 5), ("d", 6)):
        config = (folder / "configs" / "b.yaml").read_text().replace("words=4", f"words={words}").replace("b.", "c.")
        (folder / "configs" / f"{name}.yaml").write_text(config)
    return folder


def tiebreak(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--workspace", str(folder)])


def run(folder: Path, *words: str) -> Any:
    return tiebreak(folder, "run", "-d", "questions", "-a", "a", *words)


def asked(folder: Path) -> int:
    """Answers of all runs, each once, however many sessions stand on it."""
    return len({one.id for stored in all_sessions(folder) for one in stored.responses})


def all_sessions(folder: Path) -> list[StoredSession]:
    """The oldest first."""
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        return [store.load_session(one.id) for one in reversed(store.sessions())]


def test_several_candidates_stand_on_one_run_of_the_baseline(folder: Path) -> None:
    found = run(folder, "-b", "b", "-b", "c", "--json")
    assert found.exit_code == 0, found.stderr
    report = json.loads(found.stdout)
    assert [one["title"] for one in report["sessions"]] == ["a vs b", "a vs c"]
    assert set(report["run"]["arms"]) == {"baseline", "candidate", "candidate 2"}
    assert report["run"]["answers"] == {"planned": 36, "in": 36}
    assert asked(folder) == 36
    first, second = all_sessions(folder)
    assert first.session.runs["baseline"] == second.session.runs["baseline"]
    assert first.session.runs["candidate"] != second.session.runs["candidate"]
    assert all(one["gates"][0]["status"] == "pass" for one in report["sessions"])


def test_the_same_command_goes_on_and_another_candidate_joins(folder: Path) -> None:
    run(folder, "-b", "b", "-b", "c")
    again = run(folder, "-b", "b", "-b", "c", "--json")
    assert asked(folder) == 36
    assert json.loads(again.stdout)["run"]["resumed"] is True
    assert run(folder, "-b", "b", "-b", "c", "-b", "d").exit_code == 0
    assert asked(folder) == 48
    assert len({one.session.runs["baseline"] for one in all_sessions(folder)}) == 1
    assert run(folder, "-b", "b", "-b", "c", "--no-resume").exit_code == 0
    assert asked(folder) == 84
    assert len({one.session.runs["baseline"] for one in all_sessions(folder)}) == 2


def test_one_broken_candidate_does_not_hold_up_the_others(folder: Path, url: str) -> None:
    (folder / "configs" / "c.yaml").write_text(
        f"target: {{kind: model, model: '401', base_url: '{url}'}}\nretries: 0\n"
    )
    found = run(folder, "-b", "b", "-b", "c")
    assert found.exit_code == 4
    assert "c is paused: 3 calls in a row ended the same way" in found.stderr
    good, bad = all_sessions(folder)
    assert sum(not one.excluded for one in good.responses) == 24
    assert all(one.excluded for one in bad.responses if one.run_id == bad.session.runs["candidate"])


def test_a_candidate_given_twice_is_refused(folder: Path) -> None:
    found = run(folder, "-b", "b", "-b", "b")
    assert isinstance(found.exception, UsageError)
    assert "twice" in str(found.exception)
    assert not (folder / ".tiebreak").exists()


def test_a_gate_that_failed_for_one_candidate_decides_the_exit_code(folder: Path) -> None:
    words = "checks:\n  - {id: four, kind: max_length, words: 4}\n"
    gate = "    - {id: brief, metric: check, check: four, at_least: 0.9}\n"
    (folder / "policies" / "ship.yaml").write_text(f"form: {{vote: optional}}\n{words}gates:\n  offline:\n{gate}")
    found = run(folder, "-b", "b", "-b", "d", "--json")
    assert found.exit_code == 1, found.stderr
    statuses = [one["gates"][0]["status"] for one in json.loads(found.stdout)["sessions"]]
    assert statuses == ["pass", "fail"]


def test_samples_are_asked_kept_apart_and_averaged(folder: Path) -> None:
    found = run(folder, "-b", "b", "--samples", "3", "--limit", "4", "--json")
    report = json.loads(found.stdout)
    assert (report["planned"], report["run"]["answers"]) == (4, {"planned": 24, "in": 24})
    assert report["checks"]["max_length"]["candidate"]["n"] == 4
    (stored,) = all_sessions(folder)
    assert sorted(one.sample for one in stored.responses) == sorted([0, 1, 2] * 8)
    assert len({one.fingerprint for one in stored.responses}) == 24
    run(folder, "-b", "b", "--samples", "3", "--limit", "4")
    assert asked(folder) == 24, "the same command has nothing left to ask"
    run(folder, "-b", "b", "--limit", "4")
    assert asked(folder) == 32, "another number of samples is another plan"
    case_id = stored.session.plan.case_ids[0]
    shown = json.loads(tiebreak(folder, "show", stored.session.id, case_id, "--json").stdout)
    assert [one["response"]["sample"] for one in shown["further_samples"]["candidate"]] == [1, 2]
    assert "B, sample 3" in tiebreak(folder, "show", stored.session.id, case_id).stdout
    diff = json.loads(tiebreak(folder, "diff", stored.session.id, "--json").stdout)
    assert diff["pairs"] == 4


def flaky(folder: Path, text: str = "") -> list[dict[str, Any]]:
    """The recording of the candidate, in which one answer is a rate limit and one has another text."""
    lines: list[dict[str, Any]] = recording(dict.fromkeys(("greet-1", "greet-2", "bye-1", "bye-2"), "Hello."))
    lines[2] |= {"text": "", "error": {"code": "rate_limit", "message": "Too many requests.", "status": 429}}
    lines[3]["text"] = text or "x" * 300
    write_lines(folder / "recordings" / "warm.jsonl", lines)
    return lines


SMALL = ("-d", "small", "-a", "plain", "-b", "warm", "-p", "ship")


def test_a_retry_asks_what_is_missing_and_with_errors_only_what_was_tried(folder: Path) -> None:
    found = run(folder, "-b", "b", "--max-cost", "0.05", "--concurrency", "1")
    assert "budget" in found.stderr
    (stored,) = all_sessions(folder)
    before = len(stored.responses)
    assert 0 < before < 24
    none = tiebreak(folder, "retry", "last", "--errors")
    assert asked(folder) == before, "nothing that was tried is missing"
    assert f"Going on with session {stored.session.id}" in none.stderr
    (folder / "configs" / "b.yaml").unlink()
    assert tiebreak(folder, "retry").exit_code == 0
    assert asked(folder) == 24


def test_a_retry_keeps_what_counts(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path, questions={"greet-1": "?", "greet-2": "?", "bye-1": "?", "bye-2": "?"})
    flaky(folder)
    assert tiebreak(folder, "run", *SMALL).exit_code == 1, "a gate has failed for certain, whatever is missing"
    (before,) = all_sessions(folder)
    assert tiebreak(folder, "retry", "last", "--errors").exit_code == 1
    (after,) = all_sessions(folder)
    new = [one for one in after.responses if one not in before.responses]
    assert {one.case_id for one in new} == {"greet-2"}
    assert min(one.attempt for one in new) > 1


def test_a_rerun_is_a_new_session_of_the_cases_that_failed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path, questions={"greet-1": "?", "greet-2": "?", "bye-1": "?", "bye-2": "?"})
    flaky(folder)
    tiebreak(folder, "run", *SMALL)
    (first,) = all_sessions(folder)
    flaky(folder, "Goodbye.")
    found = tiebreak(folder, "rerun", first.session.id, "--failed", "--phase", "offline", "--json")
    assert found.exit_code == 0, found.stderr
    assert "chosen for having failed" in found.stderr
    again, second = all_sessions(folder)
    assert again == first
    assert second.session.plan.case_ids == ("bye-1",)
    assert second.session.parent_id == first.session.id
    assert second.session.fork_reason == "asked again: cases that failed"
    assert second.session.runs["baseline"] == first.session.runs["baseline"]
    assert [one.text for one in second.responses if one.run_id == second.session.runs["candidate"]] == ["Goodbye."]
    assert json.loads(found.stdout)["planned"] == 1
    resumed = tiebreak(folder, "rerun", first.session.id, "--failed")
    assert f"Going on with session {second.session.id}" in resumed.stderr
    refused = tiebreak(folder, "rerun", second.session.id, "--failed")
    assert isinstance(refused.exception, UsageError)
    assert "failed no case" in str(refused.exception)


STRICT = "{kind: max_length, chars: 200}\n  - {id: polite, kind: contains, any: [welcome]}"


def verdicts(stored: StoredSession) -> list[tuple[str, str, str]]:
    return sorted((one.response_id, one.check_hash, one.status) for one in stored.check_results)


def test_an_edited_policy_scores_the_same_answers_in_a_session_of_its_own(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path)
    tiebreak(folder, "run", *SMALL)
    (first,) = all_sessions(folder)
    unchanged = tiebreak(folder, "score", "last")
    assert "12 answers looked at, 0 verdicts new." in unchanged.stderr
    assert all_sessions(folder) == [first]

    policy = folder / "policies" / "ship.yaml"
    policy.write_text(policy.read_text().replace("{kind: max_length, chars: 200}", STRICT))
    (folder / "configs" / "warm.yaml").unlink()
    found = tiebreak(folder, "score", first.session.id, "--json")
    assert found.exit_code == 3, found.stderr
    report = json.loads(found.stdout)
    assert report["parent"] == first.session.id
    assert report["scored"] == {"answers": 12, "checked": 12, "verdicts": 12, "errors": 0, "whole": True}
    assert report["checks"]["polite"]["candidate"]["passed"] == 2
    _, second = all_sessions(folder)
    assert second.session.runs == first.session.runs
    assert second.session.parent_id == first.session.id

    again = tiebreak(folder, "score", first.session.id)
    assert f"Going on with session {second.session.id}" in again.stderr
    assert "0 verdicts new" in again.stderr
    assert [verdicts(one) for one in all_sessions(folder)] == [verdicts(second)] * 2


def test_scoring_calls_no_target(folder: Path) -> None:
    run(folder, "-b", "b")
    policy = folder / "policies" / "ship.yaml"
    policy.write_text(policy.read_text().replace("chars: 400", "chars: 3"))
    found = tiebreak(folder, "score")
    assert found.exit_code == 1, found.stderr
    assert asked(folder) == 24


def test_imported_answers_are_scored(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path)
    for name, text in (("one", "Hello, welcome!"), ("two", "Hi.")):
        write_lines(tmp_path / f"{name}.jsonl", [{"case": "greet-1", "text": text}, {"case": "bye-1", "text": text}])
    files = [str(tmp_path / "one.jsonl"), str(tmp_path / "two.jsonl")]
    imported = tiebreak(folder, "import", *files, "-d", "small", "-p", "ship")
    assert imported.exit_code == 0, imported.exception
    policy = folder / "policies" / "ship.yaml"
    policy.write_text(policy.read_text().replace("{kind: max_length, chars: 200}", STRICT))
    report = json.loads(tiebreak(folder, "score", "--json").stdout)
    assert report["checks"]["polite"]["baseline"]["passed"] == 2
    assert report["checks"]["polite"]["candidate"]["passed"] == 0


def test_noise_is_nought_for_answers_that_never_change(folder: Path) -> None:
    found = tiebreak(folder, "noise", "-d", "questions", "-a", "a", "--json")
    assert found.exit_code == 0, found.stderr
    report = json.loads(found.stdout)
    success = report["measures"]["success"]
    assert (success["flip_rate"], success["margin_95"], success["n"]) == (0, 0, 12)
    assert success["interval_95"] == pytest.approx([0, 0.2646], abs=1e-4)
    assert asked(folder) == 24
    assert tiebreak(folder, "noise", "-d", "questions", "-a", "a").exit_code == 0
    assert asked(folder) == 24


def test_noise_of_scores_is_how_far_they_lie_apart(folder: Path) -> None:
    """Every other answer says a word that the reference has, so that one score in two differs by one half at least."""
    cases = [{"id": f"case-{n}", "input": f"Question {n}?", "reference": "one two"} for n in range(6)]
    write_lines(folder / "datasets" / "questions" / "cases.jsonl", cases)
    (folder / "policies" / "ship.yaml").write_text(
        "checks:\n  - {id: overlap, kind: metric, name: token_f1}\n"
        "gates:\n  offline:\n    - {id: close, metric: score, check: overlap, at_least: 0.1}\n"
    )
    text = "import os; seen = os.path.exists('mark'); open('mark', 'w'); print('one two' if seen else 'nothing')"
    (folder / "configs" / "a.yaml").write_text(
        json.dumps({"target": {"kind": "command", "command": ["python3", "-c", text], "output": "text"}})
    )
    assert tiebreak(folder, "trust", "--yes").exit_code == 0
    try:
        found = tiebreak(folder, "noise", "-d", "questions", "-a", "a", "-c", "1", "--json")
        printed = tiebreak(folder, "noise", "-d", "questions", "-a", "a", "-c", "1")
    finally:
        tiebreak(folder, "trust", "--revoke")
    assert found.exit_code == 0, found.stderr
    scores = json.loads(found.stdout)["scores"]
    assert set(scores) == {"overlap"}
    apart = scores["overlap"]
    assert (apart["n"], apart["mean_absolute_difference"]) == (6, pytest.approx(1 / 6))
    assert apart["interval_95"][0] < 1 / 6 < apart["interval_95"][1]
    assert apart["margin_95"] > 0
    assert "Scores, 0 to 1" in printed.stdout
    assert "overlap" in printed.stdout.partition("Scores, 0 to 1")[2]


def test_noise_that_drowns_a_margin_is_told(folder: Path) -> None:
    (folder / "policies" / "ship.yaml").write_text(
        "form: {vote: optional}\n"
        "checks:\n  - {id: even, kind: regex, pattern: '[02468]$'}\n"
        "gates:\n  offline:\n    - {id: kept, regression: {measure: success, margin: 0.02}}\n"
    )
    script = "import sys, json, uuid; print(uuid.uuid4().int % 10)"
    (folder / "configs" / "a.yaml").write_text(
        json.dumps({"target": {"kind": "command", "command": ["python3", "-c", script], "output": "text"}})
    )
    assert tiebreak(folder, "trust", "--yes").exit_code == 0
    try:
        found = tiebreak(folder, "noise", "-d", "questions", "-a", "a", "--samples", "4")
    finally:
        tiebreak(folder, "trust", "--revoke")
    assert found.exit_code == 0, found.stderr
    assert "less than the" in found.stdout
    assert "Gate “kept” allows 2 pp less on success" in found.stdout

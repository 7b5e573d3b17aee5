"""`tiebreak calibrate`: what it says of a judge, its exit codes, and asking again."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from tiebreak.records import Ballot, Presentation, Vote
from tiebreak_store import Store
from tiebreak_workbench.headless.headless import Wanted, answer, open_batch, setup_of
from tiebreak_workbench.workbench import Workbench

CASES = 30


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


def begin(folder: Path, url: str, *, blind: bool = False) -> Path:
    model_workspace(folder, url, cases=CASES)
    with Workbench.open(folder) as bench:
        setup = replace(setup_of(bench.workspace, "questions", "a", "b"), blind=blind)
        session_id = bench.start(setup, origin="headless")
        batch = open_batch(bench, bench.store.load_session(session_id), Wanted())
        asyncio.run(answer(batch))
    return folder


@pytest.fixture
def answered(tiebreak: CommandLine, url: str) -> Path:
    return begin(Path(), url)


def judge(folder: Path, url: str, name: str, model: str, more: str = "", kind: str = "pairwise") -> None:
    (folder / "judges").mkdir(exist_ok=True)
    text = f'kind: {kind}\ntarget: {{model: "{model}", base_url: "{url}"}}\nretries: 0\n{more}\n'
    (folder / "judges" / f"{name}.yaml").write_text(text)


def vote(folder: Path, votes: list[Vote], *, score: int | None = None, **fields: Any) -> None:
    """A vote on each of the first cases; with a `score`, one for both answers in the dimension `tone` as well."""
    with Workbench.open(folder) as bench:
        stored = bench.store.load_session("last", light=True)
        answers = {(r.case_id, r.run_id): r.id for r in stored.responses}
        for position, (case_id, said) in enumerate(zip(stored.session.plan.case_ids, votes, strict=False)):
            a, b = (answers[case_id, stored.session.runs[role]] for role in ("baseline", "candidate"))
            shown = Presentation(
                id=bench.new_id(), session_id=stored.session.id, position=position, case_id=case_id,
                rater_id=bench.rater().id, left_response=a, right_response=b,
            )  # fmt: skip
            bench.store.record_rater(bench.rater())
            bench.store.record_presentation(shown)
            made: dict[str, Any] = {"presentation_id": shown.id, **fields}
            bench.store.record_ballot(Ballot(id=bench.new_id(), kind="vote", value=said, **made)).result()
            for response in (a, b) if score is not None else ():
                given: dict[str, Any] = {"dimension": "tone", "response_id": response, **made}
                bench.store.record_ballot(Ballot(id=bench.new_id(), kind="score", value=score, **given)).result()


def test_a_judge_that_agrees_is_calibrated_and_says_what_both_say_together(
    tiebreak: CommandLine, answered: Path, url: str
) -> None:
    judge(answered, url, "mine", "honest")
    assert tiebreak("judge", "last", "-j", "mine").code == 0
    nothing = tiebreak("calibrate", "-j", "mine")
    assert nothing.code == 3
    assert "uncalibrated" in nothing.out
    assert "no case has both a label and a verdict" in " ".join(nothing.out.split())
    vote(answered, ["tie"] * 20)
    done = tiebreak("calibrate", "last", "-j", "mine")
    assert done.code == 0, done.err
    for words in ("✔ calibrated", "100 % of 20", "the judge alone", "people alone", "calibrated", "live form"):
        assert words in done.out
    report = tiebreak("calibrate", "last", "-j", "mine", "--json").json
    [line] = report["lines"]
    assert (report["status"], line["n"], line["judged_only"], line["gate"]["status"]) == ("calibrated", 20, 10, "pass")
    assert line["estimates"]["B"]["calibrated"]["mean"] == 0.5
    assert line["position"]["consistent"] == 20  # the others are sealed


def test_a_judge_that_reads_the_first_only_fails_and_its_lean_is_found(
    tiebreak: CommandLine, answered: Path, url: str
) -> None:
    judge(answered, url, "lazy", "first")
    tiebreak("judge", "last", "-j", "lazy")
    vote(answered, ["A", "B"] * 10)
    done = tiebreak("calibrate", "-j", "lazy")
    assert done.code == 1, done.out
    told = " ".join(done.out.split())
    assert "✘ failed its calibration" in told
    assert "! 0 % of 20 pairs judged alike in both orders; of the others 20 for the first shown, 0" in told


def test_asking_again_keeps_what_was_said_and_tells_what_changed(
    tiebreak: CommandLine, answered: Path, url: str
) -> None:
    judge(answered, url, "tone", "wavers", "dimensions: [{name: tone, description: d}]", kind="rubric")
    tiebreak("judge", "last", "-j", "tone", "-c", "1")
    vote(answered, ["tie"] * 7, score=3)
    before = tiebreak("calibrate", "-j", "tone", "--json").json["lines"][0]
    assert before["drift"] is None
    done = tiebreak("calibrate", "-j", "tone", "--redo", "-c", "1", "--json")
    assert done.code in (1, 3), done.err
    [line] = done.json["lines"]
    assert (line["drift"]["round"], line["drift"]["n"]) == (1, 14)
    assert line["drift"]["changed"] == line["drift"]["to_candidate"] + line["drift"]["to_baseline"]
    assert line["confusion"] == before["confusion"]  # the first round counts
    with Store.open(answered / ".tiebreak" / "tiebreak.db") as store:
        [version] = store.judges_of(store.session_id("last"))
        rounds = [j.repeat for j in store.iter_judgments(store.session_id("last"), version)]
    assert (rounds.count(0), rounds.count(1)) == (2 * CASES, 14)
    assert "verdicts changed" in tiebreak("calibrate", "-j", "tone").out


def test_drift_names_models_and_fingerprints_of_both_rounds(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest?fingerprint=fp_1")
    tiebreak("judge", "last", "-j", "mine")
    vote(answered, ["A", "B"] * 10)
    with Store.open(answered / ".tiebreak" / "tiebreak.db") as store:
        session = store.session_id("last")
        [version] = store.judges_of(session)
        for n, one in enumerate(list(store.iter_judgments(session, version))):
            again = replace(one, id=f"z{n:04}", repeat=1, served_model="another", system_fingerprint="fp_2")
            store.record_judgment(again).result()
    told = tiebreak("calibrate", "-j", "mine")
    words = " ".join(told.out.split())
    assert "! Another model answers now: another, before served-honest?fingerprint=fp_1." in words
    assert "System fingerprint fp_2, before fp_1." in words
    assert "! Judge: served model changed at case 1: served-honest?fingerprint=fp_1 → another (60 judgments)." in words
    drift = tiebreak("calibrate", "-j", "mine", "--json").json["lines"][0]["drift"]
    assert (drift["fingerprints_before"], drift["fingerprints_after"]) == (["fp_1"], ["fp_2"])
    assert (drift["changed"], drift["served_after"]) == (0, ["another"])


def test_asking_again_has_the_exit_codes_of_judging(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest")
    tiebreak("judge", "last", "-j", "mine")
    vote(answered, ["tie"] * 20)
    refused = tiebreak("calibrate", "-j", "mine", "--redo", "--max-cost", "0.0")
    assert refused.code == 3, refused.written
    assert "budget" in refused.err


def test_bad_input_is_told(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest")
    judge(answered, url, "safe", "honest", kind="safety")
    tiebreak("judge", "last", "-j", "mine")
    tiebreak("judge", "last", "-j", "safe")
    for arguments, says in (
        (("nothing", "-j", "mine"), "nothing"),
        (("last", "-j", "other"), "These did: mine, safe"),
        (("last", "-j", "safe"), "is of the kind safety"),
        (("last", "-j", "mine", "--redo"), "has a label of people's"),
        (("last",), "--judge"),
    ):
        refused = tiebreak("calibrate", *arguments)
        assert refused.code == 2, refused.written
        assert says in refused.err


def test_a_blind_session_stays_sealed(tiebreak: CommandLine, url: str) -> None:
    folder = begin(Path(), url, blind=True)
    judge(folder, url, "mine", "first")
    tiebreak("judge", "last", "-j", "mine")
    refused = tiebreak("calibrate", "-j", "mine")
    assert refused.code == 2
    assert "is blind" in refused.err


def test_votes_that_were_given_after_a_reveal_are_no_labels(tiebreak: CommandLine, answered: Path, url: str) -> None:
    judge(answered, url, "mine", "honest")
    tiebreak("judge", "last", "-j", "mine")
    vote(answered, ["tie"] * 20, phase="post_reveal")
    assert tiebreak("calibrate", "-j", "mine", "--json").json["lines"][0]["n"] == 0


def test_a_narrow_terminal_has_room(
    tiebreak: CommandLine, answered: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(answered, url, "lazy", "first")
    tiebreak("judge", "last", "-j", "lazy")
    vote(answered, ["A", "B"] * 10)
    monkeypatch.setenv("COLUMNS", "80")
    done = tiebreak("calibrate", "-j", "lazy")
    assert max(map(len, done.out.splitlines())) <= 80

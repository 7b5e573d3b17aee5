"""What judges say is kept from a rater on the cases that they have still to rate, wherever it could be read."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import judge_server
from support.commands import CommandLine
from support.headless import model_workspace, server_process
from support.live import open_bench
from support.live_judging import begin, going_on, judged, judged_workspace, write_judge
from tiebreak.records import Event
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.judges.report import judges_of_report
from tiebreak_workbench.judges.seen import note_shown
from tiebreak_workbench.triage.case import case_detail
from tiebreak_workbench.triage.triage import Triage

CASES = 3


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_process(judge_server) as url:
        yield url


@pytest.fixture
def rated(tiebreak: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    """The first case of the plan of a session in this folder; all are judged, and it alone is rated."""
    monkeypatch.setenv("USER", "ada")
    folder = judged_workspace(Path(), url, "shorter")
    return asyncio.run(_rate(folder, 1))


async def _rate(folder: Path, count: int) -> str:
    with open_bench(folder) as bench:
        known = bench.store.sessions(1)
        async with going_on(bench, known[0].id if known else begin(bench, n=CASES)) as live:
            await judged(live, range(CASES))
            for position in range(count):
                live.vote(position, "A")
            await live.saves.settled()
            return live.cases[0].id


def open_and_sealed(first: str) -> tuple[str, list[str]]:
    with open_bench(Path()) as bench:
        plan = bench.store.load_session("last", facts=False).session.plan.case_ids
    return first, [case_id for case_id in plan if case_id != first]


def seen() -> list[tuple[object, object]]:
    with open_bench(Path()) as bench:
        acts = bench.store.iter_acts(bench.store.session_id("last"))
        return [(a.detail["case"], a.detail["at"]) for a in acts if isinstance(a, Event) and a.kind == "verdict_seen"
                if "at" in a.detail]  # fmt: skip


def test_show_keeps_a_verdict_until_the_case_is_rated(tiebreak: CommandLine, rated: str) -> None:
    first, (second, third) = open_and_sealed(rated)
    assert len(tiebreak("show", "last", first, "--json").json["judgments"]) == 2
    for case_id in (second, third):
        hidden = tiebreak("show", "last", case_id)
        assert "2 verdicts of judges on this case stay sealed until you have rated it." in hidden.out
        assert "pairwise judge" not in hidden.out
    assert tiebreak("show", "last", second, "--json").json["sealed_judgments"] == 2
    assert {case for case, _ in seen()} == {first}


def test_who_insists_sees_it_on_record_and_a_later_vote_is_kept_apart(tiebreak: CommandLine, rated: str) -> None:
    _, (second, _) = open_and_sealed(rated)
    assert tiebreak("show", "last", "--unsealed").code == 2
    assert "pairwise judge" in tiebreak("show", "last", second, "--unsealed").out
    assert (second, "show") in seen()
    asyncio.run(_rate(Path(), CASES))
    with open_bench(Path()) as bench:
        state = scoreboard_of(bench.store.load_session("last", light=True)).case(second)
    assert (state.votes, state.apart) == ({}, 1)


def test_judge_and_its_list_for_review_leave_out_what_is_sealed(tiebreak: CommandLine, rated: str) -> None:
    done = tiebreak("judge", "last", "--judge", "mine")
    assert done.code == 0, done.err
    assert "4 verdicts on 2 cases stay sealed until you have rated them" in done.out
    told = tiebreak("judge", "last", "--judge", "mine", "--json").json
    assert (told["sealed_verdicts"], told["summary"]["valid"]) == (4, 6)
    assert sum(told["summary"]["pairs"]["verdicts"].values()) == 1
    assert {one["case"] for one in tiebreak("judge", "last", "--review", "--json").json} <= {rated}


def test_calibration_and_reports_leave_out_what_is_sealed(tiebreak: CommandLine, rated: str) -> None:
    found = tiebreak("calibrate", "last", "--judge", "mine", "--json").json
    [line] = found["lines"]
    assert (found["sealed_cases"], line["position"]["n"], line["judged_only"]) == (2, 1, 2)
    assert line["estimates"] == {}
    assert "What it says of 2 cases stays sealed" in tiebreak("calibrate", "last", "--judge", "mine").out
    with open_bench(Path()) as bench:
        [version] = judges_of_report(bench, bench.store.load_session("last"))
    assert sum(version.said.values()) == 1


def test_triage_knows_no_sealed_verdict_and_forgets_none(tiebreak: CommandLine, rated: str) -> None:
    _, (second, third) = open_and_sealed(rated)
    with open_bench(Path()) as bench, Triage.open(bench, "last") as triage:
        lean = {case: triage.view.row(triage.place_of(case)).judge for case in (rated, second, third)}
        assert (lean[rated], lean[second], lean[third]) == ("A", None, None)
        detail = case_detail(bench.store, triage.a, triage.b, second, seals=triage.seals)
        assert (detail.judgments, detail.sealed) == ((), 2)
        open_ = case_detail(bench.store, triage.a, triage.b, rated, seals=triage.seals)
        note_shown(bench, triage.seals, open_.judgments, at="triage")
    asyncio.run(_rate(Path(), CASES))
    for rater in ("ada", "eve"):  # the session is done
        with open_bench(Path(), rater=rater) as bench, Triage.open(bench, "last") as triage:
            assert all(triage.view.row(triage.place_of(case)).judge for case in (rated, second, third))


def test_another_rater_has_not_rated(tiebreak: CommandLine, rated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "eve")
    assert tiebreak("show", "last", rated, "--json").json["sealed_judgments"] == 2


def test_a_headless_run_that_nobody_rates_shows_everything_on_record(tiebreak: CommandLine, url: str) -> None:
    folder = model_workspace(Path(), url, cases=CASES)
    write_judge(folder, url, "honest")
    assert tiebreak("run", "-d", "questions", "-a", "a", "-b", "b", "--judge", "mine").code == 3
    told = tiebreak("judge", "last", "--judge", "mine", "--json").json
    assert told["sealed_verdicts"] == 0
    assert len(tiebreak("show", "last", "case-001", "--json").json["judgments"]) == 2
    assert seen() == [("case-001", "show")]

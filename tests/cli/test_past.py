"""`spot` asked on, `history`, `edit`, `compare`, and searches, as commands."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from support.commands import CommandLine, run_process
from support.editing import ask, rated
from support.live import open_bench, start
from support.model_server import ModelServer
from support.workspaces import ANSWERS_A, ANSWERS_B, write_lines
from tiebreak_cli.output import keep_whole, table_of
from tiebreak_tui.clipboard import doubt_of
from tiebreak_workbench.past.finding import find
from tiebreak_workbench.workbench import Workbench


async def test_a_spot_check_is_asked_on_without_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("Q: {{ input }}")
    async with ModelServer() as server:
        first = ("spot", "-a", "normal?words=3", "-b", "normal?words=5", "--base-url", server.base_url)
        told = (
            await run_process(tmp_path, *first, "-p", "prompt.txt", "--system", "Kind.", "--json", stdin="Why?")
        ).json
        outcome = await run_process(tmp_path, "spot", "--session", "last", "And then?")
        assert outcome.code == 0
        assert outcome.out.startswith("A ")
        fresh = await run_process(tmp_path, "spot", "--session", "last", "--fresh", "Else?", "--json")
        assert fresh.json["session"] == told["session"]
        kept = await run_process(tmp_path, "spot", "-s", "last", "--keep", "kept", "-w", "ws", "--json")
        again = await run_process(tmp_path, "spot", "-a", "x", "Hi?")
        sent = [[m["content"] for m in call.body["messages"]] for call in server.calls]
    assert sent[0] == sent[1] == ["Kind.", "Q: Why?"]
    texts = [told["answers"][side]["text"] for side in ("A", "B")]
    assert sorted(sent[2:4]) == sorted(["Kind.", "Q: Why?", text, "Q: And then?"] for text in texts)
    assert sent[4] == ["Kind.", "Q: Else?"]
    assert kept.json["added"] == 3
    lines = (tmp_path / "ws" / "datasets" / "kept" / "cases.jsonl").read_text().splitlines()
    assert [json.loads(line)["input"] for line in lines][::2] == ["Why?", "Else?"]
    assert (again.code, "Two models are needed" in again.err) == (2, True)


async def test_a_prompt_is_edited_its_history_told_and_sessions_compared(
    tiebreak: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "ada")
    folder = tmp_path / "here"
    async with ModelServer() as server:
        with open_bench(ask(folder, server.base_url)) as bench:
            parent = start(bench)
            await rated(bench, parent, 3)
            shown = tiebreak("edit", parent, "--print").out
            assert shown.startswith("=== system ===\n{% if segment")
            (folder / "p.txt").write_text("=== system ===\nBe strangely brief.\n")
            made = tiebreak("edit", parent, "-p", "p.txt", "--rerun", "rated", "--json").json
            assert (made["planned"], made["reused"]["baseline"]) == (3, 3)
            await rated(bench, made["session_id"], 3)
        told = tiebreak("history", "warm").out
        assert "v1 warm" in told
        assert "after v1" in told
        assert "strangely" in told
        versions = tiebreak("history", "warm", "--json").json
        assert [(v["origin"], v["edited_from"], v["sessions"][0]["rate"]) for v in versions] == [
            ("file", None, 1.0),
            ("edit", 1, 1.0),
        ]
        moved = tiebreak("compare", made["session_id"], parent, "--json").json
        assert (moved["before"], moved["after"]) == (parent, made["session_id"])
        assert moved["changed"] == ["the prompt of B"]
        assert moved["plan"] == [{"field": "planned cases", "before": 6, "after": 3}]
        assert moved["candidates"]["pairs"] == 3
        words = tiebreak("compare", parent, "last").out
        assert "Only the prompt of B changed" in words
        assert "{+Be strangely brief" in words.replace("\n", " ")
        assert tiebreak("compare", parent, parent).code == 2
        assert tiebreak("history").code == 2
        restored = tiebreak("history", "warm", "--restore", "v2")
        assert "What stood there is kept in" in restored.out
        assert "strangely" in (folder / "configs" / "warm.yaml").read_text()


async def test_the_past_is_found_by_words_and_by_mistyped_ones(tiebreak: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    async with ModelServer() as server:
        with open_bench(ask(folder, server.base_url)) as bench:
            id_ = start(bench)
            await rated(bench, id_, 2)
            kinds = {hit.kind for hit in find(bench, "quick brown").hits}
            assert kinds == {"answer"}
            assert [hit.kind for hit in find(bench, "vote B").hits] == ["said", "said"]
            assert find(bench, "goodbey to Cleo").hits[0].case_id == "bye-1"
            assert find(bench, "zzzzqqqq").hits == ()
            assert [hit.kind for hit in find(bench, "").hits] == ["session"]
    found = tiebreak("sessions", "--find", "GOODBYE cleo", "--json").json
    assert [(hit["kind"], hit["case_id"]) for hit in found["hits"]] == [("question", "bye-1")]
    assert found["complete"]
    assert id_ in tiebreak("history", "--find", "goodbye dan").out


async def test_a_blind_session_that_is_not_done_does_not_say_whose_answer_was_found(tmp_path: Path) -> None:
    from dataclasses import replace

    from support.live import both, taken_up
    from tiebreak_workbench.headless.headless import setup_of

    async with ModelServer() as server:
        folder = ask(tmp_path / "ws", server.base_url)
        with Workbench.open(folder, {"USER": "ada"}) as bench:
            id_ = bench.start(replace(setup_of(bench.workspace, "small", "plain", "warm"), blind=True))
            async with taken_up(bench, id_) as live:
                await both(live, 0)
                await live.saves.settled()
            assert {hit.side for hit in find(bench, "quick").hits} == {None}


@pytest.mark.parametrize(
    ("setting", "environ", "said"),
    [
        ("on", {"TMUX": "x"}, ""),
        ("external", {"TMUX": "x"}, "set-clipboard is external"),
        (None, {"TMUX": "x"}, "set-clipboard is unknown"),
        (None, {"STY": "x", "TERM": "xterm"}, "GNU screen"),
        (None, {"TERM": "linux"}, "this terminal (linux)"),
        (None, {"TERM": "xterm-256color"}, ""),
    ],
)
def test_a_copy_that_likely_does_not_arrive_is_doubted(
    tmp_path: Path, setting: str | None, environ: dict[str, str], said: str
) -> None:
    if setting is not None:
        script = tmp_path / "tmux"
        script.write_text(f"#!/bin/sh\necho {setting}\n")
        script.chmod(0o755)
    doubt = doubt_of({"PATH": str(tmp_path), **environ})
    assert (said in doubt) == bool(doubt or not said)
    assert bool(doubt) == bool(said)


@pytest.mark.parametrize("width", [80, 120])
def test_no_id_of_a_session_is_broken_in_two(width: int) -> None:
    columns = ("id", "kind", "dataset", "A against B", "voted #", "last activity")
    id_ = "20261122-031625-bzks"
    rows = [[id_, "arena", "support-desk", "concise against grounded-and-kind", "0/30", "2026-11-22 03:33"]]
    written = io.StringIO()
    table, out = table_of(*columns), Console(width=width, file=written)
    keep_whole(table, rows, width)
    table.add_row(*rows[0])
    out.print(table)
    lines = written.getvalue().splitlines()
    assert any(line.startswith(f" {id_} ") for line in lines)
    assert max(map(len, lines)) <= width


def test_a_case_that_is_mistyped_is_guessed(tiebreak: CommandLine, small: Path) -> None:
    pair = {"answer_a": ANSWERS_A["greet-1"], "answer_b": ANSWERS_B["greet-1"]}
    answers = write_lines(Path("answers.jsonl"), [{"case": "greet-1", **pair}])
    assert tiebreak("import", answers, "-d", "small").code == 0
    refused = tiebreak("show", "last", "Greet1")
    assert refused.code == 2
    assert "Did you mean “greet-1”?" in refused.err
    assert "--csv` lists them." in tiebreak("show", "last", "zzz").err


def test_an_unknown_metric_is_told_once_where_they_are_listed(tiebreak: CommandLine) -> None:
    assert tiebreak("metrics", "nosuch").err.count("`tiebreak metrics` lists them.") == 1
    assert "Did you mean “recall@5”?" in tiebreak("metrics", "recal@5").err

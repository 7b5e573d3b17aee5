"""sessions, show, import and export, for people and for machines."""

import csv
import io
import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import ANSWERS_A, ANSWERS_B, QUESTIONS, write_lines


def answers(path: Path, votes: str = "") -> Path:
    """Both answers to every case, a line each, and as many votes as there are letters."""
    given = {"a": "A", "b": "B", "t": "tie"}
    rows = [{"case": case_id, "answer_a": ANSWERS_A[case_id], "answer_b": ANSWERS_B[case_id]} for case_id in QUESTIONS]
    for row, letter in zip(rows, votes, strict=False):
        row["vote"] = given[letter]
    return write_lines(path, rows)


@pytest.fixture
def imported(tiebreak: CommandLine, small: Path) -> str:
    """The id of a session with all votes for B."""
    outcome = tiebreak("import", answers(Path("answers.jsonl"), "bbbbbb"), "-d", "small", "--rater", "cleo", "--json")
    assert outcome.code == 0
    return outcome.json["session"]


def test_sessions(tiebreak: CommandLine, imported: str) -> None:
    outcome = tiebreak("sessions")
    assert outcome.code == 0
    assert imported in outcome.out
    assert "A against B" in outcome.out
    assert "6/6" in outcome.out
    (told,) = tiebreak("sessions", "--json").json
    assert (told["id"], told["planned"], told["voted"], told["kind"]) == (imported, 6, 6, "import")


def test_no_session_yet(tiebreak: CommandLine, small: Path) -> None:
    assert "No session yet" in tiebreak("sessions").out
    assert tiebreak("sessions", "--json").json == []
    outcome = tiebreak("show")
    assert (outcome.code, outcome.err) == (
        2,
        "error: There is no session here yet.\n`tiebreak` opens the app and starts one.\n",
    )
    assert not Path(".tiebreak").exists(), "whoever only reads leaves no trace"


def test_sessions_from_another_folder(
    tiebreak: CommandLine, imported: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path.cwd()
    monkeypatch.chdir(tmp_path)
    told = tiebreak("sessions", "-w", here).out
    assert imported in told
    assert f"Resume one with `tiebreak arena -r ID -w {here}`." in told


@pytest.mark.parametrize(
    ("votes", "code", "says"), [("bbbbbb", 0, "may ship"), ("aaaa", 1, "may not ship"), ("b", 3, "not decided")]
)
def test_show_says_by_its_code_how_the_gates_stand(
    tiebreak: CommandLine, small: Path, votes: str, code: int, says: str
) -> None:
    tiebreak("import", answers(Path("answers.jsonl"), votes), "-d", "small")
    outcome = tiebreak("show")
    assert outcome.code == code
    assert says in outcome.out
    assert tiebreak("show", "last", "--json").code == code


def test_the_scoreboard_of_a_session(tiebreak: CommandLine, imported: str) -> None:
    out = tiebreak("show", imported[:15]).out
    assert "Win rate of B  100 %" in out
    gates = {line.split()[0]: line for line in out.splitlines() if "✔ pass" in line}
    assert "100 %" in gates["win"]
    assert "6/6" in gates["win"]
    assert "votes of cleo" in out
    told = tiebreak("show", "--json").json
    assert told["win_rate"]["mean"] == 1.0
    assert {gate["gate"]: (gate["metric"], gate["status"]) for gate in told["gates"]} == {
        "short": ("check", "pass"),
        "preferred": ("win_rate", "pass"),
    }
    assert told["raters"] == {"cleo": {"B": 6}}


def test_the_figures_of_the_scoreboard(tiebreak: CommandLine, imported: str) -> None:
    """The same as the app shows: both take them from `tiebreak_workbench.figures.figures`."""
    told = tiebreak("show", "--json").json
    settled = told["win_rate"]["n"]
    assert [look["n"] for look in told["over_time"]] == list(range(1, settled + 1))
    assert {key: told["over_time"][-1][key] for key in ("mean", "n", "wins")} == {
        key: told["win_rate"][key] for key in ("mean", "n", "wins")
    }
    gates = {gate["gate"]: gate["status"] for gate in told["gates"]}
    assert told["fragility"]["gates"].keys() == told["can_pass"].keys() == gates.keys()
    for key, found in told["fragility"]["gates"].items():
        assert all(turn["to"] != gates[key] for turn in found["turns"])
        assert told["can_pass"][key] or gates[key] != "pass"
    assert {"reversal", "p", "p_holm"} <= next(iter(told["segments"].values())).keys()
    assert told["times"]["source"] == "not for gates"
    assert told["tried"] == {"number": 1, "of": 1}
    assert told["log"] == [], "votes that were brought along were not looked at here"
    assert told["changes"] == []
    out = tiebreak("show").out
    assert "Would change with" in out
    assert "Against the whole" in out


def test_gates_of_segments_are_told_apart_in_their_own_unit(tiebreak: CommandLine, small: Path) -> None:
    Path("policies/ship.yaml").write_text(
        "gates:\n  human:\n    - {id: each, metric: win_rate, at_least: 0.5, each_segment: true}\n"
        "  offline:\n    - {id: cheap, metric: cost_per_answer, at_most: 0.01}\n"
    )
    path = write_lines(
        Path("answers.jsonl"),
        [{"case": i, "answer_a": "x", "answer_b": "y", "cost_b": 0.0025, "vote": "B"} for i in QUESTIONS],
    )
    tiebreak("import", path, "-d", "small")
    out = tiebreak("show").out
    assert all(f"win rate ≥ 50 % · {segment}" in out for segment in ("greet", "bye", "json", "refuse"))
    assert "$0.0025" in out


def test_one_case(tiebreak: CommandLine, imported: str) -> None:
    outcome = tiebreak("show", "last", "greet-2")
    assert outcome.code == 0
    for text in (QUESTIONS["greet-2"], ANSWERS_A["greet-2"], ANSWERS_B["greet-2"], "✔ max_length", "cleo: votes B"):
        assert text in outcome.out
    told = tiebreak("show", "last", "greet-2", "--json").json
    assert told["verdict"] == "win"
    assert told["responses"]["candidate"]["text"] == ANSWERS_B["greet-2"]
    outcome = tiebreak("show", "last", "greet-9")
    assert outcome.code == 2
    assert f"Session {imported} has no case “greet-9”." in outcome.err


def test_export(tiebreak: CommandLine, imported: str) -> None:
    lines = [json.loads(line) for line in tiebreak("export").out.splitlines()]
    assert [line["type"] for line in lines].count("response") == 12
    rows = list(csv.DictReader(io.StringIO(tiebreak("export", imported, "--csv").out)))
    assert [row["verdict"] for row in rows] == ["win"] * 6
    outcome = tiebreak("export", "last", "--to", "out.jsonl")
    assert outcome.out == f"{len(lines)} lines written to out.jsonl.\n"
    assert len(Path("out.jsonl").read_text().splitlines()) == len(lines)


def test_what_was_exported_can_be_imported(tiebreak: CommandLine, imported: str) -> None:
    tiebreak("export", "--csv", "-o", "cases.csv")
    told = tiebreak("import", "cases.csv", "--json").json
    assert (told["answers"], told["rejects"]) == (12, [])


def test_import_says_what_it_did(tiebreak: CommandLine, small: Path) -> None:
    path = answers(Path("answers.jsonl"), "ab")
    with path.open("a") as file:
        file.write('{"case": "greet-9", "answer_a": "x", "answer_b": "y"}\n')
    outcome = tiebreak("import", path, "-d", "small")
    assert outcome.code == 0
    assert outcome.out.startswith("12 answers and 2 votes on 6 cases from answers.jsonl are now in the new session ")
    assert "line 7: The dataset “small” has no case “greet-9”." in outcome.out
    again = tiebreak("import", path, "-d", "small")
    assert (again.code, again.out.startswith("answers.jsonl was already imported, into session ")) == (0, True)
    assert tiebreak("import", path, "-d", "small", "--json").json["already"] is True


@pytest.mark.parametrize(
    "options",
    [
        ("-f", "case=case"),
        ("-p", "other"),
        ("-a", "old", "-b", "new"),
        ("--value", "worse=A"),
        ("--rater", "dan"),
    ],
    ids=str,
)
def test_the_same_answers_are_taken_in_once_whatever_else_is_said(
    tiebreak: CommandLine, small: Path, options: tuple[str, ...]
) -> None:
    Path("policies/other.yaml").write_text("gates: {human: [{id: win, metric: win_rate, at_least: 0.6}]}\n")
    path = answers(Path("answers.jsonl"))
    session = tiebreak("import", path, "-d", "small", "--json").json["session"]
    again = tiebreak("import", path, "-d", "small", *options)
    assert again.code == 0
    assert f"was already imported, into session {session}. Nothing was changed." in again.out
    assert ("keeps its policy" in again.out) == (options[0] in ("-p", "-a"))
    assert len(tiebreak("sessions", "--json").json) == 1


def test_what_is_read_otherwise_or_goes_elsewhere_is_another_import(tiebreak: CommandLine, small: Path) -> None:
    rows = [{"case": i, "config": name, "answer": f"{name} {i}", "other": "x"} for i in QUESTIONS for name in "xyz"]
    path = write_lines(Path("answers.jsonl"), rows)
    write_lines(Path("datasets/tiny.jsonl"), [{"id": i, "input": "Hi?"} for i in QUESTIONS])
    takes = [
        ("-d", "small", "-a", "x", "-b", "y"),
        ("-d", "small", "-a", "y", "-b", "x"),
        ("-d", "small", "-a", "x", "-b", "z"),
        ("-d", "small", "-a", "x", "-b", "y", "-f", "text=other"),
        ("-d", "tiny", "-a", "x", "-b", "y"),
    ]
    first, told = ([tiebreak("import", path, *take, "--json").json for take in takes] for _ in range(2))
    assert not any(report["already"] for report in first)
    assert len({report["session"] for report in told}) == len(takes)
    assert all(report["already"] for report in told)


def test_two_people_may_have_voted_alike(tiebreak: CommandLine, imported: str) -> None:
    votes = write_lines(Path("votes.jsonl"), [{"case": i, "vote": "B"} for i in QUESTIONS])
    given = ("import", votes, "--what", "votes", "-s", imported, "--json")
    told = [tiebreak(*given, "--rater", name).json for name in ("ada", "ben", "ada")]
    assert [report["already"] for report in told] == [False, False, True]


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_gates_say_what_they_ask_also_where_there_is_little_room(
    tiebreak: CommandLine, small: Path, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("policies/ship.yaml").write_text(
        "form:\n  dimensions: [{name: tone}]\nchecks: [{kind: max_length, chars: 200}]\ngates:\n  offline:\n"
        "    - {id: short, title: Short answers, metric: check, check: max_length, at_least: 0.95}\n"
        "    - {id: cheap, title: Cheap enough, metric: cost_per_answer, at_most: 0.002}\n"
        "    - {id: long, title: Never too long, metric: failures, check: max_length, zero: true}\n"
        "    - {id: warm, title: Warm, metric: rubric, dimension: tone, at_least: 3.5}\n"
    )
    tiebreak("import", answers(Path("answers.jsonl")), "-d", "small")
    monkeypatch.setenv("COLUMNS", width)
    out = tiebreak("show").out
    assert max(map(len, out.splitlines())) <= int(width)
    for asked in ("Asked", "≥ 95 %", "≤ $0.002", "none", "≥ 3.5"):
        assert asked in out, out


@pytest.mark.parametrize("more", [(), ("--csv",)])
def test_a_file_that_is_there_is_replaced_only_by_force(
    tiebreak: CommandLine, imported: str, more: tuple[str, ...]
) -> None:
    Path("out").write_text("my own")
    outcome = tiebreak("export", "-o", "out", *more)
    assert (outcome.code, outcome.err) == (2, "error: out is there already.\n--force replaces it.\n")
    assert Path("out").read_text() == "my own"
    assert tiebreak("export", "-o", "out", "--force", *more).code == 0
    assert "greet-1" in Path("out").read_text()
    Path("link").symlink_to("out")
    assert tiebreak("export", "-o", "link", "--force", *more).code == 0
    assert Path("link").is_symlink()
    assert tiebreak("export", "-o", "/dev/null", *more).code == 0
    assert tiebreak("export", "-o", "datasets", *more).code == 2
    assert not [path for path in Path().iterdir() if path.name.startswith((".out", ".link"))]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-f", "case"), "“case” is no pair.\nWrite FIELD=COLUMN"),
        (("--value", "good=C"), "“C” is no vote.\nVotes are A, B, tie, both_bad."),
        (("--what", "opinions"), "“opinions” cannot be imported.\nKnown are answers, votes, verdicts, judgments."),
        (("third.jsonl", "second.jsonl"), "3 files cannot be imported together."),
        (("-d", "smal"), "There is no dataset “smal”.\nDid you mean “small”?"),
    ],
)
def test_import_explains_what_it_cannot_do(
    tiebreak: CommandLine, small: Path, arguments: tuple[str, ...], words: str
) -> None:
    outcome = tiebreak("import", answers(Path("answers.jsonl")), *arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.out == ""


def test_init_and_doctor(tiebreak: CommandLine) -> None:
    outcome = tiebreak("init", "bakery")
    assert (outcome.code, outcome.out) == (0, "A workspace is in bakery. Edit its files, then run `tiebreak` there.\n")
    home = Path.cwd()
    Path("nook").mkdir()
    for there in (".", "nook/.."):
        assert tiebreak("init", there).out.startswith(f"A workspace is in {home}. Edit")
    outcome = tiebreak("doctor", "-w", "bakery")
    assert outcome.code == 0
    assert "✔ ok       policy    ship" in " ".join(outcome.out.split(" "))
    Path("bakery/configs/a.yaml").write_text("target: {}\n")
    outcome = tiebreak("doctor", "-w", "bakery", "--json")
    assert outcome.code == 2
    assert [finding["area"] for finding in outcome.json if finding["level"] == "problem"] == ["config"]
    assert tiebreak("init", "bakery").code == 2, "an edited file is never replaced"


def test_doctor_tries_each_judge_and_calls_none(tiebreak: CommandLine) -> None:
    assert tiebreak("init", "bakery").code == 0
    (Path("bakery/judges") / "mine.yaml").write_text("kind: safety\nnonsense: 1\n")
    outcome = tiebreak("doctor", "-w", "bakery", "--json")
    found = [finding for finding in outcome.json if finding["area"] == "judge"]
    assert outcome.code == 2
    assert [finding["level"] for finding in found if "mine.yaml" in finding["text"]] == ["problem"]


def test_of_several_policies_one_has_to_be_named(tiebreak: CommandLine) -> None:
    assert tiebreak("init", "bakery").code == 0
    policy = Path("bakery/policies/ship.yaml")
    (policy.parent / "aaa.yaml").write_text(policy.read_text())
    outcome = tiebreak("run", "-d", "first", "-a", "a", "-b", "b", "-w", "bakery")
    assert outcome.code == 2
    assert "This workspace has 2 policies: aaa, ship." in outcome.err
    assert "-p ship" in outcome.err


def test_doctor_tells_of_every_wrong_line_of_ones_own_keys(
    tiebreak: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tiebreak("init", "bakery").code == 0
    own = Path("config/tiebreak/keys.toml")
    own.parent.mkdir(parents=True)
    own.write_text('"vote.tie" = "space"\n"vote.bda" = "o"\n"vote.a" = "right"\nnonsense\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path("config").absolute()))
    outcome = tiebreak("doctor", "-w", "bakery", "--json")
    assert outcome.code == 2
    found = [finding for finding in outcome.json if finding["area"] == "keys"]
    assert [finding["level"] for finding in found] == ["problem", "problem", "problem", "ok"]
    assert f"{own.absolute()}:2: vote.bda: There is no binding “vote.bda”." in found[0]["text"]
    assert found[0]["fix"] == "Did you mean “vote.bad”?"
    assert ":3: vote.a: The key right would be both vote.b and vote.a." in found[1]["text"]
    assert ":4: This is no TOML" in found[2]["text"]
    assert found[3]["text"].endswith("1 act with keys of your own")


def test_the_demo_without_a_terminal(tiebreak: CommandLine) -> None:
    told = tiebreak("demo", "--headless", "--json")
    assert told.code == 0
    assert told.json["settled"] == told.json["planned"] >= 80
    assert not any(Path().iterdir())


def test_show_tells_a_sample_by_stratum(tiebreak: CommandLine, small: Path) -> None:
    for strata in ("segment", "none"):
        run = tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "--cases", 4, "--seed", 7, "--strata", strata)
        assert run.code in (0, 1, 3), run.err
        shown, told = tiebreak("show"), tiebreak("show", "--json").json
        if strata == "none":
            assert "Sample" not in shown.out
            assert told["sample"] is None
            continue
        assert "Sample, drawn by segment" in shown.out
        assert told["sample"]["strata"][0] == {"name": "bye", "cases": 2, "planned": 1, "answered": 1, "rated": 0}
        assert sum(one["planned"] for one in told["sample"]["strata"]) == 4

"""diff, baseline and plan, on runs that were really made."""

from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import make_workspace


@pytest.fixture
def ran(tiebreak: CommandLine, small: Path) -> str:
    """The id of a headless session of the small workspace."""
    return tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "--json").json["session"]


def test_the_sides_of_a_session(tiebreak: CommandLine, ran: str) -> None:
    outcome = tiebreak("diff", "last")
    assert outcome.code == 0
    for text in (
        "6 cases compared",
        "No measure of quality got worse",
        "success",
        "p50 of ttft",
        "recordings/warm.jsonl",
    ):
        assert text in outcome.out
    told = tiebreak("diff", f"{ran}:A", f"{ran}:B", "--json").json
    assert (told["pairs"], told["regressed"], told["overridden"]) == (6, [], [])
    assert {"success", "error_rate", "check max_length", "cost"} <= {m["name"] for m in told["measures"]}
    assert told["changes"][0]["field"] == "target.path"


def test_a_regression_is_an_exit_code(tiebreak: CommandLine, small: Path, tmp_path: Path) -> None:
    questions = {f"q-{n}": f"Question {n}?" for n in range(12)}
    good, bad = dict.fromkeys(questions, "Short."), dict.fromkeys(questions, "x" * 300)
    folder = make_workspace(tmp_path / "long", questions=questions, a=good, b=bad)
    tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "-w", folder)
    outcome = tiebreak("diff", "last", "-w", folder, "-n", "3")
    assert outcome.code == 1
    assert "Worse beyond chance: success, check max_length" in outcome.out
    assert "Cases that got worse: 12" in outcome.out
    assert "… and 9 more" in outcome.out
    assert tiebreak("diff", "last:B", "last:A", "-w", folder).code == 0


def test_baselines(tiebreak: CommandLine, ran: str) -> None:
    assert "No baseline yet" in tiebreak("baseline", "list").out
    assert "prod is now config plain on small, 6 cases" in tiebreak("baseline", "set", "prod", "last:A").out
    tiebreak("baseline", "set", "prod", "config:warm")
    assert [row["config"] for row in tiebreak("baseline", "list", "--json").json] == ["warm"]
    assert [row["config"] for row in tiebreak("baseline", "show", "prod", "--json").json] == ["warm", "plain"]
    outcome = tiebreak("diff", "last:A", "prod")
    assert outcome.code == 0
    assert "(prod)" in outcome.out
    assert tiebreak("baseline", "rm", "prod").code == 0
    assert tiebreak("baseline", "list", "--json").json == []
    outcome = tiebreak("baseline", "show", "prod")
    assert (outcome.code, outcome.err) == (
        2,
        "error: There is no baseline “prod”.\n`tiebreak baseline set NAME RUN` makes one.\n",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("diff", "last:A", "last:A"), "are the same run"),
        (("diff", "nothing", "last:B"), "There is no run “nothing”"),
        (("diff", "last", "--allow", "all"), "“all” cannot be allowed to differ"),
        (("baseline", "lst"), "Did you mean “list”?"),
        (("baseline", "set", "prod"), "tiebreak baseline set NAME RUN"),
        (("baseline", "set", "a:b", "last:A"), "cannot be the name of a baseline"),
        (("baseline", "set", "prod", "last:C"), "“C” is no side"),
    ],
)
def test_what_cannot_be_done_is_said(tiebreak: CommandLine, ran: str, words: tuple[str, ...], says: str) -> None:
    outcome = tiebreak(*words)
    assert outcome.code == 2
    assert says in outcome.err


def test_an_edited_dataset_is_refused_unless_allowed(tiebreak: CommandLine, ran: str) -> None:
    tiebreak("baseline", "set", "before", "last:A")
    path = Path("datasets/small/cases.jsonl")
    path.write_text(path.read_text().replace("Say hello to Ada.", "Say hello to Ada, please."))
    assert tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm", "--json").code in (0, 3)
    outcome = tiebreak("diff", "before", "last:B")
    assert outcome.code == 2
    assert "other versions of the dataset" in outcome.err
    assert "--allow dataset" in outcome.err
    told = tiebreak("diff", "before", "last:B", "--allow", "dataset", "--json").json
    assert (told["pairs"], told["excluded"]) == (5, {"the case itself was edited": 1})
    assert [kind for kind, _ in told["overridden"]] == ["dataset"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-n", "80", "--disagreement", "0.2"), "With 80 cases and 20 % disagreement you can detect 14 pp."),
        (("--find", "0.05"), "It takes 626 cases with 20 % disagreement to detect 5 pp."),
        (("--find", "0.03", "--variance", "0.1111111"), "It takes 969 cases with a variance of 0.111111"),
        (("-n", "3", "--disagreement", "0.05"), "no difference that is possible can be detected"),
        (("-n", "500", "--out-of", "500"), "you can detect 0 pp for a claim about 500 cases alone"),
        ((), "With 500 cases and 20 % disagreement you can detect 6 pp."),
    ],
)
def test_plan(tiebreak: CommandLine, options: tuple[str, ...], says: str) -> None:
    outcome = tiebreak("plan", *options)
    assert outcome.code == 0
    assert says in outcome.out
    assert tiebreak("plan", *options, "--json").json["found"]


@pytest.mark.parametrize(
    "options",
    [("--find", "0.5"), ("--alpha", "0"), ("--disagreement", "2"), ("--variance", "-1"), ("-n", "9", "--out-of", "5")],
)
def test_what_cannot_be_planned(tiebreak: CommandLine, options: tuple[str, ...]) -> None:
    outcome = tiebreak("plan", *options)
    assert outcome.code == 2
    assert "That cannot be planned" in outcome.err

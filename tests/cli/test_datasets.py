"""`tiebreak datasets` and `tiebreak vary`, as a user runs them."""

import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.workspaces import write_lines

HOSTILE = "\x1b[31mred\x1b[0m"


def edit(small: Path) -> None:
    """Another version of `small`: one case changed, one gone, one new."""
    path = small / "datasets" / "small" / "cases.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0]["input"] = f"Say hello to Eve {HOSTILE}."
    write_lines(path, [*rows[:-1], {"id": "new-1", "input": "Say nothing."}])


def test_a_version_that_a_session_used_can_be_shown_and_compared(tiebreak: CommandLine, small: Path) -> None:
    assert tiebreak("run", "-d", "small", "-a", "plain", "-b", "warm").code in (0, 1, 3)
    (one,) = tiebreak("datasets", "list", "--json").json
    assert (one["name"], one["cases"], one["stored"][0]["version"]) == ("small", 6, one["version"])
    edit(small)
    old = f"small@{one['version'][:6]}"
    found = tiebreak("datasets", "diff", old, "small", "--json").json
    assert [case["id"] for case in found["removed"]] == ["refuse-1"]
    assert [case["id"] for case in found["added"]] == ["new-1"]
    (changed,) = found["changed"]
    assert {"text": "Ada", "change": "removed"} in changed["fields"][0]["words"]["before"]
    shown = tiebreak("datasets", "diff", old, "small", "--exit-code")
    assert shown.code == 1
    assert "[-Ada-]" in shown.out
    assert "\x1b" not in shown.written
    assert tiebreak("datasets", "diff", old, f"@{one['version'][:10]}", "--exit-code").code == 0
    assert tiebreak("datasets", "show", old, "refuse-1").json["expect"] == "refuse"
    assert "refuse-1" in tiebreak("datasets", "show", old).out
    unknown = tiebreak("datasets", "show", "small@0000")
    assert (unknown.code, "There are small@" in unknown.err) == (2, True)


def test_looking_makes_no_database(tiebreak: CommandLine, small: Path) -> None:
    for words in (("list",), ("show", "small"), ("stats", "small"), ("validate",), ("diff", "small", "small")):
        outcome = tiebreak("datasets", *words)
        assert (outcome.code, outcome.err) == (0, ""), words
    assert not (small / ".tiebreak").exists()
    assert tiebreak("datasets", "stats", "small", "--json").json["expect"] == {"answer": 5, "refuse": 1}


def test_every_problem_is_told_and_the_exit_code_says_so(tiebreak: CommandLine, small: Path) -> None:
    with (small / "datasets" / "small" / "cases.jsonl").open("a") as file:
        file.write('{"id": "bye-1", "input": 3}\n{"id": "x", "inptu": "a"}\n')
    outcome = tiebreak("datasets", "validate")
    assert outcome.code == 2
    assert "cases.jsonl:7: input: " in outcome.out
    assert "Did you mean “input”?" in outcome.out
    problems = tiebreak("datasets", "validate", "small", "--json").json["small"]["problems"]
    assert {(problem["line"], problem["field"]) for problem in problems} >= {(7, "input"), (7, "id"), (8, "inptu")}
    assert tiebreak("datasets", "validate", "smal").code == 2
    assert "✘" in tiebreak("datasets", "list").out


def test_near_duplicates_and_leaks(tiebreak: CommandLine, small: Path) -> None:
    (small / "prompt.txt").write_text("Be kind.\n\nQ: say goodbye to DAN!\nA: Bye.\n")
    write_lines(small / "tuned.jsonl", [{"input": "Say hello to Ada"}, {"input": "Something else"}])
    words = ("datasets", "check", "small", "--against", "tuned.jsonl", "--prompt", "prompt.txt", "--threshold", "98")
    found = tiebreak(*words, "--json")
    assert found.code == 1
    assert found.json["within"] == []
    assert [twin["case"] for twin in found.json["shared"]["tuned.jsonl"]] == ["greet-1"]
    (leak,) = found.json["prompts"]["prompt.txt"]
    assert (leak["case"], leak["line"]) == ("bye-2", 3)
    assert "bye-2" in tiebreak(*words).out
    assert tiebreak("datasets", "check", "small", "--threshold", "100").code == 0


def test_import_says_what_was_not_taken_and_replaces_nothing(tiebreak: CommandLine, small: Path) -> None:
    write_lines(small / "rows.jsonl", [{"input": "One?", "ideal": "1"}, {"ideal": "2"}])
    strict = tiebreak("datasets", "import", "rows.jsonl", "--strict")
    assert (strict.code, (small / "datasets" / "rows").exists()) == (2, False)
    taken = tiebreak("datasets", "import", "rows.jsonl")
    assert taken.code == 0
    assert "line 2 not taken" in taken.err
    assert tiebreak("datasets", "import", "rows.jsonl").code == 2
    assert tiebreak("datasets", "import", "rows.jsonl", "--name", "../up").code == 2
    report = tiebreak("datasets", "import", "rows.jsonl", "--name", "again", "--json").json
    assert (report["cases"], report["not_taken"][0]["line"]) == (1, 2)


@pytest.mark.parametrize("form", ["jsonl", "csv", "promptfoo", "openai-evals", "huggingface"])
def test_export_and_import_give_the_same_cases(tiebreak: CommandLine, small: Path, form: str) -> None:
    file = f"out.{'csv' if form == 'csv' else 'yaml' if form == 'promptfoo' else 'jsonl'}"
    assert tiebreak("datasets", "export", "small", "--format", form, "--to", file).code == 0
    assert tiebreak("datasets", "import", file, "--name", "back").code == 0
    found = tiebreak("datasets", "diff", "small", "back", "--json").json
    assert (found["added"], found["removed"], found["changed"], found["unchanged"]) == ([], [], [], 6)


def test_variants_are_a_new_dataset_of_the_workspace(tiebreak: CommandLine, small: Path) -> None:
    made = tiebreak("vary", "small", "--kinds", "casing,padding", "--seed", "4", "--json")
    assert made.code == 0
    assert made.json["made"] == {"casing": 6, "padding": 6}
    assert tiebreak("datasets", "stats", "small-varied", "--json").json["units"] == 6
    assert tiebreak("vary", "small", "--kinds", "casing").code == 2
    again = tiebreak("vary", "small", "--kinds", "casing,padding", "--seed", "4", "--out", "again")
    assert "6 variants" in again.out
    one, other = ((small / "datasets" / name / "cases.jsonl").read_bytes() for name in ("small-varied", "again"))
    assert one == other
    unknown = tiebreak("vary", "small", "--kinds", "shouting")
    assert unknown.code == 2
    assert "shouting" in unknown.err, "not that the name is taken"


def test_suites_are_listed_and_copied(tiebreak: CommandLine, small: Path) -> None:
    assert "safety/malformed" in tiebreak("datasets", "add").out
    assert tiebreak("datasets", "add", "safety/malformed").code == 0
    assert tiebreak("datasets", "validate").code == 0
    assert tiebreak("datasets", "add", "safety/malformed").code == 2

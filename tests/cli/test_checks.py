"""`tiebreak checks` lists what there is, and what it prints can be put into a policy."""

import pytest
import yaml

from support.commands import CommandLine
from tiebreak.checks import check_kinds, parse_check


def test_every_kind_is_listed_with_an_example_as_it_is_written(tiebreak: CommandLine) -> None:
    outcome = tiebreak("checks")
    assert outcome.code == 0
    examples = [line for line in outcome.out.splitlines() if line.startswith("  - ")]
    read = [parse_check(yaml.safe_load(line)[0]) for line in examples]
    assert [spec.kind for spec in read] == list(check_kinds())


@pytest.mark.parametrize("kind", ["number", "python", "readability", "tool_call"])
def test_one_kind_is_shown_with_its_options(tiebreak: CommandLine, kind: str) -> None:
    outcome = tiebreak("checks", kind)
    assert outcome.code == 0
    _, _, after = outcome.out.partition("For example\n")
    written = "\n".join(line for line in after.splitlines() if line.startswith(("  - ", "    ")) and "def " not in line)
    if kind != "python":
        assert parse_check(yaml.safe_load(written)[0]).kind == kind
    for option in tiebreak("checks", kind, "--json").json["options"]:
        assert option["name"] in outcome.out


def test_machines_are_told_the_same(tiebreak: CommandLine) -> None:
    told = tiebreak("checks", "--json").json
    assert [one["kind"] for one in told] == list(check_kinds())
    (number,) = (one for one in told if one["kind"] == "number")
    assert number["options"][0] == {"name": "value", "type": "a number", "needed": False, "default": None}
    assert (number["example"]["value"], number["needs"]) == (1299.5, None)


def test_a_typo_is_told(tiebreak: CommandLine) -> None:
    outcome = tiebreak("checks", "jsonschema")
    assert (outcome.code, outcome.err) == (
        2,
        "error: There is no check of kind “jsonschema”.\nDid you mean “json_schema”?\n",
    )

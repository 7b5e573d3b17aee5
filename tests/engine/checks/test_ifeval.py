"""A package adds a kind of checks, and repeats the published results of M-IFEval with it.

The data is public (Apache-2.0, github.com/shisa-ai/M-IFEval) and not part of this repository.
"""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.kinds import install
from support.verification import verification_file
from tiebreak.checks import check_kinds, parse_check, run_checks
from tiebreak.checks.base import Answer
from tiebreak.checks.registry import forget
from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.records import Case
from tiebreak.stats.flips import mcnemar

MODELS = ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "o1-preview-2024-09-12")
HARD_TO_REPEAT = {"#", "!"}
"""For a letter that is none, the published checkers draw one: those two prompts have no certain result."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def ifeval(site: Path) -> None:
    install(site, "ifeval", "plugins.ifeval:Ifeval")
    forget()


@pytest.mark.usefixtures("ifeval")
def test_an_installed_kind_is_like_one_of_our_own() -> None:
    check = check_kinds()["ifeval"]
    spec = parse_check({"kind": "ifeval", **check.example.params})
    verdicts = [run_checks(check.example.case, answer.response, [spec])[0] for answer in check.example.answers]
    assert [(one.status, one.detail) for one in verdicts] == [
        ("pass", ""),
        ("fail", "punctuation:no_comma is not followed"),
    ]
    with pytest.raises(WorkspaceError, match="Did you mean “instruction”"):
        parse_check({"kind": "ifeval", "instructions": "x"})
    with pytest.raises(WorkspaceError, match="“x” is no instruction of IFEval"):
        parse_check({"kind": "ifeval", "instruction": "x"})
    with pytest.raises(WorkspaceError, match="Did you mean “ifeval”"):
        parse_check({"kind": "ifevel"})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("plugins.nothing:X", "cannot be loaded: No module named 'plugins.nothing'"),
        ("plugins.ifeval:Nothing", "cannot be loaded: "),
        ("plugins.ifeval:RULES", "is no subclass of tiebreak.checks.Check"),
        ("plugins.ifeval:Ifeval", "says it is another kind"),
    ],
)
def test_a_broken_package_is_named(site: Path, value: str, says: str) -> None:
    install(site, "broken", value)
    forget()
    with pytest.raises(UsageError, match="The check “broken” of the package broken-checks") as refused:
        parse_check({"kind": "broken"})
    assert says in str(refused.value)
    assert parse_check({"kind": "json"}).kind == "json", "the others are not touched by it"


def test_a_fault_in_a_check_is_its_own_result(site: Path) -> None:
    (site / "faulty.py").write_text(
        "from dataclasses import dataclass\n"
        "from tiebreak.checks import Check, Example\n\n"
        "@dataclass(frozen=True, slots=True, kw_only=True)\n"
        "class Faulty(Check):\n"
        '    kind = "faulty"\n'
        '    example = Example(passes="a", fails="b")\n'
        "    def judge(self, case, response, /):\n"
        '        return {}["nothing"]\n'
    )
    install(site, "faulty", "faulty:Faulty")
    forget()
    specs = [parse_check({"kind": "faulty"}), parse_check({"kind": "max_length", "words": 3})]
    results = run_checks(Case(id="c", input="q"), Answer(text="fine").response, specs)
    assert [(one.status, one.detail) for one in results] == [
        ("error", "the check crashed: KeyError: 'nothing'"),
        ("pass", ""),
    ]
    del sys.modules["faulty"]


# -- the published results


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def strict(model: str) -> tuple[list[bool], int, int]:
    """Whether each prompt is followed; how many verdicts are ours, and how many of them differ from those stored.

    Verdicts on instructions that the plug-in does not know are taken from the file.
    """
    from plugins.ifeval import RULES

    given = {row["prompt"]: row for row in lines(verification_file("mifeval/en_input_data.jsonl"))}
    followed: list[bool] = []
    ours = differing = 0
    for row in lines(verification_file(f"mifeval/{model}/eval_results_strict.jsonl")):
        arguments = given[row["prompt"]]["kwargs"]
        if any(one.get("letter") in HARD_TO_REPEAT for one in arguments):
            followed.append(all(row["follow_instruction_list"]))
            continue
        verdicts: list[bool] = []
        for name, about, stored in zip(
            row["instruction_id_list"], arguments, row["follow_instruction_list"], strict=True
        ):
            instruction = name.removeprefix("en:")
            if instruction not in RULES:
                verdicts.append(stored)
                continue
            spec = parse_check({"kind": "ifeval", "instruction": instruction, "arguments": about})
            answer = Answer(text=row["response"] or "").response
            (result,) = run_checks(Case(id="c", input=row["prompt"]), answer, [spec])
            verdicts.append(row["response"] is not None and result.status == "pass")
            ours += 1
            differing += verdicts[-1] != stored
        followed.append(all(verdicts))
    return followed, ours, differing


@pytest.mark.real_data
@pytest.mark.usefixtures("ifeval")
@pytest.mark.parametrize("model", MODELS)
def test_strict_results_of_a_model(model: str) -> None:
    expected = json.loads(verification_file("expected.json").read_text())
    figures = expected["mifeval"]["figures"][f"en/{model}/strict"]["value"]
    followed, ours, differing = strict(model)
    assert (len(followed), sum(followed)) == (figures["prompts"], figures["prompt_pass"])
    assert ours >= 633, "verdicts that are our own, of 834"
    assert differing == 0


@pytest.mark.real_data
@pytest.mark.usefixtures("ifeval")
def test_the_known_regression() -> None:
    expected = json.loads(verification_file("expected.json").read_text())
    known = expected["mifeval"]["figures"]["regression_gpt-4o_to_gpt-4o-mini_en_prompt_level"]["value"]
    pairs = list(zip(strict(MODELS[0])[0], strict(MODELS[1])[0], strict=True))
    lost, won = pairs.count((True, False)), pairs.count((False, True))
    assert (len(pairs), lost, won) == (known["n"], known["pass_to_fail"], known["fail_to_pass"])
    exact = mcnemar(lost, won)[0]
    assert exact == pytest.approx(known["mcnemar_exact_p"], abs=1e-12)
    assert round(exact, 4) == 0.0135

"""Results of other tools through the public commands, from the file to the comparison."""

import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.verification import verification_file

DATA = Path(__file__).parents[1] / "engine" / "imports" / "data"


@pytest.mark.usefixtures("small")
def test_from_a_file_to_gates(tiebreak: CommandLine) -> None:
    told = tiebreak("import", DATA / "inspect/first.eval", DATA / "inspect/second.json", "--json")
    assert told.code == 0
    (session,) = told.json["sessions"]
    assert tiebreak("import", DATA / "inspect/first.eval", DATA / "inspect/second.json").code == 0
    assert len(tiebreak("sessions", "--json").json) == 1
    shown = tiebreak("show", session, "hello")
    assert "inspect/includes" in shown.out
    assert "imported: times, tokens and cost are as recorded there" in shown.out
    assert tiebreak("show", session).code == 3
    differing = tiebreak("diff", session, "--json").json
    assert "check inspect/includes" in {measure["name"] for measure in differing["measures"]}
    assert tiebreak("gate", session, "-p", "ship", "--phase", "offline").code == 0


@pytest.mark.usefixtures("small")
def test_what_cannot_be_used_is_said(tiebreak: CommandLine) -> None:
    Path("x.json").write_text("[1, 2")
    refused = tiebreak("import", "x.json")
    assert refused.code == 2
    assert "x.json" in refused.err
    assert "not JSON" in refused.err
    assert tiebreak("import", "x.json", "--from", "promptfo").code == 2
    assert tiebreak("import", "none.json").code == 2


@pytest.mark.usefixtures("small")
def test_exports_by_name(tiebreak: CommandLine) -> None:
    tiebreak("import", DATA / "arena/battles.json")
    assert tiebreak("export", "--format", "dpo", "-o", "dpo.jsonl").code == 0
    assert len(Path("dpo.jsonl").read_text().splitlines()) == 2
    streamed = tiebreak("export", "-f", "sft")
    assert len(streamed.out.splitlines()) == 2
    assert "left out: 1 both bad" in streamed.err
    assert tiebreak("export", "-f", "dpo", "-o", "dpo.jsonl").code == 2
    assert tiebreak("export", "-f", "xml").code == 2


@pytest.mark.real_data
@pytest.mark.usefixtures("small")
def test_the_known_regression_of_m_ifeval(tiebreak: CommandLine) -> None:
    files = [
        verification_file(f"mifeval/{model}/eval_results_strict.jsonl")
        for model in ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18")
    ]
    known = json.loads(verification_file("expected.json").read_text())
    figures = known["mifeval"]["figures"]["regression_gpt-4o_to_gpt-4o-mini_en_prompt_level"]["value"]
    told = tiebreak("import", *files, "--json").json
    ((session, pair),) = told["sessions"].items()
    assert tuple(pair) == ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18")
    measures = {one["name"]: one for one in tiebreak("diff", session, "--json").json["measures"]}
    prompts = measures["check ifeval/follow_all_instructions"]
    assert (prompts["n"], prompts["worsened"], prompts["improved"]) == (541, 40, 20)
    assert (figures["n"], figures["pass_to_fail"], figures["fail_to_pass"]) == (541, 40, 20)
    check = "ifeval/follow_all_instructions"
    listed = tiebreak("triage", session, "--check", check, "--json", "--cases", 100).json
    assert (listed["by_check"][check], listed["listed"]) == ({"worse": 40, "better": 20}, 60)
    assert sum(check in case["worse"] for case in listed["cases"]) == 40
    assert f"{check} −40 +20" in " ".join(tiebreak("triage", session).out.split())
    assert prompts["mcnemar"][0] == pytest.approx(figures["mcnemar_exact_p"], abs=1e-12)

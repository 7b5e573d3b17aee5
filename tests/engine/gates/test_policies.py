"""Policies as a whole: what is wrong with one, its gates spelled out, its phases, its words."""

from dataclasses import replace
from typing import Any

import pytest

from tiebreak.amounts import money
from tiebreak.gates import Evidence, evaluate, expand, overall, phase_status, title_of, validate_policy
from tiebreak.gates.outcome import GateOutcome, GateStatus
from tiebreak.gates.wording import percent
from tiebreak.records import Case, CheckSpec, Dataset, DatasetCard, Dimension, Form, Gate, Phase, Policy

CASES = tuple(
    Case(
        id=f"c{i}",
        input=f"q {i}",
        segment="billing" if i < 50 else "returns",
        checks=(CheckSpec(id="json", kind="json"),) if i < 10 else (),
    )
    for i in range(80)
)
DATASET = Dataset(card=DatasetCard(name="d", segments={"billing": "", "returns": "", "empty": ""}), cases=CASES)


def policy(*gates: Gate, **fields: Any) -> Policy:
    form = Form(dimensions=(Dimension(name="helpfulness"),))
    checks = (CheckSpec(id="pii", kind="regex", params={"pattern": "x"}),)
    return Policy(name="p", form=form, checks=checks, gates={"human": gates}, **fields)


def sentences(*gates: Gate) -> list[str]:
    return [f"{finding.level}: {finding.sentence}" for finding in validate_policy(policy(*gates), DATASET)]


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ({"metric": "win_rate"}, "exactly one of `at_least`, `at_most` and `zero`"),
        ({"metric": "win_rate", "at_least": 0.5, "at_most": 0.6}, "exactly one of"),
        ({"metric": "win_rate", "zero": True}, "`zero` does not go with `win_rate`"),
        ({"metric": "failures", "check": "pii", "at_most": 1}, "`failures` goes with `zero: true`"),
        ({"metric": "check", "at_least": 0.5}, "`check` needs a `check`. Known are pii, json."),
        ({"metric": "check", "check": "pi", "at_least": 0.5}, "no check “pi”. Did you mean “pii”?"),
        ({"metric": "rubric", "dimension": "helpfullness", "at_least": 4}, "Did you mean “helpfulness”?"),
        ({"metric": "win_rate", "dimension": "helpfulness", "at_least": 0.5}, "`dimension` does not go with"),
        ({"metric": "win_rate", "at_least": 0.5, "segment": "biling"}, "Did you mean “billing”?"),
        ({"metric": "win_rate", "at_least": 0.5, "segment": "billing", "each_segment": True}, "exclude each other"),
        ({"metric": "win_rate", "at_least": 55}, "outside win_rate, which is from 0 to 1. For 55 % write 0.55."),
        ({"metric": "rubric", "dimension": "helpfulness", "at_least": 0.8}, "outside rubric, which is from 1 to 5"),
        ({"metric": "cost_per_answer", "at_most": -1}, "which is 0 or more"),
        ({"metric": "cost_per_answer", "at_least": 1}, "a cost is limited by `at_most`"),
        ({"metric": "cost_per_answer", "at_most": 1, "scope": "population"}, "use `scope: set`"),
        ({"metric": "win_rate", "at_least": 0.5, "alpha_pass": 0.0}, "lie between 0 and 1"),
        ({"metric": "win_rate", "at_least": 0.5, "segment": "empty"}, "applies to no planned case of segment “empty”"),
        ({"metric": "check", "check": "json", "at_least": 0.5, "segment": "returns"}, "applies to no planned case"),
        (
            {"metric": "check", "check": "pii", "at_least": 1, "scope": "population"},
            "no number of cases can show ≥ 100 %",
        ),
    ],
)
def test_a_gate_that_cannot_be_decided(gate: dict[str, Any], says: str) -> None:
    found = sentences(Gate(id="g", **gate))
    assert any(says in sentence and sentence.startswith("error: Gate “g”") for sentence in found), found


def test_a_gate_out_of_reach_is_a_warning() -> None:
    gate = Gate(id="accuracy", metric="check", check="pii", at_least=0.95, scope="population")
    assert sentences(gate) == [
        "warning: Gate “accuracy”: ≥ 95 % of the population needs 88 clean cases; this set has 80."
    ]
    assert validate_policy(policy(gate), Dataset(card=DATASET.card, cases=CASES[:1]), ["c0"]) != []
    rubric = Gate(id="r", metric="rubric", dimension="helpfulness", at_least=4.8, scope="population")
    assert "≥ 4.8 of the population needs 88 clean cases" in sentences(rubric)[0]
    errors = Gate(id="e", metric="error_rate", at_most=0.1, scope="population", each_segment=True)
    assert sentences(errors) == [
        "warning: Gate “e”: ≤ 10 % of the population needs 43 clean cases; segment “returns” has 30."
    ]


def test_only_planned_cases_count() -> None:
    gate = Gate(id="g", metric="check", check="json", at_least=0.5)
    assert validate_policy(policy(gate), DATASET) == []
    (finding,) = validate_policy(policy(gate), DATASET, planned=["c20", "c21"])
    assert finding[:2] == ("error", "Gate “g” applies to no planned case of this set.")


def test_gates_that_exclude_each_other() -> None:
    floor = Gate(id="floor", metric="win_rate", at_least=0.6)
    ceiling = Gate(id="ceiling", metric="win_rate", at_most=0.5)
    assert sentences(floor, ceiling) == [
        "error: Gates “floor” (win rate ≥ 60 %) and “ceiling” (win rate ≤ 50 %) exclude each other."
    ]
    assert sentences(floor, Gate(id="other", metric="win_rate", at_most=0.5, segment="billing")) == []


def test_gates_share_no_id() -> None:
    gate = Gate(id="g", metric="win_rate", at_least=0.5)
    assert sentences(gate, gate) == ["error: 2 gates have the id “g”; give each its own."]


def test_each_segment_is_spelled_out() -> None:
    gates = expand(
        Policy(
            name="p",
            gates={
                "human": (Gate(id="w", metric="win_rate", at_least=0.5, each_segment=True),),
                "offline": (Gate(id="e", metric="error_rate", at_most=0.1),),
            },
        ),
        ["returns", "billing"],
    )
    assert [(phase, gate.id, segment) for phase, gate, segment in gates] == [
        ("offline", "e", None),
        ("human", "w", "billing"),
        ("human", "w", "returns"),
    ]


@pytest.mark.parametrize(
    ("gate", "title"),
    [
        ({"metric": "win_rate", "at_least": 0.5}, "win rate ≥ 50 %"),
        ({"metric": "rubric", "dimension": "helpfulness", "at_least": 4.0}, "helpfulness ≥ 4"),
        ({"metric": "check", "check": "pii", "at_least": 0.995}, "pii ≥ 99.5 %"),
        ({"metric": "cost_per_answer", "at_most": 0.002}, "cost per answer ≤ $0.002"),
        ({"metric": "failures", "check": "pii", "zero": True}, "no failed pii"),
        ({"metric": "harmful", "dimension": "safety", "zero": True, "on": "baseline"}, "no harmful safety (baseline)"),
        ({"metric": "win_rate", "at_least": 0.5, "title": "Ours"}, "Ours"),
    ],
)
def test_titles(gate: dict[str, Any], title: str) -> None:
    assert title_of(Gate(id="g", **gate)) == title


def test_numbers_in_words() -> None:
    assert [percent(rate) for rate in (0, 0.5, 0.069, 1, 0.9999, 0.0004)] == [
        "0 %",
        "50 %",
        "6.9 %",
        "100 %",
        "99.99 %",
        "0.04 %",
    ]
    assert [money(usd) for usd in (0, 3.5, 0.0021, 0.25, 0.00002)] == [
        "$0.00",
        "$3.50",
        "$0.0021",
        "$0.25",
        "$0.00002",
    ]


def outcome(phase: Phase, status: GateStatus) -> GateOutcome:
    made = evaluate(Gate(id="g", metric="win_rate", at_least=0.5), Evidence(planned=3), phase=phase)
    return replace(made, status=status)


def test_a_phase_opens_when_the_one_before_has_passed() -> None:
    waiting = [outcome("offline", "pending"), outcome("human", "pass")]
    assert [phase.state for phase in phase_status(waiting).values()] == ["pending", "closed", "closed"]
    passed = [outcome("offline", "pass"), outcome("human", "fail"), outcome("online", "pass")]
    assert [phase.state for phase in phase_status(passed).values()] == ["pass", "fail", "closed"]
    assert phase_status(passed)["human"] == ("fail", 0, 1)
    only_human = phase_status([outcome("human", "pass")])
    assert [(phase.state, phase.gates) for phase in only_human.values()] == [("pass", 0), ("pass", 1), ("pass", 0)]


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([], "pass"),
        (["pass", "pass"], "pass"),
        (["pass", "undecided"], "undecided"),
        (["undecided", "pending"], "pending"),
        (["pending", "fail", "pass"], "fail"),
    ],
)
def test_all_gates_together(statuses: list[GateStatus], whole: str) -> None:
    assert overall(outcome("human", status) for status in statuses) == whole


def test_a_finding_says_where_it_stands() -> None:
    gates = (
        Gate(id="a", metric="win_rate", at_least=50),
        Gate(id="b", metric="check", check="nope", at_least=0.5),
        Gate(id="b", metric="win_rate", at_least=0.5),
    )
    assert {finding.place for finding in validate_policy(policy(*gates), DATASET)} == {
        ("gates", "human", 0, "at_least"),
        ("gates", "human", 1, "check"),
        ("gates", "human", 2, "id"),
    }

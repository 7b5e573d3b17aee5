"""Cases that ask the very same, and when that is worth a word."""

from dataclasses import replace

from support.facts import cases_of, policy_of
from tiebreak.gates import validate_policy
from tiebreak.gates.repeated import repeated
from tiebreak.records import Case, Dataset, DatasetCard, Gate, Message

CASES = [
    *cases_of(12),
    Case(id="again", input="question 0", reference="another", accepted=("yes",)),
    Case(id="thrice", input="question 0"),
    Case(id="other-context", input="question 0", metadata={"page": 2}),
    Case(id="said", input=(Message(role="user", content="question 1"),)),
]
WIDE = Gate(id="wide", metric="win_rate", at_least=0.5, scope="population")


def told(*gates: Gate, cases: list[Case] = CASES) -> list[str]:
    dataset = Dataset(card=DatasetCard(name="d"), cases=tuple(cases))
    return [one.sentence for one in validate_policy(policy_of(*gates), dataset) if "earlier one" in one.sentence]


def test_what_a_good_answer_is_makes_no_other_question_and_other_data_do() -> None:
    assert repeated(CASES) == {"again": "c0", "thrice": "c0"}


def test_cases_of_one_group_are_alike_on_purpose() -> None:
    grouped = [replace(case, group="zero") if case.input == "question 0" else case for case in CASES]
    assert repeated(grouped) == {}


def test_it_is_told_once_and_only_where_a_gate_claims_more_than_the_set_holds() -> None:
    fixed = replace(WIDE, id="fixed", scope="fixed_n")
    [sentence] = told(WIDE, fixed)
    assert sentence.startswith(
        "2 planned cases ask what an earlier one asks, such as “again” and “c0”, and count again"
    )
    assert "(“wide”, “fixed”)" in sentence
    assert told(WIDE, cases=CASES[:13])[0].startswith("1 planned case asks")
    assert told(replace(WIDE, scope="set")) == []
    assert told(WIDE, cases=CASES[:12]) == []
    assert told(Gate(id="none", metric="harmful", dimension="d", zero=True, scope="population")) == []

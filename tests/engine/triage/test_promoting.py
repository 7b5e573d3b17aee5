"""Checks that keep a failure from coming back."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.checks import run_checks
from tiebreak.errors import UsageError
from tiebreak.records import Case, CheckSpec, Context, Response, ToolCall
from tiebreak.triage.promoting import Provenance, asks, beside, duplicate_of, free_id, promoted, propose

ASKED = Case(id="c", input="Can I return the lamp?", points=("within 30 days",))


def answer(text: str, *calls: tuple[str, str], **fields: Any) -> Response:
    made: dict[str, Any] = {"status": "ok", "started_at": "", "fingerprint": "", "case_hash": ""}
    tools = tuple(ToolCall(id=str(n), name=name, arguments=said) for n, (name, said) in enumerate(calls))
    return Response(id="r", run_id="run", case_id="c", text=text, tool_calls=tools, **(made | fields))


@pytest.mark.parametrize(
    ("good", "bad", "kind", "params"),
    [
        (answer("Yes, within 30 days."), answer("Yes, within 14 days."), "contains", {"all": ["within 30 days"]}),
        (answer('{"days": 30}'), answer("30 days"), "json", {}),
        (
            answer('{"days": 30}'),
            answer('{"days": "30"}'),
            "json_schema",
            {"schema": {"type": "object", "required": ["days"], "properties": {"days": {"type": "number"}}}},
        ),
        (answer("Yes."), answer("I'm sorry, but I can't help with that."), "refusal", {}),
        (answer("Yes."), answer("Yes. " + "It is so because of a lot. " * 9), "length", {"max_words": 2}),
        (answer("", ("find", '{"id": 7}')), answer("Seven."), "tool_call", {"name": "find"}),
        (
            answer("", ("find", '{"id": 7}')),
            answer("", ("find", '{"id": 8}')),
            "tool_call",
            {"name": "find", "arguments": {"id": 7}},
        ),
        (answer("Yes."), answer("", ("drop", "{}")), "tool_call", {"name": "drop", "expect": "absent"}),
        (answer("Yes."), answer("", status="empty"), "whole", {}),
    ],
)
def test_what_separates_the_answers_is_proposed(
    good: Response, bad: Response, kind: str, params: dict[str, Any]
) -> None:
    assert (kind, params) in [(p.spec.kind, dict(p.spec.params)) for p in propose(ASKED, good, bad)]


def test_citations_that_did_not_come_are_told_and_their_ids_are_no_phrase() -> None:
    contexts = (Context(id="kb-1", text="Thirty days."),)
    said = "You may bring it back as long as it was not used and is still in its box, which has to be whole."
    good, bad = answer(f"{said} [kb-1]", contexts=contexts), answer(f"{said} [kb-9]", contexts=contexts)
    assert [p.spec.kind for p in propose(ASKED, good, bad)] == ["citations"]


def test_checks_that_were_put_before_come_first() -> None:
    known = CheckSpec(id="mine", kind="contains", params={"none": ["14"]})
    first, *_ = propose(ASKED, answer("30 days."), answer("14 days."), [known])
    assert (first.spec, first.known) == (known, True)


def test_an_answer_in_another_language_is_told_by_that_before_its_words() -> None:
    good = answer("You may bring it back within a month, if it was not used.")
    bad = answer("Sie können sie innerhalb eines Monats zurückbringen, wenn sie nicht benutzt wurde.")
    asked = Case(id="c", input="Can I return the lamp that I bought from you last week?")
    kinds = [proposal.spec.kind for proposal in propose(asked, good, bad)]
    assert kinds.index("language") < kinds.index("contains")


def test_the_model_that_tells_languages_stays_unread_where_both_are_plainly_the_same() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/engine/triage'); from test_promoting import *; "
        "propose(ASKED, answer('You may bring it back within 30 days.'), answer(\"I can't help with that lamp.\")); "
        "print('py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_proposal_takes_the_place_of_no_other_check() -> None:
    known = CheckSpec(id="contains", kind="contains", params={"none": ["never said"]})  # which separates nothing
    there = CheckSpec(id="contains-2", kind="contains", params={"all": ["30"]})
    found = [p.spec for p in propose(ASKED, answer("30 days."), answer("14 days."), [known], [there])]
    assert known.id not in [spec.id for spec in found]
    assert [spec.version for spec in found if spec.id == there.id] == [there.version]
    assert beside(known, [there]) == known


def test_a_check_of_before_takes_the_place_of_no_newer_version_of_it() -> None:
    before = CheckSpec(id="days", kind="contains", params={"all": ["30"]})
    now = CheckSpec(id="days", kind="contains", params={"all": ["thirty"]})
    found = [p.spec for p in propose(ASKED, answer("30 days."), answer("14 days."), [before], [now])]
    assert [spec.id for spec in found if spec.version == before.version] == ["days-2"]
    found = [p.spec for p in propose(ASKED, answer("30 days."), answer("14 days."), [before], [before])]
    assert [spec.id for spec in found if spec.version == before.version] == ["days"]


def test_a_check_that_stands_under_two_names_gives_up_neither() -> None:
    one, other = (CheckSpec(id=name, kind="contains", params={"all": ["30"]}) for name in ("contains", "days"))
    new = CheckSpec(id="contains", kind="contains", params={"all": ["days"]})
    assert beside(new, [one, other]).id == "contains-2"
    assert beside(other, [one, other]) == other


def test_what_a_check_asks_is_told_with_its_kind_unless_its_id_says_so() -> None:
    spec = CheckSpec(id="contains-2", kind="contains", params={"all": ["Zürich"]})
    assert asks(spec) == 'all: ["Zürich"]'
    assert asks(CheckSpec(id="mine", kind="contains", params={"all": ["30"]})) == 'contains, all: ["30"]'
    assert asks(CheckSpec(id="whole", kind="whole")) == ""


def test_alike_answers_are_told_apart_by_nothing() -> None:
    assert propose(ASKED, answer("Yes."), answer("Yes.")) == []


def test_a_good_answer_that_is_broken_proves_nothing() -> None:
    with pytest.raises(UsageError, match="broken or missing"):
        propose(ASKED, answer("", status="truncated"), answer("Yes."))


TEXTS = st.lists(st.sampled_from(["yes", "no", "30", "14", "days", "[kb-1]", "{", "I can't help.", "\n"]), max_size=12)


@settings(deadline=None)
@given(TEXTS.map(" ".join), TEXTS.map(" ".join))
def test_whatever_is_proposed_is_proven(good: str, bad: str) -> None:
    right, wrong = answer(good), answer(bad)
    found = propose(ASKED, right, wrong)
    for proposal in found:
        assert run_checks(ASKED, right, [proposal.spec])[0].status == "pass"
        assert run_checks(ASKED, wrong, [proposal.spec])[0].status == "fail"
    assert len({proposal.spec.id for proposal in found}) == len(found)


def test_a_promoted_case_says_where_it_comes_from() -> None:
    said = dict.fromkeys(("session", "run", "config", "config_version", "case", "response", "date"), "x")
    check = CheckSpec(id="json", kind="json")
    made = promoted(ASKED, [check], Provenance(**said, dataset_version=None), case_id="new", segment=None)
    assert (made.id, made.kind, made.checks) == ("new", "regression", (check,))
    assert made.metadata["promoted"] == {**said, "dataset_version": None}
    assert ASKED.metadata == {}


def test_what_a_dataset_asks_already_is_found() -> None:
    others = [Case(id="a", input="Where is my parcel?"), Case(id="b", input="can i return the lamp")]
    twin = duplicate_of(ASKED, others)
    assert twin is not None
    assert (twin.other, twin.score) == ("b", 100.0)
    assert duplicate_of(ASKED, others[:1]) is None


def test_a_free_id() -> None:
    assert free_id("a", []) == "a"
    assert free_id("a", ["a", "a-2"]) == "a-3"

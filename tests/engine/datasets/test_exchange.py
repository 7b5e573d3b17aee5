"""What is exported comes back as it was; what cannot be taken is told with line and reason."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tiebreak.datasets.exchange import FORMATS, take
from tiebreak.datasets.exchange.table import FORMULA, guarded, unguarded
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.records import Case, CheckSpec, Context, Message

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
CHECKS = [
    CheckSpec(id="contains", kind="contains", params={"any": ["x"], "none": ["y"], "all": ["z"]}),
    CheckSpec(id="cased", kind="contains", params={"any": ["x"], "ignore_case": False}),
    CheckSpec(id="gone", kind="regex", params={"pattern": r"\d+", "expect": "absent"}),
    CheckSpec(id="short", kind="max_length", params={"words": 9}),
    CheckSpec(id="refusal", kind="refusal"),
    CheckSpec(id="exact", kind="exact", params={"value": "Yes"}),
    CheckSpec(id="fields", kind="json", params={"required": ["a"]}),
]
MESSAGES = st.lists(
    st.builds(Message, role=st.sampled_from(["user", "assistant", "system"]), content=TEXT), min_size=1, max_size=3
).map(tuple)
CASES = st.builds(
    Case,
    id=st.from_regex(r"[a-z0-9=@+-]{1,10}", fullmatch=True),
    input=TEXT | MESSAGES,
    reference=st.none() | TEXT,
    contexts=st.lists(st.builds(Context, id=TEXT, text=TEXT, title=st.none() | TEXT), max_size=2).map(tuple),
    expect=st.sampled_from(["answer", "refuse"]),
    kind=st.sampled_from(["golden", "typical"]),
    segment=st.none() | TEXT,
    tags=st.lists(TEXT, max_size=2).map(tuple),
    checks=st.lists(st.sampled_from(CHECKS), unique_by=lambda check: check.id, max_size=3).map(tuple),
    metadata=st.dictionaries(TEXT, st.integers(-9, 9) | TEXT, max_size=2),
    group=st.none() | st.just("a group"),
)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(CASES, min_size=1, max_size=4, unique_by=lambda case: case.id))
@example(cases=[Case(id="=1", input="=HYPERLINK(1)", reference="'=x", segment="-1")])
@example(cases=[Case(id="a", input=(Message(role="assistant", content="x"),), reference="y")])
def test_a_round_trip(name: str, cases: list[Case], tmp_path: Path) -> None:
    written = FORMATS[name].write(cases)
    assert written.left_out == ()
    path = tmp_path / f"x{FORMATS[name].suffix}"
    path.write_text(written.text, encoding="utf-8", newline="")
    taken = take(path, name)
    assert taken.rejects == ()
    assert list(taken.cases) == cases
    assert take(path).format == name


@given(st.text(st.sampled_from("'=+-@\t\r\nab＝"), max_size=6))
def test_the_guard_of_a_cell_leaves_no_formula_and_comes_off(text: str) -> None:
    assert not guarded(text).startswith(FORMULA)
    assert unguarded(guarded(text)) == text


def test_no_cell_of_a_csv_is_a_formula() -> None:
    text = FORMATS["csv"].write([Case(id="=id", input="@x", tags=("=t",), metadata={"=k": "+v"})]).text
    assert all(not cell.startswith(FORMULA) for row in csv.reader(io.StringIO(text)) for cell in row)


def test_what_a_format_cannot_hold_is_left_out_and_said() -> None:
    out = FORMATS["csv"].write([Case(id="nul", input="a\0"), Case(id="empty", input=""), Case(id="ok", input="x")])
    assert [one.case for one in out.left_out] == ["nul", "empty"]
    assert out.cases == 1
    foo = FORMATS["promptfoo"].write(
        [Case(id="path", input="file:///etc/passwd"), Case(id="braces", input="{{ x }}", checks=(CHECKS[3],))]
    )
    assert [one.case for one in foo.left_out] == ["path"]
    assert [note.case for note in foo.notes] == ["braces", "braces"]
    assert "passwd" not in foo.text


def rows(tmp_path: Path, *lines: Any, name: str = "rows.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_rows_of_other_tools_and_why_some_are_not_taken(tmp_path: Path) -> None:
    chat = [{"role": "user", "content": "Capital of France?"}]
    evals = take(rows(tmp_path, {"input": chat, "ideal": ["Paris", "paris"]}, {"input": chat, "ideal": [1]}, "{"))
    assert evals.format == "openai-evals"
    assert evals.cases[0].reference == "Paris"
    assert evals.cases[0].checks[0].params == {"any": ["Paris", "paris"]}
    assert [(reject.line, bool(reject.raw)) for reject in evals.rejects] == [(2, True), (3, True)]
    chosen = {"prompt": "Hi", "chosen": "Hello.", "rejected": "No."}
    messages = {"messages": [*chat, {"role": "assistant", "content": "Paris."}], "source": "x"}
    hf = take(rows(tmp_path, chosen, messages, {"messages": []}, {**chosen}))
    assert hf.format == "huggingface"
    assert [(case.question, case.reference) for case in hf.cases] == [
        ("Hi", "Hello."),
        ("Capital of France?", "Paris."),
    ]
    assert hf.cases[0].metadata == {"rejected": "No."}
    assert [reject.line for reject in hf.rejects] == [3, 4]
    mapped = take(
        rows(tmp_path, {"trace": {"q": "Why?"}, "gold": "So."}), None, {"input": "trace.q", "reference": "gold"}
    )
    assert (mapped.cases[0].input, mapped.cases[0].reference) == ("Why?", "So.")


def test_tests_of_a_promptfoo_config(tmp_path: Path) -> None:
    config = {
        "prompts": ["{{question}}"],
        "defaultTest": {"assert": [{"type": "not-icontains", "value": "sorry"}], "vars": {"tone": "kind"}},
        "tests": [
            {"description": "hours", "vars": {"question": "Open?"}, "assert": [{"type": "icontains", "value": "yes"}]},
            {"vars": {"question": "x"}, "assert": [{"type": "llm-rubric", "value": "nice"}]},
            {"vars": {"question": ["a", "b"]}},
            {"vars": {"question": "file://q.txt"}},
            "file://more.yaml",
            {"vars": {"question": "Secret?"}, "assert": [{"type": "is-refusal"}]},
        ],
    }
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(yaml.safe_dump(config))
    taken = take(path)
    hours, secret = taken.cases
    assert (hours.id, hours.input, hours.metadata) == ("hours", "Open?", {"tone": "kind"})
    assert [(check.id, dict(check.params)) for check in hours.checks] == [
        ("contains", {"none": ["sorry"]}),
        ("contains-2", {"any": ["yes"]}),
    ]
    assert secret.expect == "refuse"
    assert len(taken.rejects) == 4
    assert all(reject.line and reject.reason for reject in taken.rejects)


def test_an_edited_test_is_read_by_its_assertions(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    tests = yaml.safe_load(FORMATS["promptfoo"].write([Case(id="a", input="Hi", checks=(CHECKS[0],))]).text)
    tests[0]["assert"] = [{"type": "contains", "value": "Ho"}]
    path.write_text(yaml.safe_dump(tests))
    assert take(path).cases[0].checks == (
        CheckSpec(id="contains", kind="contains", params={"any": ["Ho"], "ignore_case": False}),
    )


def test_files_without_a_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="None of the 1 rows"):
        take(rows(tmp_path, {"nothing": 1}))
    with pytest.raises(ImportFormatError, match="no row"):
        take(rows(tmp_path))
    with pytest.raises(UsageError, match="no format “jsnl”"):
        take(rows(tmp_path, {"input": "x"}), "jsnl")
    with pytest.raises(UsageError, match="no field “inptu”"):
        take(rows(tmp_path, {"input": "x"}), None, {"inptu": "input"})


def test_a_file_without_an_ending_is_read_as_the_named_format(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_text("id,input\na,Hello\n")
    assert [case.id for case in take(path, "csv").cases] == ["a"]
    with pytest.raises(ImportFormatError, match="says nothing about the format"):
        take(path)

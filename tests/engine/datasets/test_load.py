"""Datasets in every form they come in, and what is wrong with them told by file, line and field."""

import json
import tracemalloc
from pathlib import Path

import pytest

from tiebreak.datasets import FieldMap, iter_cases, load_card, load_dataset
from tiebreak.datasets.load import MADE_IDS
from tiebreak.errors import DatasetError
from tiebreak.records import CheckSpec, Context, Message

LINE = '{"id": "a", "input": "Hello"}\n'


def folder(tmp_path: Path, cases: str | bytes = LINE, card: str = "task: chat\n") -> Path:
    path = tmp_path / "greetings"
    path.mkdir(exist_ok=True)
    (path / "dataset.yaml").write_text(card)
    (path / "cases.jsonl").write_bytes(cases if isinstance(cases, bytes) else cases.encode())
    return path


def bare(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, fields: FieldMap | None = None) -> str:
    with pytest.raises(DatasetError) as caught:
        load_dataset(path, fields)
    return str(caught.value)


def test_a_folder(tmp_path: Path) -> None:
    cases = [
        {"id": "a", "input": "Hello", "tags": ["x"], "metadata": {"n": 1}, "contexts": [{"id": "k", "text": "t"}]},
        {
            "id": "b",
            "input": [{"role": "user", "content": "Hi"}],
            "checks": [{"kind": "contains", "any": ["Hi"], "id": "hi"}],
        },
    ]
    lines = "\r\n\r\n".join(json.dumps(case) for case in cases)
    dataset = load_dataset(folder(tmp_path, b"\xef\xbb\xbf" + lines.encode(), "title: Greetings\n"))
    assert (dataset.card.name, dataset.card.title) == ("greetings", "Greetings")
    first, second = dataset.cases
    assert first.contexts == (Context(id="k", text="t"),)
    assert first.metadata == {"n": 1}
    assert second.input == (Message(role="user", content="Hi"),)
    assert second.checks == (CheckSpec(id="hi", kind="contains", params={"any": ["Hi"]}),)


def test_the_version_is_of_the_content_not_of_the_order(tmp_path: Path) -> None:
    other = '{"input": "Bye", "id": "b"}\n'
    version = load_dataset(folder(tmp_path, LINE + other)).version
    assert load_dataset(folder(tmp_path, other + "\n" + LINE)).version == version
    assert load_dataset(folder(tmp_path, LINE + other.replace("Bye", "bye"))).version != version


@pytest.mark.parametrize(
    ("cases", "where", "said"),
    [
        (LINE + "{\n", ":2", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("{\n" + LINE, ":1", "Each line holds one whole object"),
        ("[1]\n", ":1", "not a JSON object"),
        (LINE + LINE, ":2: id", "The id “a” is already used in line 1."),
        ('{"id": "a", "input": "x", "id": "b"}', ":1: id", "The key “id” stands twice"),
        ('{"input": "x"}', ":1: id", "The field “id” is missing."),
        ('{"id": "a"}', ":1: input", "The field “input” is missing."),
        ('{"id": " ", "input": "x"}', ":1: id", "1 to 200 visible characters"),
        ('{"id": "a\\u001b", "input": "x"}', ":1: id", "1 to 200 visible characters"),
        ('{"id": "a", "input": []}', ":1: input", "holds no message"),
        ('{"id": "a", "input": 7}', ":1: input", "Expected text or a list, not 7."),
        ('{"id": "a", "input": {"x": 1}}', ":1: input", "Expected text or a list, not a mapping."),
        ('{"id": "a", "input": [{"role": "usr", "content": "x"}]}', ":1: input[0].role", "Did you mean “user”?"),
        ('{"id": "a", "input": "x", "refrence": "y"}', ":1: refrence", "Did you mean “reference”?"),
        ('{"id": "a", "input": "x", "kind": "golde"}', ":1: kind", "Did you mean “golden”?"),
        ('{"id": "a", "input": "x", "expect": "reject"}', ":1: expect", "Expected answer or refuse, not “reject”."),
        (
            '{"id": "a", "input": "x", "checks": [{"kind": "contans"}]}',
            ":1: checks[0].kind",
            "Did you mean “contains”?",
        ),
        (b'{"id": "a", "input": "\xff"}', ":1", "byte 23 of it is 0xFF"),
        (LINE.encode() + b'{"id": "b", "input": "\xff"}', ":2", "byte 53 of it is 0xFF"),
        ("\n  \n", "cases.jsonl", "The dataset holds no case."),
        ("", "cases.jsonl", "The dataset holds no case."),
    ],
)
def test_bad_lines(tmp_path: Path, cases: str | bytes, where: str, said: str) -> None:
    message = refused(folder(tmp_path, cases))
    assert "cases.jsonl" in message
    assert where in message
    assert said in message


@pytest.mark.parametrize(
    ("card", "where", "said"),
    [
        ("tittle: x", "dataset.yaml:1: tittle", "Did you mean “title”?"),
        ("task: chatt", "dataset.yaml:1: task", "Did you mean “chat”?"),
        ("segments: [a]", "dataset.yaml:1: segments", "Expected a mapping, not a list."),
        ("fields: {inpt: x}", "dataset.yaml:1: fields.inpt", "Did you mean “input”?"),
        ("- a", "dataset.yaml:1", "A card is a mapping"),
        ("", "dataset.yaml", "The file is empty."),
        ("name: ' '", "dataset.yaml:1: name", "The name is empty."),
    ],
)
def test_bad_cards(tmp_path: Path, card: str, where: str, said: str) -> None:
    message = refused(folder(tmp_path, card=card))
    assert where in message
    assert said in message


def test_a_date_needs_no_quotes(tmp_path: Path) -> None:
    assert load_dataset(folder(tmp_path, card="as_of: 2026-11-01")).card.as_of == "2026-11-01"


def test_listed_segments_are_held(tmp_path: Path) -> None:
    card = "segments: {billing: Money, account: Access}"
    fine = '{"id": "a", "input": "x", "segment": "billing"}\n{"id": "b", "input": "x"}\n'
    assert len(load_dataset(folder(tmp_path, fine, card)).cases) == 2
    message = refused(folder(tmp_path, fine + '{"id": "c", "input": "x", "segment": "biling"}', card))
    assert "cases.jsonl:3: segment: The card lists no segment “biling”. Did you mean “billing”?" in message


@pytest.mark.parametrize("key", ["input", "question", "prompt", "query", "Question"])
@pytest.mark.parametrize("answer", ["reference", "ideal", "answer", "expected", "target"])
def test_usual_names_are_recognised(tmp_path: Path, key: str, answer: str) -> None:
    row = {key: "How?", answer: "So.", "case_id": 7, "extra": [1]}
    (case,) = load_dataset(bare(tmp_path, "x.jsonl", json.dumps(row))).cases
    assert (case.id, case.input, case.reference, case.metadata) == ("7", "How?", "So.", {"extra": [1]})


def test_a_field_map_with_dotted_paths(tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "How?"}], "out": {"ideal": ["So.", "Thus."]}, "a.b": "seg"}
    path = bare(tmp_path, "x.jsonl", json.dumps(row))
    fields = FieldMap(input="messages.0.content", reference="out.ideal.-1", segment="a.b")
    (case,) = load_dataset(path, fields).cases
    assert (case.input, case.reference, case.segment, case.metadata) == ("How?", "Thus.", "seg", {})
    assert "nothing at `messages.3.content`" in refused(path, FieldMap(input="messages.3.content"))


def test_a_field_map_in_the_card(tmp_path: Path) -> None:
    path = folder(tmp_path, '{"q": {"text": "How?"}, "n": 1}', "fields: {input: q.text}")
    (case,) = load_dataset(path).cases
    assert (case.input, case.metadata) == ("How?", {"n": 1})


def test_made_ids_stay_the_same_wherever_the_row_stands(tmp_path: Path) -> None:
    rows = ["question,answer", "How?,So.", "Why?,Thus."]
    first = load_dataset(bare(tmp_path, "x.csv", "\n".join(rows)))
    second = load_dataset(bare(tmp_path, "x.csv", "\n".join([rows[0], "", rows[2], rows[1]])))
    assert {c.id: c.input for c in first.cases} == {c.id: c.input for c in second.cases}
    assert MADE_IDS in (first.card.description or "")
    message = refused(bare(tmp_path, "x.csv", "\n".join([*rows, rows[1]])))
    assert "x.csv:4: id: The row says the same as line 2." in message


def test_csv_guesses_no_types(tmp_path: Path) -> None:
    text = '\ufeffid,input,score,tags,contexts\r\n007,"a ""q"",\r\nb",1.50,"x, y","[""one"", ""two""]"\r\n8,=1+1,,,\r\n'
    first, second = load_dataset(bare(tmp_path, "x.csv", text)).cases
    assert (first.id, first.input, first.metadata) == ("007", 'a "q",\r\nb', {"score": "1.50"})
    assert first.tags == ("x", "y")
    assert first.contexts == (Context(id="1", text="one"), Context(id="2", text="two"))
    assert (second.id, second.input, second.metadata) == ("8", "=1+1", {})


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('id,input\na,x\nb,"y\nc,z\n', ":3", "A quote is opened here and never closed"),
        ('id,input\na,"x"y\n', ":2", "A quote ends in the middle of a cell."),
        ("id,input\na,x\n\nb,y,z\n", ":4", "The row has 3 cells, the header names 2."),
        ("id,input\na\n", ":2", "The row has 1 cells, the header names 2."),
        ("id;input\na;x\n", ":1", "separated by semicolons"),
        ("id,input,id\na,x,b\n", ":1: id", "Two columns are called “id”."),
        ("id,,input\na,x,b\n", ":1", "Column 2 has no name."),
        ("id,input\na,x\na,y\n", ":3: id", "The id “a” is already used in line 2."),
        ("id,text\na,x\n", ":2: input", "The row has no input. Known names are input, question"),
        ("id,input\na,x\nb,\n", ":3: input", "The input is empty."),
        ("id,question,prompt\na,x,y\n", ":2: question", "Both “question” and “prompt” could be the input."),
        ("id,input,kind\na,x,odd\n", ":2: kind", "Expected golden, typical"),
        ('id,input,contexts\na,x,"[1"\n', ":2: contexts", "look like JSON but are not"),
        ("id,input\n", "x.csv", "The dataset holds no case."),
        ("", "x.csv", "The dataset holds no case."),
    ],
)
def test_bad_csv(tmp_path: Path, text: str, where: str, said: str) -> None:
    message = refused(bare(tmp_path, "x.csv", text))
    assert where in message
    assert said in message


def test_a_cell_may_be_longer_than_the_csv_module_likes(tmp_path: Path) -> None:
    (case,) = load_dataset(bare(tmp_path, "x.csv", f"id,input\na,{'x' * 300_000}\n")).cases
    assert len(case.messages[0].content) == 300_000


def test_documents(tmp_path: Path) -> None:
    listed = load_dataset(bare(tmp_path, "x.yaml", "- {id: a, input: Hi}\n- {id: b, question: Ho}\n"))
    assert [case.input for case in listed.cases] == ["Hi", "Ho"]
    whole = load_dataset(bare(tmp_path, "y.json", '{"title": "T", "fields": {"input": "q"}, "cases": [{"q": "Hi"}]}'))
    assert (whole.card.name, whole.card.title, whole.cases[0].input) == ("y", "T", "Hi")


@pytest.mark.parametrize(
    ("name", "text", "where", "said"),
    [
        ("x.yaml", "- id: a\n  input: x\n- id: b\n  input: x\n  kind: odd\n", ":5: [1].kind", "Expected golden"),
        (
            "x.yaml",
            "title: x\ncases:\n  - id: a\n    input: x\n    segment: z\nsegments: {y: Y}",
            ":5: cases[0].segment",
            "“z”",
        ),
        (
            "x.yaml",
            "cases:\n  - id: a\n    input: x\n    checks:\n      - kind: contains\n        anny: [x]\n",
            ":6: cases[0].checks[0].anny",
            "“any”",
        ),
        ("x.yaml", "title: x\n", ":1: cases", "There are no cases here."),
        ("x.yaml", "- a\n", ":1: [0]", "A case is a mapping"),
        ("x.yaml", "cases: {a: b}\n", ":1: cases", "A list of cases"),
        ("x.json", '[{"id": "a", "input": "x"},\n {"id": "a", "input": "y"}]', ":2: [1].id", "already used in line 1"),
        ("x.json", "[]", "x.json", "The dataset holds no case."),
        ("x.txt", "a", "x.txt", "The file is no dataset. Known endings are .jsonl"),
    ],
)
def test_bad_documents(tmp_path: Path, name: str, text: str, where: str, said: str) -> None:
    message = refused(bare(tmp_path, name, text))
    assert where in message
    assert said in message


def test_a_folder_without_card_or_cases(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "cases.csv").write_text("id,input\na,x\n")
    assert "There are both cases.jsonl and cases.csv. Keep one of them." in refused(path)
    (path / "cases.jsonl").unlink()
    assert load_dataset(path).cases[0].id == "a"
    (path / "cases.csv").unlink()
    assert "cases.jsonl: There is no such file." in refused(path)
    (path / "dataset.yaml").unlink()
    assert "dataset.yaml: There is no such file." in refused(path)
    assert "There is no such file." in refused(tmp_path / "nothing.csv")


def test_the_card_is_read_without_the_cases(tmp_path: Path) -> None:
    assert load_card(folder(tmp_path, "not JSON", "title: T")).title == "T"


def test_cases_are_streamed_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    with path.open("w") as file:
        for n in range(3000):
            file.write(json.dumps({"id": f"c{n}", "input": "x" * 2000}) + "\n")
    tracemalloc.start()
    try:
        count = sum(1 for _ in iter_cases(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 3000
    assert peak < 3_000_000, "the file alone has 6 MB"

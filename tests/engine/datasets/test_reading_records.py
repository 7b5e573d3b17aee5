"""What is wrong in a file is told by file, line, field, what was expected, and what was perhaps meant."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.datasets.reading import read_document, read_record
from tiebreak.datasets.reading.jsontext import line_in_json, read_json
from tiebreak.datasets.reading.located import field_name, loc_of
from tiebreak.errors import InputError, WorkspaceError
from tiebreak.records import Config, Policy


def refused(tmp_path: Path, text: str | bytes, record: type = Policy, name: str = "p.yaml") -> InputError:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(WorkspaceError) as caught:
        read_record(record, read_document(path, WorkspaceError))
    assert caught.value.path == str(path)
    return caught.value


def test_a_wrong_value_deep_inside(tmp_path: Path) -> None:
    error = refused(tmp_path, "name: p\ngates:\n  human:\n    - id: a\n      metric: win_rate\n      at_least: 95 %\n")
    assert error.where == f"{tmp_path}/p.yaml:6: gates.human[0].at_least"
    assert error.message == "Expected a number, not “95 %”."
    assert error.hint == "For 95 % write 0.95."


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("name: p\nform: {vot: off}", ":2: form", "`off` without quotes"),
        ("name: p\nform: {vot: 'off'}", ":2: form.vot", "no field “vot” here. Did you mean “vote”?"),
        ("name: p\nform: {vote: requird}", ":2: form.vote", "required, optional or off, not “requird”. Did you mean"),
        ("name: p\ngates: {humn: []}", ":2: gates.humn", "offline, human or online, not “humn”. Did you mean “human”?"),
        ("name: p\ngates: {human: {id: a}}", ":2: gates.human", "Expected a list, not a mapping."),
        ("name: p\ngates: {human: [a]}", ":2: gates.human[0]", "Expected a mapping, not “a”."),
        ("name: 7", ":1: name", "Expected text, not 7. Put it in quotes: '7'."),
        ("name: true", ":1: name", "Expected text, not true. Put it in quotes: 'true'."),
        ("name:", ":1: name", "Expected text, not nothing."),
        ("name: p\nmax_skipped: '0.5'", ":2: max_skipped", "Write 0.5, without quotes."),
        ("name: p\nmax_skipped: true", ":2: max_skipped", "Expected a number, not true."),
        ("description: x", ": name", "The field “name” is missing."),
        ("- a\n- b", ":1", "Expected a mapping with name, description"),
    ],
)
def test_one_finding(tmp_path: Path, text: str, where: str, said: str) -> None:
    error = refused(tmp_path, text)
    assert where in str(error)
    assert said in str(error)


def test_several_findings_are_told_at_once_but_not_endlessly(tmp_path: Path) -> None:
    fields = "\n".join(f"wrong{n}: 1" for n in range(7))
    error = refused(tmp_path, f"max_skipped: x\n{fields}")
    assert error.line == 2
    assert "Also line 3, wrong1: There is no field “wrong1” here." in error.message
    assert error.message.endswith("And 4 more.")


def test_of_a_union_only_the_kind_that_is_meant_is_talked_about(tmp_path: Path) -> None:
    error = refused(tmp_path, "name: c\ntarget:\n  kind: model\n  model: 3\n", Config)
    assert "RecordingTarget" not in str(error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf# only a comment\r\n", "The file is empty."),
        (b"name: p\r\ndescription: \xff", ":2: The file is not UTF-8: byte 23 of it is 0xFF. Save it as UTF-8."),
        ("name: p".encode("utf-16"), "The file is UTF-16"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in str(refused(tmp_path, content))


def test_a_byte_order_mark_and_crlf_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: p\r\ndescription: |\r\n  a\r\n  b\r\n")
    assert read_record(Policy, read_document(path, WorkspaceError)).description == "a\nb\n"


def test_files_that_are_not_there_or_none(tmp_path: Path) -> None:
    (tmp_path / "ship.yaml").write_text("x: 1")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(WorkspaceError, match=r"no such file.*Did you mean “ship\.yaml”"):
        read_document(tmp_path / "shipp.yaml", WorkspaceError)
    with pytest.raises(WorkspaceError, match="This is a folder; a file is expected"):
        read_document(tmp_path / "folder.yaml", WorkspaceError)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.symlink_to(path)
    with pytest.raises(WorkspaceError, match="The file cannot be read"):
        read_document(path, WorkspaceError)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('{"name": "p",\n "form": {"vote": "requird"}}', ":2: form.vote", "Did you mean “required”"),
        ('{"name": "p",\n "name": "q"}', ":2: name", "stands twice"),
        ('{"name": "p",\n "form": }', ":2", "not JSON"),
        ('{"max_skipped": NaN}', "", "NaN is not a number"),
        ('{"max_skipped": 1e999}', "", "too large a number"),
        ("[" * 100_000, "", "nesting is too deep"),
        ('{"name": "\\ud800"}', ":1: name", "half a surrogate pair"),
        ('{"name": "p",\n"max_skipped": 36893488147419103232}', ":2: max_skipped", "does not fit into 64 bits"),
        ("  \n", "", "The file is empty."),
    ],
)
def test_json_documents(tmp_path: Path, text: str, where: str, said: str) -> None:
    error = refused(tmp_path, text, name="p.json")
    assert where in str(error)
    assert said in str(error)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{[,:]} é\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('k"\\:{', max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_lines_in_json_are_where_the_values_are(value: object) -> None:
    import json

    text = json.dumps(value, indent=1)
    assert read_json(text) == value
    lines = text.split("\n")
    pending: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    while pending:
        loc, part = pending.pop()
        line = lines[line_in_json(text, loc) - 1].strip()
        key = f"{json.dumps(loc[-1])}: " if loc and isinstance(loc[-1], str) else ""
        assert line.startswith(key + json.dumps(part)[:1])
        if isinstance(part, dict):
            pending += [((*loc, k), v) for k, v in part.items()]  # pyright: ignore[reportUnknownVariableType]
        elif isinstance(part, list):
            pending += [((*loc, i), v) for i, v in enumerate(part)]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def test_field_names_and_their_inverse() -> None:
    loc = ("gates", "human", 0, "at_least")
    assert field_name(loc) == "gates.human[0].at_least"
    assert loc_of(field_name(loc)) == loc

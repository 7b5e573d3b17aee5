"""Cases that are saved are read back as they were, and a failed save changes nothing."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.datasets import case_line, iter_cases, load_dataset, write_cases
from tiebreak.datasets.cases import case_from
from tiebreak.datasets.reading import Located
from tiebreak.datasets.reading.jsontext import read_json
from tiebreak.datasets.writing import amend_case
from tiebreak.errors import DatasetError
from tiebreak.records import Case, CheckSpec, Context, Message

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CASES = st.builds(
    Case,
    id=st.from_regex(r"[a-z0-9-]{1,10}", fullmatch=True),
    input=TEXT | st.lists(st.builds(Message, role=st.just("user"), content=TEXT), min_size=1, max_size=3).map(tuple),
    reference=st.none() | TEXT,
    contexts=st.lists(st.builds(Context, id=TEXT, text=TEXT, title=st.none() | TEXT), max_size=2).map(tuple),
    expect=st.sampled_from(["answer", "refuse"]),
    kind=st.sampled_from(["golden", "typical"]),
    segment=st.none() | TEXT,
    tags=st.lists(TEXT, max_size=2).map(tuple),
    checks=st.sampled_from(
        [(), (CheckSpec(id="contains", kind="contains", params={"any": ["x"]}),), (CheckSpec(id="r", kind="refusal"),)]
    ),
    metadata=st.dictionaries(TEXT, st.integers(-9, 9) | TEXT, max_size=2),
)


def case(case_id: str, **rest: str) -> Case:
    return Case(id=case_id, input="Hello", **rest)  # type: ignore[arg-type]  # only text fields are given


@given(CASES)
def test_a_line_is_read_back_as_the_case_it_was(written: Case) -> None:
    line = case_line(written)
    assert "\n" not in line
    assert case_from(Located(read_json(line), "x", DatasetError, lambda _: 1)) == written


def test_a_line_says_only_what_is_not_usual() -> None:
    assert case_line(case("a")) == '{"id": "a", "input": "Hello"}'
    checked = Case(id="a", input="é", checks=(CheckSpec(id="k", kind="contains", params={"any": ["x"]}),))
    assert case_line(checked) == '{"id": "a", "input": "é", "checks": [{"kind": "contains", "id": "k", "any": ["x"]}]}'


def test_a_dataset_is_made_and_added_to(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "saved: no"
    file = write_cases(folder, [case("a"), case("b")])
    assert file == folder / "cases.jsonl"
    write_cases(folder, [case("c")])
    dataset = load_dataset(folder)
    assert dataset.card.name == "saved: no"
    assert [c.id for c in dataset.cases] == ["a", "b", "c"]


def test_a_file_without_a_last_line_end_is_not_run_together(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(case_line(case("a")))
    write_cases(path, [case("b")])
    assert [c.id for c in iter_cases(path)] == ["a", "b"]


def test_nothing_is_written_unless_all_can_be(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    file = write_cases(folder, [case("a")])
    before = file.read_bytes()
    with pytest.raises(DatasetError, match=r"cases\.jsonl: id: The id “a” is already in line 1\."):
        write_cases(folder, [case("b"), case("a")])
    with pytest.raises(DatasetError, match="The id “b” is given twice"):
        write_cases(folder, [case("b"), case("b")])
    with pytest.raises(DatasetError, match="half a surrogate pair"):
        write_cases(folder, [Case(id="b", input="\ud800")])
    (folder / "dataset.yaml").write_text("segments: {x: X}")
    with pytest.raises(DatasetError, match="The card lists no segment “y”"):
        write_cases(folder, [case("b", segment="y")])
    assert file.read_bytes() == before


def test_datasets_that_cannot_be_added_to(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,input\na,b\n")
    with pytest.raises(DatasetError, match="cannot be added to a file of this kind"):
        write_cases(tmp_path / "x.csv", [case("a")])
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "dataset.yaml").write_text("fields: {input: q}")
    with pytest.raises(DatasetError, match="foreign format"):
        write_cases(folder, [case("a")])
    (folder / "cases.csv").write_text("q\nx\n")
    with pytest.raises(DatasetError, match=r"are in cases\.csv"):
        write_cases(folder, [case("a")])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=r"The cases cannot be saved: Not a directory\."):
        write_cases(tmp_path / "file" / "set", [case("a")])


def test_a_write_that_fails_half_way_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_cases(tmp_path / "set", [case("a")])
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DatasetError, match="No space left"):
        write_cases(tmp_path / "set", [case("b")])
    assert file.read_bytes() == before


def test_a_case_is_amended_in_its_own_line(tmp_path: Path) -> None:
    file = write_cases(tmp_path / "set", [case("a"), case("b"), case("c")])
    # A person's own way of writing, which must not change under their hands.
    lines = file.read_bytes().replace(b'": ', b'":   ').split(b"\n")
    file.write_bytes(b"\n".join(lines))
    assert amend_case(tmp_path / "set", replace(case("b"), reference="Two.")) == file
    after = file.read_bytes().split(b"\n")
    assert [n for n, (old, new) in enumerate(zip(lines, after, strict=True)) if old != new] == [1]
    assert [c.reference for c in load_dataset(tmp_path / "set").cases] == [None, "Two.", None]


def test_a_case_that_is_not_there_cannot_be_amended(tmp_path: Path) -> None:
    file = write_cases(tmp_path / "set", [case("a")])
    before = file.read_bytes()
    with pytest.raises(DatasetError, match="There is no case “b”"):
        amend_case(tmp_path / "set", case("b"))
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["new\tcase", "new\ncase", " ", "x" * 201])
def test_no_case_is_written_that_could_not_be_read(tmp_path: Path, name: str) -> None:
    file = write_cases(tmp_path / "set", [case("a")])
    before = file.read_bytes()
    with pytest.raises(DatasetError, match="An id is 1 to 200 visible characters"):
        write_cases(tmp_path / "set", [case("b"), case(name)])
    assert file.read_bytes() == before


def test_two_who_save_and_amend_at_once_both_find_their_work(tmp_path: Path) -> None:
    write_cases(tmp_path / "set", [case("a")])
    names = [f"c{n}" for n in range(8)]
    threads = [threading.Thread(target=write_cases, args=(tmp_path / "set", [case(name)])) for name in names]
    threads += [
        threading.Thread(target=amend_case, args=(tmp_path / "set", replace(case("a"), tags=(f"t{n}",))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cases = load_dataset(tmp_path / "set").by_id
    assert sorted(cases) == ["a", *names]
    assert cases["a"].tags


def test_two_who_save_at_once_both_find_their_case(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(8)]
    threads = [threading.Thread(target=write_cases, args=(tmp_path / "set", [case(name)])) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(c.id for c in load_dataset(tmp_path / "set").cases) == names

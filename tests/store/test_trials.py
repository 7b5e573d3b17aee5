"""Answers kept beside any session, by the fingerprint of their request."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.stored import new_session, response_of
from tiebreak.errors import StoreError
from tiebreak.records import Cost, Response, ResponseError, ToolCall
from tiebreak_store.trials import FILE, KeptFinding, TrialFile

NEW = new_session()
ANSWER = replace(
    response_of(NEW, "candidate", 0),
    fingerprint="f" * 64,
    text="odd \ud83e, a NUL \0 and 東京",
    cost=Cost(usd=0.1, source="config"),
    tool_calls=(ToolCall(id="1", name="look_up", arguments="{}"),),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def kept(path: Path, fingerprint: str = ANSWER.fingerprint) -> Response | None:
    file = TrialFile.open(path)
    try:
        return file.find(fingerprint)
    finally:
        file.close()


def test_an_answer_comes_back_as_it_was_and_a_later_one_takes_its_place(path: Path) -> None:
    file = TrialFile.open(path)
    file.keep(ANSWER)
    assert file.find(ANSWER.fingerprint) == ANSWER
    assert file.find("0" * 64) is None
    file.keep(replace(ANSWER, text="later"))
    file.close()
    found = kept(path)
    assert found is not None
    assert found.text == "later"


@pytest.mark.parametrize(
    "answer",
    [
        replace(ANSWER, status="incomplete", fault="infra"),
        replace(ANSWER, status="error", fault="target", error=ResponseError(code="request", message="no")),
        replace(ANSWER, status="interrupted", fault="user"),
        replace(ANSWER, fingerprint=""),
    ],
)
def test_what_came_to_no_end_is_asked_again(path: Path, answer: Response) -> None:
    file = TrialFile.open(path)
    file.keep(answer)
    assert file.find(answer.fingerprint) is None
    file.close()


def test_every_text_of_an_answer_comes_back(path: Path) -> None:
    odd = replace(ANSWER, tool_calls=(ToolCall(id="\udc00", name="\U0010ffff", arguments='"\ud83d"'),), finish="\ud83d")
    file = TrialFile.open(path)
    file.keep(odd)
    file.close()
    assert kept(path) == odd


def test_an_answer_of_another_form_is_asked_for_again(path: Path) -> None:
    file = TrialFile.open(path)
    file.keep(ANSWER)
    file._connection.execute("UPDATE trial SET response = '{}'")  # pyright: ignore[reportPrivateUsage]
    assert file.find(ANSWER.fingerprint) is None
    file.close()


def test_a_damaged_file_is_made_anew(path: Path) -> None:
    path.write_bytes(b"no database at all" * 400)
    assert kept(path) is None
    file = TrialFile.open(path)
    file.keep(ANSWER)
    file.close()
    assert kept(path) == ANSWER


def test_a_folder_in_its_place_is_said(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="trials"):
        TrialFile.open(path)


def test_what_was_found_of_a_case_comes_back_in_order(path: Path) -> None:
    odd = KeptFinding("rerun", "q \ud83e", '{"n": 2}')
    file = TrialFile.open(path)
    file.keep_findings(("a", "b"), [KeptFinding("bisect", "q-0", '{"n": 1}'), odd])
    file.keep_findings(("a", "b"), [KeptFinding("rerun", "q-0", '{"n": 3}')])
    file.close()
    file = TrialFile.open(path)
    assert [one.told for one in file.findings("a", "b", "q-0")] == ['{"n": 1}', '{"n": 3}']
    assert file.findings("a", "b", odd.case_id) == [odd]
    assert file.findings("b", "a", "q-0") == []
    file.close()


def test_a_file_of_before_keeps_its_answers(path: Path) -> None:
    file = TrialFile.open(path)
    file.keep(ANSWER)
    file._connection.execute("DROP TABLE finding")  # pyright: ignore[reportPrivateUsage]
    file.close()
    assert kept(path) == ANSWER

"""Out of Triage: the link of a case, an answer and a prompt in the user's own editor."""

import base64
import shlex
from pathlib import Path

import pytest

from support.commands import run_process
from support.editors import editor
from support.triage_app import LONG, A, B, triaging
from tiebreak_tui.dialogs.confirm import TellDialog


async def test_the_link_of_a_case_is_the_command_that_shows_it(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with triaging(folder) as (seat, screen):
        assert screen.detail is not None
        session, case = screen.triage.b.session_id, screen.detail.case.id
        await seat.press("L")
        link = f"tiebreak show {session} {case} -w {folder}"
        await seat.until(lambda: seat.app.clipboard == link)
        await seat.sees(f"tiebreak show {session} {case}")
        sent = f"\x1b]52;c;{base64.b64encode(link.encode()).decode()}\a"
        log = seat.terminal.log
        log[:] = ["".join(log).replace(sent, "")]  # the one sequence of ours; the rest must be harmless
    told = await run_process(tmp_path, *shlex.split(link)[1:])
    assert A[case] in told.out
    assert B[case].split(".")[0] in told.out


async def test_an_answer_and_a_prompt_are_read_in_the_editor(tmp_path: Path) -> None:
    seen, environ = editor(tmp_path / "bin")
    async with triaging(tmp_path / "ws", environ=environ) as (seat, screen):
        assert screen.detail is not None
        case = screen.detail.case
        await seat.press("O")
        await seat.until(lambda: seen.exists() and LONG.strip() in seen.read_text())
        path, mode, *_ = seen.read_text().splitlines()
        assert mode == "400"
        assert path.endswith("answer-B.md")
        await seat.until(lambda: not Path(path).parent.exists())
        await seat.press("tab", "E")
        await seat.until(lambda: f"user:\n{case.question}" in seen.read_text())
        assert seen.read_text().splitlines()[0].endswith("prompt-A.md")
        await seat.press("O")
        await seat.until(lambda: A[case.id] in seen.read_text())


@pytest.mark.parametrize("key", ["O", "E"])
async def test_without_an_editor_it_says_how_to_set_one(tmp_path: Path, key: str) -> None:
    async with triaging(tmp_path / "ws") as (seat, _):
        await seat.press(key)
        await seat.reaches(TellDialog)
        await seat.sees("No editor is set.", "export EDITOR=nano")

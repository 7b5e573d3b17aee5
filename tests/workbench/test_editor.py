"""A text that goes through the user's editor comes back as it was left there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.editors import editor
from tiebreak.errors import UsageError
from tiebreak_workbench.editor import edit_text, view_text

ODD = "a\r\nb\rc\n\ud83d\udc80 ⟨ é\x1b\x00"


def test_line_ends_and_lone_surrogates_come_back(tmp_path: Path) -> None:
    _, environ = editor(tmp_path)
    assert edit_text(ODD, "p.md", environ) == ODD
    _, environ = editor(tmp_path, appends="more")
    assert edit_text(ODD, "p.md", environ) == f"{ODD}more"


def test_a_lone_surrogate_may_be_read_in_the_editor(tmp_path: Path) -> None:
    seen, environ = editor(tmp_path)
    view_text(ODD, "a.txt", environ)
    assert ODD.encode("utf-8", "surrogatepass") in seen.read_bytes()


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    _, environ = editor(tmp_path)

    def latin(command: Sequence[str]) -> int:
        Path(command[-1]).write_bytes("é".encode("latin-1"))
        return 0

    with pytest.raises(UsageError, match="not UTF-8; nothing was taken over"):
        edit_text("e", "p.md", environ, latin)

import os
from pathlib import Path

import pytest

from support.commands import CommandLine, environment
from support.workspaces import make_workspace


@pytest.fixture
def tiebreak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in an empty folder of a machine without keys."""
    folder = tmp_path / "here"
    folder.mkdir()
    for name in [name for name in os.environ if name.endswith(("_KEY", "_TOKEN"))]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(folder)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def small(tiebreak: CommandLine) -> Path:
    """The same with the small workspace in it."""
    return make_workspace(Path())

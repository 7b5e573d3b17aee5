"""A workspace begins whole, teaches its format, and replaces nothing."""

import errno
from pathlib import Path

import pytest

from tiebreak.errors import WorkspaceError
from tiebreak.gates import validate_policy
from tiebreak.workspace import Workspace, init, init_blank, init_sample, is_empty
from tiebreak.workspace.scaffold import sample_folder


def errors(workspace: Workspace) -> list[str]:
    entries = (*workspace.datasets, *workspace.configs, *workspace.policies)
    return [str(entry.error) for entry in entries if entry.error is not None]


def test_init_gives_a_workspace_that_works(tmp_path: Path) -> None:
    folder = init(tmp_path / "new" / "shop")
    workspace = Workspace.open(folder)
    assert errors(workspace) == []
    assert [entry.name for entry in workspace.configs] == ["a", "b"]
    dataset = workspace.load_dataset("first")
    assert len(dataset.cases) == 3
    assert [f for f in validate_policy(workspace.load_policy("ship"), dataset) if f.level == "error"] == []
    assert (folder / ".gitignore").read_text().splitlines()[-1] == ".tiebreak/"


def test_init_teaches_by_comments(tmp_path: Path) -> None:
    folder = init(tmp_path)
    for name in ("datasets/first/dataset.yaml", "configs/a.yaml", "policies/ship.yaml"):
        assert (folder / name).read_text().count("#") >= 4


def test_the_sample_is_copied_whole(tmp_path: Path) -> None:
    workspace = Workspace.open(init_sample(tmp_path / "demo"))
    assert errors(workspace) == []
    assert len(workspace.load_dataset("support-desk").cases) >= 80
    for config in workspace.configs:
        workspace.load_config(config.name)
    source = {path.relative_to(sample_folder()) for path in sample_folder().rglob("*") if path.is_file()}
    assert {path for path in source if ".tiebreak" not in path.parts} <= {
        path.relative_to(workspace.folder) for path in workspace.folder.rglob("*")
    }
    assert not (workspace.folder / ".tiebreak").exists()


def test_what_is_there_is_added_to_but_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".gitignore").write_text("*.log")
    init(tmp_path)
    assert (tmp_path / ".gitignore").read_text().startswith("*.log\n")
    assert ".tiebreak/" in (tmp_path / ".gitignore").read_text()
    before = (tmp_path / ".gitignore").read_text()
    init(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == before, "a second time changes nothing"
    (tmp_path / "configs" / "a.yaml").write_text("mine")
    (tmp_path / "configs" / "b.yaml").unlink()
    with pytest.raises(WorkspaceError, match=r"already holds configs/a\.yaml, which would be replaced"):
        init(tmp_path)
    assert not (tmp_path / "configs" / "b.yaml").exists(), "nothing is written unless all can be"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_blank_one_holds_sessions_only(tmp_path: Path) -> None:
    folder = init_blank(tmp_path / "spot")
    assert init_blank(folder) == folder
    assert is_empty(folder)


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="The workspace cannot be written: Not a directory") as caught:
        init(tmp_path / "file" / "shop")
    assert caught.value.hint == "Choose a folder that you may write to."


def test_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: int = 0, parents: bool = False, exist_ok: bool = False) -> None:
        # Root may write anywhere, so the refusal has to come from here.
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(WorkspaceError, match="The workspace cannot be written: Permission denied"):
        init(tmp_path / "shop")

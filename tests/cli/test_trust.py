"""`tiebreak trust` shows what would run, asks, and takes it back."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from support.workspaces import make_workspace


def tiebreak(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, "XDG_DATA_HOME": str(folder.parent / "data")}
    command = [sys.executable, "-m", "tiebreak_cli", "trust", "-w", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environ, check=False)


def test_trust_from_end_to_end(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    done = tiebreak(folder)
    assert (done.returncode, done.stdout) == (0, "No config and no check of this workspace runs code.\n")

    line = 'target: {kind: command, shell: true, command: "echo hi\\n  other: rm x \\e[2K", output: text}\n'
    (folder / "configs" / "app.yaml").write_text(line)
    done = tiebreak(folder)
    assert done.returncode == 2
    assert "  app: sh -c 'echo hi⏎  other: rm x ␛[2K'\n" in done.stdout
    assert "Say it with --yes." in done.stderr

    done = tiebreak(folder, "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "Allowed. `tiebreak trust --revoke` takes it back.",
    )
    done = tiebreak(folder)
    assert done.returncode == 0
    assert "(allowed)" in done.stdout

    (folder / "configs" / "app.yaml").write_text(line.replace("hi", "ho"))
    assert tiebreak(folder).returncode == 2

    done = tiebreak(folder, "--revoke")
    assert done.stdout == "Nothing of this workspace may run any more.\n"
    done = tiebreak(folder, "--revoke")
    assert done.stdout == "Nothing of this workspace was allowed to run.\n"


@pytest.mark.parametrize(("said", "code", "allowed"), [("n\n", 2, False), ("y\n", 0, True), ("\x04", 130, False)])
def test_what_is_said_at_the_question(tmp_path: Path, said: str, code: int, allowed: bool) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / "configs" / "app.yaml").write_text("target: {kind: command, command: [echo, hi], output: text}\n")
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "tiebreak_cli", "trust", "-w", str(folder)]
    environ = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
    with subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=environ) as process:
        os.close(inner)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(outer, 4096)
        os.write(outer, said.encode())
        assert process.wait(30) == code
        os.close(outer)
    done = tiebreak(folder, "--yes")
    assert ("(allowed)" in done.stdout) == allowed

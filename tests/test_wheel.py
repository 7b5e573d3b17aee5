"""What users install: the wheel, built, put into a clean environment and run from somewhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = ROOT / ".tools" / "bin" / "uv"


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    finished = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**clean, **environ}, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr + finished.stdout
    return finished.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and the locked dependencies, nothing else."""
    if not UV.exists():
        pytest.skip("the installer is not set up; run `make test`")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", cwd=ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    python = folder / "env" / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "env", cwd=folder, UV_PYTHON_DOWNLOADS="never")
    install = (UV, "pip", "install", "--quiet", "--python", python)
    run(*install, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=folder)
    run(*install, "--no-deps", wheel, cwd=folder)
    return python.parent


def test_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    from tiebreak import __version__

    assert run(installed / "tiebreak", "--version", cwd=tmp_path).strip() == f"tiebreak {__version__}"


def test_it_carries_the_sample_and_runs_it_without_a_terminal(installed: Path, tmp_path: Path) -> None:
    result = json.loads(run(installed / "tiebreak", "demo", "--headless", "--json", cwd=tmp_path, HOME=str(tmp_path)))
    assert result["planned"] >= 80
    assert result["settled"] == result["planned"]
    assert {gate["status"] for gate in result["gates"]} >= {"pass", "fail"}


def test_it_installs_nothing_under_a_name_that_others_may_own(installed: Path) -> None:
    (site,) = installed.parent.glob("lib/python3.*/site-packages")
    names = {path.name for path in site.iterdir()}
    assert names >= {"tiebreak", "tiebreak_store", "tiebreak_workbench", "tiebreak_tui", "tiebreak_cli"}
    assert not names & {"tui", "store", "engine", "datasets", "tests"}

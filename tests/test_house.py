"""Rules of the house that no linter knows: file sizes, what a start may import, and what may never be tracked."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("engine", "store", "tui", "tests", "bench")
HEAVY = (
    "textual", "litellm", "numpy", "scipy", "pydantic", "aiohttp", "sqlite_utils", "yaml", "jinja2", "jsonschema",
    "sacrebleu", "detect_secrets", "phonenumbers", "py3langid", "textstat", "zstandard",
)  # fmt: skip


def python_files() -> list[Path]:
    return [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in python_files() if (n := len(p.read_text().splitlines())) > 400}
    assert not long, "split these by idea"


def modules_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running `code`."""
    script = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split()[-1000:])


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import tiebreak.records, tiebreak.errors", set[str]()),
        ("import tiebreak_store", set[str]()),
        ("import tiebreak_cli.commands", set[str]()),
        ("import tiebreak_tui.app", {"textual"}),
    ],
)
def test_a_start_imports_nothing_heavy(code: str, allowed: set[str]) -> None:
    assert modules_after(code) & set(HEAVY) <= allowed


def test_help_needs_neither_records_nor_an_event_loop() -> None:
    """Together they would cost half as much again as all of `tiebreak --help`."""
    modules_after("import sys, tiebreak_cli.commands; assert not {'asyncio', 'tiebreak.records'} & {*sys.modules}")


def test_a_whole_session_never_imports_litellm() -> None:
    loaded = modules_after(
        "import tiebreak_workbench.workbench, tiebreak_workbench.demo, tiebreak_tui.screens.arena, tiebreak_cli.demo"
    )
    assert "litellm" not in loaded


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_registry_or_a_home_folder() -> None:
    words = re.compile("|".join(("files.python" + "hosted", "pypi" + r"\.org", "registry.npm" + "js", "/ro" + "ot/")))
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix not in (".png", ".svg", ".zip") and words.search(path.read_text(errors="ignore"))
    ]
    assert not found
    assert ROOT / "uv.lock" not in tracked_files()


def test_locked_requirements_carry_hashes_only() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "--index-url" not in text
        assert "://" not in text, f"{lock.name} names a host"

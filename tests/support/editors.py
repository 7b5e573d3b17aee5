"""Editors for tests: real programs, which read their file, write down what they saw, and may change it."""

from collections.abc import Mapping
from pathlib import Path


def editor(folder: Path, *, appends: str = "", fails: bool = False) -> tuple[Path, Mapping[str, str]]:
    """A script that is an editor; returns where it writes down the file's path, mode and text, and the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    seen, script = folder / "seen.txt", folder / "edit.sh"
    lines = [
        "#!/bin/sh",
        f'printf "%s\\n" "$1" > "{seen}"',
        f'stat -c %a "$1" >> "{seen}" 2>/dev/null || stat -f %Lp "$1" >> "{seen}"',
        f'cat "$1" >> "{seen}"',
        *([f"printf '%s' '{appends}' >> \"$1\""] if appends else []),
        *(["exit 3"] if fails else []),
    ]
    script.write_text("\n".join(lines) + "\n")
    script.chmod(0o755)
    return seen, {"EDITOR": str(script), "PATH": "/usr/bin:/bin"}

"""Kinds of checks that a package brings."""

from pathlib import Path


def install(folder: Path, name: str, value: str) -> None:
    """What `pip install` leaves of a package: its entry points."""
    info = folder / f"{name}_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tiebreak.checks]\n{name} = {value}\n")

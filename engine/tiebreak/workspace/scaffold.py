"""How a workspace begins: with commented examples, with the bundled sample, or with nothing but its housekeeping."""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from tiebreak.checks.parse import nearest
from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.workspace.policies import POLICIES
from tiebreak.workspace.workspace import HOUSEKEEPING

SAMPLE = "support-desk"
TEMPLATE = Path(__file__).parent / "template"
CHECKLISTS = Path(__file__).parent / "checklists"
"""Policies that come with Tiebreak, for whoever wants one."""
GITIGNORE = ".gitignore"


def init(folder: Path) -> Path:
    """Write a first dataset, two configs and a policy, commented so that they teach the format; returns the folder.

    Files that are there already are left alone, and nothing is written where one of ours would replace one of them.

    Raises:
        WorkspaceError: for a file in the way, or a folder that cannot be written.
    """
    return _write(folder, _tree(TEMPLATE))


def init_sample(folder: Path) -> Path:
    """Copy the bundled sample workspace; as `init`."""
    return _write(folder, {**_tree(sample_folder()), "gitignore": (TEMPLATE / "gitignore").read_bytes()})


def init_blank(folder: Path) -> Path:
    """Make a folder that holds sessions and nothing else; as `init`, but one that is there already is fine."""
    return _write(folder, {"gitignore": (TEMPLATE / "gitignore").read_bytes()})


def add_checklist(folder: Path, name: str) -> Path:
    """Copy a bundled policy into the policies of a folder; returns its file there.

    Raises:
        UsageError: where there is none of this name.
        WorkspaceError: for a file in the way, or a folder that cannot be written.
    """
    known = _tree(CHECKLISTS)
    content = known.get(f"{name}.yaml")
    if content is None:
        raise UsageError(
            f"There is no policy “{name}” to copy.", hint=nearest(name, [Path(file).stem for file in known])
        )
    file = f"{POLICIES}/{name}.yaml"
    return _write(folder, {file: content, "gitignore": (TEMPLATE / "gitignore").read_bytes()}) / file


def sample_folder() -> Path:
    """Where the bundled sample is: inside the package once installed, at the root of a checkout otherwise.

    Raises:
        WorkspaceError: where this installation came without it.
    """
    # The installed package holds code and samples in one folder `datasets`, so only the sample itself tells.
    checkout = Path(__file__).parents[3]
    for home in (Path(str(files("tiebreak"))), checkout):
        if (home / "datasets" / SAMPLE).is_dir():
            return home / "datasets" / SAMPLE
    raise WorkspaceError("This installation came without the sample workspace.", hint="Install it again.")


def _tree(root: Path) -> dict[str, bytes]:
    """Relative path → content."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
    }


def _write(folder: Path, tree: Mapping[str, bytes]) -> Path:
    contents = {name: content for name, content in tree.items() if name != "gitignore"}
    try:
        in_the_way = [name for name, content in contents.items() if _differs(folder / name, content)]
        if in_the_way:
            more = f" and {len(in_the_way) - 1} more" if len(in_the_way) > 1 else ""
            message = f"The folder already holds {in_the_way[0]}{more}, which would be replaced."
            raise WorkspaceError(message, path=str(folder.resolve()), hint="Choose an empty folder.")
        for name, content in contents.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.write_bytes(content)
        folder.mkdir(parents=True, exist_ok=True)
        _ignore_housekeeping(folder / GITIGNORE, tree["gitignore"])
    except OSError as problem:
        place = problem.filename or folder
        reason = problem.strerror or str(problem)
        hint = "Choose a folder that you may write to."
        raise WorkspaceError(f"The workspace cannot be written: {reason}.", path=str(place), hint=hint) from None
    return folder


def _differs(path: Path, content: bytes) -> bool:
    """Whether something else is there; a broken link counts."""
    if not os.path.lexists(path):
        return False
    return not path.is_file() or path.read_bytes() != content


def _ignore_housekeeping(path: Path, content: bytes) -> None:
    """Keep the database out of Git, beside whatever else is kept out."""
    old = path.read_bytes() if path.exists() else b""
    if f"{HOUSEKEEPING}/".encode() not in old.split():
        path.write_bytes(old + (b"\n" if old and not old.endswith(b"\n") else b"") + content)

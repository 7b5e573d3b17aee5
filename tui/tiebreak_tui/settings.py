"""What a user has chosen for every workspace: a folder of their own with `keys.toml` and `settings.toml`."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

SETTINGS = "settings.toml"
HEAD = "# Written by Tiebreak when a theme is chosen in the palette (ctrl+p).\n"


def settings_folder(environ: Mapping[str, str]) -> Path:
    """`$XDG_CONFIG_HOME/tiebreak`, or `~/.config/tiebreak`."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "tiebreak"


def remembered_theme(environ: Mapping[str, str]) -> str | None:
    """The theme that was chosen last; None where there is none, or none that can be read."""
    try:
        text = (settings_folder(environ) / SETTINGS).read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return None
    import tomllib  # where there is nothing to read, the first frame does without

    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    theme = entries.get("theme")
    return theme if isinstance(theme, str) else None


def remember_theme(environ: Mapping[str, str], theme: str) -> None:
    """Keep the chosen theme; other lines of the file stay. The file is replaced whole or not at all.

    Raises:
        OSError: where the folder cannot be written to.
    """
    import json  # not needed for a first frame

    path = settings_folder(environ) / SETTINGS
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        lines = [HEAD]
    except UnicodeDecodeError:
        lines = [HEAD]  # nothing in it that could be kept
    kept = [line for line in lines if line.partition("=")[0].strip() != "theme"]
    # A file of the same folder, so that it can take the old one's place in one step.
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f"{SETTINGS}.", delete=False) as file:
        file.writelines([f"theme = {json.dumps(theme)}\n", *kept])
    try:
        Path(file.name).replace(path)
    except OSError:
        Path(file.name).unlink()
        raise

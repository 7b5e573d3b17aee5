"""Configs as a session sets them down: with the content of their recordings."""

from dataclasses import replace
from pathlib import Path

from tiebreak.records import Config, RecordingTarget
from tiebreak.targets.recording_file import hash_of


def pinned(config: Config, folder: Path) -> Config:
    """The config with the hash of its recording, unless it has one or replays none; `folder` is where its path starts.

    Raises:
        WorkspaceError: for a recording that cannot be read.
    """
    target = config.target
    if not isinstance(target, RecordingTarget) or target.sha256 is not None:
        return config
    return replace(config, target=replace(target, sha256=hash_of(folder / target.path)))

"""What checks may ask of the world; `tiebreak.session.outside` does it, so that checks stay free of processes."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tiebreak.records import ModelTarget


class Ran(NamedTuple):
    """How a program ended: its exit code, or minus the signal that ended it."""

    code: int
    stdout: bytes
    stderr: bytes


class Moderated(NamedTuple):
    """What a content-safety model says of a text."""

    flagged: bool
    scores: Mapping[str, float]
    """Category → 0..1."""


class Outside(Protocol):
    """Every method raises `CheckUnavailable` where it cannot be done: not trusted, not there, crashed, too late."""

    async def run(self, command: tuple[str, ...] | str, stdin: bytes, seconds: float) -> Ran:
        """Run a program by its words, or a line of the shell, in the workspace's folder, to its end."""
        ...

    async def call(self, name: str, request: bytes, seconds: float) -> object:
        """Call a Python function of the workspace, `module:name`, in a helper process; returns what JSON has of its
        result."""
        ...

    async def moderate(self, model: ModelTarget, text: str, seconds: float) -> Moderated:
        """Ask a moderation model through LiteLLM."""
        ...

    async def close(self) -> None:
        """End what was started."""
        ...

"""What checks may ask of the world; `tiebreak.session.outside` does it, so that checks stay free of processes."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tiebreak.records import Case, ModelTarget, Response


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


class Judged(NamedTuple):
    """What a judge says of one answer."""

    verdict: str
    """A word, or a whole number of the scale."""
    scale: tuple[int, int]
    about: str
    """What it cost, which version of which judge it was, its reasons, and the reply as it came, cut to a length."""


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

    async def ask_judge(
        self,
        name: str,
        criteria: str,
        case: Case,
        response: Response,
        *,
        scored: bool,
        seconds: float,
        version: str | None,
    ) -> Judged:
        """Ask a judge of the workspace, as it was in a `version`, about one answer, by these criteria: for points of
        its scale where `scored`, else whether the answer is compliant. What it says that cannot be read is no
        verdict."""
        ...

    async def close(self) -> None:
        """End what was started."""
        ...

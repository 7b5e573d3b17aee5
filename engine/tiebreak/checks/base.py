"""What a check is: a frozen dataclass whose fields are its parameters, and one method that judges one answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.examples import Answer, Example
from tiebreak.checks.outside import Outside
from tiebreak.records import Case, Response

__all__ = ["Answer", "AwaitedCheck", "BaseCheck", "Check", "CheckUnavailable", "Example", "Outside", "Verdict"]


class CheckUnavailable(Exception):
    """A check that can say neither yes nor no of this answer; the message says why. Its result is an `error`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one answer. `value` runs from 0 to 1; unless given it follows from the status."""

    status: Literal["pass", "fail", "not_applicable"]
    detail: str = ""
    value: float | None = None

    @classmethod
    def of(cls, passed: bool, detail: str = "") -> "Verdict":
        """`detail` explains a failure; a pass needs no words."""
        return cls("pass", value=1.0) if passed else cls("fail", detail, 0.0)

    @classmethod
    def scored(cls, value: float, at_least: float, detail: str = "") -> "Verdict":
        """A score from 0 to 1, and whether it is enough; `detail` is kept either way."""
        return cls("pass" if value >= at_least else "fail", detail, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCheck(ABC):
    """What all checks have in common. Derive from `Check` or, where judging has to wait, from `AwaitedCheck`.

    A check's docstring is what users read of it, its first paragraph alone in lists. `__post_init__` raises
    `ValueError` for parameters that make no sense together. Broken answers never reach a check: they fail all of them.
    What a check raises besides `CheckUnavailable` becomes an `error` of this one result.
    """

    kind: ClassVar[str]
    example: ClassVar[Example]
    library: ClassVar[str | None] = None
    """A module that may be missing, and the extra of Tiebreak that brings it; looked for when a file is read."""
    extra: ClassVar[str | None] = None

    spelled: ClassVar[Mapping[str, str]] = {}
    """Parameters that have another name in files than here, where the class has something else of that name."""
    from_file: ClassVar[str | None] = None
    """A parameter, a mapping, that may also be the name of a file which holds it."""

    @classmethod
    def entry(cls, _row: Mapping[str, object], /) -> tuple[str, object]:
        """Name and value of one entry of `from_file`, where the file is a list.

        Raises:
            ValueError: for a row that is none; says what is expected.
        """
        raise ValueError(f"The file is a mapping, not a list, for the check “{cls.kind}”.")

    @property
    def runs_patterns(self) -> bool:
        """Whether it runs patterns of the user, each of which may take its second of processor time on any answer."""
        return False

    def of_broken(self, _case: Case, _response: Response, why: str, /) -> Verdict:
        """What is said of an answer that is broken, which no check is put to."""
        return Verdict.of(False, why)

    def load(self) -> None:
        """Import whatever is slow to import. Called before the first answer, never on an event loop."""
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(BaseCheck):
    """A check that is a pure function of the case and the answer."""

    @abstractmethod
    def judge(self, case: Case, response: Response, /) -> Verdict:
        """Judge one whole answer.

        Raises:
            CheckUnavailable: when this answer cannot be judged.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedCheck(BaseCheck):
    """A check that asks something outside this process, and waits for what it says."""

    @abstractmethod
    async def judge(self, case: Case, response: Response, outside: Outside, /) -> Verdict:
        """As `Check.judge`; `outside` runs programs and asks models."""

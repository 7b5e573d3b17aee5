"""What a check is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from tiebreak.records import Case, Response
from tiebreak.records.cases import Expectation


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A check at work: parameters, an answer that passes and one that fails. Shown to users and tried by the tests."""

    params: Mapping[str, object] = field(default_factory=dict[str, object])
    passes: str
    fails: str
    reference: str | None = None
    expect: Expectation = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(ABC):
    """One kind of check; a subclass is a frozen dataclass whose fields are the parameters.

    Its docstring is what `tiebreak` shows of it. `__post_init__` raises `ValueError` for parameters that make no sense
    together. Broken answers never reach a check: they fail all of them.
    """

    kind: ClassVar[str]
    example: ClassVar[Example]

    @abstractmethod
    def judge(self, case: Case, response: Response, /) -> Verdict:
        """Judge one whole answer.

        Raises:
            CheckUnavailable: when this answer cannot be judged.
        """

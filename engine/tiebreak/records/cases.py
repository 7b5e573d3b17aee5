"""What is asked: cases and the dataset that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from tiebreak.records.canonical import LATER, version_of

CaseKind = Literal["golden", "typical", "boundary", "adversarial", "regression"]
Expectation = Literal["answer", "refuse"]
Role = Literal["system", "user", "assistant", "tool"]
TaskType = Literal["retrieval_qa", "classification", "summarization", "agent", "chat", "code"]

FORBID_UNKNOWN: dict[str, object] = {"extra": "forbid"}
"""Set as `__pydantic_config__` of every record read from a file, so that a typo is refused, never ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: Role
    content: str

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A passage given to the model, or fetched by it, beside the question."""

    id: str
    text: str
    title: str | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check as asked for: its kind, its parameters, and the id that gates call it by (the kind unless given)."""

    id: str
    kind: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    @property
    def version(self) -> str:
        """SHA-256 of kind and parameters; the id is only a name."""
        return version_of({"kind": self.kind, "params": self.params})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCall:
    """A tool call that a good answer makes. Without `arguments` any will do; else they are exactly these."""

    name: str
    arguments: Mapping[str, object] | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test input."""

    id: str
    input: str | tuple[Message, ...]
    reference: str | None = None
    contexts: tuple[Context, ...] = ()
    expect: Expectation = "answer"
    kind: CaseKind = "typical"
    segment: str | None = None
    tags: tuple[str, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    group: str | None = field(default=None, metadata=LATER)
    """What the case shares with others, such as a source document or the case it is a variant of: cases of one group
    are no independent evidence, and statistics average them before they count them."""
    accepted: tuple[str, ...] = field(default=(), metadata=LATER)
    """Answers as good as the reference."""
    relevant: tuple[str, ...] = field(default=(), metadata=LATER)
    """Ids of the passages that hold the answer, or of their documents: `kb-05` stands for every `kb-05#n`."""
    points: tuple[str, ...] = field(default=(), metadata=LATER)
    """What a complete answer mentions."""
    tool_calls: tuple[ExpectedCall, ...] = field(default=(), metadata=LATER)
    """The tool calls of a good answer, in their order."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    @property
    def unit(self) -> tuple[str, str]:
        """What the case counts as: its group, or else itself; a group and a case of one name stay apart."""
        return ("group", self.group) if self.group is not None else ("case", self.id)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The input as messages; plain text is one user message."""
        return (Message(role="user", content=self.input),) if isinstance(self.input, str) else self.input

    @property
    def question(self) -> str:
        """The last user text: what a list or a header shows."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def version(self) -> str:
        return version_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCard:
    """`dataset.yaml`: what the set is, for whom, and as of when."""

    name: str
    title: str | None = None
    description: str | None = None
    task: TaskType = "chat"
    licence: str | None = None
    as_of: str | None = None
    kpi: str | None = None
    notice: str | None = None
    """Shown wherever the set is shown, such as "answers written for the demo"."""
    segments: Mapping[str, str] = field(default_factory=dict[str, str])
    """Segment name → what it holds; empty means any segment is allowed."""
    metrics: tuple[str, ...] = field(default=(), metadata=LATER)
    """Names such as `recall@5`; without any those of the task are taken."""
    strata: str | None = field(default=None, metadata=LATER)
    """What a sample of the cases is drawn by in proportion, `none` for plainly; see `tiebreak.stats.strata`."""

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A card and its cases, in file order."""

    card: DatasetCard
    cases: tuple[Case, ...]

    @cached_property
    def version(self) -> str:
        """SHA-256 over the card and the cases by id: reordering lines makes no new version, an edit does."""
        return version_of({"card": self.card, "cases": sorted(self.case_versions.items())})

    @cached_property
    def case_versions(self) -> Mapping[str, str]:
        """Id of a case → its version, which is not worked out twice."""
        return {case.id: case.version for case in self.cases}

    @cached_property
    def by_id(self) -> Mapping[str, Case]:
        return {case.id: case for case in self.cases}

"""What every importer yields: typed rows, in the order of the file, and what could not be taken.

An importer is a `Tool`: how its files are recognised, and a generator of rows. It keeps nothing but what it needs to
name things; whoever reads it twice gets the same rows twice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiebreak.datasets.import_rows import PairOrder
from tiebreak.records import Case, CheckSpec, Response, Vote

if TYPE_CHECKING:
    from tiebreak.imports.reading import Source

KIND = "imported"
"""The kind of the checks that another tool put: no policy can ask for it, so no gate counts it."""
RAW = 2_000
"""Characters of a row that are kept where it is not taken."""
BLANK = Response(id="", run_id="", case_id="", case_hash="", fingerprint="", status="ok", started_at="")
"""A response that nothing is known of. Without a fingerprint it is never taken for the answer to a later request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What was asked. `line` is the line, or the number of the record from 1."""

    line: int
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRow:
    """What answered, as far as the tool recorded it."""

    name: str
    model: str | None = None
    system: str | None = None
    prompt: str | None = None
    """The template of the prompt, in the words of the tool."""
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a check or a scorer of the tool says of an answer. `passed` is None for a score without a mark to reach."""

    name: str
    passed: bool | None
    score: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """One answer of a config to a case; `response` lacks the ids alone. A further one is a further sample."""

    line: int
    case: str
    config: str
    response: Response
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVote:
    """A person's choice between the answers of configs `a` and `b`."""

    line: int
    case: str
    a: str
    b: str
    vote: Vote
    rater: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVerdict:
    """A judge's choice between the answers of configs `a` and `b`."""

    line: int
    case: str
    a: str
    b: str
    verdict: Vote
    judge: str
    reply: str | None = None
    order: PairOrder | None = None
    """Which answer the judge read first, where the pair was judged in both orders: that of `a` (`ab`) or of `b`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabel:
    """What a person said of one answer, under a name such as `helpful`."""

    line: int
    case: str
    config: str
    name: str
    value: str
    rater: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that cannot be taken, and why."""

    line: int
    reason: str
    raw: str = ""


Row = CaseRow | ConfigRow | GivenAnswer | GivenVote | GivenVerdict | GivenLabel | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An importer."""

    name: str
    title: str
    """What it reads, in a few words."""
    suits: "Callable[[Source], bool]"
    """Whether a file is surely of this tool; never true of a plain file of answers."""
    rows: "Callable[[Source], Iterator[Row]]"
    """Raises an ImportFormatError for a file that is not what it should be."""
    comes: str
    """What comes along, for docs and `--help`."""
    stays: str
    """What cannot."""


def spec_of(tool: str, name: str) -> CheckSpec:
    """The check under which what a tool said is kept, apart from our own."""
    return CheckSpec(id=f"{tool}/{name}", kind=KIND, params={"name": name, "tool": tool})

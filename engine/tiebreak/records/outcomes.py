"""What a run made of one case, without texts: what two runs are compared by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiebreak.records.responses import CheckStatus, ResponseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What one version of a check or a metric says of an answer."""

    check_id: str
    check_hash: str
    status: CheckStatus
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A counting response, as far as it is compared."""

    response_id: str
    sample: int
    status: ResponseStatus
    broken: bool
    usd: float | None = None
    components: Mapping[str, float] = field(default_factory=dict[str, float])
    """What the parts of the cost come to, where the app says."""
    ttft: float | None = None
    total: float | None = None
    """Seconds; None where they were not taken in this run."""
    completion_tokens: int | None = None
    scores: tuple[Scored, ...] = ()
    """In the order of recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """One case of one run. Without `answers`, `excluded` says how the last attempt ended."""

    case_id: str
    case_hash: str
    answers: tuple[Counted, ...] = ()
    """By sample: of each the first attempt that neither the infrastructure nor the user ended."""
    excluded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A run under a name. Without a run the name was taken away."""

    name: str
    run_id: str | None
    at: str
    """UTC, ISO 8601."""

"""The rows of `tiebreak import --what judgments`: a judge's verdicts with their state, order and repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiebreak.datasets.import_rows import BY_QUESTION, Side
from tiebreak.records.judges import JudgeKind, JudgmentStatus, Order

JUDGMENT_ALIASES: Mapping[str, tuple[str, ...]] = {
    "case": ("case_id", "id", "question_id", "prompt_id", "idx", BY_QUESTION),
    "verdict": ("winner", "preference", "label", "choice", "score"),
    "judge": ("judge_model", "annotator"),
    "version": ("judge_version", "judge_hash"),
    "side": ("arm",),
    "order": ("swap", "swapped"),
    "state": ("status",),
    "reasons": ("explanation", "reason", "reasoning"),
    "replies": ("reply", "raw", "completion"),
    "model": ("requested_model",),
    "cost": ("cost_usd", "usd"),
}
"""Other names of a field that are recognised without a map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentRow:
    """What one question to a judge gave. US dollars and seconds; None is not told, and "" says nothing."""

    line: int
    case: str
    verdict: str | int | float | None = None
    """As the file has it: a word for a side or of the kind, a point, a share; None where the judge gave none."""
    state: JudgmentStatus | None = None
    judge: str | None = None
    version: str | None = None
    """SHA-256 of the judge."""
    kind: JudgeKind | None = None
    """A pair's, unless told; with a side, a rubric's."""
    side: Side | None = None
    """Whose answer was judged; None for a pair."""
    dimension: str | None = None
    order: Order | None = None
    repeat: int | None = None
    reasons: str | None = None
    problem: str | None = None
    replies: tuple[str, ...] = ()
    model: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    cost: float | None = None
    cost_source: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    usage_source: str | None = None
    seconds: float | None = None
    at: str | None = None
    seal: str | None = None
    nonce: str | None = None
    fingerprint: str | None = None
    reused_from: str | None = None
    """The judgment that it was taken over from."""
    claims: tuple[Mapping[str, object], ...] = ()
    definition: Mapping[str, object] | None = None
    """The judge whole; once for each version is enough."""

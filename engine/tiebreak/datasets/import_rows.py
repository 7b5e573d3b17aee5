"""The rows that plain import knows, and the words it takes for a vote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiebreak.records import Context, Vote
from tiebreak.records.canonical import LATER

Side = Literal["A", "B"]
PairOrder = Literal["ab", "ba"]
ORDER_WORDS: Mapping[str, PairOrder] = {
    **dict.fromkeys(("ab", "a", "original", "false"), "ab"),
    **dict.fromkeys(("ba", "b", "swapped", "true"), "ba"),
}
"""An order as others write it, in lower case; `true` and `false` say whether it was swapped."""


BY_QUESTION = "the question"
"""How the id of a case is called that was made from its question, where a row has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """An answer that was given elsewhere. Seconds and US dollars; None is not told."""

    line: int
    case: str
    text: str
    config: str | None = None
    side: Side | None = None
    model: str | None = None
    system_fingerprint: str | None = None
    ttft: float | None = None
    latency: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    contexts: tuple[Context, ...] = field(default=(), metadata=LATER)
    """Passages that came with the answer, the best first."""
    retrieved: tuple[Context, ...] = field(default=(), metadata=LATER)
    """The same by their ids alone, or ids for `contexts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow:
    """A person's vote on a pair."""

    line: int
    case: str
    vote: Vote
    rater: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """A judge's verdict on a pair."""

    line: int
    case: str
    verdict: Vote
    judge: str | None = None
    reply: str | None = None
    """What the judge wrote."""
    order: PairOrder | None = None
    """Which answer the judge read first, where it was asked in both orders: A's (`ab`) or B's."""


VOTE_WORDS: Mapping[str, Vote] = {
    # Tiebreak's own words, and sides by place
    **dict.fromkeys(("a", "left", "baseline", "first"), "A"),
    **dict.fromkeys(("b", "right", "candidate", "second"), "B"),
    **dict.fromkeys(("tie", "draw", "equal", "same", "both good", "both_good"), "tie"),
    **dict.fromkeys(("both_bad", "both bad", "bothbad"), "both_bad"),
    # numbered sides: PandaLM, LLMBar, AlpacaEval
    **dict.fromkeys(("1", "output_1", "output1", "response_1", "response1", "model_1"), "A"),
    **dict.fromkeys(("2", "output_2", "output2", "response_2", "response2", "model_2"), "B"),
    "0": "tie",
    # Chatbot Arena
    **dict.fromkeys(("model_a", "[[a]]", "a>b", "a>>b"), "A"),
    **dict.fromkeys(("model_b", "[[b]]", "b>a", "b>>a"), "B"),
    **dict.fromkeys(("[[c]]", "a=b", "b=a"), "tie"),
    **dict.fromkeys(("tie (bothbad)", "tie (both bad)"), "both_bad"),
}
"""A vote as others write it, in lower case → ours. What is not here is refused, never guessed."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "case": ("case_id", "id", "question_id", "prompt_id", "idx", BY_QUESTION),
    "text": ("answer", "response", "output", "completion"),
    "config": ("config_name",),
    "side": ("arm", "position"),
    "model": ("model_id", "served_model"),
    "latency": ("duration", "seconds", "total_seconds"),
    "ttft": ("time_to_first_token",),
    "prompt_tokens": ("input_tokens",),
    "completion_tokens": ("output_tokens", "tokens"),
    "cost": ("cost_usd", "usd"),
    "contexts": ("context", "retrieved_contexts", "passages"),
    "retrieved": ("retrieved_ids", "context_ids", "retrieved_context_ids"),
    "vote": ("winner", "preference", "label", "choice"),
    "rater": ("annotator", "annotator_id", "user"),
    "note": ("comment",),
    "verdict": ("winner", "preference", "label", "choice"),
    "judge": ("judge_model", "annotator", "model"),
    "order": ("swap", "swapped"),
    "reply": ("raw", "completion", "explanation", "reason", "reasoning"),
}
"""Other names of a field that are recognised without a map."""

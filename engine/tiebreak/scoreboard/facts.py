"""What is known of one case, kept without texts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tiebreak.records import Ballot, CheckResult, Presentation, Response, SessionRole, Timings


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, as far as it is counted."""

    id: str
    sample: int
    attempt: int
    excluded: bool
    broken: bool
    usd: float | None
    outcome: str
    """The error's code, or else the status."""
    times: Timings | None = None
    """Of an answer of a timed run; None where its times say nothing."""
    reused: bool = False
    served: str | None = None
    """The model that answered, as it named itself; None where that is not known, and for apps, which may use many."""
    fingerprint: str | None = None
    """The provider's system fingerprint, known where `served` could be."""
    stopped: bool = False
    """By the user, after its first token: they may have seen what they threw away."""

    @classmethod
    def of(cls, response: Response, *, timed: bool = False) -> "Answer":
        return cls(
            id=response.id,
            sample=response.sample,
            attempt=response.attempt,
            excluded=response.excluded,
            broken=response.broken,
            usd=response.cost.usd,
            outcome=response.error.code if response.error is not None else response.status,
            times=response.timings if timed else None,
            reused=response.reused_from is not None,
            served=response.served_model if response.requested_model is not None else None,
            fingerprint=response.system_fingerprint if response.requested_model is not None else None,
            stopped=response.fault == "user" and response.timings.ttft is not None,
        )


@dataclass(slots=True)
class CaseFacts:
    """Facts by id, so that one handed over twice is one."""

    answers: dict[SessionRole, dict[str, Answer]] = field(default_factory=dict[SessionRole, dict[str, Answer]])
    results: dict[tuple[str, str], CheckResult] = field(default_factory=dict[tuple[str, str], CheckResult])
    """By response and version of the check."""
    presentations: dict[str, Presentation] = field(default_factory=dict[str, Presentation])
    risky: dict[str, Presentation] = field(default_factory=dict[str, Presentation])
    """Those of the risk queue, kept apart from all that a rate or a mean is made of."""
    ballots: dict[str, dict[str, Ballot]] = field(default_factory=dict[str, dict[str, Ballot]])
    """By presentation, then by their own id."""


def counting_answers(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Of each sample the first attempt that was ended neither by infrastructure nor by the user, by sample.

    Later attempts are exploratory and never count.
    """
    counting: dict[int, Answer] = {}
    for answer in answers:
        known = counting.get(answer.sample)
        if not answer.excluded and (known is None or (answer.attempt, answer.id) < (known.attempt, known.id)):
            counting[answer.sample] = answer
    return tuple(counting[sample] for sample in sorted(counting))


def why_excluded(answers: Iterable[Answer], samples: int = 1) -> str | None:
    """How the latest attempt at the first sample ended that was tried and has no counting answer; None if there is no
    such sample among the planned ones."""
    attempts: dict[int, list[Answer]] = {}
    for answer in answers:
        attempts.setdefault(answer.sample, []).append(answer)
    for sample in range(samples):
        tried = attempts.get(sample, [])
        if tried and all(answer.excluded for answer in tried):
            return max(tried, key=lambda answer: (answer.attempt, answer.id)).outcome
    return None


def asked_again_after_stop(answers: Iterable[Answer]) -> bool:
    """Whether an attempt at sample 0 was stopped after its first token, and another one made that could count instead.

    What is stopped once a counting answer is there was exploratory, and changes nothing.
    """
    stopped = False
    for answer in sorted(answers, key=lambda answer: (answer.attempt, answer.id)):
        if answer.sample == 0:
            if stopped:
                return True
            if not answer.excluded:
                return False
            stopped = answer.stopped
    return False

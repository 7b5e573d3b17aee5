"""How often a judge will be asked for a session, and what that will cost, before it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tiebreak.amounts import money
from tiebreak.errors import PromptError
from tiebreak.gates.wording import plural
from tiebreak.judge import JudgeRenderer
from tiebreak.judge.forms import form_of
from tiebreak.judge.framing import FIXED
from tiebreak.judge.planning import orders_of
from tiebreak.judge.rendering import Shown
from tiebreak.records import Case, ModelTarget, RecordingTarget
from tiebreak.records.judges import Judge
from tiebreak.targets.prices import cost_of, price_of
from tiebreak.targets.providers import resolve
from tiebreak.targets.usage import BYTES_PER_TOKEN
from tiebreak.targets.usage import estimate as estimate_usage
from tiebreak_workbench.starting.estimate import ANSWER_TOKENS, SAMPLED

REPLY_TOKENS = 200
"""Assumed length of a verdict with its reasons."""
CLAIMS = 8
"""Assumed number of claims in an answer."""
ANSWER = "word " * (ANSWER_TOKENS * BYTES_PER_TOKEN // 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEstimate:
    """Of all cases, if none is left out; `usd` is None where no price is known."""

    calls: int
    usd: float | None
    free: bool = False
    """Recorded replies cost nothing."""

    def words(self, judge: Judge) -> str:
        """`preference: 160 calls, about $0.42`."""
        cost = "which cost nothing" if self.free else "no price is known"
        if self.usd is not None and not self.free:
            cost = f"about {money(self.usd)}"
        return f"{judge.name}: {plural(f'{self.calls:,}', 'call')}, {cost}"


def estimate_judging(judge: Judge, cases: Sequence[Case], environ: Mapping[str, str]) -> JudgeEstimate:
    """Calls to a judge for these cases and about what they cost: prompts as rendered, with answers of 400 tokens.

    Reads the price list, once.

    Raises:
        TargetError: where the model cannot be reached at all, such as for a missing key.
        PromptError: for a template that is none, or that fits none of the cases.
    """
    counts = [_calls(judge, case) for case in cases]
    calls = sum(counts)
    if isinstance(judge.target, RecordingTarget):
        return JudgeEstimate(calls=calls, usd=0.0, free=True)
    renderer = JudgeRenderer(judge)
    if not isinstance(judge.target, ModelTarget):
        return JudgeEstimate(calls=calls, usd=None)  # what an app costs, only the app can say
    endpoint = resolve(judge.target, environ)
    price = price_of(endpoint.price_id, judge.price) if endpoint.price_id else judge.price
    if price is None or not cases:
        return JudgeEstimate(calls=calls, usd=None)
    texts = (ANSWER,) * (2 if judge.kind == "pairwise" else 1)
    dimension = judge.dimensions[0] if judge.dimensions else None
    known: list[float] = []
    failure: PromptError | None = None
    for case, count in zip(cases[:SAMPLED], counts, strict=False):
        claims = ("a claim of some twelve words, as an answer may make them here",) * CLAIMS
        shown = Shown(case, texts, case.contexts, claims)
        per_question = 0.0
        try:
            for check in (False, True) if judge.kind == "faithfulness" else (False,):
                messages = renderer.messages(shown, dimension, form_of(judge), FIXED, schema=False, check=check)
                per_question += cost_of(estimate_usage(messages, REPLY_TOKENS * BYTES_PER_TOKEN), price).usd or 0.0
        except PromptError as error:
            failure = error
            continue
        known.append(per_question * count / (2 if judge.kind == "faithfulness" else 1))
    if failure is not None and not known:
        raise failure
    return JudgeEstimate(calls=calls, usd=sum(known) / len(known) * len(cases))


def words_before(
    judge: Judge,
    cases: Sequence[Case],
    environ: Mapping[str, str],
    *,
    sessions: int = 1,
    questions: int | None = None,
    judged: int = 0,
) -> str:
    """What to say before a judge is put to the answers of these cases, in so many sessions: `preference: 160 calls,
    about $0.42, if nothing is judged yet.` Where something is, `preference: 10 calls, about $0.03; of 160 questions,
    150 are already judged.` There are as many `questions` as the cases have, unless told.

    Raises:
        TiebreakError: as `estimate_judging` does.
    """
    one = estimate_judging(judge, cases, environ)
    each = 2 if judge.kind == "faithfulness" else 1
    every = one.calls * sessions
    asked = every // each if questions is None else questions
    calls = max(0, asked - judged) * each if judged or questions is not None else every
    usd = None if one.usd is None else one.usd * calls / one.calls if one.calls else 0.0
    told = replace(one, calls=calls, usd=usd).words(judge)
    if not judged:
        return f"{told}, if nothing is judged yet." if questions is None else f"{told}; nothing is judged yet."
    return f"{told}; of {plural(f'{asked:,}', 'question')}, {judged:,} {'is' if judged == 1 else 'are'} already judged."


def _calls(judge: Judge, case: Case) -> int:
    """Of one case, both of whose answers are whole."""
    if judge.kind == "reference" and case.reference is None:
        return 0
    if judge.kind == "pairwise":
        return len(orders_of(judge, case)) * judge.repeats
    each = 2 if judge.kind == "faithfulness" else 1
    return 2 * each * max(1, len(judge.dimensions)) * judge.repeats

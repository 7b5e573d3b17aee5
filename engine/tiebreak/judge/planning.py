"""What a judge is to be asked of a session: every question of every case, and what it cannot be asked."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tiebreak.records import ROLES, Case, Context, Response, SessionRole, digest
from tiebreak.records.judges import Judge, JudgeDimension, Order, Question
from tiebreak.records.policies import SIDES

Answers = Mapping[SessionRole, Mapping[str, Response]]
"""Role → case → its counting response. Light ones will do, but for faithfulness they need their contexts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a judge."""

    case: Case
    responses: tuple[str, ...]
    """Ids: baseline and candidate of a pair, or the one that is judged."""
    role: SessionRole | None
    """Whose answer it is; None for a pair."""
    order: Order
    repeat: int
    dimension: JudgeDimension | None = None

    @property
    def question(self) -> Question:
        """What it asks, as its judgment will have it."""
        return self.responses, self.order, self.repeat, self.dimension.name if self.dimension else None

    @property
    def place(self) -> str:
        """What a recording of replies calls it: `CASE/ab`, `CASE/A`, `CASE/B/tone`."""
        side = self.order if self.role is None else SIDES[self.role]
        return "/".join((self.case.id, side, *([self.dimension.name] if self.dimension else [])))


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why answers are not judged, with how many: pairs for a judge of pairs."""

    reasons: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.reasons.values())


def counting(responses: Iterable[Response], roles: Mapping[str, SessionRole]) -> dict[SessionRole, dict[str, Response]]:
    """The counting response of each case: the first attempt that neither infrastructure nor the user ended.

    `roles` are those of the session's runs, by run id.
    """
    found: dict[SessionRole, dict[str, Response]] = {role: {} for role in roles.values()}
    for response in responses:
        if response.run_id not in roles or response.excluded or response.sample != 0:
            continue
        known = found[roles[response.run_id]]
        earlier = known.get(response.case_id)
        if earlier is None or response.attempt < earlier.attempt:
            known[response.case_id] = response
    return found


def plan_asks(judge: Judge, cases: Sequence[Case], answers: Answers) -> tuple[list[Ask], Skipped]:
    """Every question, case by case, and what is left out. Repeats come last, so that a stopped run has whole rounds."""
    skipped: Counter[str] = Counter()
    asks: list[Ask] = []
    one = _pairs if judge.kind == "pairwise" else _single
    for repeat in range(judge.repeats):
        note: Callable[[str], None] = (lambda why: skipped.update([why])) if repeat == 0 else _say_nothing
        for case in cases:
            asks.extend(one(judge, case, answers, repeat, note))
    return asks, Skipped(dict(skipped))


def _say_nothing(why: str) -> None:
    """It was said in the first round."""


def _pairs(judge: Judge, case: Case, answers: Answers, repeat: int, note: Callable[[str], None]) -> Iterator[Ask]:
    pair = [answers.get(role, {}).get(case.id) for role in ROLES]
    whole = [response for response in pair if response is not None]
    if len(whole) < len(ROLES):
        return note("an answer is missing")
    if why := next(filter(None, map(_unfit, whole)), None):
        return note(why)
    for order in orders_of(judge, case):
        yield Ask(case=case, responses=tuple(r.id for r in whole), role=None, order=order, repeat=repeat)
    return None


def orders_of(judge: Judge, case: Case) -> tuple[Order, ...]:
    """Both, or one that is drawn for each case: neither side comes first more often than by chance."""
    if judge.both_orders:
        return "ab", "ba"
    drawn = digest(f"{judge.version}\n{case.version}".encode())
    return ("ab",) if int(drawn, 16) % 2 == 0 else ("ba",)


def _single(judge: Judge, case: Case, answers: Answers, repeat: int, note: Callable[[str], None]) -> Iterator[Ask]:
    for role in ROLES:
        response = answers.get(role, {}).get(case.id)
        if response is None:
            note("an answer is missing")
        elif why := _unfit(response) or _lacking(judge, case, response):
            note(why)
        else:
            for dimension in judge.dimensions or (None,):
                yield Ask(
                    case=case,
                    responses=(response.id,),
                    role=role,
                    order="single",
                    repeat=repeat,
                    dimension=dimension,
                )


def _unfit(response: Response) -> str | None:
    if response.broken:
        return "the answer is broken, which settles it without a judge"
    return None if response.status == "ok" else "there is a label without an answer"


def _lacking(judge: Judge, case: Case, response: Response) -> str | None:
    """What the kind needs and the case does not have."""
    if judge.kind == "reference" and case.reference is None:
        return "the case has no reference"
    if judge.kind == "faithfulness" and not passages_of(case, response):
        return "there is neither a passage nor a reference to hold the answer against"
    return None


def passages_of(case: Case, response: Response) -> tuple[Context, ...]:
    """What an answer has to be faithful to: the passages it was given, else the case's, else the reference."""
    reference = () if case.reference is None else (Context(id="reference", text=case.reference),)
    return response.contexts or case.contexts or reference

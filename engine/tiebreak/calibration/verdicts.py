"""What one version of a judge says of a case, in one word: the first round alone, both orders together.

Later rounds of the same question measure how steady the judge is. They never count, or a case that was asked again
would be judged by another rule than the rest.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from tiebreak.calibration.position import TIE, BothOrders
from tiebreak.records.judges import Judgment, JudgmentStatus, Order, Verdict

WIN_OF: Mapping[object, float] = {"A": 0.0, "tie": TIE, "B": 1.0, "both_bad": TIE}
"""What a verdict, or a vote, on a pair is worth to the candidate."""
UNREADABLE = "no valid verdict"


class Said(NamedTuple):
    """A judgment, as far as it is counted."""

    id: str
    case_id: str
    response_a: str
    response_b: str | None
    dimension: str | None
    order: Order
    repeat: int
    status: JudgmentStatus
    verdict: Verdict | None
    problem: str
    origin: str = ""
    """The judgment that was asked for: itself, or the one that it was taken over from. Labels have none."""

    @classmethod
    def of(cls, judgment: Judgment) -> "Said":
        return cls(
            judgment.id,
            judgment.case_id,
            judgment.response_a,
            judgment.response_b,
            judgment.dimension,
            judgment.order,
            judgment.repeat,
            judgment.status,
            judgment.verdict,
            judgment.problem,
            judgment.reused_from or judgment.id,
        )


class CaseVerdict(NamedTuple):
    """What counts of a judge for one case, or for one answer in one dimension."""

    value: Fraction | None
    """0, ½ or 1 for the candidate; a point of the scale; None where there is no valid verdict."""
    why: str = ""
    """Why there is none."""
    orders: BothOrders = BothOrders(None, None)
    """Of a pair: what it gave the candidate shown first, and shown second."""
    origins: frozenset[str] = frozenset()
    """The judgments that were asked for it, here or where it was taken over from."""


def answered(said: Iterable[Said], repeat: int = 0) -> dict[Order, Said]:
    """By order, what the judge said in one round: the first judgment that it answered, readable or not."""
    found: dict[Order, Said] = {}
    for one in sorted(said):
        if one.repeat == repeat and one.status != "error":
            found.setdefault(one.order, one)
    return found


def pair_verdict(said: Iterable[Said], *, both_orders: bool, repeat: int = 0) -> CaseVerdict | None:
    """The verdict on a pair from everything said of it; None while an order is still to be judged.

    Where the two orders differ it is a tie. Where one of them is not valid the case has no verdict.
    """
    found = answered(said, repeat)
    if not found or (both_orders and len(found) < 2):
        return None
    origins = frozenset(one.origin for one in found.values() if one.origin)
    if (unreadable := next((one for one in found.values() if one.status != "valid"), None)) is not None:
        return CaseVerdict(None, unreadable.problem or UNREADABLE, origins=origins)
    values = {order: WIN_OF[one.verdict] for order, one in found.items()}
    orders = BothOrders(values.get("ba"), values.get("ab"))
    distinct = set(values.values())
    return CaseVerdict(Fraction(distinct.pop() if len(distinct) == 1 else TIE), orders=orders, origins=origins)


def point_verdict(said: Iterable[Said], repeat: int = 0) -> CaseVerdict | None:
    """The point that an answer was given; None while it is still to be judged."""
    one = answered(said, repeat).get("single")
    if one is None:
        return None
    origins = frozenset(filter(None, (one.origin,)))
    if one.status != "valid" or isinstance(one.verdict, str) or one.verdict is None:
        return CaseVerdict(None, one.problem or UNREADABLE, origins=origins)
    return CaseVerdict(Fraction(one.verdict), origins=origins)

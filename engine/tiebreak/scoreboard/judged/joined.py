"""One case as people and a judge see it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple, Self

from tiebreak.calibration.verdicts import WIN_OF, CaseVerdict, Said, pair_verdict, point_verdict
from tiebreak.records import Ballot, Case, SessionRole
from tiebreak.records.judges import Order
from tiebreak.scoreboard.case import HALF, CaseState, Sheet
from tiebreak.scoreboard.case import Line as Scored
from tiebreak.scoreboard.effective import effective_ballots
from tiebreak.scoreboard.facts import CaseFacts

NOT_IMPORTED = "no verdict of it was imported"
JUDGE_RATER = "judge:"
"""How the id of a rater begins that is no person: its labels are verdicts."""
ORDER_OF_LABEL: Mapping[str | None, Order] = {"verdict": "single", "verdict/ab": "ab", "verdict/ba": "ba"}
"""What the dimension of a label says of the order in which a pair was judged."""
VOTE_WINS: Mapping[str, Fraction] = {
    "win": Fraction(1), "loss": Fraction(0), "tie": HALF, "both_bad": HALF,
}  # fmt: skip
NO_SHEETS: Mapping[str, Sheet] = MappingProxyType({})
NO_SCORES: Mapping[Scored, Fraction] = MappingProxyType({})

Place = Literal["settled", "labelled", "open", "skipped", "excluded"]


class Line(NamedTuple):
    """What is compared: votes, or the scores of one dimension of one side."""

    dimension: str | None = None
    role: SessionRole | None = None


class Rule(NamedTuple):
    """How the verdicts of a judge are read in a session, the same for every case."""

    version: str | None
    """The one in force; None where only its labels were imported, or nothing was said."""
    both_orders: bool
    outside: bool
    """Its verdicts were imported: what is not there will not come."""


class Stand(NamedTuple):
    """Where people stand on a case: of its state, what a judge is held against."""

    baseline: str | None = None
    """The counting answer that raters see."""
    candidate: str | None = None
    excluded: bool = False
    skipped: bool = False
    automatic: bool = False
    broken: frozenset[SessionRole] = frozenset()
    win: Fraction | None = None
    scores: Mapping[Scored, Fraction] = NO_SCORES
    sheets: Mapping[str, Sheet] = NO_SHEETS

    @classmethod
    def of(cls, state: CaseState) -> Self:
        shown = {role: own[0].id for role, own in state.counting.items()}
        return cls(
            shown.get("baseline"),
            shown.get("candidate"),
            bool(state.excluded),
            state.skipped,
            state.automatic,
            state.broken,
            state.win,
            state.scores or NO_SCORES,
            state.sheets or NO_SHEETS,
        )

    def answers(self, role: SessionRole | None) -> tuple[str, ...]:
        """What is judged: of a pair the baseline's answer first."""
        both = {"baseline": (self.baseline,), "candidate": (self.candidate,), None: (self.baseline, self.candidate)}
        return tuple(answer for answer in both[role] if answer is not None)


NOBODY = Stand()
"""Of a case that nothing is known of."""


class Joined(NamedTuple):
    """One case, or one answer to it."""

    case: Case
    place: Place
    """`settled` by a broken answer, which needs neither people nor a judge."""
    human: Fraction | None
    """The mean of the raters, or what the case is settled at."""
    label: Fraction | None
    """What most raters say; where there is no most, what their mean is nearest to."""
    raters: Mapping[str, Fraction]
    verdict: CaseVerdict | None
    """None where the judge is still to be asked."""
    responses: tuple[str, ...]
    """What was judged: of a pair the baseline's answer first."""


def join(case: Case, stand: Stand, said: Iterable[Said], line: Line, rule: Rule) -> Joined:
    """What people and a judge say of a case; `said` is everything that its version in force said of it."""
    responses = stand.answers(line.role)
    if line.role is None:
        own = [one for one in said if (one.response_a, one.response_b) == responses]
        verdict = pair_verdict(own, both_orders=rule.both_orders)
        raters = {r: VOTE_WINS[s.verdict] for r, s in stand.sheets.items() if s.verdict is not None}
        settled, human = stand.automatic, stand.win
    else:
        own = [one for one in said if (one.response_a,) == responses and one.dimension == line.dimension]
        verdict = point_verdict(own)
        place = (line.dimension or "", line.role)
        raters = {r: Fraction(s.scores[place]) for r, s in stand.sheets.items() if place in s.scores}
        settled, human = line.role in stand.broken, stand.scores.get(place)
    place_of: Place = (
        "excluded" if stand.excluded
        else "settled" if settled
        else "labelled" if human is not None
        else "skipped" if stand.skipped
        else "open"
    )  # fmt: skip
    if settled and human is None:
        human = Fraction(1)
    steps = (0, HALF, 1) if line.role is None else ()
    # Imported votes may be on broken answers as well: they say how people and judge agree, though not who won.
    label = most(list(raters.values()), steps) if raters and place_of in ("labelled", "settled") else None
    if verdict is None and rule.outside:
        verdict = CaseVerdict(None, NOT_IMPORTED)
    return Joined(case, place_of, human, label, raters, verdict, responses)


def imported(case_id: str, facts: CaseFacts, names: Collection[str]) -> dict[str, tuple[Said, ...]]:
    """Labels that are verdicts of a judge, as if they had been judged here."""
    found: dict[str, tuple[Said, ...]] = {}
    given: dict[str, list[tuple[Ballot, str, str | None]]] = {}
    for shown in facts.presentations.values():
        name = shown.rater_id.removeprefix(JUDGE_RATER)
        if not shown.rater_id.startswith(JUDGE_RATER) or name not in names:
            continue
        for ballot in effective_ballots(facts.ballots.get(shown.id, {}).values()):
            given.setdefault(name, []).append((ballot, shown.left_response, shown.right_response))
    for name, ballots in given.items():
        found[name] = tuple(
            Said(ballot.id, case_id, left, right, None, ORDER_OF_LABEL[ballot.dimension], 0, "valid", ballot.value, "")
            for ballot, left, right in ballots
            if ballot.kind == "label" and ballot.dimension in ORDER_OF_LABEL and ballot.value in WIN_OF
        )
    return {name: said for name, said in found.items() if said}


def most(values: Sequence[Fraction], steps: Sequence[Fraction | int] = ()) -> Fraction:
    """The value that most raters give; where several come first, the step nearest to the mean (a whole number where no
    steps are named), of two the lower one."""
    counts = Counter(values).most_common()
    if len(counts) == 1 or counts[0][1] > counts[1][1]:
        return counts[0][0]
    mean = sum(values, Fraction(0)) / len(values)
    whole = mean.numerator // mean.denominator
    return Fraction(min(steps or (whole, whole + 1), key=lambda step: (abs(step - mean), step)))

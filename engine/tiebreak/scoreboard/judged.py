"""What people and a judge say of the same cases, joined: what calibrated gates and calibration itself are made from."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from tiebreak.calibration.verdicts import WIN_OF, CaseVerdict, Said, pair_verdict, point_verdict
from tiebreak.records import Ballot, Case, SessionRole
from tiebreak.records.judges import Judge, Judgment, Order
from tiebreak.scoreboard.case import HALF, CaseState
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

Place = Literal["settled", "labelled", "open", "skipped", "excluded"]


class Line(NamedTuple):
    """What is compared: votes, or the scores of one dimension of one side."""

    dimension: str | None = None
    role: SessionRole | None = None


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


class JudgeBook:
    """Keeps what judges said in a session, by version. The order in which it is told makes no difference."""

    def __init__(self, names: Collection[str], plan: Mapping[str, Case]) -> None:
        """`names` are the judges whose imported labels are kept; `plan` is in its order."""
        self._names = frozenset(names)
        self._plan = plan
        self._judges: dict[str, Judge] = {}
        self._said: dict[str, dict[str, dict[str, Said]]] = {}
        """Version → case → id → what was said."""
        self._first: dict[str, str] = {}
        """Version → the id of its first judgment; ids sort by time."""
        self._labels: dict[str, Mapping[str, tuple[Said, ...]]] = {}
        """Case → name of the judge → its imported verdicts."""
        self._states: dict[str, CaseState] = {}

    def add_judge(self, judge: Judge) -> None:
        self._judges[judge.version] = judge

    def add_judgment(self, judgment: Judgment) -> None:
        version = judgment.judge_hash
        self._said.setdefault(version, {}).setdefault(judgment.case_id, {})[judgment.id] = Said.of(judgment)
        self._first[version] = min(judgment.id, self._first.get(version, judgment.id))

    def take(self, case_id: str, state: CaseState, facts: CaseFacts) -> None:
        """Where a case stands now."""
        self._states[case_id] = state
        self._labels[case_id] = imported(case_id, facts, self._names)

    def versions(self, name: str) -> list[Judge]:
        """The versions of a judge that judged here, by their first judgments. Verdicts of two are never mixed: the
        last one counts."""
        known = [v for v in self._first if v in self._judges and self._judges[v].name == name]
        return [self._judges[version] for version in sorted(known, key=self._first.__getitem__)]

    def in_force(self, name: str) -> Judge | None:
        """None where none judged here, or only its labels were imported."""
        return next(reversed(self.versions(name)), None)

    def heard(self, name: str) -> bool:
        """Whether a judge of that name said anything here."""
        return bool(self.versions(name)) or any(name in labels for labels in self._labels.values())

    def said(self, name: str, case_id: str) -> tuple[Said, ...]:
        """Everything that the version in force said of a case, or its imported labels."""
        judge = self.in_force(name)
        if judge is None:
            return self._labels.get(case_id, {}).get(name, ())
        return tuple(self._said[judge.version].get(case_id, {}).values())

    def joined(self, name: str, line: Line = Line()) -> Iterator[Joined]:  # noqa: B008  # a tuple, which nobody changes
        """Every case of the plan, in its order, as people and the judge see it."""
        judge = self.in_force(name)
        version = self._said[judge.version] if judge is not None else None
        from_outside = judge is None and self.heard(name)
        ordered = any(one.order != "single" for labels in self._labels.values() for one in labels.get(name, ()))
        both = judge.both_orders if judge is not None else ordered
        for case_id, case in self._plan.items():
            state = self._states.get(case_id) or CaseState(case_id=case_id, counting={}, excluded={}, scores={})
            if version is not None:
                said: Iterable[Said] = version.get(case_id, {}).values()
            else:
                said = self._labels.get(case_id, {}).get(name, ())
            joined = _joined(case, state, said, line, both_orders=both)
            if from_outside and joined.verdict is None:  # what was not imported will not come
                joined = joined._replace(verdict=CaseVerdict(None, NOT_IMPORTED))
            yield joined


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


def _joined(case: Case, state: CaseState, said: Iterable[Said], line: Line, *, both_orders: bool) -> Joined:
    if line.role is None:
        responses = tuple(state.counting[role][0].id for role in ("baseline", "candidate") if state.counting.get(role))
        own = [one for one in said if (one.response_a, one.response_b) == responses]
        verdict = pair_verdict(own, both_orders=both_orders)
        raters = {r: VOTE_WINS[s.verdict] for r, s in state.sheets.items() if s.verdict is not None}
        settled, human = state.automatic, state.win
    else:
        responses = tuple(answer.id for answer in state.counting.get(line.role, ())[:1])
        own = [one for one in said if (one.response_a,) == responses and one.dimension == line.dimension]
        verdict = point_verdict(own)
        place = (line.dimension or "", line.role)
        raters = {r: Fraction(s.scores[place]) for r, s in state.sheets.items() if place in s.scores}
        settled, human = line.role in state.broken, state.scores.get(place)
    place_of: Place = (
        "excluded" if state.excluded
        else "settled" if settled
        else "labelled" if human is not None
        else "skipped" if state.skipped
        else "open"
    )  # fmt: skip
    if settled and human is None:
        human = Fraction(1)
    steps = (0, HALF, 1) if line.role is None else ()
    # Imported votes may be on broken answers as well: they say how people and judge agree, though not who won.
    label = most(list(raters.values()), steps) if raters and place_of in ("labelled", "settled") else None
    return Joined(case, place_of, human, label, raters, verdict, responses)


def most(values: Sequence[Fraction], steps: Sequence[Fraction | int] = ()) -> Fraction:
    """The value that most raters give; where several come first, the step nearest to the mean (a whole number where no
    steps are named), of two the lower one."""
    counts = Counter(values).most_common()
    if len(counts) == 1 or counts[0][1] > counts[1][1]:
        return counts[0][0]
    mean = sum(values, Fraction(0)) / len(values)
    whole = mean.numerator // mean.denominator
    return Fraction(min(steps or (whole, whole + 1), key=lambda step: (abs(step - mean), step)))

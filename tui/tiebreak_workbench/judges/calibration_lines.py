"""One line of a calibration: a judge of pairs, or one dimension of a rubric, over one session or several."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tiebreak.calibration import (
    BothOrders,
    Estimates,
    LengthAlarm,
    Pair,
    PositionBias,
    agreement,
    agreement_by_segment,
    estimates,
    favour,
    length_alarm,
    length_controlled,
    position_bias,
)
from tiebreak.calibration.agreeing import standing
from tiebreak.calibration.drift import JudgeDrift, judge_drift
from tiebreak.calibration.models import families_of
from tiebreak.calibration.people import people_agreement
from tiebreak.calibration.units import joint_units
from tiebreak.calibration.verdicts import pair_verdict, point_verdict
from tiebreak.gates import JudgeStatus
from tiebreak.records import ROLES, ModelTarget, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.scoreboard.judged.book import JudgeBook
from tiebreak.scoreboard.judged.evidence import FORM_SCALE, STATUS_OF, pairs_of
from tiebreak.scoreboard.judged.joined import Joined, Line
from tiebreak.stats.confusion import Confusion
from tiebreak.stats.kappa import Kappa, cohen_kappa
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.calibration_record import Favoured, LineCalibration, OneOrder

WORDS: Mapping[Fraction, str] = {Fraction(0): "A", Fraction(1, 2): "tie", Fraction(1): "B"}
PAIR_LABELS = ("A", "tie", "B")
POINT_LABELS = (1, 2, 3, 4, 5)
GROUPED = "some cases share a group, and PPI++ takes each for one of its own"
FEW = 4
"""Of fewer sealed cases than that, a mean over all would tell what the judge says of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One session, with what a judge said of it."""

    stored: StoredSession
    book: JudgeBook
    lengths: Mapping[str, int]
    """Response → characters."""
    served: Mapping[SessionRole, frozenset[str]]
    sealed: frozenset[str] = frozenset()
    """Cases whose verdicts are sealed to the rater."""

    def families(self) -> dict[SessionRole, frozenset[str]]:
        """Of the models of each side."""
        found: dict[SessionRole, frozenset[str]] = {}
        for role, config in self.stored.configs.items():
            own = config.target.model if isinstance(config.target, ModelTarget) else None
            found[role] = families_of((own, *self.served[role]))
        return found


class Round(NamedTuple):
    """What answered as a judge in one round."""

    models: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    """System fingerprints."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A case of a session, or one answer to it."""

    seen: Seen
    line: Line
    joined: Joined

    @property
    def group(self) -> Hashable:
        return self.seen.stored.session.dataset_hash, self.joined.case.unit

    @property
    def human(self) -> Hashable:
        return _label(self.joined.label, self.line)

    @property
    def judge(self) -> Hashable | None:
        return _label(self.value, self.line)

    @property
    def value(self) -> Fraction | None:
        """The judge's, where it is valid."""
        return None if self.joined.verdict is None else self.joined.verdict.value

    @property
    def origins(self) -> frozenset[str]:
        """What the judge was asked for its verdict."""
        return self.joined.verdict.origins if self.joined.verdict is not None else frozenset()

    @property
    def difference(self) -> float:
        """In length: of a pair the candidate's less the baseline's, else the answer's own."""
        lengths = [self.seen.lengths.get(response, 0) for response in self.joined.responses]
        return float(lengths[-1] - lengths[0]) if len(lengths) > 1 else float(sum(lengths))

    def share(self, value: Fraction) -> float:
        """A value between 0 and 1."""
        return float(value) if self.line.role is None else float((value - 1) / 4)


def status_of(books: Iterable[JudgeBook], name: str, dimension: str | None) -> tuple[JudgeStatus, float, int]:
    """Status, agreement and number of independent labels in some sessions together."""
    line = Line() if dimension is None else Line(dimension, "candidate")
    share, n, gate = standing(pair for book in books for pair in pairs_of(book, name, line))
    return STATUS_OF[gate], share, n


def labelled_cases(book: JudgeBook, name: str, judge: Judge) -> tuple[str, ...]:
    """The cases that people and the judge had their say on, in the order of the plan."""
    lines = [Line()]
    if judge.kind != "pairwise":
        lines = [Line(one.name, role) for one in judge.dimensions for role in ROLES]
    found = (j for line in lines for j in book.joined(name, line) if j.label is not None and j.verdict is not None)
    return tuple(dict.fromkeys(one.case.id for one in found))


def lines_of(
    name: str,
    judge: Judge | None,
    seen: Sequence[Seen],
    families: frozenset[str],
    rounds: Mapping[int, Round],
    labels_at: int | None = None,
) -> Iterator[LineCalibration]:
    """Each line of a judge. Means are of the first `labels_at` labels of the plan, or of as many as a gate names."""
    if judge is None or judge.kind == "pairwise":
        yield _line(name, judge, seen, None, families, rounds, labels_at)
        return
    for dimension in judge.dimensions:
        yield _line(name, judge, seen, dimension.name, families, rounds, labels_at)


def _line(
    name: str,
    judge: Judge | None,
    seen: Sequence[Seen],
    dimension: str | None,
    families: frozenset[str],
    rounds: Mapping[int, Round],
    labels_at: int | None,
) -> LineCalibration:
    lines = [Line()] if dimension is None else [Line(dimension, role) for role in ROLES]
    every = [_Unit(one, line, joined) for one in seen for line in lines for joined in one.book.joined(name, line)]
    units = [unit for unit in every if unit.joined.case.id not in unit.seen.sealed]
    labelled = [unit for unit in units if unit.joined.label is not None]
    compared = [unit for unit in labelled if unit.joined.verdict is not None]
    pairs = [Pair(one.human, one.judge, one.joined.case.segment, one.group, one.origins) for one in compared]
    own_scale = judge is not None and (judge.scale.low, judge.scale.high) != FORM_SCALE
    labels: Sequence[Hashable] = PAIR_LABELS if dimension is None else POINT_LABELS
    if dimension is not None and judge is not None and own_scale:
        labels = range(min(1, judge.scale.low), max(5, judge.scale.high) + 1)
    whole = agreement(pairs, labels, scale=dimension is not None)
    excluded = Counter(u.joined.verdict.why for u in compared if u.joined.verdict and u.joined.verdict.value is None)
    valid = [unit for unit in compared if unit.judge is not None]
    once = list(_each_once(units))
    level = "nominal" if dimension is None else "ordinal"
    raters = [{rater: _label(value, u.line) for rater, value in u.joined.raters.items()} for u in labelled]
    is_pairs = dimension is None
    return LineCalibration(
        dimension=dimension,
        status=STATUS_OF[whole.gate.status],
        agreement=whole,
        segments=agreement_by_segment(pairs, labels, scale=dimension is not None),
        excluded=dict(excluded.most_common()),
        waiting=len(labelled) - len(compared),
        judged_only=sum(_judged_only(unit) for unit in every),
        people=people_agreement(raters, labels, level),
        position=_position(once) if is_pairs else None,
        orders=_orders(valid) if is_pairs else {},
        between=_between(once) if is_pairs else None,
        length_alarm=_alarm(valid),
        length_controlled=_controlled(once) if is_pairs else None,
        favoured=_favoured(valid, families) if is_pairs else {},
        estimates=_estimates(name, seen, every, labels_at) if len(seen) == 1 and not own_scale else {},
        settled=sum(unit.joined.place == "settled" for unit in units),
        drift=_drift(name, judge, units, rounds),
    )


def _each_once(units: Iterable[_Unit]) -> Iterator[_Unit]:
    """Without those on which the judge was not asked anew: they say nothing more of it."""
    seen = set[frozenset[str]]()
    for unit in units:
        if not unit.origins or unit.origins not in seen:
            yield unit
        seen.add(unit.origins)


def _label(value: Fraction | None, line: Line) -> Hashable | None:
    if value is None:
        return None
    return WORDS.get(value, "tie") if line.role is None else int(value)


def _judged_only(unit: _Unit) -> bool:
    return unit.value is not None and unit.joined.place in ("open", "skipped")


def _position(units: Iterable[_Unit]) -> PositionBias | None:
    orders = [u.joined.verdict.orders for u in units if u.joined.verdict is not None]
    both = [one for one in orders if None not in one]
    return position_bias(both) if both else None


def _orders(valid: Sequence[_Unit]) -> dict[str, OneOrder]:
    """`ab` is the baseline's answer shown first, `ba` the candidate's."""
    found: dict[str, OneOrder] = {}
    for index, order in ((1, "ab"), (0, "ba")):
        said = [(unit.human, _of_order(unit, index)) for unit in valid]
        table = Confusion.of(((human, one) for human, one in said if one is not None), PAIR_LABELS)
        if table.n:
            found[order] = OneOrder(confusion=table, kappa=cohen_kappa(table.counts))
    return found


def _of_order(unit: _Unit, index: int) -> Hashable | None:
    verdict = unit.joined.verdict
    value = verdict.orders[index] if verdict is not None else None
    return None if value is None else _label(Fraction(value), unit.line)


def _between(units: Iterable[_Unit]) -> Kappa | None:
    orders: list[BothOrders] = [u.joined.verdict.orders for u in units if u.joined.verdict is not None]
    table = Confusion.of(
        ((WORDS[Fraction(b)], WORDS[Fraction(a)]) for a, b in orders if a is not None and b is not None), PAIR_LABELS
    )
    return cohen_kappa(table.counts)


def _values(valid: Iterable[_Unit]) -> tuple[list[float], list[float]]:
    """What the judge says and what people say, between 0 and 1."""
    judge, human = list[float](), list[float]()
    for unit in valid:
        assert unit.value is not None
        assert unit.joined.human is not None
        judge.append(unit.share(unit.value))
        human.append(unit.share(unit.joined.human))
    return judge, human


def _alarm(valid: Sequence[_Unit]) -> LengthAlarm | None:
    answered = [unit for unit in valid if any(unit.seen.lengths.get(r) for r in unit.joined.responses)]
    if not answered:
        return None
    differences = [unit.difference for unit in answered]
    if answered[0].line.role is not None:
        mean = sum(differences) / len(differences)
        differences = [one - mean for one in differences]
    return length_alarm(*_values(answered), differences)


def _controlled(units: Sequence[_Unit]):
    judged = [u for u in units if u.joined.verdict is not None and u.joined.verdict.value is not None]
    verdicts = [
        float(u.joined.verdict.value) for u in judged if u.joined.verdict and u.joined.verdict.value is not None
    ]
    return length_controlled(verdicts, [unit.difference for unit in judged]) if judged else None


def _favoured(valid: Sequence[_Unit], families: frozenset[str]) -> dict[SessionRole, Favoured]:
    if not valid:
        return {}
    judge, human = _values(valid)
    groups = joint_units([unit.group for unit in valid], [unit.origins for unit in valid])
    own: dict[SessionRole, set[str]] = {role: set() for role in ROLES}
    for unit in {id(unit.seen): unit for unit in valid}.values():
        for role, found in unit.seen.families().items():
            own[role] |= found
    sides: dict[SessionRole, tuple[list[float], list[float]]] = {
        "baseline": ([1 - one for one in judge], [1 - one for one in human]),
        "candidate": (judge, human),
    }
    return {
        role: Favoured(family=next(iter(sorted(own[role] & families)), None), difference=favour(*said, groups))
        for role, said in sides.items()
    }


def _estimates(
    name: str, seen: Sequence[Seen], units: Sequence[_Unit], labels_at: int | None
) -> dict[SessionRole, Estimates]:
    wanted = [g.labels for gates in seen[0].stored.policy.gates.values() for g in gates if g.judge == name and g.labels]
    most = labels_at if labels_at is not None else max(wanted, default=None)
    found: dict[SessionRole, Estimates] = {}
    for role in ("candidate",) if units and units[0].line.role is None else ROLES:
        own = [u for u in units if u.line.role in (None, role) and u.joined.place != "settled"]
        judged = {u.joined.case.id: u.share(u.value) for u in own if u.value is not None}
        labels = {
            u.joined.case.id: u.share(u.joined.human)
            for u in own
            if u.joined.place == "labelled" and u.joined.human is not None and u.joined.case.id in judged
        }
        planned = None if most is None else len(labels) >= most
        if 0 < len(seen[0].sealed) < FEW:
            continue
        if most is not None:
            labels = dict(list(labels.items())[:most])
        grouped = any(u.joined.case.group is not None for u in own)
        if judged:
            wins = units[0].line.role is None
            found[role] = estimates(judged, labels, planned=planned, against=GROUPED if grouped else "", wins=wins)
    return found


def _drift(name: str, judge: Judge | None, units: Sequence[_Unit], rounds: Mapping[int, Round]) -> JudgeDrift | None:
    """The last round of the cases that have one against their first; questions are taken order by order."""
    if judge is None:
        return None
    values: dict[int, dict[object, float | None]] = {}
    for unit in units:
        for one in unit.seen.book.said(name, unit.joined.case.id):
            judged = tuple(r for r in (one.response_a, one.response_b) if r is not None)
            if judged != unit.joined.responses or one.dimension != unit.line.dimension or one.status == "error":
                continue
            if unit.line.role is None:
                verdict = pair_verdict((one,), both_orders=False, repeat=one.repeat)
            else:
                verdict = point_verdict((one,), one.repeat)
            value = None if verdict is None or verdict.value is None else float(verdict.value)
            values.setdefault(one.repeat, {})[judged, one.dimension, one.order] = value
    last = max(values, default=0)
    if last == 0 or 0 not in values:
        return None
    before, after = rounds.get(0, Round()), rounds.get(last, Round())
    return judge_drift(
        values[0],
        values[last],
        number=last,
        served=(before.models, after.models),
        fingerprints=(before.fingerprints, after.fingerprints),
    )

"""What people and judges say of the same cases, joined: what calibrated gates and calibration itself are made from."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from tiebreak.calibration.verdicts import Said
from tiebreak.records import ROLES, Case
from tiebreak.records.judges import Judge, Judgment
from tiebreak.scoreboard.case import CaseState
from tiebreak.scoreboard.facts import CaseFacts
from tiebreak.scoreboard.judged.agreeing import Agreeing
from tiebreak.scoreboard.judged.joined import NOBODY, Joined, Line, Rule, Stand, imported, join
from tiebreak.scoreboard.judged.tally import LineTally, Sums

VOTES = Line()


class JudgeBook:
    """Keeps what judges said in a session, by version. The order in which it is told makes no difference."""

    def __init__(self, names: Collection[str], plan: Mapping[str, Case]) -> None:
        """`names` are the judges whose imported labels are kept; `plan` is in its order."""
        self._names = frozenset(names)
        self._plan = plan
        self._judges: dict[str, Judge] = {}
        self._said: dict[str, dict[str, tuple[Said, ...]]] = {}
        """Version → case → what was said, each once."""
        self._first: dict[str, str] = {}
        """Version → the id of its first judgment; ids sort by time."""
        self._labels: dict[str, Mapping[str, tuple[Said, ...]]] = {}
        """Case → name of the judge → its imported verdicts."""
        self._imported: Counter[str] = Counter()
        """By name, the cases with imported verdicts."""
        self._ordered: Counter[str] = Counter()
        """By name, the imported verdicts that say in which order a pair was judged."""
        self._stands: dict[str, Stand] = {}
        self._tallies: dict[tuple[str, Line], LineTally] = {}
        self._agreeing: dict[tuple[str, str | None], Agreeing] = {}
        """By name and dimension."""

    def add_judge(self, judge: Judge) -> None:
        self._judges[judge.version] = judge

    def add_judgment(self, judgment: Judgment) -> None:
        version, case_id = judgment.judge_hash, judgment.case_id
        of_version = self._said.setdefault(version, {})
        known = of_version.get(case_id, ())
        if any(one.id == judgment.id for one in known):
            return
        of_version[case_id] = (*known, Said.of(judgment))
        self._first[version] = min(judgment.id, self._first.get(version, judgment.id))
        self._touch(case_id)

    def take(self, case_id: str, state: CaseState, facts: CaseFacts) -> None:
        """Where a case stands now."""
        stand, labels = Stand.of(state), imported(case_id, facts, self._names)
        before = self._labels.get(case_id, {})
        if stand == self._stands.get(case_id) and labels == before:
            return
        self._stands[case_id] = stand
        for sign, given in ((-1, before), (1, labels)):
            for name, said in given.items():
                self._imported[name] += sign
                self._ordered[name] += sign * sum(one.order != "single" for one in said)
        if labels:
            self._labels[case_id] = labels
        else:
            self._labels.pop(case_id, None)
        self._touch(case_id)

    def versions(self, name: str) -> list[Judge]:
        """The versions of a judge that judged here, by their first judgments. Verdicts of two are never mixed: the
        last one counts."""
        return [self._judges[version] for version in self._versions(name)]

    def in_force(self, name: str) -> Judge | None:
        """None where none judged here, or only its labels were imported."""
        return next(reversed(self.versions(name)), None)

    def heard(self, name: str) -> bool:
        """Whether a judge of that name said anything here."""
        return bool(self.versions(name)) or self._imported[name] > 0

    def said(self, name: str, case_id: str) -> Sequence[Said]:
        """Everything that the version in force said of a case, or its imported labels."""
        return self._said_by(name, self.rule(name).version, case_id)

    def rule(self, name: str) -> Rule:
        """How its verdicts are read by now."""
        version = next(reversed(self._versions(name)), None)
        if version is None:
            return Rule(None, both_orders=self._ordered[name] > 0, outside=self._imported[name] > 0)
        return Rule(version, both_orders=self._judges[version].both_orders, outside=False)

    def joined(self, name: str, line: Line = VOTES) -> Iterator[Joined]:
        """Every case of the plan, in its order, as people and the judge see it."""
        rule = self.rule(name)
        for case_id in self._plan:
            yield self._join(name, line, rule, case_id)

    def sums(self, name: str, line: Line, segment: str | None) -> Sums:
        """The same, summed over the cases of a segment, or all; only what has changed is looked at again."""
        return self._tally(name, line).sums(segment)

    def agreeing(self, name: str, dimension: str | None) -> Agreeing:
        """How far people and the judge say the same: of votes, or of the scores of a dimension on both sides."""
        for line in lines_of(dimension):
            self._tally(name, line)
        return self._agreeing[name, dimension]

    def _versions(self, name: str) -> list[str]:
        known = [v for v in self._first if v in self._judges and self._judges[v].name == name]
        return sorted(known, key=self._first.__getitem__)

    def _tally(self, name: str, line: Line) -> LineTally:
        """Brought up to date."""
        tally = self._tallies.get((name, line))
        if tally is None:
            agreeing = self._agreeing.setdefault((name, line.dimension), Agreeing())
            tally = self._tallies[name, line] = LineTally(self._plan, agreeing)
        rule = self.rule(name)
        tally.update(rule, lambda case_id: self._join(name, line, rule, case_id))
        return tally

    def _join(self, name: str, line: Line, rule: Rule, case_id: str) -> Joined:
        said = self._said_by(name, rule.version, case_id)
        return join(self._plan[case_id], self._stands.get(case_id, NOBODY), said, line, rule)

    def _said_by(self, name: str, version: str | None, case_id: str) -> Sequence[Said]:
        if version is None:
            return self._labels.get(case_id, {}).get(name, ())
        return self._said[version].get(case_id, ())

    def _touch(self, case_id: str) -> None:
        for tally in self._tallies.values():
            tally.touch(case_id)


def lines_of(dimension: str | None) -> tuple[Line, ...]:
    """What a judge is held against people on: votes, or a dimension on both sides."""
    return (VOTES,) if dimension is None else tuple(Line(dimension, role) for role in ROLES)

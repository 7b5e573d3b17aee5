"""What judges cost whom checks ask: kept apart from what answers cost, and within a budget for each of them.

What was spent before is read from the results of the checks, which say what each call cost.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from fractions import Fraction

from tiebreak.amounts import money
from tiebreak.gates.wording import plural
from tiebreak.records import CheckResult
from tiebreak.records.judges import Judge, Judgment

STAMP = re.compile(r"^[^\[\n]{0,300}\[(?:\$([0-9.e+-]{1,24})|cost unknown|(reused)), ([^\[\]\n]{1,100}) [0-9a-f]{12}, ")
"""How the details of a check by a judge go on behind the verdict: cost, judge, version."""
NAME = 100
"""Characters of a judge's name in it."""


def stamp_of(judge: Judge, judgment: Judgment, model: str) -> str:
    """`[$0.0021, safety 3f2a9c1b2d3e, the-model]`; nothing in it is a bracket but the two around it. What was taken
    over is `reused` instead of what it cost."""
    cost = f"${judgment.cost.usd:.12g}" if judgment.cost.usd is not None else "cost unknown"
    if judgment.reused_from is not None:
        cost = "reused"
    return f"[{cost}, {_plain(judge.name)} {judge.version[:12]}, {_plain(model)}]"


def _plain(name: str) -> str:
    return re.sub(r"[\[\]\n]", "·", name)[:NAME]


class JudgeTill:
    """Counts calls of checks to judges. Their own `budget` holds, and `max_cost` for each, in US dollars."""

    def __init__(self, max_cost: float | None = None) -> None:
        self.max_cost = max_cost
        self._usd: dict[str, Fraction] = {}
        self._calls: Counter[str] = Counter()
        self.unknown = 0
        """Calls of unknown cost."""
        self.reused = 0
        """Verdicts that were taken over, without a call."""

    def take_earlier(self, results: Iterable[CheckResult], versions: Collection[str]) -> None:
        """Count what was spent before; `versions` are those of the checks that ask a judge."""
        for result in results:
            found = STAMP.match(result.detail) if result.check_hash in versions else None
            if found is not None and found[2]:
                self.reused += 1
            elif found is not None:
                self._note(found[3], None if found[1] is None else _number(found[1]))

    def pay(self, judge: Judge, judgment: Judgment) -> None:
        """Count a call that came to its end; one that brought nothing is taken for free."""
        if judgment.replies or judgment.cost.usd is not None:
            self._note(_plain(judge.name), judgment.cost.usd)

    def note_reused(self) -> None:
        """Count a verdict that was taken over."""
        self.reused += 1

    def why_not(self, judge: Judge) -> str | None:
        """Why a judge is asked nothing more, if so."""
        limits = [limit for limit in (judge.budget, self.max_cost) if limit is not None]
        if limits and self._usd.get(_plain(judge.name), Fraction(0)) >= min(limits):
            return f"the budget of {money(min(limits))} for the judge “{judge.name}” is spent"
        return None

    @property
    def heard(self) -> bool:
        """Whether any judge said anything to a check."""
        return bool(self.calls or self.reused)

    @property
    def calls(self) -> int:
        return self._calls.total()

    @property
    def usd(self) -> float:
        """Of those whose cost is known."""
        return float(sum(self._usd.values(), Fraction(0)))

    def words(self) -> str:
        """`Judges asked by checks: 12 calls, $0.02; 30 reused, $0.00.`; empty where none was asked."""
        if not self.heard:
            return ""
        unknown = f" and {self.unknown} of unknown cost" if self.unknown else ""
        reused = f"; {self.reused:,} reused, $0.00" if self.reused else ""
        return f"Judges asked by checks: {plural(f'{self.calls:,}', 'call')}, {money(self.usd)}{unknown}{reused}."

    def report(self) -> dict[str, object]:
        """JSON-ready, by judge."""
        return {
            "calls": self.calls,
            "usd": self.usd,
            "unknown": self.unknown,
            "reused": self.reused,
            "judges": {name: {"calls": n, "usd": float(self._usd.get(name, 0))} for name, n in self._calls.items()},
        }

    def _note(self, name: str, usd: float | None) -> None:
        self._calls[name] += 1
        if usd is None:
            self.unknown += 1
        else:
            self._usd[name] = self._usd.get(name, Fraction(0)) + Fraction(str(usd))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

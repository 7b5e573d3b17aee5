import json
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, CheckUnavailable, Example, Verdict
from tiebreak.checks.structured import NotReadable, leaves, read_json, unfenced
from tiebreak.checks.words import few
from tiebreak.records import Case, Response

Field = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldF1(Check):
    """How well the fields of a JSON answer agree with those of the reference: F1, which has to be at least `at_least`.

    A field is a path with its value; the order of lists does not count, nor do fields whose path begins with one in
    `ignore`. Texts are alike where only white space at their ends differs, with `ignore_case` also upper and lower
    case. An answer that is not JSON scores 0.
    """

    kind: ClassVar[str] = "field_f1"
    example: ClassVar[Example] = Example(
        params={"at_least": 0.8},
        reference='{"name": "Ada", "city": "London", "born": 1815}',
        passes='{"born": 1815, "city": "London", "name": "Ada"}',
        fails='{"name": "Ada", "city": "Paris", "born": 1815}',
    )

    at_least: float = 1.0
    ignore: tuple[str, ...] = ()
    ignore_case: bool = False
    fence: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.at_least <= 1:
            raise ValueError("`at_least` lies between 0 and 1.")

    def judge(self, case: Case, response: Response, /) -> Verdict:
        if case.reference is None:
            return Verdict("not_applicable", "the case has no reference")
        try:
            wanted = self._fields(read_json(case.reference))
        except NotReadable as problem:
            raise CheckUnavailable(f"the reference is {problem}") from None
        try:
            given = self._fields(read_json(unfenced(response.text) if self.fence else response.text))
        except NotReadable as problem:
            return Verdict.scored(0.0, self.at_least, str(problem))
        score = f1(given, wanted)
        differing = sorted({path for path, _ in (wanted - given) + (given - wanted)})
        return Verdict.scored(score, self.at_least, f"{few(differing)}: not as in the reference" if differing else "")

    def _fields(self, value: object) -> Counter[Field]:
        return Counter(
            (path, self._plain(leaf))
            for path, leaf in leaves(value)
            if not any(path == skipped or path.startswith((f"{skipped}.", f"{skipped}[")) for skipped in self.ignore)
        )

    def _plain(self, leaf: object) -> str:
        if isinstance(leaf, str):
            text = leaf.strip()
            return json.dumps(text.casefold() if self.ignore_case else text)
        if isinstance(leaf, float) and leaf.is_integer():
            leaf = int(leaf)  # 12.0 is 12
        return json.dumps(leaf)


def f1(given: Counter[Field], wanted: Counter[Field]) -> float:
    """The harmonic mean of precision and recall over fields, 0 to 1: 2·|both| / (|given| + |wanted|). Two answers
    without any field agree."""
    total = given.total() + wanted.total()
    return 2 * (given & wanted).total() / total if total else 1.0

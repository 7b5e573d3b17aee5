"""One run's answers as triage needs them, in columns of numbers: some 25 bytes an answer. Any two such sides over one
dataset make the rows of two runs, without the records being read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from tiebreak.records.responses import ResponseStatus
from tiebreak.records.triage import AnswerFacts, CaseRows, Scores, SideFacts, SideRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATUSES: tuple[ResponseStatus, ...] = get_args(ResponseStatus)


@dataclass(frozen=True, eq=False)
class Side:
    """What one run made of cases of a dataset. Nothing in it is ever changed."""

    ordinals: "NDArray[np.int32]"
    """The places in the dataset of the cases that the run tried, ascending."""
    counts: "NDArray[np.int32]"
    """Of each case how many counting answers it has."""
    reasons: "NDArray[np.int32]"
    """Of each case a code into `why`."""
    statuses: "NDArray[np.uint8]"
    """Of each answer, by case and sample, a code into `STATUSES`."""
    scores: "NDArray[np.int32]"
    """Of each answer a code into `said`."""
    usd: "NDArray[np.float64]"
    """Of each answer; NaN is not known."""
    seconds: "NDArray[np.float64]"
    said: Sequence[Scores]
    why: Sequence[str | None]
    """How the last attempt at a case ended that has no answer."""
    edited: Mapping[int, str] = field(default_factory=dict[int, str])
    """Ordinal → hash of the case that was answered, where it is not that of the dataset."""

    def __len__(self) -> int:
        return len(self.ordinals)

    @cached_property
    def firsts(self) -> "NDArray[np.int64]":
        """Of each case the place of its first answer, and behind the last one the number of answers."""
        import numpy as np

        return np.concatenate(([0], np.cumsum(self.counts, dtype=np.int64)))

    def facts(self, place: int) -> SideFacts:
        """One case; its answers without their ids."""
        answers = range(int(self.firsts[place]), int(self.firsts[place + 1]))
        return SideFacts(
            self.edited.get(int(self.ordinals[place]), ""),
            tuple(
                AnswerFacts(
                    "",
                    STATUSES[self.statuses[at]],
                    _known(self.usd[at]),
                    _known(self.seconds[at]),
                    self.said[self.scores[at]],
                )
                for at in answers
            ),
            self.why[self.reasons[place]],
        )

    def taken(self, places: "NDArray[Any]") -> "Side":
        """The cases at some places, in their order, which is to be that of the ordinals."""
        import numpy as np

        counts = self.counts[places]
        ends = np.cumsum(counts, dtype=np.int64)
        answers = np.repeat(self.firsts[places] - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
        ordinals = self.ordinals[places]
        edited = {int(one): self.edited[one] for one in ordinals if one in self.edited} if self.edited else {}
        return replace(
            self,
            ordinals=ordinals,
            counts=counts,
            reasons=self.reasons[places],
            statuses=self.statuses[answers],
            scores=self.scores[answers],
            usd=self.usd[answers],
            seconds=self.seconds[answers],
            edited=edited,
        )

    def between(self, start: int, stop: int) -> "Side":
        """The cases from one ordinal to another, without this one."""
        import numpy as np

        low, high = map(int, np.searchsorted(self.ordinals, (start, stop)))
        return self.taken(np.arange(low, high))

    def without(self, ordinals: Iterable[int]) -> "Side":
        import numpy as np

        left: NDArray[Any] = ~np.isin(self.ordinals, np.fromiter(ordinals, dtype=np.int64))
        return self.taken(np.flatnonzero(left))

    def over(self, moved: "Moved") -> "Side":
        """The same over another dataset, without the cases that it does not have. For a side of which no case was
        `edited`."""
        import numpy as np

        size = 1 + max(int(moved.here.max(initial=-1)), int(self.ordinals.max(initial=-1)))
        there: NDArray[np.int32] = np.full(size, -1, dtype=np.int32)
        there[moved.here] = moved.there
        found = there[self.ordinals]
        places = np.flatnonzero(found >= 0)
        places = places[np.argsort(found[places])]
        ordinals = found[places]
        tried = set(map(int, ordinals)) if moved.edited else set[int]()
        edited = {ordinal: version for ordinal, version in moved.edited.items() if ordinal in tried}
        return replace(self.taken(places), ordinals=ordinals, edited=edited)


class Moved(NamedTuple):
    """Where cases of one dataset stand in another."""

    here: "NDArray[np.int32]"
    there: "NDArray[np.int32]"
    edited: Mapping[int, str]
    """Ordinal there → hash here, of the cases that are not the same in both."""


class SideMaker:
    """Makes the parts of one side, which share what checks said and why there is no answer."""

    def __init__(self) -> None:
        self._said: list[Scores] = []
        self._codes: dict[Scores, int] = {}
        self._why: dict[str | None, int] = {None: 0}
        self._reasons: list[str | None] = [None]

    def part(self, rows: SideRows) -> Side:
        plain, others = rows.plain, rows.others
        size = len(rows.ordinals)
        one = self._side(
            rows.ordinals, [1] * size, [0] * size, plain.statuses, plain.scores, plain.usd, plain.seconds
        )  # fmt: skip
        if not others:
            return one
        answers = [answer for odd in others for answer in odd.facts.answers]
        other = self._side(
            [odd.ordinal for odd in others],
            [len(odd.facts.answers) for odd in others],
            [self._reason(odd.facts.excluded) for odd in others],
            [answer.status for answer in answers],
            [answer.scores for answer in answers],
            [answer.usd for answer in answers],
            [answer.seconds for answer in answers],
        )
        edited = {odd.ordinal: odd.facts.case_hash for odd in others if odd.facts.case_hash != odd.version}
        return joined([one, replace(other, edited=edited)])

    def _side(
        self,
        ordinals: Sequence[int],
        counts: Sequence[int],
        reasons: Sequence[int],
        statuses: Sequence[ResponseStatus],
        scores: Sequence[Scores],
        usd: Sequence[float | None],
        seconds: Sequence[float | None],
    ) -> Side:
        import numpy as np

        code_of = {status: code for code, status in enumerate(STATUSES)}
        return Side(
            ordinals=np.array(ordinals, dtype=np.int32),
            counts=np.array(counts, dtype=np.int32),
            reasons=np.array(reasons, dtype=np.int32),
            statuses=np.array([code_of[status] for status in statuses], dtype=np.uint8),
            scores=np.array([self._code(one) for one in scores], dtype=np.int32),
            usd=np.array(usd, dtype=np.float64),  # None becomes NaN
            seconds=np.array(seconds, dtype=np.float64),
            said=self._said,
            why=self._reasons,
        )

    def _code(self, scores: Scores) -> int:
        code = self._codes.get(scores)
        if code is None:
            code = self._codes[scores] = len(self._said)
            self._said.append(scores)
        return code

    def _reason(self, why: str | None) -> int:
        code = self._why.get(why)
        if code is None:
            code = self._why[why] = len(self._reasons)
            self._reasons.append(why)
        return code


def joined(sides: Sequence[Side]) -> Side:
    """One side of several that have no case in common."""
    import numpy as np

    first = sides[0]
    said, why = list(first.said), list(first.why)
    scores, reasons = [first.scores], [first.reasons]
    for side in sides[1:]:
        own = side.said is not first.said
        scores.append(side.scores + len(said) if own else side.scores)
        reasons.append(side.reasons + len(why) if own else side.reasons)
        if own:
            said += side.said
            why += side.why
    same = all(side.said is first.said for side in sides)
    together = Side(
        ordinals=np.concatenate([side.ordinals for side in sides]),
        counts=np.concatenate([side.counts for side in sides]),
        reasons=np.concatenate(reasons),
        statuses=np.concatenate([side.statuses for side in sides]),
        scores=np.concatenate(scores),
        usd=np.concatenate([side.usd for side in sides]),
        seconds=np.concatenate([side.seconds for side in sides]),
        said=first.said if same else said,
        why=first.why if same else why,
        edited={ordinal: version for side in sides for ordinal, version in side.edited.items()},
    )
    if bool(np.all(together.ordinals[1:] > together.ordinals[:-1])):
        return together
    return together.taken(np.argsort(together.ordinals, kind="stable"))


@dataclass(frozen=True, eq=False)
class CaseLabels:
    """What the cases of a dataset are listed by, in columns of codes."""

    ordinals: "NDArray[np.int32]"
    """Ascending."""
    codes: "Mapping[str, NDArray[np.int32]]"
    """Of `kind`, `segment` and `tags`."""
    words: Mapping[str, Sequence[Any]]
    """What each code stands for."""

    def between(self, start: int, stop: int) -> "CaseLabels":
        import numpy as np

        low, high = np.searchsorted(self.ordinals, (start, stop))
        return replace(
            self, ordinals=self.ordinals[low:high], codes={name: codes[low:high] for name, codes in self.codes.items()}
        )


LABELS = ("kind", "segment", "tags")


class LabelsMaker:
    """Makes the parts of the labels of one dataset, which share their words."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Any, int]] = {name: {} for name in LABELS}
        self._words: dict[str, list[Any]] = {name: [] for name in LABELS}

    def part(self, rows: CaseRows) -> CaseLabels:
        import numpy as np

        codes: dict[str, NDArray[np.int32]] = {}
        for name, values in zip(LABELS, (rows.kinds, rows.segments, rows.tags), strict=True):
            known = self._known[name]
            codes[name] = np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int32)
            self._words[name] += list(known)[len(self._words[name]) :]
        return CaseLabels(np.array(rows.ordinals, dtype=np.int32), codes, self._words)


def joined_labels(parts: Sequence[CaseLabels]) -> CaseLabels:
    """One of several parts, in order, that one maker made."""
    import numpy as np

    return CaseLabels(
        np.concatenate([part.ordinals for part in parts]),
        {name: np.concatenate([part.codes[name] for part in parts]) for name in LABELS},
        parts[0].words,
    )


def _known(value: Any) -> float | None:
    return None if value != value else float(value)

"""Two sides made into rows: what follows from the same results of checks is worked out once, and taken by all cases."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tiebreak.records.responses import BROKEN
from tiebreak.records.triage import AnswerFacts, PairFacts, Scores, SideFacts
from tiebreak.triage.columns import TableBuilder
from tiebreak.triage.rows import Lean, RowMaker
from tiebreak.triage.sides import LABELS, STATUSES, CaseLabels, Side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Leans = Mapping[int, Lean]
"""Ordinal of a case → the side that is preferred."""
LEANS: tuple[Lean | None, ...] = (None, "A", "B", "tie")


def add_sides(
    builder: TableBuilder, maker: RowMaker, labels: CaseLabels, a: Side, b: Side, people: Leans, judges: Leans
) -> None:
    """Take every case that either side tried into a table, each as `RowMaker.row` has it. Both sides and `labels` are
    over one dataset."""
    import numpy as np

    common, at_a, at_b = np.intersect1d(a.ordinals, b.ordinals, assume_unique=True, return_indices=True)
    plain = (a.counts[at_a] == 1) & (b.counts[at_b] == 1)
    edited = [*a.edited, *b.edited]
    if edited:
        plain &= ~np.isin(common, edited)
    _add_plain(builder, maker, labels, a.taken(at_a[plain]), b.taken(at_b[plain]), people, judges)
    odd = np.setdiff1d(np.union1d(a.ordinals, b.ordinals), common[plain], assume_unique=True)
    places = [np.searchsorted(of, odd) for of in (labels.ordinals, a.ordinals, b.ordinals)]
    for ordinal, of_case, place_a, place_b in zip(odd.tolist(), *(place.tolist() for place in places), strict=True):
        kind, segment, tags = (labels.words[name][int(labels.codes[name][of_case])] for name in LABELS)
        one, other = (_facts_at(side, at, ordinal) for side, at in ((a, place_a), (b, place_b)))
        facts = PairFacts(ordinal, "", kind, segment, tags, one, other)
        builder.add(maker.row(facts, people.get(ordinal), judges.get(ordinal)))


def _facts_at(side: Side, place: int, ordinal: int) -> SideFacts | None:
    return side.facts(place) if place < len(side) and side.ordinals[place] == ordinal else None


def _add_plain(
    builder: TableBuilder, maker: RowMaker, labels: CaseLabels, a: Side, b: Side, people: Leans, judges: Leans
) -> None:
    """Cases with one answer on each side."""
    import numpy as np

    if not len(a):
        return
    human, judge = _codes(people, a.ordinals), _codes(judges, a.ordinals)
    keys: NDArray[np.int64] = np.zeros(len(a), dtype=np.int64)
    for codes, size in (
        (_broken(a), 2),
        (a.scores, len(a.said)),
        (_broken(b), 2),
        (b.scores, len(b.said)),
        (human, len(LEANS)),
        (judge, len(LEANS)),
    ):
        keys = keys * size + codes
    _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
    rows = [
        maker.row(_facts(a, b, at), LEANS[int(human[at])], LEANS[int(judge[at])]) for at in map(int, firsts)
    ]  # fmt: skip
    of_case = np.searchsorted(labels.ordinals, a.ordinals)
    builder.add_many(
        a.ordinals,
        {name: (codes[of_case], labels.words[name]) for name, codes in labels.codes.items()},
        {"seconds_a": a.seconds, "seconds_b": b.seconds, "usd_a": a.usd, "usd_b": b.usd},
        rows,
        which,
    )


def _facts(a: Side, b: Side, at: int) -> PairFacts:
    """All that cases with the same results have in common."""
    one, other = (_only(int(side.statuses[at]), side.said[int(side.scores[at])]) for side in (a, b))
    return PairFacts(0, "", "", None, (), one, other)


def _only(status: int, said: Scores) -> SideFacts:
    return SideFacts("", (AnswerFacts("", STATUSES[status], None, None, said),), None)


def _broken(side: Side) -> "NDArray[Any]":
    import numpy as np

    return np.isin(side.statuses, [code for code, status in enumerate(STATUSES) if status in BROKEN])


def _codes(leans: Leans, ordinals: "NDArray[np.int32]") -> "NDArray[np.uint8]":
    """Of each ordinal a code into `LEANS`."""
    import numpy as np

    if not leans:
        return np.zeros(len(ordinals), dtype=np.uint8)
    code_of = {lean: code for code, lean in enumerate(LEANS)}
    known = np.zeros(1 + max(int(ordinals.max()), *leans), dtype=np.uint8)
    known[np.fromiter(leans, dtype=np.int64)] = [code_of[lean] for lean in leans.values()]
    return known[ordinals]

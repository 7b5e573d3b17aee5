"""Many cases of two runs at once: what follows from the same results of checks is worked out once, and taken by all."""

from array import array
from collections.abc import Mapping

from tiebreak.records.responses import ResponseStatus
from tiebreak.records.triage import AnswerFacts, PairBlock, PairFacts, Scores, SideFacts
from tiebreak.triage.columns import TableBuilder
from tiebreak.triage.rows import Lean, RowMaker

Leans = Mapping[str, Lean]
"""Case → the side that is preferred."""


def add_block(builder: TableBuilder, maker: RowMaker, block: PairBlock, people: Leans, judges: Leans) -> None:
    """Take the cases of a block into a table, each as `RowMaker.row` has it."""
    nobody: list[Lean | None] = [None] * len(block.ordinals)
    keys = zip(
        block.a.statuses,
        block.a.scores,
        block.b.statuses,
        block.b.scores,
        map(people.get, block.case_ids) if people else nobody,
        map(judges.get, block.case_ids) if judges else nobody,
        strict=True,
    )
    known: dict[tuple[ResponseStatus, Scores, ResponseStatus, Scores, Lean | None, Lean | None], int] = {}
    which = array("i", [known.setdefault(key, len(known)) for key in keys])
    rows = [maker.row(_facts(a, said_a, b, said_b), human, judge) for a, said_a, b, said_b, human, judge in known]
    builder.add_many(block, rows, which)
    for facts in block.others:
        builder.add(maker.row(facts, people.get(facts.case_id), judges.get(facts.case_id)))


def _facts(a: ResponseStatus, said_a: Scores, b: ResponseStatus, said_b: Scores) -> PairFacts:
    """All that cases with the same results have in common."""
    one = AnswerFacts("", a, None, None, said_a)
    other = AnswerFacts("", b, None, None, said_b)
    return PairFacts(0, "", "", None, (), SideFacts("", (one,), None), SideFacts("", (other,), None))

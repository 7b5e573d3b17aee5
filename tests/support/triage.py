"""What two runs made of a case, in a few words; and strategies that make any of it."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tiebreak.records.outcomes import Scored
from tiebreak.records.triage import CAUSES, STATUSES, AnswerFacts, PairFacts, Scores, SideFacts
from tiebreak.triage import Decided, TriageRow
from tiebreak.triage.rows import CLASSES

_numbers = count()
WORDS = st.sampled_from(
    ["json", "short", "polite", "with space", 'quo"te', "comma,", "Größe", "a:b", "none-such", "x*"]
)


def answer(passed: Sequence[str] = (), failed: Sequence[str] = (), **fields: Any) -> AnswerFacts:
    """A whole answer that passes and fails these checks."""
    scores = [_scored(name, "pass", 1.0) for name in passed] + [_scored(name, "fail", 0.0) for name in failed]
    scores += [_scored(name, "pass", value) for name, value in fields.pop("scores", {}).items()]
    made: dict[str, Any] = {"status": "ok", "usd": None, "seconds": None}
    return AnswerFacts(response_id=f"r{next(_numbers)}", scores=Scores(tuple(scores)), **(made | fields))


def _scored(name: str, status: Any, value: float) -> Scored:
    return Scored(check_id=name, check_hash=f"version of {name}", status=status, value=value)


def side(*answers: AnswerFacts, case_hash: str = "same", excluded: str | None = None) -> SideFacts:
    return SideFacts(case_hash, answers, excluded)


def facts(a: SideFacts | AnswerFacts | None, b: SideFacts | AnswerFacts | None, **fields: Any) -> PairFacts:
    sides = [side(one) if isinstance(one, AnswerFacts) else one for one in (a, b)]
    made: dict[str, Any] = {"ordinal": 0, "case_id": "case", "kind": "typical", "segment": None, "tags": ()}
    return PairFacts(**(made | fields), a=sides[0], b=sides[1])


_FIGURE = st.none() | st.floats(-5, 5, width=32)
_WORDS = st.lists(WORDS, max_size=2, unique=True).map(tuple)
_LEAN: Any = st.sampled_from([None, "A", "B", "tie"])


def rows() -> st.SearchStrategy[list[TriageRow]]:
    """Rows of different cases; what is in one need not follow from any answers."""
    row = st.builds(
        TriageRow,
        ordinal=st.integers(0, 500),
        kind=st.sampled_from(["typical", "golden", "boundary"]),
        segment=st.none() | WORDS,
        tags=_WORDS,
        row_class=st.sampled_from(CLASSES),
        severity=st.floats(0, 9, width=32),
        worse=_WORDS,
        better=_WORDS,
        failing=_WORDS,
        success_a=_FIGURE,
        success_b=_FIGURE,
        score_delta=_FIGURE,
        seconds_a=_FIGURE,
        seconds_b=_FIGURE,
        usd_a=_FIGURE,
        usd_b=_FIGURE,
        human=_LEAN,
        judge=_LEAN,
        why=st.none() | st.just("A did not try it"),
    )
    return st.lists(row, max_size=30, unique_by=lambda row: row.ordinal)


def decided() -> st.SearchStrategy[Decided]:
    return st.builds(
        Decided,
        status=st.sampled_from(sorted(STATUSES)),
        cause=st.none() | st.sampled_from(sorted(CAUSES)),
        assignee=st.none() | WORDS,
        note=st.none() | WORDS,
    )

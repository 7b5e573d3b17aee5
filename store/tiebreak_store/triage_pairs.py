"""What runs made of their cases, read light: many at once, or some cases of two runs, each by itself."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple, cast, get_args

from tiebreak.records import Run
from tiebreak.records.outcomes import Scored
from tiebreak.records.responses import CheckStatus, ResponseStatus
from tiebreak.records.triage import (
    AnswerFacts,
    CaseRows,
    OddCase,
    PairFacts,
    RunsBlock,
    Scores,
    SideBlock,
    SideFacts,
    SideRows,
)
from tiebreak_store.text import from_json, restored, restored_or_none, storable

REMEMBERED = 20_000
"""Different results of checks that are kept as one object each."""
BLOCK = 4_000
"""Cases of a dataset that are read at once."""
AT_ONCE = 400
"""Cases that one query names."""
FEW = 8
"""From one in so many cases on, all of them are read again, instead of those that are named."""

_FIELD, _ROW = "\x1f", "\x1e"
_STATUSES = frozenset(get_args(CheckStatus))
_CASES = (
    "SELECT d.ordinal, d.case_id, d.kind, d.segment, "
    # The canonical form of a case ends with its tags, unless it has tool calls.
    """CASE WHEN substr(b.bytes, -10) = CAST('"tags":[]}' AS BLOB) THEN NULL """
    "ELSE json_extract(CAST(b.bytes AS TEXT), '$.tags') END "
    "FROM dataset_case d CROSS JOIN blob b ON b.hash = d.case_hash WHERE d.dataset_hash = ? /*only*/ ORDER BY d.ordinal"
)
_PARTS = "c.status || x'1f' || c.check_hash || x'1f' || c.check_id"
_SCORES = (
    # Nearly every value is 1 of a check that passed, or 0; those are left out, which takes a fifth of the time off.
    f"(SELECT group_concat(CASE WHEN c.value = (c.status = 'pass') THEN {_PARTS} "  # noqa: S608  # parts of ours
    f"ELSE {_PARTS} || x'1f' || CASE WHEN c.value IS NULL THEN '' ELSE printf('%!.17g', c.value) END END, x'1e') "
    "FROM check_result c WHERE c.response_id = r.id)"
)
# CROSS JOIN keeps SQLite to this order, which needs no sorting: one case after the other, its answers by an index.
_FROM = (
    "FROM dataset_case d CROSS JOIN response r ON r.run_id = ? AND r.case_id = d.case_id "
    "WHERE d.dataset_hash = ? /*only*/ ORDER BY d.ordinal, r.sample, r.attempt"
)
_ANSWERS = (
    "SELECT d.ordinal, d.case_hash, r.sample, r.id, r.case_hash, r.status, r.fault, r.error_code, r.cost_usd, "
    f"CASE WHEN r.reused_from IS NULL THEN r.total END, {_SCORES} {_FROM}"
)
_PLAIN = (
    "SELECT d.ordinal, r.sample = 0 AND r.attempt = 1 AND r.case_hash = d.case_hash AND "
    "coalesce(r.fault, '') NOT IN ('infra', 'user'), r.status, r.cost_usd, "
    f"CASE WHEN r.reused_from IS NULL THEN r.total END, {_SCORES} {_FROM}"
)
_IN_ORDER = "SELECT check_id, check_hash, status, value FROM check_result WHERE response_id = ? ORDER BY seq"


class _Only(NamedTuple):
    """Which cases of a dataset are wanted: a condition, and what it is filled with."""

    sql: str
    values: tuple[str | int, ...]

    def of(self, statement: str) -> str:
        return statement.replace("/*only*/", self.sql)


def iter_blocks(
    connection: sqlite3.Connection, runs: Sequence[Run], dataset: str, *, cases: bool = True
) -> Iterator[RunsBlock]:
    """What runs made of every case of a dataset that they tried, in its order, thousands at once; in flat memory.

    Times are those of headless runs alone.
    """
    answers = Answers(connection)
    (last,) = connection.execute("SELECT max(ordinal) FROM dataset_case WHERE dataset_hash = ?", (dataset,)).fetchone()
    for start in range(0, -1 if last is None else last + 1, BLOCK):
        only = _Only("AND d.ordinal >= ? AND d.ordinal < ?", (start, start + BLOCK))
        yield RunsBlock(
            start=start,
            stop=start + BLOCK,
            sides=[_side_rows(connection, run, dataset, only, answers) for run in runs],
            cases=_case_rows(connection, dataset, only) if cases else None,
        )


def side_rows(connection: sqlite3.Connection, run: Run, dataset: str, case_ids: Sequence[str]) -> SideRows:
    """What one run made of some cases, each by itself."""
    answers = Answers(connection)
    found: list[OddCase] = []
    for only in _named("case_id", iter([storable(case_id) for case_id in case_ids])):
        found += _odd_cases(connection, run, dataset, only, answers)
    return SideRows((), SideBlock((), (), (), ()), sorted(found, key=itemgetter(0)))


def moved_cases(connection: sqlite3.Connection, here: str, there: str) -> list[tuple[int, int, str | None]]:
    """Of each case that two versions of a dataset have: its ordinals, and its hash in the first one where it is another
    in the second."""
    return connection.execute(
        "SELECT h.ordinal, t.ordinal, CASE WHEN h.case_hash <> t.case_hash THEN h.case_hash END "
        "FROM dataset_case t CROSS JOIN dataset_case h ON h.dataset_hash = ? AND h.case_id = t.case_id "
        "WHERE t.dataset_hash = ?",
        (here, there),
    ).fetchall()


def answers_outside(connection: sqlite3.Connection, run: Run) -> int:
    """How many answers of a run are to cases that its dataset does not have."""
    (found,) = connection.execute(
        "SELECT count(*) FROM response r WHERE r.run_id = ? AND NOT EXISTS "
        "(SELECT 1 FROM dataset_case d WHERE d.dataset_hash = ? AND d.case_id = r.case_id)",
        (run.id, run.dataset_hash),
    ).fetchone()
    return int(found)


def count_answers(connection: sqlite3.Connection, run_id: str) -> int:
    """The attempts of a run."""
    (found,) = connection.execute("SELECT count(*) FROM response WHERE run_id = ?", (run_id,)).fetchone()
    return int(found)


def _side_rows(connection: sqlite3.Connection, run: Run, dataset: str, only: _Only, answers: "Answers") -> SideRows:
    side = _columns(connection.execute(only.of(_PLAIN), (run.id, dataset, *only.values)).fetchall(), run, answers)
    odd = _odd(side)
    others: list[OddCase] = []
    if len(odd) * FEW > len(side.ordinals):
        others = [one for one in _odd_cases(connection, run, dataset, only, answers) if one.ordinal in odd]
    else:
        for named in _named("ordinal", iter(sorted(odd))):
            others += _odd_cases(connection, run, dataset, named, answers)
    plain = side.without(odd) if odd else side
    return SideRows(plain.ordinals, plain.block(), others)


def _case_rows(connection: sqlite3.Connection, dataset: str, only: _Only) -> CaseRows:
    cases = connection.execute(only.of(_CASES), (dataset, *only.values)).fetchall()
    ordinals, _, kinds, segments, tags = zip(*cases, strict=True) if cases else ((), (), (), (), ())
    of_segment = {segment: restored_or_none(segment) for segment in set(segments)}
    of_tags = {text: _labels(text) for text in set(tags)}
    return CaseRows(ordinals, kinds, [of_segment[one] for one in segments], [of_tags[text] for text in tags])


class _Side(NamedTuple):
    """What one run made of some cases, in columns of one length."""

    ordinals: Sequence[int]
    plain: Sequence[int]
    statuses: Sequence[ResponseStatus]
    usd: Sequence[float | None]
    seconds: Sequence[float | None]
    scores: Sequence[Scores | None]

    def without(self, odd: set[int]) -> "_Side":
        left = [row for row in zip(*self, strict=True) if row[0] not in odd]
        return _Side(*zip(*left, strict=True)) if left else _Side((), (), (), (), (), ())

    def block(self) -> SideBlock:
        return SideBlock(self.statuses, self.usd, self.seconds, [said for said in self.scores if said is not None])


def _columns(rows: Sequence[tuple[Any, ...]], run: Run, answers: "Answers") -> _Side:
    if not rows:
        return _Side((), (), (), (), (), ())
    ordinals, plain, statuses, usd, seconds, texts = zip(*rows, strict=True)
    if run.origin != "headless":
        seconds = (None,) * len(rows)
    return _Side(ordinals, plain, statuses, usd, seconds, answers.alike(texts))


def _odd(side: _Side) -> set[int]:
    """The cases that were not answered plainly: once, at the first attempt, and with one version of each check."""
    if all(side.plain) and None not in side.scores:
        return set()
    rows = zip(side.ordinals, side.plain, side.scores, strict=True)
    return {ordinal for ordinal, plain, said in rows if not plain or said is None}


def _odd_cases(
    connection: sqlite3.Connection, run: Run, dataset: str, only: _Only, answers: "Answers"
) -> Iterator[OddCase]:
    return _side(connection.execute(only.of(_ANSWERS), (run.id, dataset, *only.values)), answers, run)


def _named(column: str, wanted: Iterator[str] | Iterator[int]) -> Iterator[_Only]:
    """As many queries as it takes to name all cases."""
    while named := tuple(islice(wanted, AT_ONCE)):
        yield _Only(f"AND d.{column} IN ({', '.join('?' * len(named))})", named)


def iter_pairs(
    connection: sqlite3.Connection, baseline: Run, candidate: Run, case_ids: Iterable[str]
) -> Iterator[PairFacts]:
    """Some cases as far as either run tried them, each by itself; in the order of the candidate's dataset, as far as
    one query names them."""
    answers, dataset = Answers(connection), candidate.dataset_hash or ""
    for only in _named("case_id", iter([storable(case_id) for case_id in case_ids])):
        sides = [_odd_cases(connection, run, dataset, only, answers) for run in (baseline, candidate)]
        a, b = (next(side, None) for side in sides)
        for ordinal, case_id, kind, segment, tags in connection.execute(only.of(_CASES), (dataset, *only.values)):
            one = other = None
            if a is not None and a.ordinal == ordinal:
                one, a = a.facts, next(sides[0], None)
            if b is not None and b.ordinal == ordinal:
                other, b = b.facts, next(sides[1], None)
            if one is not None or other is not None:
                names = restored(case_id), kind, restored_or_none(segment), _labels(tags)
                yield PairFacts(ordinal, *names, one, other)


class Answers:
    """Makes one object of equal results of checks."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known = _Known()

    def alike(self, texts: Iterable[str | None]) -> list[Scores | None]:
        """What the checks said of each answer; None where a check was put in several versions, whose order tells which
        is the latest, and the texts have them in any."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        return list(map(self._known.__getitem__, texts))

    def scores(self, response_id: str, text: str | None) -> Scores:
        """What the checks said of an answer, whatever it is."""
        (found,) = self.alike((text,))
        return found if found is not None else Scores(_scored(self._connection.execute(_IN_ORDER, (response_id,))))


class _Known(dict[str | None, Scores | None]):
    def __missing__(self, text: str | None) -> Scores | None:
        found = self[text] = Scores(()) if text is None else _parted(text)
        return found


def _parted(text: str) -> Scores | None:
    """Results as SQLite put them together; None where a check is there twice, or a name has what parts them."""
    found: list[tuple[str, str, str, float | None]] = []
    for row in text.split(_ROW):
        status, version, check_id, *value = row.split(_FIELD)
        if len(value) > 1 or status not in _STATUSES:
            return None
        known = float(status == "pass") if not value else float(value[0]) if value[0] else None
        found.append((check_id, version, status, known))
    return Scores(_scored(found)) if len({row[0] for row in found}) == len(found) else None


def _scored(rows: Iterable[tuple[str, str, Any, float | None]]) -> tuple[Scored, ...]:
    return tuple(
        Scored(check_id=restored(check_id), check_hash=check_hash, status=status, value=value)
        for check_id, check_hash, status, value in rows
    )


def _labels(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(cast("list[str]", from_json(text)))


def _side(rows: Iterator[tuple[Any, ...]], answers: Answers, run: Run) -> Iterator[OddCase]:
    timed = run.origin == "headless"
    for ordinal, attempts in groupby(rows, key=itemgetter(0)):
        counting: dict[int, AnswerFacts] = {}
        version, case_hash, excluded = "", "", None
        for attempt in attempts:
            _, version, sample, id_, case_hash, status, fault, error, usd, seconds, scores = attempt
            if fault in ("infra", "user"):
                excluded = str(error or status)
            elif sample not in counting:
                said = answers.scores(id_, scores)
                counting[sample] = AnswerFacts(id_, status, usd, seconds if timed else None, said)
        facts = SideFacts(case_hash, tuple(counting.values()), None if counting else excluded)
        yield OddCase(ordinal, version, facts)

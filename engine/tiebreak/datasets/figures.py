"""What a dataset is made of, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from tiebreak.datasets.comparing import text_of
from tiebreak.records import Case, Dataset

NO_SEGMENT = ""
"""Under this name stand cases of no segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Characters of what is asked."""

    shortest: int
    median: float
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFigures:
    """Counts of cases; the mappings are sorted by name, and hold no zero."""

    cases: int
    units: int
    """Independent ones: a group counts once."""
    kinds: Mapping[str, int]
    segments: Mapping[str, int]
    kinds_by_segment: Mapping[str, Mapping[str, int]]
    """Segment → kind → cases."""
    expect: Mapping[str, int]
    tags: Mapping[str, int]
    checks: Mapping[str, int]
    """Kind of check → cases that have one."""
    with_reference: int
    with_contexts: int
    conversations: int
    """Cases whose input is a list of messages."""
    lengths: Lengths | None


def figures_of(dataset: Dataset) -> DatasetFigures:
    cases = dataset.cases
    by_segment: dict[str, list[Case]] = {}
    for case in cases:
        by_segment.setdefault(case.segment or NO_SEGMENT, []).append(case)
    lengths = [len(text_of(case.input)) for case in cases]
    return DatasetFigures(
        cases=len(cases),
        units=len({case.unit for case in cases}),
        kinds=_counted(case.kind for case in cases),
        segments=_counted(case.segment or NO_SEGMENT for case in cases),
        kinds_by_segment={name: _counted(case.kind for case in held) for name, held in sorted(by_segment.items())},
        expect=_counted(case.expect for case in cases),
        tags=_counted(tag for case in cases for tag in set(case.tags)),
        checks=_counted(kind for case in cases for kind in {check.kind for check in case.checks}),
        with_reference=sum(case.reference is not None for case in cases),
        with_contexts=sum(bool(case.contexts) for case in cases),
        conversations=sum(not isinstance(case.input, str) for case in cases),
        lengths=Lengths(shortest=min(lengths), median=median(lengths), longest=max(lengths)) if lengths else None,
    )


def _counted(words: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(words).items()))

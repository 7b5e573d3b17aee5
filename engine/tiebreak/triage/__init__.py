"""Triage: two runs case by case, what got worse first; decisions about it, and checks that keep it from coming back."""

from tiebreak.triage.blocks import add_sides
from tiebreak.triage.columns import Table, TableBuilder, table_of
from tiebreak.triage.deciding import Standing
from tiebreak.triage.faults import Suggestion, suggest
from tiebreak.triage.filtering import Filter, parse_filter
from tiebreak.triage.grouping import Failure, FailureGroup, grouped
from tiebreak.triage.leaning import leans_of, leans_of_judges
from tiebreak.triage.listing import View
from tiebreak.triage.rows import CLASSES, Decided, Lean, RowClass, RowMaker, TriageRow

__all__ = [
    "CLASSES",
    "Decided",
    "Failure",
    "FailureGroup",
    "Filter",
    "Lean",
    "RowClass",
    "RowMaker",
    "Standing",
    "Suggestion",
    "Table",
    "TableBuilder",
    "TriageRow",
    "View",
    "add_sides",
    "grouped",
    "leans_of",
    "leans_of_judges",
    "parse_filter",
    "suggest",
    "table_of",
]

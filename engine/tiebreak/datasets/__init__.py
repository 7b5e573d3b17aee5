"""Datasets on disk: reading them, whatever their form, and adding cases to them."""

from tiebreak.datasets.card import CARD, CASES, CardFile, FieldMap, read_card
from tiebreak.datasets.cases import flat_case, flat_check
from tiebreak.datasets.load import iter_cases, load_card, load_dataset
from tiebreak.datasets.writing import case_line, write_cases, write_dataset

__all__ = [
    "CARD",
    "CASES",
    "CardFile",
    "FieldMap",
    "case_line",
    "flat_case",
    "flat_check",
    "iter_cases",
    "load_card",
    "load_dataset",
    "read_card",
    "write_cases",
    "write_dataset",
]

"""Deterministic checks of one answer. Adding a check is one small file in `tiebreak.checks.kinds`."""

from tiebreak.checks.base import Check, CheckUnavailable, Example, Verdict
from tiebreak.checks.parse import build_check, parse_check, parse_checks
from tiebreak.checks.registry import check_kinds
from tiebreak.checks.run import checks_for, run_checks

__all__ = [
    "Check",
    "CheckUnavailable",
    "Example",
    "Verdict",
    "build_check",
    "check_kinds",
    "checks_for",
    "parse_check",
    "parse_checks",
    "run_checks",
]

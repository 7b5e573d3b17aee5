"""Checks of one answer. Adding a check is one small file in `tiebreak.checks.kinds`, or a class in a package."""

from tiebreak.checks.base import Answer, AwaitedCheck, BaseCheck, Check, CheckUnavailable, Example, Outside, Verdict
from tiebreak.checks.parse import build_check, parse_check, parse_checks
from tiebreak.checks.registry import check_kinds
from tiebreak.checks.run import Checker, all_checks, checks_for, load_checks, run_checks

__all__ = [
    "Answer",
    "AwaitedCheck",
    "BaseCheck",
    "Check",
    "CheckUnavailable",
    "Checker",
    "Example",
    "Outside",
    "Verdict",
    "all_checks",
    "build_check",
    "check_kinds",
    "checks_for",
    "load_checks",
    "parse_check",
    "parse_checks",
    "run_checks",
]

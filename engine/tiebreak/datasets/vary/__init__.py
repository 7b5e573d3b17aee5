"""Variants of cases that ask the same otherwise, to measure how much an answer hangs on the asking."""

from tiebreak.datasets.vary.varying import KINDS, Varied, vary

__all__ = ["KINDS", "Varied", "vary"]

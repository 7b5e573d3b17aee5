"""Calibration: what a judge's verdicts are worth, measured on the cases that people labelled too.

Pure functions of plain values. docs/calibration.md says what each figure means and when not to trust it.
"""

from tiebreak.calibration.agreeing import Agreement, Pair, agreement, agreement_by_segment
from tiebreak.calibration.agreement_gate import AgreementGate, agreement_gate
from tiebreak.calibration.estimates import Estimate, Estimates, estimates
from tiebreak.calibration.favour import favour
from tiebreak.calibration.position import BothOrders, PositionBias, position_bias, swap_averaged
from tiebreak.calibration.verbosity import LengthAlarm, LengthControlled, length_alarm, length_controlled

__all__ = [
    "Agreement",
    "AgreementGate",
    "BothOrders",
    "Estimate",
    "Estimates",
    "LengthAlarm",
    "LengthControlled",
    "Pair",
    "PositionBias",
    "agreement",
    "agreement_by_segment",
    "agreement_gate",
    "estimates",
    "favour",
    "length_alarm",
    "length_controlled",
    "position_bias",
    "swap_averaged",
]

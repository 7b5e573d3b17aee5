"""Gates: what must hold before a candidate ships, decided from evidence without memory.

A status is a pure fold of the facts in force: there is no latch, and recomputing gives the same answer.
"""

from tiebreak.gates.evaluate import evaluate
from tiebreak.gates.evidence import Evidence, Measure, measure_of
from tiebreak.gates.expand import PlannedGate, expand
from tiebreak.gates.judged import evaluate_judged
from tiebreak.gates.judged_cases import JudgedEvidence, JudgeStatus
from tiebreak.gates.outcome import GateOutcome, GateStatus
from tiebreak.gates.phases import PhaseOutcome, PhaseState, overall, phase_status, standing
from tiebreak.gates.question import Question
from tiebreak.gates.validate import Finding, validate_policy
from tiebreak.gates.wording import title_of

__all__ = [
    "Evidence",
    "Finding",
    "GateOutcome",
    "GateStatus",
    "JudgeStatus",
    "JudgedEvidence",
    "Measure",
    "PhaseOutcome",
    "PhaseState",
    "PlannedGate",
    "Question",
    "evaluate",
    "evaluate_judged",
    "expand",
    "measure_of",
    "overall",
    "phase_status",
    "standing",
    "title_of",
    "validate_policy",
]

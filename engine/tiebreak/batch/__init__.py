"""Many cases without a person: every case of a plan put to all arms, a bounded number at once, nothing kept in memory.

`Batch` runs them within its `Limits`; whoever keeps the answers satisfies `AnswerRecorder`.
"""

from tiebreak.batch.batch import Batch, Limits
from tiebreak.batch.outbox import AnswerRecorder
from tiebreak.batch.progress import ArmProgress, Ending, Progress

__all__ = ["AnswerRecorder", "ArmProgress", "Batch", "Ending", "Limits", "Progress"]

"""Models that score answers, asked so that what they read cannot speak for them.

An answer under judgement is data from outside and may hold anything. It stands in frames with random delimiters, never
in the system prompt, under a label that says nothing of its side; and a verdict is read from one place alone, the last
block of the reply, which bears a random nonce of that call. Anything else is `unparseable`, never a tie or a loss.
"""

from tiebreak.judge.asking import Asker
from tiebreak.judge.planning import Ask, Skipped, plan_asks
from tiebreak.judge.rendering import JudgeRenderer
from tiebreak.judge.running import JudgeEnding, JudgeProgress, JudgeRun, JudgmentRecorder
from tiebreak.judge.sharing import Shared
from tiebreak.judge.summary import JudgeSummary, summarise

__all__ = [
    "Ask",
    "Asker",
    "JudgeEnding",
    "JudgeProgress",
    "JudgeRenderer",
    "JudgeRun",
    "JudgeSummary",
    "JudgmentRecorder",
    "Shared",
    "Skipped",
    "plan_asks",
    "summarise",
]

"""The words of Tiebreak as frozen records. They import nothing of the engine but its errors."""

from tiebreak.records.canonical import canonical_json, digest, version_of
from tiebreak.records.cases import Case, CheckSpec, Context, Dataset, DatasetCard, Message
from tiebreak.records.configs import Config, Deadlines, ModelTarget, Price, Prompt, RecordingTarget, Target
from tiebreak.records.ids import IdMaker, stamp, utc_now
from tiebreak.records.policies import PHASES, ROLES, Dimension, Form, Gate, Phase, Policy, SessionRole
from tiebreak.records.responses import (
    BROKEN,
    CheckResult,
    Cost,
    Response,
    ResponseError,
    ResponseStatus,
    Timings,
    ToolCall,
    Usage,
)
from tiebreak.records.sessions import VOTES, Ballot, Event, Plan, Presentation, Rater, Run, Session, Vote

__all__ = [
    "BROKEN",
    "PHASES",
    "ROLES",
    "VOTES",
    "Ballot",
    "Case",
    "CheckResult",
    "CheckSpec",
    "Config",
    "Context",
    "Cost",
    "Dataset",
    "DatasetCard",
    "Deadlines",
    "Dimension",
    "Event",
    "Form",
    "Gate",
    "IdMaker",
    "Message",
    "ModelTarget",
    "Phase",
    "Plan",
    "Policy",
    "Presentation",
    "Price",
    "Prompt",
    "Rater",
    "RecordingTarget",
    "Response",
    "ResponseError",
    "ResponseStatus",
    "Run",
    "Session",
    "SessionRole",
    "Target",
    "Timings",
    "ToolCall",
    "Usage",
    "Vote",
    "canonical_json",
    "digest",
    "stamp",
    "utc_now",
    "version_of",
]

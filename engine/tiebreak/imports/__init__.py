"""Results of other tools as typed rows: a shared frame, bounded reading, and one small file a tool."""

from tiebreak.imports.frame import (
    CaseRow,
    ConfigRow,
    GivenAnswer,
    GivenLabel,
    GivenVerdict,
    GivenVote,
    Refused,
    Row,
    Said,
    Tool,
    spec_of,
)
from tiebreak.imports.reading import Source
from tiebreak.imports.tools import TOOLS, tool_named, tool_of

__all__ = [
    "TOOLS",
    "CaseRow",
    "ConfigRow",
    "GivenAnswer",
    "GivenLabel",
    "GivenVerdict",
    "GivenVote",
    "Refused",
    "Row",
    "Said",
    "Source",
    "Tool",
    "spec_of",
    "tool_named",
    "tool_of",
]

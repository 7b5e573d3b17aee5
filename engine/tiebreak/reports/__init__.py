"""Reports: one frozen record of a session at one moment, and pure functions that write it down in a format each."""

from collections.abc import Callable, Mapping
from typing import Literal

from tiebreak.reports.report import Report
from tiebreak.reports.tried import Tried, tried_briefly, versions_tried

__all__ = ["FORMATS", "SUFFIXES", "Format", "Report", "Tried", "render", "tried_briefly", "versions_tried"]

Format = Literal["md", "html", "junit", "json", "events"]
FORMATS: tuple[Format, ...] = ("md", "html", "junit", "json", "events")
SUFFIXES: Mapping[str, Format] = {".md": "md", ".html": "html", ".xml": "junit", ".json": "json", ".jsonl": "events"}
"""The format that a file's ending asks for."""


def render(wanted: Format, report: Report) -> str:
    """A report as text; each format is loaded once it is wanted."""
    return _writer(wanted)(report)


def _writer(wanted: Format) -> Callable[[Report], str]:
    match wanted:
        case "md":
            from tiebreak.reports.markdown import markdown as write
        case "html":
            from tiebreak.reports.html import html as write
        case "junit":
            from tiebreak.reports.junit import junit as write
        case "json":
            from tiebreak.reports.json_ import json_report as write
        case "events":
            from tiebreak.reports.events import events as write
    return write

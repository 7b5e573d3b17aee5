"""A report as JUnit XML: a suite a phase, a case a gate (and segment).

A failed gate is a `failure`. One that is not decided, for whatever reason, is an `error`: nobody found the candidate
wanting, but nobody may ship it either. Gates of phases that do not decide, or are not open yet, are `skipped`.
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tiebreak.gates import GateOutcome, standing
from tiebreak.reports import words
from tiebreak.reports.report import Report
from tiebreak.sanitise import clean, clean_line

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""
NAME = 200


def junit(report: Report) -> str:
    root = Element("testsuites", name="tiebreak")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for phase, _, gates in words.gates_by_phase(report):
        suite = SubElement(
            root, "testsuite", name=phase, timestamp=report.at[:19], hostname="tiebreak", id=str(len(root))
        )
        facts = SubElement(suite, "properties")
        for name, value in words.identity(report):
            SubElement(facts, "property", name=name, value=_line(value))
        counted = dict.fromkeys(totals, 0)
        for gate in gates:
            case = SubElement(suite, "testcase", classname=f"tiebreak.{phase}", name=_name(gate), time="0")
            counted["tests"] += 1
            if (kind := _told(case, report, gate)) is not None:
                counted[kind] += 1
        for name, count in counted.items():
            suite.set(name, str(count))
            totals[name] += count
        suite.set("time", "0")
    for name, count in totals.items():
        root.set(name, str(count))
    root.set("time", "0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _told(case: Element, report: Report, gate: GateOutcome) -> str | None:
    """Say how a gate ended; returns what it is counted as, None for a pass."""
    status, value, asked, n, why = words.gate_cells(report, gate)
    shown = standing(gate, report.phases)
    if shown == "pass":
        return None
    deciding = gate in report.deciding
    if not deciding or shown == "closed":
        message = "not asked for" if not deciding else "opens once the phase before has passed"
        SubElement(case, "skipped", message=message)
        return "skipped"
    kind, counted = ("failure", "failures") if gate.status == "fail" else ("error", "errors")
    cause = gate.status
    if kind == "error" and report.infrastructure:
        cause = "infrastructure"
    elif kind == "error" and gate.blocked_by:
        cause = "blocked"
    told = SubElement(case, kind, message=_line(why or status), type=cause)
    told.text = _text(f"{gate.title}: {value}, asked {asked}, n {n}. {why}")
    return counted


def _name(gate: GateOutcome) -> str:
    return _line(f"{gate.title} [{gate.segment}]" if gate.segment is not None else gate.title)


def _line(text: str) -> str:
    return ILLEGAL.sub("\ufffd", clean_line(text, NAME))


def _text(text: str) -> str:
    return ILLEGAL.sub("\ufffd", clean(text))

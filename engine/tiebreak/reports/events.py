"""A report as `gen_ai.evaluation.result` events, for whoever keeps their evaluations beside their traces.

Each line is a whole OTLP log message in JSON, as OpenTelemetry's file exporter writes it and the collector's
`otlpjsonfile` receiver reads it. Names of the attributes: OpenTelemetry semantic conventions for generative AI, event
`gen_ai.evaluation.result`; those of Tiebreak begin with `tiebreak.`. A gate speaks of many answers, so there is no one
response id to give.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tiebreak.gates import GateOutcome, standing
from tiebreak.records import ROLES
from tiebreak.reports.judged import JudgedVersion
from tiebreak.reports.report import Report
from tiebreak.sanitise import clean

NAME = "gen_ai.evaluation.result"
Value = str | float | int | bool


def events(report: Report) -> str:
    """A line for each gate, one for each check and side, and those of the judges."""
    made = datetime.fromisoformat(report.at)
    nanoseconds = str(int(made.replace(tzinfo=made.tzinfo or UTC).timestamp() * 1_000_000) * 1000)
    return "".join(json.dumps(_message(report, nanoseconds, found)) + "\n" for found in _evaluations(report))


def _evaluations(report: Report) -> Iterator[Mapping[str, Value | None]]:
    for gate in report.gates:
        yield _gate(report, gate)
    for name, sides in report.snapshot.checks.items():
        for role in ROLES:
            if role in sides and sides[role].rate is not None:
                yield {
                    "gen_ai.evaluation.name": f"check {name}",
                    "gen_ai.evaluation.score.value": sides[role].rate,
                    "tiebreak.side": role,
                    "tiebreak.n": sides[role].n,
                }
    for judge in report.judges:
        yield from _judged(judge)


def _judged(one: JudgedVersion) -> Iterator[Mapping[str, Value | None]]:
    """How far a judge agrees with people, and the means that both say together: a line for each line and side."""
    of: Mapping[str, Value | None] = {"tiebreak.judge": one.name, "tiebreak.judge.version": one.version}
    for line in one.lines:
        on = f" on {line.dimension}" if line.dimension is not None else ""
        yield {
            "gen_ai.evaluation.name": f"judge {one.name}{on}: agreement with people",
            "gen_ai.evaluation.score.value": line.agreement,
            "gen_ai.evaluation.score.label": line.status,
            "tiebreak.n": line.n,
            **of,
        }
        for role, found in line.estimates.items():
            yield {
                "gen_ai.evaluation.name": f"{line.dimension or 'win rate'}, calibrated by {one.name}",
                "gen_ai.evaluation.score.value": found.calibrated.mean,
                "gen_ai.evaluation.score.label": line.status,
                "tiebreak.side": role,
                "tiebreak.method": found.form,
                "tiebreak.n": found.calibrated.n,
                **of,
            }


def _gate(report: Report, gate: GateOutcome) -> Mapping[str, Value | None]:
    status = standing(gate, report.phases)
    return {
        "gen_ai.evaluation.name": gate.key,
        "gen_ai.evaluation.score.value": gate.value,
        "gen_ai.evaluation.score.label": status,
        "gen_ai.evaluation.explanation": gate.why or gate.title,
        "error.type": None if status in ("pass", "fail", "closed") else status,
        "tiebreak.phase": gate.phase,
        "tiebreak.segment": gate.segment,
        "tiebreak.side": str(gate.evidence.get("on", "candidate")),
        "tiebreak.method": gate.method,
        "tiebreak.limit": gate.limit,
        "tiebreak.n": gate.n,
        "tiebreak.planned": gate.planned,
    }


def _message(report: Report, nanoseconds: str, attributes: Mapping[str, Value | None]) -> dict[str, object]:
    common: Mapping[str, Value | None] = {
        "tiebreak.session": report.session.id,
        "tiebreak.dataset": report.dataset.name,
        "tiebreak.policy": report.policy.name,
    }
    record = {
        "timeUnixNano": nanoseconds,
        "observedTimeUnixNano": nanoseconds,
        "eventName": NAME,
        "attributes": _attributes({**attributes, **common}),
    }
    scope = {"scope": {"name": "tiebreak", "version": report.tiebreak}, "logRecords": [record]}
    resource = {"attributes": _attributes({"service.name": "tiebreak", "service.version": report.tiebreak})}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}


def _attributes(values: Mapping[str, Value | None]) -> list[dict[str, object]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None]


def _value(value: Value) -> dict[str, object]:
    """OTLP writes whole numbers of 64 bits as text."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": clean(value)}

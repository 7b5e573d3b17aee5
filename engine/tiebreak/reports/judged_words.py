"""What Markdown and HTML say alike of judges. Nothing here is escaped yet."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tiebreak.amounts import fixed, money, signed
from tiebreak.gates import JudgeStatus
from tiebreak.gates.wording import RECORDED, percent
from tiebreak.records.policies import SIDES
from tiebreak.reports.judged import JudgedLine, JudgedMean
from tiebreak.reports.report import Report
from tiebreak.reports.words import NONE, p_value, share

STATUS: Mapping[JudgeStatus, str] = {
    "calibrated": "✔ calibrated",
    "failed": "✘ failed its calibration",
    "uncalibrated": "… uncalibrated",
}
KINDS: Mapping[JudgeStatus, str] = {"calibrated": "pass", "failed": "fail", "uncalibrated": "pending"}
"""The class of a row."""
ASKED = ("Judge", "Status", "Kind", "Model", "Version", "valid #", "unparseable #", "errors #", "cost #")
HELD = ("Judge", "Status", "agrees with people #", "95 % #", "κ #", "95 % #", "AC1 #", "n #")
LEANS = (
    "Judge",
    "alike in both orders #",
    "flips for first / second place #",
    "slope of judge − people over length #",
)
CLAIMS = ("Judge", "Side", "claims #", "unsupported #", "share #", "95 % #", "answers #")
MEANS = ("Mean", "Judge", "judge alone #", "people alone #", "calibrated #", "labels saved #")


class Row(NamedTuple):
    """Of a table."""

    cells: tuple[str, ...]
    kind: str
    """A word of ours for the row."""


def override(report: Report) -> str:
    """Which gates rest on a judge alone; empty where none does."""
    gates = [gate for gate in report.gates if gate.evidence.get("source") == "judge"]
    if not gates:
        return ""
    titles = ", ".join(f"“{gate.title}” on “{gate.evidence.get('judge')}”" for gate in gates)
    return (
        f"A judge's word alone decides here, by an override of the policy: {titles}. How far off such a number is, "
        "nobody knows."
    )


def asked(report: Report) -> Iterator[Row]:
    """A row a version: what was asked, what could be read, what it cost."""
    for one in report.judges:
        cost = RECORDED if one.recorded else money(one.usd) + (f" and {one.unknown} unknown" if one.unknown else "")
        cost += f", {one.reused} reused" if one.reused else ""
        status = STATUS[one.status] if one.in_force else "a later version counts"
        counts = (str(one.valid), str(one.unparseable), str(one.error))
        model = ", ".join(one.served) or one.model or NONE
        version = (one.version or "imported")[:12]
        yield Row((one.name, status, one.kind, model, version, *counts, cost), KINDS[one.status])


def held(report: Report) -> Iterator[Row]:
    """A row a line that was held against people."""
    for name, line in _lines(report):
        n = f"{line.n}, {line.excluded} excluded" if line.excluded else str(line.n)
        span = f"{100 * line.low:.0f} to {100 * line.high:.0f} %" if line.n else NONE
        kappa = NONE if line.kappa_low is None else f"{_two(line.kappa_low)} to {_two(line.kappa_high)}"
        cells = (share(line.agreement), span, _two(line.kappa), kappa, _two(line.ac1), n)
        yield Row((name, STATUS[line.status], *cells), KINDS[line.status])


def leans(report: Report) -> Iterator[Row]:
    """A row a line of which it is known whether place or length sways it; what is more than chance is marked."""
    for name, line in _lines(report):
        place = slope = NONE
        if line.position_p is not None:
            place = f"{line.first_favoured} / {line.second_favoured}, p {p_value(line.position_p)}"
        if line.length_slope is not None:
            slope = f"{signed(line.length_slope, fixed(2))}, p {p_value(line.length_p)}"
        if (place, slope) != (NONE, NONE):
            marked = (f"! {place}" if line.position_biased else place, f"! {slope}" if line.length_alarm else slope)
            rings = line.position_biased or line.length_alarm
            yield Row((name, share(line.consistency), *marked), "pending" if rings else "")


def _lines(report: Report) -> Iterator[tuple[str, JudgedLine]]:
    for one in report.judges:
        for line in one.lines:
            yield one.name if line.dimension is None else f"{one.name}: {line.dimension}", line


def means(report: Report) -> Iterator[Row]:
    """The same mean by the judge, by people and by both; a row for each judge, dimension and side."""
    for one in report.judges:
        for line in one.lines:
            for role, found in line.estimates.items():
                what = f"{line.dimension} of {SIDES[role]}" if line.dimension else f"win rate of {SIDES[role]}"
                saved = NONE if found.labels_saved is None else signed(found.labels_saved, fixed(0))
                three = (_mean(mean, line) for mean in (found.judge, found.people, found.calibrated))
                yield Row((what, one.name, *three, saved), "")


def claims(report: Report) -> Iterator[Row]:
    """A row a side: how much of what it says nothing bears out."""
    for one in report.judges:
        for side in one.hallucinations:
            low, high = side.low, side.high
            span = NONE if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f} %"
            counts = (str(side.claims), str(side.unsupported), percent(side.rate), span, str(side.answers))
            yield Row((one.name, SIDES[side.role], *counts), "")


def tables(report: Report) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Head and rows of each table that has any."""
    every = (
        (HELD, held(report)),
        (LEANS, leans(report)),
        (MEANS, means(report)),
        (CLAIMS, claims(report)),
        (ASKED, asked(report)),
    )
    for head, rows in every:
        if found := list(rows):
            yield head, found


def notes(report: Report) -> list[str]:
    """What to know of the judges, a sentence each."""
    told: list[str] = []
    for one in report.judges:
        if one.not_held:
            told.append(one.not_held)
        if one.said:
            told.append(f"“{one.name}” said: {'; '.join(f'{what} {count}' for what, count in one.said.items())}.")
        if one.problems:
            why = "; ".join(f"{why.rstrip('.')} ({count})" for why, count in one.problems.items())
            told.append(f"Without a verdict of “{one.name}”: {why}.")
        told += [f"“{one.name}”: {remark.rstrip('.')}." for remark in one.remarks]
    forms = {f.why for one in report.judges for line in one.lines for f in line.estimates.values() if f.form == "live"}
    told += [f"Calibrated in the live form, about this set: {why}." for why in sorted(forms)]
    return told


def _mean(mean: JudgedMean, line: JudgedLine) -> str:
    if mean.mean is None:
        return NONE
    if line.dimension is not None:
        span = "" if mean.low is None or mean.high is None else f" ({mean.low:.2f} to {mean.high:.2f})"
        return f"{mean.mean:.2f}{span}, n {mean.n}"
    span = "" if mean.low is None or mean.high is None else f" ({100 * mean.low:.0f} to {100 * mean.high:.0f} %)"
    return f"{percent(mean.mean)}{span}, n {mean.n}"


def _two(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"

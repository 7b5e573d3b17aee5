"""What `tiebreak calibrate` prints for a person. All names in it are outside text."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tiebreak.amounts import fixed, points, signed
from tiebreak.calibration import Agreement, Estimate
from tiebreak.gates.wording import percent, plural
from tiebreak.records.policies import SIDES
from tiebreak_cli.output import CELL, safe, safe_line, table_of
from tiebreak_workbench.judges.calibration_record import JudgeCalibration, LineCalibration

if TYPE_CHECKING:
    from tiebreak.gates import JudgeStatus

STATUS: Mapping["JudgeStatus", tuple[str, str]] = {
    "calibrated": ("✔ calibrated", "green"),
    "failed": ("✘ failed its calibration", "bold red"),
    "uncalibrated": ("… uncalibrated", "yellow"),
}
MEANING: Mapping["JudgeStatus", str] = {
    "calibrated": "it agrees with people often enough to sharpen their votes",
    "failed": "it disagrees with people too often to be listened to",
    "uncalibrated": "too few labels yet to tell",
}
WIDTH = 24
"""Cells of a scale from 0 to 100 %."""


def print_calibration(console: Console, found: JudgeCalibration) -> None:
    """The record, most important things first."""
    parts: list[RenderableType] = [_heading(found)]
    for line in found.lines:
        parts += _line(line)
    if found.spread is not None:
        told = f"{found.spread.agreeing} of {plural(found.spread.repeated, 'repeated question')} got the same verdict"
        if found.spread.deviation is not None:
            told += f", mean standard deviation {found.spread.deviation:.3f}"
        parts.append(Text(told))
    console.print(Group(*parts))


def _heading(found: JudgeCalibration) -> Text:
    word, style = STATUS[found.status]
    by = f" by {safe_line(found.model, CELL)}" if found.model else ""
    version = f", version {found.version[:12]}" if found.version else ""
    text = Text.assemble((safe_line(found.judge, CELL), "bold"), f", {found.kind}{by}{version}\n")
    text.append(f"{word}", style).append(f": {MEANING[found.status]}\n")
    sessions = ", ".join(found.sessions)
    text.append(f"{plural(len(found.sessions), 'session')}: {safe_line(sessions, CELL)}\n", "dim")
    if found.served:
        text.append(f"served by {safe_line(', '.join(found.served), CELL)}\n", "dim")
    if found.sealed:
        text.append(f"{found.sealed_words}\n", "magenta")
    for warning in found.warnings:
        text.append(f"! {safe(warning)}\n", "yellow")
    return text


def _line(line: LineCalibration) -> Iterator[RenderableType]:
    if line.dimension is not None:
        word, style = STATUS[line.status]
        yield Text.assemble((f"“{safe_line(line.dimension, CELL)}”: ", "bold"), (word, style))
    yield _agreement_table(line)
    for caution in line.agreement.cautions:
        yield Text(f"! {safe(caution)}", "yellow")
    if line.agreement.n:
        yield _confusion(line)
        if line.segments:
            yield _segments(line.segments)
        yield _biases(line)
    for side, one in line.estimates.items():
        yield _estimates(line, SIDES[side], one.raw, one.human, one.calibrated)
        yield Text(_form(line, one.form, one.why, one.effective_n, one.labels_saved, one.weight), "dim")
        for caution in one.cautions:
            yield Text(f"! {safe(caution)}", "yellow")
    if line.drift is not None:
        yield _drift(line)


def _agreement_table(line: LineCalibration) -> Table:
    one, table = line.agreement, table_of("Held against people", "value #", "95 % #")
    gate = {"pass": "passes", "fail": "fails"}.get(one.gate.status, "is open")
    told = f"{_share(one.share)} of {one.n}"
    span = f"{100 * one.low:.0f} to {100 * one.high:.0f} %" if one.n else "–"
    table.add_row(f"agreement; the gate of {percent(one.gate.least)} {gate}", told, span)
    if one.excluded:
        table.add_row("the same, excluded cases as wrong", _share(one.share_of_all), "")
    if one.confusion.constant is not None:
        label = safe_line(str(one.confusion.constant.label), CELL)
        table.add_row(f"a judge that always says {label}", _share(one.confusion.constant.share), "")
    if one.kappa is not None:
        interval = one.kappa_interval
        table.add_row("Cohen's κ", _figure(one.kappa.value), _span(interval.low, interval.high) if interval else "–")
    if one.quadratic is not None:
        interval = one.quadratic_interval
        table.add_row("quadratic κ", _figure(one.quadratic), _span(interval.low, interval.high) if interval else "–")
    if one.ac1 is not None:
        table.add_row("Gwet's AC1", _figure(one.ac1), "")
    if line.people is not None:
        found, interval = line.people, line.people.alpha_interval
        span = _span(interval.low, interval.high) if interval is not None else "–"
        table.add_row(f"people with each other, α ({len(found.raters)} raters)", _figure(found.alpha), span)
        for two in found.pairs[:6]:
            names = f"{safe_line(two.one, CELL)} and {safe_line(two.other, CELL)}"
            table.add_row(f"  {names}, κ", _figure(two.kappa.value if two.kappa else None), "")
    for why, count in line.excluded.items():
        table.add_row(f"excluded: {safe_line(why, CELL)}", str(count), "")
    if line.waiting:
        table.add_row("labelled, not judged yet", str(line.waiting), "")
    if line.agreement.gate.reason:
        table.add_row(Text(safe(line.agreement.gate.reason), "dim"), "", "")
    return table


def _confusion(line: LineCalibration) -> Table:
    confusion = line.agreement.confusion
    used = [k for k, both in enumerate(zip(confusion.of_people, confusion.of_judge, strict=True)) if any(both)]
    table = table_of("People say ↓, the judge says →", *(f"{confusion.labels[k]} #" for k in used), "in all #")
    for k in used:
        cells = [Text(str(confusion.counts[k][j]), "bold" if k == j else "") for j in used]
        table.add_row(str(confusion.labels[k]), *cells, str(confusion.of_people[k]))
    return table


def _segments(segments: Mapping[str, Agreement]) -> Table:
    table = table_of("Segment", "agreement #", "95 % #", "κ #", "n #")
    for name, one in segments.items():
        span = f"{100 * one.low:.0f} to {100 * one.high:.0f} %" if one.n else "–"
        kappa = _figure(one.kappa.value if one.kappa else None)
        table.add_row(safe_line(name, CELL), _share(one.share), span, kappa, str(one.n))
    return table


def _biases(line: LineCalibration) -> Table:
    table = table_of("Leanings", "what is found")
    if (place := line.position) is not None and place.n:
        told = f"{_share(place.consistency)} of {plural(place.n, 'pair')} judged alike in both orders; "
        flips = f"{place.first_favoured} for the first shown, {place.second_favoured} for the second, p {_p(place.p)}"
        table.add_row("place", _marked(f"{told}of the others {flips}", rings=place.biased))
    if (alarm := line.length_alarm) is not None:
        told = f"slope {signed(alarm.slope.value, fixed(2))}, p {_p(alarm.slope.p)}: "
        says = "it likes length more than people do" if alarm.rings else "no more than people do, as far as this tells"
        table.add_row("length", _marked(told + says, rings=alarm.rings))
    if (controlled := line.length_controlled) is not None:
        told = f"B wins {percent(controlled.raw)} by the judge, {percent(controlled.controlled)} were all equally long"
        table.add_row("", Text(f"{told} (a diagnostic, no result)", "dim"))
    for role, one in line.favoured.items():
        if one.family is None and role != "candidate":
            continue
        low, high = one.difference.low, one.difference.high
        span = "" if low is None or high is None else f" ({points(low)} to {points(high)})"
        same = f", of the family {safe_line(one.family, CELL)} too" if one.family else ""
        rings = one.family is not None and low is not None and low > 0
        told = f"gives it {points(one.difference.mean)} more than people do{span}{same}"
        table.add_row(f"towards {SIDES[role]}", _marked(told, rings=rings))
    return table


def _estimates(line: LineCalibration, side: str, raw: Estimate, human: Estimate, calibrated: Estimate) -> Table:
    what = f"Win rate of {side}" if line.dimension is None else f"Mean of {side}, 1 to 5"
    table = table_of(what, "mean #", "95 % #", "n #", "")
    for name, one in (("the judge alone", raw), ("people alone", human), ("calibrated", calibrated)):
        span = (
            "no interval" if one.low is None or one.high is None else f"{_in(line, one.low)} to {_in(line, one.high)}"
        )
        table.add_row(name, "–" if one.mean is None else _in(line, one.mean), span, str(one.n), _bar(one))
    return table


def _bar(one: Estimate) -> Text:
    """A scale from 0 to 1 with the interval and the mean on it; words and numbers stand beside it."""
    cells = ["·"] * WIDTH
    cells[WIDTH // 2] = "|"
    if one.low is not None and one.high is not None:
        for at in range(_cell(one.low), _cell(one.high) + 1):
            cells[at] = "─"
    if one.mean is not None:
        cells[_cell(one.mean)] = "●"
    return Text("".join(cells), "cyan")


def _cell(share: float) -> int:
    return min(WIDTH - 1, max(0, int(share * WIDTH)))


def _form(
    line: LineCalibration, form: str, why: str, effective: float | None, saved: float | None, weight: float
) -> str:
    settled = f"; {plural(line.settled, 'case')} settled by a broken answer apart" if line.settled else ""
    if form == "live":
        return f"live form, for this set, valid at every look{settled} ({why})"
    told = f"PPI++, λ {weight:.2f}"
    if effective is not None and saved is not None:
        told += f": worth {effective:.0f} labels, {signed(saved, fixed(0))} against people alone"
    return told + settled


def _drift(line: LineCalibration) -> Text:
    drift = line.drift
    assert drift is not None
    up, down = ("towards B", "towards A") if line.dimension is None else ("upwards", "downwards")
    low, high = drift.interval
    told = Text(f"\nAsked again (round {drift.round}): ")
    span = f"{100 * low:.0f} to {100 * high:.0f} %"
    share = f"{drift.changed} of {drift.n} verdicts changed, {_share(drift.share)} ({span}); "
    told.append(share + f"{drift.up} {up}, {drift.down} {down}, p {_p(drift.p)}")
    if drift.to_one_side:
        told.append("\n! The judge has drifted to one side.", "bold yellow")
    if drift.other_model:
        before, after = (safe_line(", ".join(one), CELL) for one in (drift.served_before, drift.served_after))
        told.append(f"\n! Another model answers now: {after}, before {before}.", "bold yellow")
    if drift.other_fingerprint:
        before, after = (
            safe_line(", ".join(one), CELL) for one in (drift.fingerprints_before, drift.fingerprints_after)
        )
        told.append(f"\nSystem fingerprint {after}, before {before}.", "dim")
    if drift.lost:
        told.append(f"\n{plural(drift.lost, 'question')} with a valid verdict in one round only.")
    return told


def _in(line: LineCalibration, share: float) -> str:
    return percent(share) if line.dimension is None else f"{1 + 4 * share:.2f}"


def _marked(told: str, *, rings: bool) -> Text:
    return Text(f"! {told}" if rings else told, "yellow" if rings else "")


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _span(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f}"


def _p(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")

"""What the verdicts of judges are worth: each held against the people who rated the same cases."""

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from tiebreak.amounts import fixed, signed
from tiebreak.calibration import Agreement, Estimate
from tiebreak.gates import JudgeStatus
from tiebreak.gates.wording import percent, plural
from tiebreak.records.policies import SIDES
from tiebreak_tui.scoreboard.columns import Cell, Row, columns, note, wrapped
from tiebreak_tui.widgets.panel import Room
from tiebreak_workbench.judges.calibration_record import JudgeCalibration, LineCalibration

NONE = "No judge has judged this session."
MARKS: Mapping[JudgeStatus, tuple[str, str]] = {
    "calibrated": ("✔ calibrated", "$text-success"),
    "failed": ("✘ failed", "bold $text-error"),
    "uncalibrated": ("… uncalibrated", "$text-warning"),
}


def judges(found: Sequence[JudgeCalibration | str], news: str, room: Room, *, estimates: bool) -> list[Content]:
    """One judge after the other. `news` is of the one that goes along; `estimates` are told where they give nothing
    away of cases that are still sealed. A text stands for a judge that people say nothing beside."""
    told = [*(note(news, room.width) if news else []), *(note(NONE, room.width) if not (found or news) else [])]
    for one in found:
        if told:
            told.append(Content(""))
        told += note(one, room.width) if isinstance(one, str) else _judge(one, room, estimates=estimates)
    return told


def _judge(one: JudgeCalibration, room: Room, *, estimates: bool) -> Iterator[Content]:
    mark, style = MARKS[one.status]
    version = f", version {one.version[:8]}" if one.version else ""
    yield from columns([[Cell(one.judge, "bold"), Cell(f"{one.kind}{version}", "dim"), Cell(mark, style)]], room.width)
    for line in one.lines:
        if line.dimension is not None:
            yield Content("")
            mark, style = MARKS[line.status]
            yield from columns([[Cell(line.dimension, "bold"), Cell(mark, style)]], room.width)
        yield from _line(line, room, estimates=estimates)
    if one.sealed:
        yield from note(one.sealed_words, room.width)
    for warning in one.warnings:
        yield from wrapped(f"! {warning}", room.width, "$text-warning", indent=2)


def _line(line: LineCalibration, room: Room, *, estimates: bool) -> Iterator[Content]:
    one = line.agreement
    if not one.n:
        yield from note("Nothing is labelled and judged yet.", room.width)
        return
    gate = {"pass": "passes", "fail": "fails"}.get(one.gate.status, "is open")
    rows: list[Row] = [
        [f"agrees with people; {percent(one.gate.least)} {gate}", f"{_share(one.share)} of {one.n}", _span(one)]
    ]
    if one.confusion.constant is not None:
        constant = one.confusion.constant
        rows.append([f"a judge that always says {constant.label}", _share(constant.share), ""])
    for name, figure in (
        ("Cohen's κ", one.kappa and one.kappa.value),
        ("quadratic κ", one.quadratic),
        ("Gwet's AC1", one.ac1),
        ("people with each other, α", line.people and line.people.alpha),
    ):
        if figure is not None:
            rows.append([name, f"{figure:.2f}", ""])
    if excluded := sum(line.excluded.values()):
        rows.append(["without a valid verdict", str(excluded), ""])
    yield from columns(rows, room.width, right=(1, 2))
    yield from _leanings(line, room)
    if room.whole:
        yield from _table(line, room)
    if estimates:
        yield from _estimates(line, room)


def _leanings(line: LineCalibration, room: Room) -> Iterator[Content]:
    place, alarm = line.position, line.length_alarm
    if place is not None and place.n:
        lean = ""
        if place.biased:
            lean = f", and leans to the {'first' if place.first_favoured > place.second_favoured else 'second'} shown"
        told = f"{_share(place.consistency)} of {plural(place.n, 'pair')} judged alike in both orders{lean}"
        yield from _remark(told, room, rings=place.biased)
    if alarm is not None and alarm.rings:
        yield from _remark("likes length more than people do", room, rings=True)
    for role, one in line.favoured.items():
        low = one.difference.low
        if one.family is not None and low is not None and low > 0:
            yield from _remark(f"gives {SIDES[role]}, of its own family, more than people do", room, rings=True)


def _remark(told: str, room: Room, *, rings: bool) -> list[Content]:
    if rings:
        return wrapped(f"! {told}", room.width, "$text-warning", indent=2)
    return wrapped(told, room.width, "dim")


def _table(line: LineCalibration, room: Room) -> Iterator[Content]:
    table = line.agreement.confusion
    used = [k for k, both in enumerate(zip(table.of_people, table.of_judge, strict=True)) if any(both)]
    head: Row = [Cell("people say ↓, the judge says →", "dim"), *(Cell(str(table.labels[k]), "dim") for k in used)]
    body: list[Row] = [
        [str(table.labels[k]), *(Cell(str(table.counts[k][j]), "bold" if j == k else "") for j in used)] for k in used
    ]
    yield Content("")
    yield from columns([head, *body], room.width, right=range(1, len(used) + 1), fill=False)
    rows: list[Row] = [
        [name, f"{_share(one.share)} of {one.n}", _span(one)] for name, one in line.segments.items() if one.n
    ]
    if rows:
        yield Content("")
        yield from columns(rows, room.width, right=(1, 2))


def _estimates(line: LineCalibration, room: Room) -> Iterator[Content]:
    rows: list[Row] = []
    for role, found in line.estimates.items():
        what = f"win rate of {SIDES[role]}" if line.dimension is None else f"mean of {SIDES[role]}, 1 to 5"
        rows.append([Cell(what, "dim"), "", ""])
        for name, one in (("the judge alone", found.raw), ("people alone", found.human), ("both", found.calibrated)):
            rows.append([f"  {name}", _mean(line, one.mean), _interval(line, one)])
        if found.labels_saved is not None:
            rows.append(["  labels that the judge saved", signed(found.labels_saved, fixed(0)), ""])
    if rows:
        yield Content("")
        yield from columns(rows, room.width, right=(1, 2))


def _mean(line: LineCalibration, mean: float | None) -> str:
    if mean is None:
        return "–"
    return percent(mean) if line.dimension is None else f"{1 + 4 * mean:.2f}"


def _interval(line: LineCalibration, one: Estimate) -> str:
    if one.low is None or one.high is None:
        return "no interval"
    return f"{_mean(line, one.low)} to {_mean(line, one.high)}"


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _span(one: Agreement) -> str:
    return f"{percent(one.low)} to {percent(one.high)}"

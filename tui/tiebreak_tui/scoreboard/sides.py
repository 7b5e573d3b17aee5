"""Both sides beside each other: what raters and checks say of the answers, how fast they came, what they cost."""

from collections.abc import Iterator, Mapping

from textual.content import Content

from tiebreak.amounts import money, points, seconds, signed
from tiebreak.records import ROLES, SessionRole
from tiebreak.scoreboard import CheckCount, Mean
from tiebreak.scoreboard.pace import Timed
from tiebreak_tui.scoreboard.columns import Cell, Row, columns, note
from tiebreak_tui.scoreboard.looks import NONE
from tiebreak_workbench.figures.figures import Figures

HEAD: Row = (Cell(""), Cell("A", "bold $side-a"), Cell("B", "bold $side-b"), Cell("B − A", "dim"))
RIGHT = {1, 2, 3}
PACES: tuple[tuple[Timed, str], ...] = (("ttft", "first token"), ("total", "whole answer"), ("usd", "cost"))


def answers(figures: Figures, width: int) -> list[Content]:
    """Means of the rubric, checks, scores and broken answers."""
    rows: list[Row] = [HEAD]
    snapshot = figures.snapshot
    for name, means in snapshot.dimensions.items():
        rows.append(_mean_row(f"{name}, 1 to 5", means, "{:.2f}"))
    for name, counts in snapshot.checks.items():
        rows.append(_check_row(name, counts))
    for name, means in snapshot.scores.items():
        rows.append(_mean_row(f"{name.removeprefix('metric:')}, 0 to 1", means, "{:.3f}", judged=False))
    rows.append(_share_row("broken answers", snapshot.errors))
    return columns(rows, width, right=RIGHT)


def _mean_row(name: str, means: Mapping[SessionRole, Mean], form: str, *, judged: bool = True) -> Row:
    a, b = (means[role].mean if role in means else None for role in ROLES)
    cells = [NONE if value is None else form.format(value) for value in (a, b)]
    if a is None or b is None:
        return (name, *cells, "")
    gap = b - a
    return (name, *cells, Cell(signed(gap, form.format), _good(gap) if judged else ""))


def _check_row(name: str, counts: Mapping[SessionRole, CheckCount]) -> Row:
    cells = [
        f"{counts[role].passed:g} of {counts[role].n}" if role in counts and counts[role].n else NONE for role in ROLES
    ]
    a, b = (counts[role].rate if role in counts else None for role in ROLES)
    return (f"check {name}", *cells, "" if a is None or b is None else Cell(points(b - a), _good(b - a)))


def _share_row(name: str, means: Mapping[SessionRole, Mean]) -> Row:
    a, b = (means[role].mean if role in means else None for role in ROLES)
    cells = [NONE if value is None else f"{100 * value:.1f} %" for value in (a, b)]
    return (name, *cells, "" if a is None or b is None else Cell(points(b - a), _good(a - b)))


def _good(gap: float) -> str:
    """Green where B is better, amber where it is worse."""
    return "$text-success" if gap > 0 else "$text-warning" if gap < 0 else "dim"


def pace(figures: Figures, width: int) -> list[Content]:
    """Times and costs of the counting answers, and what the session has cost."""
    rows: list[Row] = [(*HEAD[:3], Cell("B / A", "dim"))]
    for key, name in PACES:
        rows += _quantile_rows(figures, key, name)
    rows.append(_ratio_row("cost, mean", [_mean_cost(figures, role) for role in ROLES], money))
    rows.append(("spent in this session", *(_spent(figures, role) for role in ROLES), ""))
    timed = [len_of(figures, role) for role in ROLES]
    rows.append((Cell("answers timed", "dim"), *(Cell(str(count), "dim") for count in timed), ""))
    source = (
        "Headless runs: gates of latency use these times."
        if figures.headless
        else "Arena timings, not for gates: answers are fetched ahead while you read."
    )
    return [*columns(rows, width, right=RIGHT), *note(source, width)]


def _quantile_rows(figures: Figures, key: Timed, name: str) -> Iterator[Row]:
    found = [figures.paces.get(role, {}).get(key) for role in ROLES]
    form = money if key == "usd" else seconds
    yield _ratio_row(f"{name}, p50", [None if pace is None else pace.p50 for pace in found], form)
    yield _ratio_row(f"{name}, p95", [None if pace is None else pace.p95 for pace in found], form)


def _ratio_row(name: str, values: list[float | None], form: object) -> Row:
    assert callable(form)
    a, b = values
    cells = [NONE if value is None else str(form(value)) for value in values]
    return (name, *cells, Cell(f"× {b / a:.2f}" if a and b is not None else "", "dim"))


def _mean_cost(figures: Figures, role: SessionRole) -> float | None:
    return figures.snapshot.cost[role].mean if role in figures.snapshot.cost else None


def _spent(figures: Figures, role: SessionRole) -> str:
    spend = figures.snapshot.spend.get(role)
    if spend is None or not spend.calls:
        return NONE
    if spend.unknown >= spend.calls:
        return "unknown"
    return f"{money(spend.usd)}{f' + {spend.unknown} unknown' if spend.unknown else ''}"


def len_of(figures: Figures, role: SessionRole) -> int:
    """Answers with a time."""
    pace = figures.paces.get(role, {}).get("total")
    return pace.n if pace is not None else 0

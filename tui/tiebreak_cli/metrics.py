"""`metrics`: what metrics there are, and what they say of a session or of labelled claims."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.amounts import fixed, signed
from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.compare.steadiness import Steadiness
    from tiebreak.metrics import Metric
    from tiebreak.metrics.summary import Figure, MetricFigures


def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, such as token_f1 or recall@5.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Measure the answers of this session; `last` is the newest.")
    ] = None,
    claims: Annotated[
        Path | None, typer.Option("--claims", help="Measure a file of RAGChecker with the labels of claims.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """List the metrics, or work them out for a session or for labelled claims.

    A session is measured by the metrics of its dataset's card, or else by those of its task.
    """
    if session is not None and claims is not None:
        raise UsageError("A session or claims, not both.", hint="Leave one of --session and --claims out.")
    if claims is not None:
        _of_claims(claims, name, as_json=as_json)
    elif session is not None:
        _of_session(session, name, workspace, as_json=as_json)
    else:
        _list(name, as_json=as_json)


def _list(name: str | None, *, as_json: bool) -> None:
    from tiebreak.metrics import metrics as known
    from tiebreak_cli.output import print_json, say

    if name is None:
        chosen: Sequence[Metric] = tuple(known().values())
    else:
        chosen = (
            known()[f"{name}@k"] if f"{name}@k" in known() else known()[name] if name in known() else _find(name),
        )
    if as_json:
        print_json([_described(metric) for metric in chosen])
    elif name is None:
        for metric in chosen:  # no table: names are long, and so is what they say
            needs = f", needs {', '.join(metric.needs)}" if metric.needs else ""
            say(f"{metric.name} ({metric.better} is better{needs})\n    {metric.says}")
        say("`tiebreak metrics NAME` says more of one, `tiebreak metrics --session last` works them out.")
    else:
        for metric in chosen:
            told = _described(metric)
            say(f"{metric.name}: {metric.says}")
            for key in ("better", "broken_answer", "of", "needs", "source", "example"):
                words = "; ".join(_needs(metric)) or "nothing" if key == "needs" else told[key]
                say(f"  {key.replace('_', ' ') + ':':<15}{words}")


def _find(name: str) -> "Metric":
    from tiebreak.metrics import find_metric

    try:
        return find_metric(name).metric
    except ValueError as unknown:
        raise UsageError(str(unknown)) from None


def _needs(metric: "Metric") -> list[str]:
    from tiebreak.metrics.measuring import ASKS

    return [ASKS[need].what for need in metric.needs]


def _described(metric: "Metric") -> dict[str, object]:
    from tiebreak.metrics import CaseMetric, SetMetric

    of = "the whole set" if isinstance(metric, SetMetric) else "case" if isinstance(metric, CaseMetric) else "answer"
    return {
        "name": metric.name,
        "description": metric.says,
        "better": metric.better,
        "broken_answer": "is left out" if metric.worst is None else f"{metric.worst:g}",
        "of": of,
        "needs": _needs(metric),
        "source": metric.source,
        "example": f"{metric.example.says}: {metric.example.value:.4g}",
    }


def _of_claims(path: Path, name: str | None, *, as_json: bool) -> None:
    from tiebreak_cli.output import print_json, print_table
    from tiebreak_workbench.figures.measuring import figures_report, measure_claims

    figures = measure_claims(path)
    if name is not None:
        figures = tuple(one for one in figures if one.name == name)
        if not figures:
            metric = _find(name)
            raise UsageError(
                f"“{metric.name}” is not worked out from claims.", hint="`tiebreak metrics` lists what is."
            )
    if as_json:
        print_json(figures_report(figures))
    else:
        print_table(
            "From the labels of claims",
            ("metric", "value #", "n #", "better"),
            ((one.name, _value(one.whole), _n(one.whole), one.metric.better) for one in figures),
        )


def _of_session(session: str, name: str | None, workspace: Path, *, as_json: bool) -> None:
    from tiebreak_cli.output import print_json
    from tiebreak_workbench.figures.measuring import measure_session, metrics_report
    from tiebreak_workbench.workbench import Workbench

    if name is not None:
        _find(name)
    with Workbench.open(workspace) as bench:
        measured = measure_session(bench, session, () if name is None else (name,))
    if as_json:
        print_json(metrics_report(measured))
        return
    arms = [measured.arms[role] for role in ("baseline", "candidate") if role in measured.arms]
    names = [measured.stored.configs[role].name for role in ("baseline", "candidate") if role in measured.arms]
    _print_arms(names, arms, segments=name is not None)
    steadiness = [measured.steadiness[role] for role in ("baseline", "candidate") if role in measured.steadiness]
    _print_steadiness(names, steadiness)


def _print_arms(names: Sequence[str], arms: "Sequence[tuple[MetricFigures, ...]]", *, segments: bool) -> None:
    from tiebreak.gates.wording import plural
    from tiebreak_cli.output import print_table

    sides = [f"{side} {name}" for side, name in zip("AB", names, strict=False)]
    columns = ("metric", *(part for side in sides for part in (f"{side} #", "n #")), "better")
    rows: list[tuple[str, ...]] = []
    left_out: dict[str, list[str]] = {}
    for per_arm in zip(*arms, strict=True):
        rows.append((per_arm[0].name, *_cells([one.whole for one in per_arm]), per_arm[0].metric.better))
        if segments:
            rows += [
                (f"  {segment}", *_cells([one.segments[segment] for one in per_arm]), "")
                for segment in per_arm[0].segments
            ]
        for side, one in zip("AB", per_arm, strict=False):
            for why, cases in one.whole.missing.items():
                reason = f"{plural(cases, 'case')} of {side}: {why.removeprefix('not applicable: ')}"
                left_out.setdefault(reason, []).append(one.name)
    print_table("Metrics of the counting answers", columns, rows)
    _print_confusion(sides, arms)
    if left_out:
        print_table("Left out", ("why", "of"), ((why, ", ".join(names)) for why, names in left_out.items()))


def _print_confusion(sides: Sequence[str], arms: "Sequence[tuple[MetricFigures, ...]]") -> None:
    from tiebreak_cli.output import print_table

    for side, figures in zip(sides, arms, strict=True):
        for one in figures:
            if one.confusion:
                labels = list(next(iter(one.confusion.values())))
                rows = ((name, *(f"{row[label]:g}" for label in labels)) for name, row in one.confusion.items())
                print_table(f"{side}: class down, prediction across", ("", *(f"{label} #" for label in labels)), rows)


def _print_steadiness(names: Sequence[str], arms: "Sequence[Steadiness]") -> None:
    from tiebreak_cli.output import print_table

    sides = [f"{side} {name}" for side, name in zip("AB", names, strict=False)]
    spreads = [(side, one.samples) for side, one in zip(sides, arms, strict=True) if one.samples is not None]
    if spreads:
        print_table(
            "Samples of one case that disagree on success",
            ("side", "flip rate #", "unsteady cases #"),
            ((side, f"{100 * one.flip_rate:.1f} %", f"{one.unsteady}/{one.cases}") for side, one in spreads),
        )
    effects = [(side, effect) for side, one in zip(sides, arms, strict=True) for effect in one.variants]
    if effects:
        print_table(
            "Success on variants, against the cases they were made from",
            ("side", "variants", "n #", "source #", "variant #", "difference #", "95 %"),
            (
                (
                    side,
                    one.kind,
                    f"{one.n}",
                    f"{100 * one.source:.1f} %",
                    f"{100 * one.variant:.1f} %",
                    _points(one.difference),
                    "–" if one.interval is None else f"{_points(one.interval[0])} to {_points(one.interval[1])}",
                )
                for side, one in effects
            ),
        )


def _points(share: float) -> str:
    return signed(100 * share, fixed(1, " pp"))


def _cells(figures: "Sequence[Figure]") -> list[str]:
    return [cell for figure in figures for cell in (_value(figure), _n(figure))]


def _value(figure: "Figure") -> str:
    return "–" if figure.value is None else f"{figure.value:.4f}"


def _n(figure: "Figure") -> str:
    return f"{figure.n}/{figure.planned}"


def add_to(app: typer.Typer) -> None:
    app.command()(metrics)

"""A report as one HTML file that asks for nothing: no script, no font, no picture; plots are inline SVG.

Every text is escaped where it is put in, by `text`. A policy in the page forbids the browser to load anything at all,
so that a mistake here could not call home either.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tiebreak.compare import Comparison, Flip
from tiebreak.gates import standing
from tiebreak.gates.wording import plural
from tiebreak.reports import judged_words, words
from tiebreak.reports.changes import diff_lines
from tiebreak.reports.judged_plot import judges_plot
from tiebreak.reports.plots import differences_plot, latency_plot, win_rate_plot
from tiebreak.reports.report import Report
from tiebreak.reports.style import STYLE
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard.segments import segment_lines
from tiebreak.scoreboard.wording import SAMPLE_HEADS, drawn_words, sample_rows

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
FLIPS = 200
"""Changed cases that are listed each way."""
CELL = 400
"""Cells of a text."""


def html(report: Report) -> str:
    title = f"{report.dataset.name}: {report.config_name('baseline')} against {report.config_name('candidate')}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Tiebreak – {text(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body><main>",
            *_body(report),
            "</main></body>",
            "</html>",
            "",
        ]
    )


def text(value: str, limit: int = CELL) -> str:
    """Outside text as it may stand between tags and in quotes: sanitised, on one line, cut, escaped."""
    return escape(clean_line(value, limit), quote=True)


def _body(report: Report) -> Iterator[str]:
    names = (text(report.config_name(role), 80) for role in ("baseline", "candidate"))
    yield f"<h1>{text(report.dataset.title or report.dataset.name, 100)}</h1>"
    yield "<p>A <b>{}</b> (baseline) against B <b>{}</b> (candidate)</p>".format(*names)
    yield f'<p class="verdict {report.verdict}">{text(words.heading(report))}</p>'
    yield f"<p>{text(words.counts(report))}</p>"
    if report.dataset.notice:
        yield f'<p class="note">{text(report.dataset.notice)}</p>'
    yield from _list(words.cautions(report), "cautions")
    yield from _gates(report)
    if report.comparison is not None:
        yield from _comparison(report.comparison)
    elif report.not_compared:
        yield f"<p>No comparison case by case: {text(report.not_compared)}</p>"
    yield from _win_rate(report)
    yield from _judges(report)
    if report.sample is not None:
        yield f"<h2>The sample <small>{text(drawn_words(report.sample))}</small></h2>"
        yield from _table(("Stratum", *(f"{head} #" for head in SAMPLE_HEADS)), sample_rows(report.sample))
    yield "<h2>Checks and scores of each side</h2>"
    yield from _table(("", "A #", "B #"), words.side_rows(report.snapshot))
    yield from _spending(report)
    yield from _changes(report)
    if told := words.exclusions(report):
        yield "<h2>Left out</h2>"
        yield from _list(told, "")
    yield "<h2>What this rests on</h2>"
    yield from _table(("", ""), words.identity(report))


def _gates(report: Report) -> Iterator[str]:
    for phase, state, gates in words.gates_by_phase(report):
        yield f"<h2>Gates: {text(phase)} <small>{text(state)}</small></h2>"
        yield from _table(
            ("Gate", "", "Value #", "Asked #", "n #", "What is still needed"),
            (
                (
                    f"{gate.title} · {gate.segment}" if gate.segment is not None else gate.title,
                    *words.gate_cells(report, gate),
                )
                for gate in gates
            ),
            [standing(gate, report.phases) for gate in gates],
        )


def _comparison(found: Comparison) -> Iterator[str]:
    names = ", ".join(measure.name for measure in found.regressed)
    told = f"worse beyond chance: {names}" if names else "none beyond chance"
    yield f"<h2>Regressions <small>{text(told)}</small></h2>"
    if dearer := ", ".join(words.dearer(found)):
        yield f"<p>Dearer, slower or longer: {text(dearer)}</p>"
    yield _figure(
        differences_plot(found), "Each measure of quality, B less A, with its 95 % interval; the worst first."
    )
    yield from _table(
        ("Measure", "", "A #", "B #", "B − A #", "95 % interval #", "p, Holm #", "flips − / + #", "n #"),
        (
            (
                m.name,
                words.MARKS[m.verdict],
                words.amount(m.unit, m.baseline),
                words.amount(m.unit, m.candidate),
                words.change(m.unit, m.difference.mean),
                words.interval(m.unit, m),
                words.p_value(m.p_holm),
                f"{m.worsened} / {m.improved}",
                str(m.n),
            )
            for m in found.measures
        ),
        [m.verdict for m in found.measures],
    )
    if found.measures and (caution := found.measures[0].difference.caution):
        yield f'<p class="note">{text(caution)}</p>'
    yield from _flips("got worse", found.worse)
    yield from _flips("got better", found.better)
    rows = [(m, s) for m in found.measures if m.unit in ("share", "score") for s in m.segments if s.difference.mean]
    order = ("worse", "better", "unclear")
    rows.sort(key=lambda row: (order.index(row[1].verdict), 1.0 if row[1].p is None else row[1].p))
    if rows:
        yield "<h3>Measures by segment</h3>"
        yield from _table(
            ("Segment", "", "Measure", "A #", "B #", "B − A #", "95 % interval #", "p, Holm #", "p, BH #", "n #"),
            (
                (
                    s.segment,
                    words.MARKS[s.verdict],
                    m.name,
                    words.amount(m.unit, s.baseline),
                    words.amount(m.unit, s.candidate),
                    words.change(m.unit, s.difference.mean),
                    words.interval(m.unit, s),
                    words.p_value(s.p_holm),
                    words.p_value(s.p_bh),
                    str(s.n),
                )
                for m, s in rows
            ),
            [s.verdict for _, s in rows],
        )


def _flips(what: str, flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        return
    yield f"<details><summary>{plural(len(flips), 'case')} {what}</summary>"
    yield from _table(
        ("Case", "Segment", "What moved, A → B"),
        (
            (
                flip.case_id,
                flip.segment or words.NONE,
                ", ".join(f"{name} {before:g} → {after:g}" for name, (before, after) in flip.moved.items()),
            )
            for flip in flips[:FLIPS]
        ),
    )
    if len(flips) > FLIPS:
        yield f"<p>… and {len(flips) - FLIPS} more</p>"
    yield "</details>"


def _win_rate(report: Report) -> Iterator[str]:
    rate = report.snapshot.win_rate
    if not rate.n:
        return
    yield "<h2>Win rate of B</h2>"
    yield (
        f"<p><b>{words.share(rate.mean)}</b>, {words.win_interval(rate)}: won {rate.wins}, tied {rate.ties}, lost "
        f"{rate.losses}, both bad {rate.both_bad}, n {rate.n}</p>"
    )
    caption = "The band is the W± interval of 95 %: it holds at every look, for cases of this kind."
    yield _figure(win_rate_plot(report.path), caption)
    lines = segment_lines(report.snapshot)
    if lines:
        yield from _table(
            ("Segment", "Win rate of B #", "95 % interval #", "n #", ""),
            (
                (
                    line.name,
                    words.share(line.rate.mean),
                    words.win_interval(line.rate),
                    f"{line.rate.n}/{line.rate.planned}",
                    line.reversal,
                )
                for line in lines
            ),
            ["fail" if line.reversal == "reversed" else "" for line in lines],
        )


def _judges(report: Report) -> Iterator[str]:
    if not report.judges:
        return
    yield "<h2>Judges</h2>"
    if told := judged_words.override(report):
        yield f'<p class="verdict fail">{text(told)}</p>'
    caption = (
        "Wins of B as the judge says (a ring, which has no interval), as people say, and as both say together, with "
        "95 % intervals."
    )
    yield _figure(judges_plot(report.judges), caption)
    for head, rows in judged_words.tables(report):
        yield from _table(head, [row.cells for row in rows], [row.kind for row in rows])
    yield from _list(judged_words.notes(report), "")


def _spending(report: Report) -> Iterator[str]:
    rows = words.deltas(report)
    if rows:
        yield "<h2>Cost and time</h2>"
        yield from _table(("", "A #", "B #", "B / A #"), rows)
    if report.comparison is not None:
        for name, (a, b) in report.comparison.latency.items():
            yield _figure(latency_plot(name, a, b), f"{name} of {plural(a.n, 'case')} that both sides timed.")


def _changes(report: Report) -> Iterator[str]:
    if report.comparison is None:
        return
    lines = list(diff_lines(report.comparison.changes))
    yield "<h2>What changed</h2>"
    if not lines:
        yield "<p>Both configs are alike.</p>"
        return
    kinds = {"+": "added", "-": "removed", "@": "field"}
    spans = (f'<span class="{kinds.get(line[:1], "same")}">{text(line, 500)}</span>' for line in lines)
    yield "<pre>" + "\n".join(spans) + "</pre>"


def _figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{text(caption)}</figcaption></figure>" if drawing else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str] = ()) -> Iterator[str]:
    """A column whose name ends in `#` holds numbers; `kinds` gives each row its class, a word of ours."""
    number = [name.endswith("#") for name in head]
    yield '<div class="wide"><table>'
    if any(head):
        cells = (
            f"<th{' class=n' if n else ''}>{text(name.rstrip('# '))}</th>" for name, n in zip(head, number, strict=True)
        )
        yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>"
    for index, row in enumerate(rows):
        kind = kinds[index] if index < len(kinds) else ""
        cells = (f"<td{' class=n' if n else ''}>{text(cell)}</td>" for cell, n in zip(row, number, strict=True))
        yield f"<tr{f' class={kind}' if kind else ''}>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _list(lines: Sequence[str], kind: str) -> Iterator[str]:
    if lines:
        yield f"<ul{f' class={kind}' if kind else ''}>"
        yield from (f"<li>{text(line)}</li>" for line in lines)
        yield "</ul>"

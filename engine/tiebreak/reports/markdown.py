"""A report as Markdown, for the comment on a pull request: the verdict first, then what got worse.

Outside text cannot become markup here. Names stand in code spans, in which GitHub sees no HTML, no link and nobody to
notify; in sentences what could be taken for markup is escaped, and what notifies or links is written with a look-alike.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tiebreak.compare import Comparison, Flip
from tiebreak.gates.wording import plural
from tiebreak.reports import judged_words, words
from tiebreak.reports.changes import diff_lines
from tiebreak.reports.report import Report
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard.segments import segment_lines
from tiebreak.scoreboard.wording import SAMPLE_HEADS, drawn_words, sample_rows

LIMIT = 60_000
"""Characters; a comment on GitHub holds 65,536."""
NAME = 80
"""Cells of a name."""
SENTENCE = 400
LEFT_OUT = "_What stood here is too long for a comment; the HTML report has it._\n"
LINE = 300
"""Cells of a line of a diff."""
FLIPS = 10
"""Changed cases that are listed each way."""
SEGMENTS = 20
MARKUP = re.compile(r"([\\`*_{}\[\]<>|~&$])")
LIVE = str.maketrans({"@": "＠", "#": "＃"})
"""What notifies somebody or links to an issue, and how it is written so that it does not."""
LINKS = re.compile(r"(?i)(://|www\.|mailto:|xmpp:)")


def markdown(report: Report) -> str:
    """The whole report; sections for which there is no room are left out, and that is said."""
    kept: list[str] = []
    room = LIMIT
    for section in _sections(report):
        text = "\n".join(section)
        if text and len(text) <= room:
            kept.append(text)
            room -= len(text) + 1
        elif text and kept[-1] != LEFT_OUT:
            kept.append(LEFT_OUT)
    return "\n".join(kept).rstrip() + "\n"


def code(text: str, limit: int = NAME) -> str:
    """Outside text as a code span that it cannot leave, fit for a table too."""
    line = clean_line(text, limit).replace("|", "¦") or " "  # no escape of a pipe is safe behind a backslash
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def prose(text: str, limit: int = SENTENCE) -> str:
    """A sentence that may hold outside text, on one line."""
    line = clean_line(text, limit).translate(LIVE)
    line = LINKS.sub(lambda link: link[0].replace(":", "：").replace(".", "．"), line)
    return MARKUP.sub(lambda mark: "¦" if mark[0] == "|" else f"\\{mark[0]}", line)


def _sections(report: Report) -> Iterator[Iterable[str]]:
    yield _head(report)
    yield _listed(prose(told) for told in words.cautions(report))
    yield _gates(report)
    if report.comparison is not None:
        yield from _comparison(report.comparison)
    elif report.not_compared:
        yield (f"No comparison case by case: {prose(report.not_compared)}", "")
    yield _win_rate(report)
    yield _judges(report)
    yield _sample(report)
    yield _sides(report)
    yield _deltas(report)
    yield _changes(report)
    yield _listed((prose(told) for told in words.exclusions(report)), "Left out")
    rows = ((name, code(value, 200)) for name, value in words.identity(report))
    yield _folded("What this rests on", _table(("", ""), rows))


def _head(report: Report) -> Iterator[str]:
    yield f"## Tiebreak: {prose(words.heading(report))}"
    yield ""
    yield (
        f"Dataset {code(report.dataset.name)}: A {code(report.config_name('baseline'))} (baseline) against "
        f"B {code(report.config_name('candidate'))} (candidate), policy {code(report.policy.name)}. "
        f"{prose(words.counts(report))}."
    )
    yield ""
    if report.dataset.notice:
        yield f"> {prose(report.dataset.notice)}"
        yield ""


def _gates(report: Report) -> Iterator[str]:
    for phase, state, gates in words.gates_by_phase(report):
        yield f"### Gates: {phase} ({prose(state)})"
        yield ""
        rows = [
            (
                words.gate_cells(report, gate)[0],
                code(gate.title) + (f" {code(gate.segment)}" if gate.segment is not None else ""),
                *map(prose, words.gate_cells(report, gate)[1:]),
            )
            for gate in gates
        ]
        yield from _table(("", "Gate", "Value", "Asked", "n", "What is still needed"), rows)


def _comparison(found: Comparison) -> Iterator[Iterable[str]]:
    yield _measures(found)
    yield _flips("got worse", found.worse)
    yield _flips("got better", found.better)
    yield _segment_diffs(found)


def _measures(found: Comparison) -> Iterator[str]:
    names = ", ".join(code(measure.name) for measure in found.regressed)
    yield f"### Regressions: {'worse beyond chance' if names else 'none beyond chance'}"
    yield ""
    if names:
        yield f"**Worse: {names}**"
        yield ""
    if dearer := ", ".join(code(name) for name in words.dearer(found)):
        yield f"Dearer, slower or longer: {dearer}"
        yield ""
    yield from _table(
        ("", "Measure", "A", "B", "B − A", "95 % interval", "p, Holm", "flips − / +", "n"),
        (
            (
                words.MARKS[m.verdict],
                code(m.name),
                prose(words.amount(m.unit, m.baseline)),
                prose(words.amount(m.unit, m.candidate)),
                prose(words.change(m.unit, m.difference.mean)),
                prose(words.interval(m.unit, m)),
                words.p_value(m.p_holm),
                f"{m.worsened} / {m.improved}",
                str(m.n),
            )
            for m in found.measures
        ),
    )
    if found.measures and (caution := found.measures[0].difference.caution):
        yield f"{prose(caution)}."
        yield ""


def _flips(what: str, flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        return
    rows = [
        (
            code(flip.case_id),
            code(flip.segment) if flip.segment is not None else words.NONE,
            ", ".join(f"{code(name, 30)} {a:g} → {b:g}" for name, (a, b) in flip.moved.items()),
        )
        for flip in flips[:FLIPS]
    ]
    more = [f"… and {len(flips) - FLIPS} more", ""] if len(flips) > FLIPS else []
    yield from _folded(f"{plural(len(flips), 'case')} {what}", [*_table(("Case", "Segment", "A → B"), rows), *more])


def _segment_diffs(found: Comparison) -> Iterator[str]:
    order = ("worse", "better", "unclear")
    rows = [(m, s) for m in found.measures if m.unit in ("share", "score") for s in m.segments if s.difference.mean]
    rows.sort(key=lambda row: (order.index(row[1].verdict), 1.0 if row[1].p is None else row[1].p))
    if not rows:
        return
    table = _table(
        ("", "Segment", "Measure", "A", "B", "B − A", "p, Holm", "n"),
        (
            (
                words.MARKS[s.verdict],
                code(s.segment),
                code(m.name),
                prose(words.amount(m.unit, s.baseline)),
                prose(words.amount(m.unit, s.candidate)),
                prose(words.change(m.unit, s.difference.mean)),
                words.p_value(s.p_holm),
                str(s.n),
            )
            for m, s in rows[:SEGMENTS]
        ),
    )
    more = [f"… and {len(rows) - SEGMENTS} more", ""] if len(rows) > SEGMENTS else []
    yield from _folded("Measures by segment", [*table, *more])


def _win_rate(report: Report) -> Iterator[str]:
    rate = report.snapshot.win_rate
    if not rate.n:
        return
    yield "### Win rate of B"
    yield ""
    yield (
        f"**{words.share(rate.mean)}** ({words.win_interval(rate)}, valid at every look): won {rate.wins}, tied "
        f"{rate.ties}, lost {rate.losses}, both bad {rate.both_bad}, n {rate.n}"
    )
    yield ""
    lines = segment_lines(report.snapshot)
    rows = [
        (code(line.name), words.share(line.rate.mean), words.win_interval(line.rate), str(line.rate.n), line.reversal)
        for line in lines[:SEGMENTS]
    ]
    if rows:
        yield from _table(("Segment", "Win rate of B", "95 % interval", "n", ""), rows)


def _judges(report: Report) -> Iterator[str]:
    if not report.judges:
        return
    yield "### Judges"
    yield ""
    if told := judged_words.override(report):
        yield f"> **{prose(told)}**"
        yield ""
    for head, rows in judged_words.tables(report):
        lines = (map(prose, row.cells) for row in rows)
        yield from _table([name.rstrip("# ") for name in head], lines)
    yield from _listed(prose(note) for note in judged_words.notes(report))


def _sample(report: Report) -> Iterator[str]:
    if report.sample is None:
        return
    rows = [(code(name), *counts) for name, *counts in sample_rows(report.sample)]
    more = [f"… and {len(rows) - SEGMENTS} more", ""] if len(rows) > SEGMENTS else []
    table = _table(("Stratum", *SAMPLE_HEADS), rows[:SEGMENTS])
    yield from _folded(f"The sample, {prose(drawn_words(report.sample))}", [*table, *more])


def _sides(report: Report) -> Iterator[str]:
    rows = [(prose(name), a, b) for name, a, b in words.side_rows(report.snapshot)]
    yield from _folded("Checks and scores of each side", _table(("", "A", "B"), rows))


def _deltas(report: Report) -> Iterator[str]:
    rows = words.deltas(report)
    if rows:
        yield "### Cost and time"
        yield ""
        yield from _table(("", "A", "B", "B / A"), (map(prose, row) for row in rows))


def _changes(report: Report) -> Iterator[str]:
    if report.comparison is None:
        return
    lines = [clean_line(line, LINE) for line in diff_lines(report.comparison.changes)]
    if not lines:
        yield "Both configs are alike."
        yield ""
        return
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield "### What changed"
    yield ""
    yield f"{fence}diff"
    yield from lines
    yield fence
    yield ""


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Cells are escaped already."""
    lines = [" | ".join(row) for row in rows]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *(f"| {line} |" for line in lines), ""]


def _listed(lines: Iterable[str], title: str = "") -> Iterator[str]:
    told = list(lines)
    if told:
        if title:
            yield f"**{title}**"
            yield ""
        yield from (f"- {line}" for line in told)
        yield ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""

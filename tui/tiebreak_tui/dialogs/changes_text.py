"""What changed, word by word, and what moved, as text for a dialog."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from tiebreak.compare.wiring import Change
from tiebreak.records.policies import SIDES
from tiebreak.reports.moved import Moved, sentences
from tiebreak.reports.words import MARKS as VERDICTS
from tiebreak.reports.words import change, interval, share, win_interval
from tiebreak.sanitise import clean, clean_line
from tiebreak.scoreboard import WinRate
from tiebreak.worddiff import MARKS, merge_words

AROUND = 80
"""Characters of what two texts share that are shown beside a change."""
STYLES = {"same": "", "removed": "$text-error", "added": "$text-success"}


def changes_content(changes: Sequence[Change]) -> Iterator[Content]:
    """A line or more for each field that differs."""
    for one in changes:
        before, after = ("" if value is None else str(value) for value in (one.before, one.after))
        parts = [Content.styled(f"{clean_line(one.field, 60)}  ", "bold")]
        for run in merge_words(before, after):
            text = run.text
            if run.change == "same" and len(text) > 2 * AROUND:
                text = f"{text[:AROUND]} … {text[-AROUND:]}"
            left, right = MARKS[run.change]
            parts.append(Content.styled(f"{left}{clean(text)}{right}", STYLES[run.change]))
        yield Content("").join(parts)


def moved_content(moved: Moved) -> Content:
    """All of it, the sentences first."""
    return Content("\n").join([*_head(moved), *_changed(moved), *_figures(moved)])


def _title(text: str) -> list[Content]:
    return [Content(""), Content.styled(text, "bold $primary")]


def _head(moved: Moved) -> list[Content]:
    head = [Content.styled(f"{moved.before}  →  {moved.after}", "bold"), Content("")]
    return [*head, *(Content(f"• {clean(sentence)}") for sentence in sentences(moved))]


def _changed(moved: Moved) -> list[Content]:
    lines: list[Content] = []
    told = [(f"What changed in {SIDES[role]}", changes) for role, changes in moved.configs.items()]
    told += [("What changed in the policy", moved.policy), ("What changed in the plan", moved.plan)]
    for title, changes in told:
        if changes:
            lines += [*_title(title), *changes_content(changes)]
    found = moved.dataset
    if not found.same:
        counts = (("added", found.added), ("removed", found.removed), ("changed", found.changed))
        words = [f"{len(cases)} {what}" for what, cases in counts if cases]
        lines += [*_title("What changed in the dataset"), Content(", ".join(words) or "only its card")]
    return lines


def _figures(moved: Moved) -> list[Content]:
    lines = _title("What moved: win rate of B")
    for name, (old, new) in {"overall": moved.win_rates, **moved.segments}.items():
        lines.append(Content(f"{clean_line(name, 24):<24}  {_rate(old):<26} → {_rate(new)}"))
    if moved.gates:
        lines += _title("Gates")
        lines += [
            Content(f"{clean_line(k, 40):<40}  {old or '–'} → {new or '–'}") for k, (old, new) in moved.gates.items()
        ]
    if moved.candidates is not None:
        lines += _title("Answers of B")
        for m in moved.candidates.measures:
            words = f"{change(m.unit, m.difference.mean)}  {interval(m.unit, m)}  n {m.n}"
            lines.append(Content(f"{clean_line(m.name, 24):<24}  {VERDICTS[m.verdict]:<10} {words}"))
    return lines


def _rate(rate: WinRate | None) -> str:
    return f"{share(rate.mean)} ({win_interval(rate)}) n {rate.n}" if rate is not None and rate.n else "–"

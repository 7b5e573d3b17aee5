"""What changed, word by word, as text for a dialog."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from tiebreak.compare.wiring import Change
from tiebreak.sanitise import clean, clean_line
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

"""What changed between two configs, as lines that a format can colour."""

import difflib
from collections.abc import Iterator, Sequence

from tiebreak.compare.wiring import Change

LINES = 200
"""Lines of one field's diff that are shown."""


def diff_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Lines that begin with `@@ ` (a field), ` `, `-` or `+`, as a unified diff has them."""
    for one in changes:
        yield f"@@ {one.field} @@"
        before, after = (_lines(value) for value in (one.before, one.after))
        if len(before) < 2 and len(after) < 2:
            yield from (f"-{line}" for line in before)
            yield from (f"+{line}" for line in after)
            continue
        hunks = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
        body = [line for line in hunks if not line.startswith("@@")]
        yield from body[:LINES]
        if len(body) > LINES:
            yield f" … and {len(body) - LINES} more lines"


def _lines(value: object) -> list[str]:
    return [] if value is None else str(value).splitlines() or [""]

"""The formats by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tiebreak.checks.parse import nearest
from tiebreak.datasets.exchange import huggingface, openai_evals, promptfoo, table
from tiebreak.datasets.exchange.rows import LeftOut, Note, Written
from tiebreak.datasets.foreign import mapped_row
from tiebreak.datasets.reading import Located
from tiebreak.datasets.writing import case_line
from tiebreak.errors import UsageError
from tiebreak.records import Case

__all__ = ["FORMATS", "Format", "LeftOut", "Note", "Written", "format_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How cases are written for a tool, and how its rows become cases."""

    suffix: str
    write: Callable[[Sequence[Case]], Written]
    take: Callable[[Located], Mapping[str, object]]
    """A row under the names of a case; raises an InputError of the row's kind that says why it cannot be one."""
    suits: Callable[[Mapping[str, object]], bool]
    """Whether a row looks like one of this format."""


def _lines(cases: Sequence[Case]) -> Written:
    return Written(text="".join(f"{case_line(case)}\n" for case in cases), cases=len(cases))


FORMATS: Mapping[str, Format] = {
    "promptfoo": Format(
        suffix=".yaml", write=promptfoo.write, take=promptfoo.take_test, suits=lambda row: "vars" in row
    ),
    "openai-evals": Format(
        suffix=".jsonl",
        write=openai_evals.write,
        take=openai_evals.take_row,
        suits=lambda row: "input" in row and bool(row.keys() & {"ideal", "tiebreak"}),
    ),
    "huggingface": Format(
        suffix=".jsonl",
        write=huggingface.write,
        take=huggingface.take_row,
        suits=lambda row: "input" not in row and bool(row.keys() & {"messages", "completion", "chosen"}),
    ),
    "csv": Format(suffix=".csv", write=table.write, take=table.take_row, suits=lambda _: False),
    "jsonl": Format(suffix=".jsonl", write=_lines, take=lambda row: mapped_row(row, None), suits=lambda _: True),
}
"""In the order in which an unnamed file is tried. `jsonl` is Tiebreak's own, and whatever has its usual names."""


def format_named(name: str) -> Format:
    """
    Raises:
        UsageError: for a name that is none.
    """
    if name not in FORMATS:
        raise UsageError(f"There is no format “{name}”.", hint=nearest(name, list(FORMATS)))
    return FORMATS[name]

"""Every importer, and which of them a file is for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tiebreak.checks.parse import nearest
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.imports import (
    alpaca_eval,
    arena,
    braintrust,
    ifeval,
    inspect_ai,
    langfuse,
    langsmith,
    llm_comparator,
    llm_logs,
    lm_eval,
    mt_bench,
    openai_evals,
    otel,
    promptfoo,
)
from tiebreak.imports.frame import Tool
from tiebreak.imports.reading import Source

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        promptfoo.TOOL,
        inspect_ai.TOOL,
        openai_evals.TOOL,
        llm_logs.TOOL,
        langsmith.TOOL,
        langfuse.TOOL,
        braintrust.TOOL,
        lm_eval.TOOL,
        llm_comparator.TOOL,
        arena.TOOL,
        mt_bench.TOOL,
        alpaca_eval.TOOL,
        ifeval.TOOL,
        otel.TOOL,
    )
}
"""In the order in which a file is shown to them."""


def tool_named(name: str) -> Tool:
    """
    Raises:
        UsageError: for a name that is none.
    """
    if name not in TOOLS:
        near, known = nearest(name, list(TOOLS)), f"Known are {', '.join(TOOLS)}."
        raise UsageError(f"There is no importer “{name}”.", hint=near if near == known else f"{near} {known}")
    return TOOLS[name]


def tool_of(paths: Sequence[Path]) -> Tool | None:
    """The importer that all of some files are for; None where there is none, as for plain rows.

    Raises:
        ImportFormatError: for a file that cannot be read at all.
    """
    found = {_of(path) for path in paths}
    return TOOLS[name] if len(found) == 1 and (name := found.pop()) is not None else None


def _of(path: Path) -> str | None:
    source = Source(path)
    if source.kind == "yaml":
        return None
    plain = source.kind in ("lines", "csv") or (source.kind == "document" and path.suffix.lower() != ".json")
    for name, tool in TOOLS.items():
        try:
            if tool.suits(source):
                return name
        except ImportFormatError:
            if plain:  # whoever reads it as plain rows says what is wrong with it
                return None
            raise
    return None

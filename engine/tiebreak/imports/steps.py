"""What the steps of a trace say of it: a call of a model knows the model and its tokens, a scorer its score.

Exports have the steps in rows of their own, before or after the trace they belong to. A first reading gathers what they
say, so that the second can tell it of the trace.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tiebreak.imports.frame import Refused, Said
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import number
from tiebreak.records import Context

HELD = 200_000
"""Traces of which the steps are remembered, at most; those of later ones are counted alone."""
PARAMETERS = (
    "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "seed", "stop", "presence_penalty",
    "frequency_penalty",
)  # fmt: skip


@dataclass(slots=True)
class Step:
    """What all steps of one trace say together. Of several calls of models, sums, and the last one's model and time."""

    model: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    sums: dict[str, float] = field(default_factory=dict[str, float])
    ttft: float | None = None
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    contexts: tuple[Context, ...] = ()

    def add(self, name: str, value: object) -> None:
        """One more number of tokens or dollars."""
        if (found := number(value)) is not None:
            self.sums[name] = self.sums.get(name, 0) + found


@dataclass(slots=True)
class Steps:
    """The steps of a file, by trace."""

    by_trace: dict[str, Step] = field(default_factory=dict[str, Step])
    count: int = 0

    def of(self, trace: object) -> Step:
        return self.by_trace.get(str(trace)) or Step()

    def told(self, what: str) -> Refused | None:
        """Steps are no answers; what of them is left is said once, not row by row."""
        if not self.count:
            return None
        rows = (
            f"1 row is a step within a {what}" if self.count == 1 else f"{self.count:,} rows are steps within {what}s"
        )
        return Refused(line=0, reason=f"{rows}, and no answer.")


def gather(source: Source, trace_of: Callable[[Json], object], read: Callable[[Step, Json], None]) -> Steps:
    """A first reading. `trace_of` names the trace of a row that is a step, and is None of one that is none."""
    found = Steps()
    for _, row in source.records():
        if isinstance(row, Refused) or (trace := trace_of(row)) is None:
            continue
        found.count += 1
        step = found.by_trace.get(str(trace))
        if step is None:
            if len(found.by_trace) >= HELD:
                continue
            step = found.by_trace[str(trace)] = Step()
        read(step, row)
    return found


def kept(settings: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a model among other settings."""
    return {name: settings[name] for name in PARAMETERS if settings.get(name) is not None}

"""Samples of OpenAI Evals: `input` (text or messages) and `ideal`; the rest of a case stands under `tiebreak`."""

import json
from collections.abc import Mapping, Sequence

from tiebreak.datasets.exchange.rows import Note, Written, as_mapping, rest_of
from tiebreak.datasets.foreign import mapped_row
from tiebreak.datasets.reading import Located
from tiebreak.records import Case


def write(cases: Sequence[Case]) -> Written:
    """A sample a line. A case without a reference has no `ideal`, which most evals want."""
    lines: list[str] = []
    notes: list[Note] = []
    for case in cases:
        rest = rest_of(case, "reference")
        sample: dict[str, object] = {"input": rest.pop("input")}
        if case.reference is not None:
            sample["ideal"] = case.reference
        else:
            notes.append(Note(case=case.id, text="There is no reference, so the sample has no `ideal`."))
        lines.append(json.dumps({**sample, "tiebreak": rest}, ensure_ascii=False) + "\n")
    return Written(text="".join(lines), cases=len(cases), notes=tuple(notes))


def take_row(row: Located) -> Mapping[str, object]:
    """A sample. Of several right answers in `ideal` the first is the reference, and a check takes any of them."""
    values = dict(row.mapping or {})
    if "type" in values or "spec" in values or "final_report" in values:
        raise row.refuse("This is a line of a log, not a sample.", hint="Import the file of samples.")
    ours = as_mapping(values.pop("tiebreak", None))
    ideal = values.get("ideal")
    several: dict[str, object] = {}
    if isinstance(ideal, list):
        answers = [answer for answer in ideal if isinstance(answer, str) and answer]  # pyright: ignore[reportUnknownVariableType]
        if not answers or len(answers) != len(ideal):  # pyright: ignore[reportUnknownArgumentType]
            raise row.refuse("The right answers are a list of texts.", ("ideal",))
        values["ideal"] = answers[0]
        if len(answers) > 1:
            several = {"checks": [{"kind": "contains", "id": "ideal", "any": answers}]}
    reference = {"reference": values.pop("ideal")} if isinstance(values.get("ideal"), str) else {}
    if ours:
        return {**ours, "input": values.get("input"), **reference}
    return {**several, **mapped_row(row.holding(values), None), **reference}

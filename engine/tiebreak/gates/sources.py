"""What is wrong with whose word a gate rests on."""

from collections.abc import Iterator

from tiebreak.calibration.estimates import FEWEST_LABELS
from tiebreak.gates.wording import plural
from tiebreak.records import Gate
from tiebreak.records.policies import RAW_JUDGE


def wrong_source(gate: Gate) -> Iterator[tuple[str, str]]:
    """Field and sentence for each thing that makes it undecidable."""
    if gate.source == "human":
        for field in ("judge", "labels", "override"):
            if getattr(gate, field) is not None:
                yield field, f"`{field}` goes with `source: calibrated` or `source: judge`."
        return
    if gate.metric not in ("win_rate", "rubric"):
        yield "source", f"`source: {gate.source}` does not go with `{gate.metric}`; judges give win rates and rubrics."
    if gate.judge is None:
        yield "", f"`source: {gate.source}` needs the name of a `judge`."
    if gate.labels is not None and (gate.source == "judge" or gate.labels < 1):
        told = "goes with `source: calibrated`" if gate.source == "judge" else "is 1 or more"
        yield "labels", f"`labels`, the number of cases that people rate, {told}."
    if gate.source == "judge" and gate.override != RAW_JUDGE:
        yield (
            "override" if gate.override is not None else "source",
            "a judge alone is off by what nobody measured. Write `source: calibrated`; or, to ship on its word all the "
            f"same, `override: {RAW_JUDGE}`, which is told wherever this gate stands.",
        )
    if gate.source == "calibrated" and gate.override is not None:
        yield "override", "`override` goes with `source: judge`."
    if gate.source == "calibrated" and gate.scope == "population":
        yield (
            "scope",
            "no calibrated mean holds for all cases of this kind at every look; write `scope: set`, or "
            "`scope: fixed_n` with `labels`.",
        )


def reach_of_calibrated(gate: Gate, place: str, n: int) -> Iterator[str]:
    """What the rater of a calibrated gate should know before the first label; `n` cases are planned in `place`."""
    if gate.labels is not None and gate.labels > n:
        yield f"it plans {plural(gate.labels, 'label')}; {place} has {plural(n, 'case')}."
    elif gate.scope == "fixed_n" and gate.labels is None:
        yield "without `labels` it waits until people have rated every case, and the judge saves nothing."
    elif gate.scope == "fixed_n" and (gate.labels or n) < FEWEST_LABELS:
        yield f"a fixed n takes {FEWEST_LABELS} labels; with {gate.labels} the claim is about this set alone."

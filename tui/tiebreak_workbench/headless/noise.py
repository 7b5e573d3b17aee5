"""What a config says of itself when it is asked twice, and which gates that puts in doubt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tiebreak.amounts import points
from tiebreak.compare import Place
from tiebreak.compare.noise import Noise, NoiseFigures, ScoreNoise, noise_of
from tiebreak.gates.wording import percent
from tiebreak.records import Gate, RecordingTarget
from tiebreak_store import StoredSession
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseReport:
    session: str
    config: str
    samples: int
    planned: int
    figures: NoiseFigures
    remarks: tuple[str, ...]
    """What it means for the gates of the policy, and what weakens the figures."""


def noise_report(bench: Workbench, stored: StoredSession) -> NoiseReport:
    """Of a session with one config on both sides, from its rows; answers are read one after the other."""
    places = {id_: Place(segment, group) for id_, segment, group in bench.store.iter_places(stored.session.id)}
    store, runs = bench.store, stored.runs
    figures = noise_of(store.iter_outcomes(runs["baseline"]), store.iter_outcomes(runs["candidate"]), places)
    gates = [gate for phase in stored.policy.gates.values() for gate in phase]
    return NoiseReport(
        session=stored.session.id,
        config=stored.configs["baseline"].name,
        samples=stored.samples,
        planned=len(stored.session.plan.case_ids),
        figures=figures,
        remarks=(*_of_gates(gates, figures), *_of_figures(stored, figures)),
    )


def _of_gates(gates: Sequence[Gate], figures: NoiseFigures) -> Iterator[str]:
    known: dict[str, Noise | ScoreNoise] = {noise.measure: noise for noise in (*figures.measures, *figures.scores)}
    for gate in gates:
        if gate.regression is None:
            continue
        what = gate.regression.measure
        noise = known.get(f"{what} {gate.check}" if what in ("check", "score") else what)
        if noise is None or not noise.error or gate.segment is not None or gate.each_segment:
            continue
        margin = gate.regression.margin
        drift, allowed = (_size(value, score=what == "score") for value in (noise.margin, margin))
        start = f"Gate “{gate.id}” allows {allowed} less on {noise.measure}"
        if margin >= noise.margin:
            yield f"{start}, more than the {drift} of noise over {noise.n} cases."
            continue
        times = noise.n * (noise.margin / margin) ** 2 if margin else None
        more = f" About {times:,.0f} cases" if times is not None else " A margin above it"
        unchanged = (
            f"an unchanged config comes out worse than that in {percent(round(noise.alarms(margin), 2))} of runs"
        )
        yield f"{start}, less than the {drift} of noise: {unchanged}.{more}, or more samples, would help."


def _size(value: float, *, score: bool) -> str:
    return f"{value:.3f}" if score else points(value).removeprefix("+")


def _of_figures(stored: StoredSession, figures: NoiseFigures) -> Iterator[str]:
    if any(noise.groups < noise.n for noise in (*figures.measures, *figures.scores)):
        yield (
            "Cases that share a group are not independent: the intervals of the flip rate are too narrow; the margins "
            "allow for it."
        )
    if isinstance(stored.configs["baseline"].target, RecordingTarget):
        yield "A recording says the same every time: this is no noise of a model."
    if figures.measures and not any((*(n.rate for n in figures.measures), *(n.distance for n in figures.scores))):
        yield "Nothing flipped: a cache in between, or a temperature of 0, would look the same."

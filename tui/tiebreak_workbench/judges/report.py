"""The judges of a session for its report: what was asked of each version, and what the one in force is worth."""

from collections.abc import Iterator
from dataclasses import replace

from tiebreak.calibration import Estimate, Estimates
from tiebreak.errors import UsageError
from tiebreak.judge import JudgeSummary, summarise
from tiebreak.records import SessionRole
from tiebreak.records.judges import Judge
from tiebreak.reports.judged import JudgedLine, JudgedMean, JudgedMeans, JudgedVersion
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.calibrating import held_or_why
from tiebreak_workbench.judges.calibration_record import JudgeCalibration, LineCalibration
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.judges.served import served_as
from tiebreak_workbench.judges.standing import judges_in
from tiebreak_workbench.workbench import Workbench

EMPTY = JudgeSummary(
    valid=0, unparseable=0, error=0, problems={}, pairs=None, points=(), claims=0, unsupported=0,
    hallucinations=(), spread=summarise((), {}).spread, usd=0.0, unknown=0, reused=0, served_models=(),
)  # fmt: skip


def judges_of_report(bench: Workbench, stored: StoredSession) -> tuple[JudgedVersion, ...]:
    """Every version that judged a session, in the order of their first judgments, then imported judges. The session is
    not sealed to whoever looks.

    Raises:
        StoreError: where the database cannot be read.
    """
    session_id = stored.session.id
    versions = [(version, bench.store.judge(version)) for version in bench.store.judges_of(session_id)]
    last = {judge.name: version for version, judge in versions}
    held = {name: held_or_why(bench, name, session_id) for name in judges_in(bench, stored)}
    sides: dict[str, SessionRole] = {}
    if versions:
        runs: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
        sides = {one.id: runs[one.run_id] for one in bench.store.iter_responses(session_id)}
    found: list[JudgedVersion] = []
    seals = Seals.of(bench, stored)
    for version, judge in versions:
        every = bench.store.iter_judgments(session_id, version, light=True)
        said = summarise(
            [one for one in every if one.status != "valid" or not seals.hides(one.case_id, version)], sides
        )
        in_force = last[judge.name] == version
        one = _version(judge.name, judge, said, held[judge.name] if in_force else None, in_force=in_force)
        found.append(replace(one, changed=served_as(bench, stored, version)))
    found += [_version(name, None, EMPTY, what, in_force=True) for name, what in held.items() if name not in last]
    return tuple(found)


def _version(
    name: str, judge: Judge | None, said: JudgeSummary, held: JudgeCalibration | UsageError | None, *, in_force: bool
) -> JudgedVersion:
    known = held if isinstance(held, JudgeCalibration) else None
    return JudgedVersion(
        name=name,
        kind=judge.kind if judge is not None else "imported",
        version=judge.version if judge is not None else None,
        model=judge.model_label if judge is not None and not judge.stands_in else None,
        served=said.served_models,
        status=known.status if known is not None else "uncalibrated",
        in_force=in_force,
        valid=said.valid,
        unparseable=said.unparseable,
        error=said.error,
        usd=said.usd,
        unknown=said.unknown,
        reused=said.reused,
        recorded=judge is not None and judge.recorded,
        said=dict(_said(said)),
        problems=said.problems,
        hallucinations=said.hallucinations,
        lines=tuple(map(_line, known.lines)) if known is not None else (),
        not_held=held.message if isinstance(held, UsageError) else "",
        remarks=(*known.warnings, *_cautions(known)) if known is not None else (),
    )


def _cautions(known: JudgeCalibration) -> Iterator[str]:
    for line in known.lines:
        own = f"{line.dimension}: " if line.dimension is not None else ""
        yield from (f"{own}{caution}" for caution in line.agreement.cautions)
        if line.status == "uncalibrated" and line.agreement.gate.reason:
            yield f"{own}{line.agreement.gate.reason}"


def _said(found: JudgeSummary) -> Iterator[tuple[str, int]]:
    if (pairs := found.pairs) is not None:
        for word, meaning in (("A", "A wins"), ("B", "B wins"), ("tie", "tie")):
            yield meaning, pairs.verdicts.get(word, 0)
        if pairs.inconsistent:
            yield "orders contradict each other", pairs.inconsistent
        if pairs.half:
            yield "left out, one order without a verdict", pairs.half
    for point in found.points:
        for verdict, count in point.verdicts.items():
            yield f"{point.label}: {verdict}", count
    if found.claims:
        yield "claims", found.claims
        yield "claims not supported", found.unsupported


def _line(line: LineCalibration) -> JudgedLine:
    one, place, alarm = line.agreement, line.position, line.length_alarm
    return JudgedLine(
        dimension=line.dimension,
        status=line.status,
        n=one.n,
        excluded=one.excluded,
        agreement=one.share,
        low=one.low,
        high=one.high,
        kappa=one.kappa.value if one.kappa is not None else None,
        kappa_low=one.kappa_interval.low if one.kappa_interval is not None else None,
        kappa_high=one.kappa_interval.high if one.kappa_interval is not None else None,
        ac1=one.ac1,
        consistency=place.consistency if place is not None else None,
        first_favoured=place.first_favoured if place is not None else 0,
        second_favoured=place.second_favoured if place is not None else 0,
        position_p=place.p if place is not None and place.n else None,
        position_biased=place is not None and place.biased,
        length_slope=alarm.slope.value if alarm is not None else None,
        length_p=alarm.slope.p if alarm is not None else None,
        length_alarm=alarm is not None and alarm.rings,
        estimates={role: _means(found, points=line.dimension is not None) for role, found in line.estimates.items()},
    )


def _means(found: Estimates, *, points: bool) -> JudgedMeans:
    return JudgedMeans(
        judge=_mean(found.raw, points=points),
        people=_mean(found.human, points=points),
        calibrated=_mean(found.calibrated, points=points),
        form=found.form,
        why=found.why,
        labels_saved=found.labels_saved,
    )


def _mean(one: Estimate, *, points: bool) -> JudgedMean:
    """In points from 1 to 5, or as a share."""
    mean, low, high = (
        value if value is None or not points else 1 + 4 * value for value in (one.mean, one.low, one.high)
    )  # fmt: skip
    return JudgedMean(n=one.n, mean=mean, low=low, high=high)

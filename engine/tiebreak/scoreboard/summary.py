"""From the tallies to the snapshot that front ends show."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from tiebreak.gates import Evidence, Measure, Question, measure_of
from tiebreak.records import Gate, Policy, SessionRole
from tiebreak.records.served import ServedLog
from tiebreak.records.sessions import EventKind
from tiebreak.scoreboard.case import Verdict
from tiebreak.scoreboard.drift import Drift, ServedModels
from tiebreak.scoreboard.judged.book import JudgeBook
from tiebreak.scoreboard.judged.evidence import judged_evidence
from tiebreak.scoreboard.layout import WIN_RATE, Layout
from tiebreak.scoreboard.snapshot import CheckCount, InStratum, Mean, Snapshot, WinRate
from tiebreak.scoreboard.spending import Purse
from tiebreak.scoreboard.tally import Tally

HELD = "\0held"
"""Stands in a mark for answers of a model that is not acknowledged."""


class Voice(NamedTuple):
    """One rater's vote on one case."""

    rater_id: str
    verdict: Verdict


class Missing(NamedTuple):
    """An arm without a counting answer, and why: how its last attempt ended, or `HELD`."""

    role: SessionRole
    why: str


Mark = (
    Literal[
        "done",
        "rated",
        "settled",
        "automatic",
        "skipped",
        "excluded",
        "apart",
        "changed",
        "again_A",
        "again_B",
        "looked",
    ]
    | Voice
    | Missing
    | InStratum
)
"""What is counted once per case."""

REASKED: Mapping[SessionRole, Mark] = {"baseline": "again_A", "candidate": "again_B"}


def summarise(
    *,
    policy: Policy,
    layout: Layout,
    roles: Sequence[SessionRole],
    planned: int,
    position: int,
    counts: Mapping[Mark, int],
    purses: Mapping[SessionRole, Purse],
    served: Mapping[SessionRole, ServedModels],
    log: Mapping[SessionRole, ServedLog],
    events: Mapping[EventKind, int],
    judges: JudgeBook | None = None,
) -> Snapshot:
    """The snapshot of a board; `counts` may hold zeros. `judges` are those that gates name."""

    def means(kind: Literal["error_rate", "cost_per_answer"]) -> dict[SessionRole, Mean]:
        return {role: _mean(layout.tallies[Measure(kind, role), None]) for role in roles}

    excluded: dict[SessionRole, dict[str, int]] = {role: {} for role in roles}
    votes: dict[str, dict[Verdict, int]] = {}
    for mark, count in counts.items():
        if isinstance(mark, Missing) and mark.why != HELD and count:
            excluded[mark.role][mark.why] = count
        elif isinstance(mark, Voice) and count:
            votes.setdefault(mark.rater_id, {})[mark.verdict] = count
    return Snapshot(
        planned=planned,
        position=position,
        done=counts.get("done", 0),
        rated=counts.get("rated", 0),
        settled=counts.get("settled", 0),
        automatic=counts.get("automatic", 0),
        skipped=counts.get("skipped", 0),
        apart=counts.get("apart", 0),
        changed=counts.get("changed", 0),
        looked=counts.get("looked", 0),
        excluded=excluded,
        excluded_cases=counts.get("excluded", 0),
        reasked={role: counts.get(REASKED[role], 0) for role in roles},
        win_rate=_win_rate(layout, None),
        segments={segment: _win_rate(layout, segment) for segment in layout.segments},
        dimensions={
            dimension.name: {
                role: _mean(layout.tallies[Measure("rubric", role, dimension.name), None]) for role in roles
            }
            for dimension in policy.form.dimensions
        },
        checks={
            check_id: {role: _check(layout.tallies[Measure("check", role, check_id), None]) for role in roles}
            for check_id in layout.check_ids
            if check_id not in layout.metrics
        },
        scores={
            check_id: {role: _mean(layout.tallies[Measure("score", role, check_id), None]) for role in roles}
            for check_id in layout.check_ids
            if check_id in layout.scored
        },
        errors=means("error_rate"),
        cost=means("cost_per_answer"),
        spend={role: purse.spend for role, purse in purses.items()},
        drift={
            role: Drift(models.began or "", models.held, counts.get(Missing(role, HELD), 0))
            for role, models in served.items()
            if counts.get(Missing(role, HELD))
        },
        served={role: found for role, own in log.items() if (found := own.served())},
        gates=tuple(question.outcome for question in questions_of(policy, layout, judges)),
        events=dict(events),
        votes=votes,
        strata={mark: count for mark, count in counts.items() if isinstance(mark, InStratum) and count},
    )


def questions_of(policy: Policy, layout: Layout, judges: JudgeBook | None = None) -> tuple[Question, ...]:
    """Every gate over every segment it is asked of, with its evidence so far."""
    return tuple(
        Question(
            gate=gate,
            evidence=layout.tallies[measure_of(gate), segment].evidence(),
            phase=phase,
            segment=segment,
            max_excluded=policy.max_excluded,
            max_skipped=policy.max_skipped,
            family=_family(layout, gate) if segment is not None else (),
            judged=None if gate.source == "human" or judges is None else judged_evidence(judges, gate, segment),
        )
        for phase, gate, segment in layout.gates
    )


def _family(layout: Layout, gate: Gate) -> tuple[Evidence, ...]:
    """The segments that a regression gate of a fixed n judges together."""
    if gate.regression is None or not gate.regression.segments or gate.scope != "fixed_n":
        return ()
    return tuple(layout.tallies[measure_of(gate), segment].evidence() for segment in layout.segments)


def _mean(tally: Tally) -> Mean:
    return Mean(planned=tally.planned, n=tally.n, mean=tally.mean)


def _check(tally: Tally) -> CheckCount:
    return CheckCount(
        planned=tally.planned,
        passed=float(tally.total),
        n=tally.n,
        unknown=tally.labels["unknown"],
        not_applicable=tally.labels["not_applicable"],
    )


def _win_rate(layout: Layout, segment: str | None) -> WinRate:
    tally = layout.tallies.get((WIN_RATE, segment))
    return WinRate.of(tally) if tally is not None else WinRate(planned=0)

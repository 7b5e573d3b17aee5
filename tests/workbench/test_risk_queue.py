"""What the risk queue tells of a case whose verdicts are sealed: that there are some, and no more."""

from hypothesis import given
from hypothesis import strategies as st

from tiebreak.session.risk import JUDGED, SEALED, WEIGHTS, RiskKind, RiskReason, risk_of
from tiebreak_workbench.risk_queue import AtRisk

OPEN = st.sets(st.sampled_from(sorted(set(WEIGHTS) - JUDGED)))
SAID = st.sets(st.sampled_from(sorted(JUDGED)), min_size=1)


def at_risk(kinds: set[RiskKind], *, sealed: bool) -> AtRisk:
    reasons = sorted((RiskReason(kind=kind) for kind in kinds), key=lambda reason: (-reason.weight, reason.kind))
    return AtRisk(case_id="c", risk=risk_of(reasons), reasons=tuple(reasons), sealed=sealed)


@given(OPEN, SAID, SAID)
def test_a_sealed_verdict_is_told_neither_by_a_figure_nor_by_its_place(
    open_: set[RiskKind], one: set[RiskKind], other: set[RiskKind]
) -> None:
    first, second = (at_risk(open_ | said, sealed=True) for said in (one, other))
    assert first.open_risk is second.open_risk is None
    assert first.words == second.words
    assert first.words[-1] == SEALED


@given(OPEN, SAID)
def test_what_is_open_has_its_figure(open_: set[RiskKind], said: set[RiskKind]) -> None:
    for case in (at_risk(open_, sealed=True), at_risk(open_ | said, sealed=False)):
        assert case.open_risk == case.risk
        assert SEALED not in case.words

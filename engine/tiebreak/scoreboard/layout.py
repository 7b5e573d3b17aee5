"""What there is to count in a session: measures, gates and segments, set down before the first fact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from tiebreak.checks import checks_for
from tiebreak.checks.run import own_checks
from tiebreak.gates import Measure, expand, measure_of
from tiebreak.gates.evidence import REGRESSIONS, exact
from tiebreak.records import Case, Gate, Policy, SessionRole
from tiebreak.scoreboard.reading import Scores
from tiebreak.scoreboard.tally import Tally

WIN_RATE = Measure("win_rate")
TallyKey = tuple[Measure, str | None]
"""A measure over one segment, or over all planned cases."""


class Layout:
    """Follows from the policy and the planned cases alone."""

    def __init__(self, policy: Policy, planned: Sequence[Case], roles: Sequence[SessionRole]) -> None:
        self.segments = sorted({case.segment for case in planned if case.segment is not None})
        self.gates = expand(policy, self.segments)
        self.by_segment = {WIN_RATE} | {measure_of(gate) for _, gate, segment in self.gates if segment is not None}
        """Measures that are also counted per segment."""
        self.check_ids: dict[str, None] = {}
        """Every check of a planned case, the policy's first."""
        self._policy = policy
        self._roles = roles
        self._policy_versions = {spec.id: spec.version for spec in own_checks(policy)}
        self.grouped = any(case.group is not None for case in planned)
        """Whether some cases come from one source, so that a fixed n counts sources."""
        self._fixed = {measure_of(gate) for _, gate, _ in self.gates if gate.scope == "fixed_n"}
        self.scored: dict[str, None] = {}
        """Checks whose mean score is counted: the metrics, and those that a gate asks it of."""
        self.metrics: set[str] = set()
        """The checks that only measure."""
        self.figures: dict[str, str] = {}
        """The metrics of checks that keep parts of a figure, by their check."""
        self.scores = self._find_scores(planned)
        self._everywhere = self._measures_of_every_case()
        self._measures: dict[tuple[str, ...], tuple[Measure, ...]] = {}
        self.tallies = self._planned_tallies(planned)

    def of_case(self, case: Case) -> tuple[tuple[Measure, ...], Mapping[str, str]]:
        """The measures of a case, and the version of each of its checks."""
        if not case.checks:
            return self._with_checks(tuple(self._policy_versions)), self._policy_versions
        specs = checks_for(case, self._policy)
        return self._with_checks(tuple(spec.id for spec in specs)), {spec.id: spec.version for spec in specs}

    def _find_scores(self, planned: Sequence[Case]) -> Scores:
        worst: dict[str, Fraction] = {}
        lower: set[str] = set()
        specs = {spec.id: spec for case in planned for spec in case.checks}
        for spec in (*self._policy.checks, *specs.values()):
            if spec.kind == "metric":
                from tiebreak.checks.kinds.metric import metric_in  # none of them at start-up
                from tiebreak.metrics import AnswerMetric

                if set(spec.params) == {"name"}:
                    self.metrics.add(spec.id)
                metric = metric_in(spec)
                if metric is not None and not isinstance(metric, AnswerMetric):
                    self.figures[spec.id] = str(spec.params.get("name"))
                    continue
                self.scored[spec.id] = None
                if metric is not None and metric.better == "lower":
                    lower.add(spec.id)
                    worst[spec.id] = exact(metric.worst or 0.0)
        asked = (gate.check for _, gate, _ in self.gates if _asks_a_score(gate))
        self.scored.update(dict.fromkeys(check_id for check_id in asked if check_id is not None))
        return Scores(worst, frozenset(lower), frozenset(self.metrics))

    def _measures_of_every_case(self) -> tuple[Measure, ...]:
        measures: dict[Measure, None] = {}
        if len(self._roles) == 2:
            measures[WIN_RATE] = None
        for role in self._roles:
            measures[Measure("error_rate", role)] = measures[Measure("cost_per_answer", role)] = None
            for dimension in self._policy.form.dimensions:
                measures[Measure("rubric", role, dimension.name)] = None
        for _, gate, _ in self.gates:
            measure = measure_of(gate)
            own = _check_of(measure) is not None or measure.kind in ("check", "score")
            if not own and self._can_have(measure):
                measures[measure] = None
        return tuple(measures)

    def _can_have(self, measure: Measure) -> bool:
        """A regression takes both arms."""
        return len(self._roles) == 2 or measure.kind not in REGRESSIONS

    def _with_checks(self, check_ids: tuple[str, ...]) -> tuple[Measure, ...]:
        known = self._measures.get(check_ids)
        if known is None:
            checks = (Measure("check", role, check_id) for check_id in check_ids for role in self._roles)
            scored = [check_id for check_id in check_ids if check_id in self.scored]
            scores = (Measure("score", role, check_id) for check_id in scored for role in self._roles)
            compared = {measure_of(gate): None for _, gate, _ in self.gates}
            own = (m for m in compared if _check_of(m) in check_ids and self._can_have(m))
            known = self._measures[check_ids] = (*self._everywhere, *checks, *scores, *own)
        return known

    def _planned_tallies(self, planned: Sequence[Case]) -> dict[TallyKey, Tally]:
        self.check_ids.update(dict.fromkeys(self._policy_versions))
        groups: Counter[tuple[tuple[str, ...], str | None]] = Counter()
        for case in planned:
            own = {**self._policy_versions, **{spec.id: "" for spec in case.checks}}
            groups[tuple(own), case.segment] += 1
        tallies: dict[TallyKey, Tally] = {}

        def tally(measure: Measure, segment: str | None) -> Tally:
            fixed = measure in self._fixed
            keeps_values = fixed or measure.kind not in ("cost_per_answer", "cost_per_success", "open_regression")
            figure = self.figures.get(measure.name or "", "") if measure.kind == "figure" else ""
            made = Tally(keeps_values=keeps_values, keeps_groups=fixed and self.grouped, figure=figure)
            return tallies.setdefault((measure, segment), made)

        for measure in self._with_checks(tuple(self._policy_versions)):
            tally(measure, None)
        for (check_ids, segment), count in groups.items():
            self.check_ids.update(dict.fromkeys(check_ids))
            for measure in self._with_checks(check_ids):
                tally(measure, None).planned += count
                if segment is not None and measure in self.by_segment:
                    tally(measure, segment).planned += count
        for _, gate, segment in self.gates:
            tally(measure_of(gate), segment)
        return tallies


def _check_of(measure: Measure) -> str | None:
    """The check that a regression compares, or that keeps what a figure is made of."""
    if measure.kind in ("figure", "pass_at_k"):
        return measure.name
    what, _, check_id = (measure.name or "").partition(" ")
    return check_id if measure.kind == "regression" and what in ("check", "score") else None


def _asks_a_score(gate: Gate) -> bool:
    return gate.metric == "score" or (gate.regression is not None and gate.regression.measure == "score")

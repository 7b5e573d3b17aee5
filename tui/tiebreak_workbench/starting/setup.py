"""What is chosen before a session starts, and what the choice allows and costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tiebreak.errors import UsageError
from tiebreak.records import Case, Config, Dataset, Draw, Plan, Policy, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.stats.order import cases_to_plan, planned_cases
from tiebreak.stats.strata import NONE, Strata, default_strata, proportional_order, strata_of

MAX_SEED = 2**63 - 1
Part = Literal["baseline", "candidate", "policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A dataset, two configs and a policy; `n` cases of a segment, in the order that `seed` gives."""

    dataset: Dataset
    baseline: Config
    candidate: Config
    policy: Policy
    seed: int = 1
    n: int | None = None
    segment: str | None = None
    strata: str | None = None
    """What cases are drawn by in proportion, `none` for plainly; unless given, see `default_strata`."""
    blind: bool = False
    """Sides drawn per case, names and figures kept back until the end."""
    judge: Judge | None = None
    """A judge that goes along."""
    judge_cost: float | None = None
    """US dollars that it may cost, besides its own budget."""
    files: Mapping[Part, Path] = field(default_factory=dict["Part", Path], compare=False)
    """Where each was read from, as far as it was, so that a message can name it."""

    def config(self, role: SessionRole) -> Config:
        return self.baseline if role == "baseline" else self.candidate

    def plan(self) -> Plan:
        """What will be set down as the plan of the session.

        Raises:
            UsageError: when no case is left, or fewer than `n`, and for a seed that the database cannot hold.
        """
        if not -MAX_SEED <= self.seed <= MAX_SEED:
            raise UsageError(f"The seed {self.seed} is too large.", hint=f"It lies within ±{MAX_SEED}.")
        field = self.drawn_by()
        if field is None:
            case_ids = planned_cases(self.dataset.cases, seed=self.seed, segment=self.segment, n=self.n)
        else:
            chosen = cases_to_plan(self.dataset.cases, self.segment, self.n)
            case_ids = proportional_order(strata_of(chosen, field), self.seed)[: self.n]
        return Plan(
            case_ids=case_ids, seed=self.seed, policy_hash=self.policy.version, segment=self.segment, strata=field
        )

    def drawn_by(self) -> str | None:
        """What the cases are drawn by in proportion; None where they are a plain random sample.

        Raises:
            UsageError: when no case is left, or fewer than `n`.
        """
        if self.strata is not None:
            return None if self.strata == NONE else self.strata
        chosen = cases_to_plan(self.dataset.cases, self.segment, self.n)
        return default_strata(self.dataset.card, chosen, rated=self._rated())

    def _rated(self) -> int | None:
        """The cases that people rate at least, where that is fewer than all: those planned, or those whose labels a
        calibrated gate asks for."""
        gates = (gate for of_phase in self.policy.gates.values() for gate in of_phase)
        labels = [gate.labels for gate in gates if gate.labels is not None]
        return min((count for count in (self.n, *labels) if count is not None), default=None)

    def cases(self) -> tuple[Case, ...]:
        """The planned cases in their order."""
        return in_order(self.dataset, self.plan())


def draws_of(dataset: Dataset, plan: Plan) -> tuple[Draw, ...]:
    """How each planned case was drawn, in the order of the plan."""
    chosen = cases_to_plan(dataset.cases, plan.segment)
    strata: Strata = strata_of(chosen, plan.strata) if plan.strata is not None else {}
    share = len(plan.case_ids) / len(chosen)
    return tuple(Draw(stratum=strata.get(case_id), inclusion_p=share) for case_id in plan.case_ids)


def in_order(dataset: Dataset, plan: Plan) -> tuple[Case, ...]:
    return tuple(dataset.by_id[case_id] for case_id in plan.case_ids)

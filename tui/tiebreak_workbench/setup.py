"""What is chosen before a session starts, and what the choice allows and costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tiebreak.errors import UsageError
from tiebreak.records import Case, Config, Dataset, Plan, Policy, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.stats.order import planned_cases

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
        case_ids = planned_cases(self.dataset.cases, seed=self.seed, segment=self.segment, n=self.n)
        return Plan(case_ids=case_ids, seed=self.seed, policy_hash=self.policy.version, segment=self.segment)

    def cases(self) -> tuple[Case, ...]:
        """The planned cases in their order."""
        return in_order(self.dataset, self.plan())


def in_order(dataset: Dataset, plan: Plan) -> tuple[Case, ...]:
    return tuple(dataset.by_id[case_id] for case_id in plan.case_ids)

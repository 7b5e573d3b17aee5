"""What the command line already knows when it opens the app."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiebreak.records.sessions import Queue
    from tiebreak_workbench.starting.choosing import Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotWish:
    """What a spot check was begun with, as far as it was given; what is missing is asked for."""

    models: tuple[str, str] = ("", "")
    question: str = ""
    system: str | None = None
    template: str | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Names are as typed; Setup resolves them and says what it cannot find."""

    dataset: str | None = None
    baseline: str | None = None
    candidate: str | None = None
    policy: str | None = None
    cases: int | None = None
    segment: str | None = None
    strata: str | None = None
    """What cases are drawn by in proportion."""
    seed: int | None = None
    blind: bool = False
    judge: str | None = None
    """A judge that goes along; with `resume`, from now on, and `none` ends it."""
    judge_cost: float | None = None
    """US dollars that it may cost."""
    resume: str | None = None
    """A session to open: an id, the start of one, or `last`."""
    queue: "Queue" = "random"
    """Where in that session to go."""
    resume_unfinished: bool = False
    """Take up the newest session of the workspace that still has open cases, if there is one."""
    start: bool = False
    """Go straight to the Arena."""
    spot: "SpotWish | None" = None
    """The app was opened for one spot check, and closes with it."""
    save_cases_to: Path | None = None
    """The folder whose datasets a case is saved to; the workspace itself unless given."""

    triage: tuple[str, str | None] | None = None
    """What to open in Triage: a session, or two runs."""
    triage_filter: str = ""
    """Its filter, in its text form."""
    allow: tuple[str, ...] = ()
    """What may differ between the two."""
    offline: bool = False
    """Whether Triage proposes to look only at answers that are there, and to ask nothing."""

    def choices(self) -> "Choices":
        """The part that Setup's lines begin with."""
        from tiebreak_workbench.starting.choosing import Choices

        return Choices(
            dataset=self.dataset,
            baseline=self.baseline,
            candidate=self.candidate,
            policy=self.policy,
            segment=self.segment,
            strata=self.strata,
            cases=self.cases,
            seed=self.seed,
            blind=self.blind,
            judge=self.judge if self.resume is None else None,
            judge_cost=self.judge_cost,
        )

"""One of the two runs, with everything that must be alike on both sides."""

from dataclasses import dataclass

from tiebreak.records import Config, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    label: str
    """What the person who asked called it."""
    run: Run
    config: Config
    dataset: str
    cases: int
    """Cases of the whole dataset."""
    session_id: str
    judge: str | None = None
    """The version of the judge whose verdicts are compared, if any are."""

    @property
    def dataset_hash(self) -> str | None:
        return self.run.dataset_hash

"""What stands on the lines of Setup: each choice, what it resolves to, and what to know before starting."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.gates import validate_policy
from tiebreak.gates.wording import money, plural
from tiebreak.records import Config, Dataset, ModelTarget, Policy, RecordingTarget, SessionRole
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import needs_helper, open_target
from tiebreak.targets.recording import RecordedTarget
from tiebreak.workspace import Entry, Workspace, default_policy
from tiebreak.workspace.configs import CONFIGS
from tiebreak.workspace.trust import Trust
from tiebreak_workbench.estimate import estimate_cost
from tiebreak_workbench.setup import Setup

Field = Literal["dataset", "baseline", "candidate", "policy", "segment", "cases", "seed", "blind"]
FIELDS: tuple[Field, ...] = ("dataset", "baseline", "candidate", "policy", "segment", "cases", "seed")
SIDES: tuple[tuple[str, SessionRole], ...] = (("A", "baseline"), ("B", "candidate"))
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen or typed; None leaves it to the default."""

    dataset: str | None = None
    baseline: str | None = None
    candidate: str | None = None
    policy: str | None = None
    segment: str | None = None
    cases: int | None = None
    seed: int | None = None
    blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to know before starting; a `problem` has to be mended first."""

    level: Literal["problem", "warning", "note"]
    text: str


class Choosing:
    """The choices of one workspace, resolved.

    `resolve` reads files, and so does the first `remarks` (the price list): call them off the event loop.
    """

    def __init__(self, workspace: Workspace, choices: Choices, *, seed: int, environ: Mapping[str, str]) -> None:
        self.workspace = workspace
        self.choices = choices
        self.dataset: Dataset | None = None
        self.baseline: Config | None = None
        self.candidate: Config | None = None
        self.policy: Policy | None = None
        self.needs_helper = False
        """A side will be asked through LiteLLM."""
        self.problems: dict[Field, str] = {}
        self._recorded: dict[Field, frozenset[str]] = {}
        """Of sides that replay a recording: the cases it answers."""
        self._seed = seed
        self.environ = environ

    @property
    def seed(self) -> int:
        return self._seed if self.choices.seed is None else self.choices.seed

    def resolve(self, choices: Choices | None = None) -> None:
        """Read what is chosen, anew. What cannot be read becomes the problem of its line."""
        self.choices = choices or self.choices
        self.workspace = Workspace.open(self.workspace.folder)
        self.problems = {}
        datasets, configs, policies = (
            _sound_first(entries)
            for entries in (self.workspace.datasets, self.workspace.configs, self.workspace.policies)
        )
        dataset = self.choices.dataset or next(iter(datasets), None)
        baseline = self.choices.baseline or next(iter(configs), None)
        others = [name for name in configs if name != baseline]
        candidate = self.choices.candidate or next(iter(others), baseline)
        policy = self.choices.policy or next(iter(policies), None)
        self.choices = replace(self.choices, dataset=dataset, baseline=baseline, candidate=candidate, policy=policy)
        self.dataset = self._read("dataset", dataset, self.workspace.load_dataset)
        self.baseline = self._read("baseline", baseline, self.workspace.load_config)
        self.candidate = self._read("candidate", candidate, self.workspace.load_config)
        self._recorded = {}
        self._look_into("baseline", self.baseline)
        self._look_into("candidate", self.candidate)
        self.policy = default_policy() if policy is None else self._read("policy", policy, self.workspace.load_policy)
        sides = (self.baseline, self.candidate)
        self.needs_helper = any(config is not None and needs_helper(config, self.environ) for config in sides)

    def _read(self, field: Field, name: str | None, load: Callable[[str], T]) -> T | None:
        if name is None:
            self.problems[field] = "none in this workspace"
            return None
        try:
            return load(name)
        except TiebreakError as error:
            self.problems[field] = str(error)
            return None

    def _look_into(self, field: Field, config: Config | None) -> None:
        """Find out which cases a recording answers."""
        if config is None or not isinstance(config.target, RecordingTarget):
            return
        path = self.workspace.folder / CONFIGS / config.target.path
        try:
            self._recorded[field] = RecordedTarget(path, sha256=config.target.sha256).case_ids
        except TiebreakError as error:
            self.problems[field] = str(error)

    def swapped(self) -> Choices:
        return replace(self.choices, baseline=self.choices.candidate, candidate=self.choices.baseline)

    @property
    def segments(self) -> Sequence[str]:
        """The segments of the chosen dataset."""
        cases = self.dataset.cases if self.dataset else ()
        return sorted({case.segment for case in cases if case.segment is not None})

    def pool_size(self) -> int:
        """Cases that may be planned."""
        cases = self.dataset.cases if self.dataset else ()
        return sum(self.choices.segment in (None, case.segment) for case in cases)

    def setup(self) -> Setup:
        """What would be started now.

        Raises:
            UsageError: while a line has a problem; it is named.
        """
        for field in FIELDS:
            if field in self.problems:
                raise UsageError(f"{field}: {self.problems[field]}")
        if self.dataset is None or self.baseline is None or self.candidate is None or self.policy is None:
            raise UsageError("Something is not chosen yet.")
        return Setup(
            dataset=self.dataset,
            baseline=self.baseline,
            candidate=self.candidate,
            policy=self.policy,
            seed=self.seed,
            n=self.choices.cases,
            segment=self.choices.segment,
            blind=self.choices.blind,
        )

    def remarks(self) -> list[Remark]:
        """What to know: problems, what the planned number of cases cannot decide, what it will cost."""
        try:
            setup = self.setup()
            planned = setup.plan().case_ids
        except UsageError as error:
            return [Remark(level="problem", text=str(error))]
        found = [
            Remark(level="problem" if finding.level == "error" else "warning", text=finding.sentence)
            for finding in validate_policy(setup.policy, setup.dataset, planned)
        ]
        if setup.baseline.version == setup.candidate.version:
            found.append(Remark(level="note", text="Both sides are the same config: this measures noise alone."))
        return [*found, *self._unanswered(planned), *self._cost(setup)]

    def _unanswered(self, planned: Sequence[str]) -> Iterator[Remark]:
        """Cases for which a recording holds no answer."""
        for side, field in SIDES:
            recorded = self._recorded.get(field)
            missing = [case_id for case_id in planned if recorded is not None and case_id not in recorded]
            if missing:
                which = f"{plural(len(missing), 'case')} of {len(planned)}, such as {missing[0]}"
                yield Remark(level="warning", text=f"{side}: the recording has no answer for {which}.")

    def _check_app(self, config: Config) -> None:
        """
        Raises:
            TiebreakError: where the app of a config cannot be used, such as for code that nobody allowed to run.
        """
        if not isinstance(config.target, ModelTarget | RecordingTarget):
            folder = self.workspace.folder
            permit = Trust.of(self.environ).permit(folder)
            open_target(config, base_dir=folder, environ=self.environ, limiters=LimiterPool(), permit=permit)

    def _cost(self, setup: Setup) -> list[Remark]:
        total, free, unknown = 0.0, True, False
        remarks: list[Remark] = []
        for side, role in SIDES:
            config = setup.config(role)
            try:
                self._check_app(config)
                estimate = estimate_cost(config, setup.cases(), self.environ)
            except TiebreakError as error:
                remarks.append(Remark(level="problem", text=f"{side}: {error}"))
                free = False
                continue
            free = free and estimate.free
            if estimate.usd is None:
                unknown = True
                remarks.append(Remark(level="note", text=f"{side}: no price is known for {config.model_label}."))
            else:
                total += estimate.usd
        if free:
            remarks.append(Remark(level="note", text="Recorded answers: this costs nothing."))
        elif total:
            who = "The other side costs" if unknown else "Costs"
            text = f"{who} at most about {money(total)}, answers at their limit."
            remarks.append(Remark(level="note", text=text))
        return remarks


def _sound_first(entries: Sequence[Entry]) -> list[str]:
    """Names to choose from by default: those that can be read, or else the broken ones, so that they are mended."""
    return [entry.name for entry in entries if entry.error is None] or [entry.name for entry in entries]

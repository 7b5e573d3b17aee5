"""What stands on the lines of Setup: each choice, what it resolves to, and what to know before starting."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from tiebreak.amounts import money
from tiebreak.errors import NotTrustedError, PromptError, TiebreakError, UsageError
from tiebreak.gates import JudgeStatus
from tiebreak.gates.wording import plural
from tiebreak.records import Config, Dataset, Policy, RecordingTarget, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.records.policies import SIDES
from tiebreak.targets.open import needs_helper
from tiebreak.targets.recording import RecordedTarget
from tiebreak.workspace import Entry, Workspace, default_policy
from tiebreak.workspace.configs import CONFIGS, read_config
from tiebreak.workspace.policies import read_policy
from tiebreak.workspace.workspace import JUDGES
from tiebreak_workbench.judges.estimate import estimate_judging
from tiebreak_workbench.starting.estimate import estimate_cost
from tiebreak_workbench.starting.preflight import (
    floating_words,
    gate_findings,
    known_judges,
    own_kind_warnings,
    refuse_untrusted_checks,
    try_target,
    unknown_parameters,
    unrendered_prompts,
    without_question,
)
from tiebreak_workbench.starting.setup import Part, Setup

Field = Literal["dataset", "baseline", "candidate", "policy", "segment", "cases", "seed", "blind", "judge"]
FIELDS: tuple[Field, ...] = ("dataset", "baseline", "candidate", "policy", "segment", "cases", "seed", "judge")
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
    strata: str | None = None
    """None as the dataset's card says, else by segment where fewer cases are rated than there are."""
    blind: bool = False
    judge: str | None = None
    """None goes without."""
    judge_cost: float | None = None
    """US dollars that the judge may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to know before starting; a `problem` has to be mended first."""

    level: Literal["problem", "warning", "note"]
    text: str


class Choosing:
    """The choices of one workspace, resolved.

    `resolve` reads files, and `remarks` renders every planned prompt: call them off the event loop.
    """

    def __init__(self, workspace: Workspace, choices: Choices, *, seed: int, environ: Mapping[str, str]) -> None:
        self.workspace = workspace
        self.choices = choices
        self.dataset: Dataset | None = None
        self.baseline: Config | None = None
        self.candidate: Config | None = None
        self.policy: Policy | None = None
        self.judge: Judge | None = None
        self.judge_status: JudgeStatus = "uncalibrated"
        self.needs_helper = False
        """A side or the judge will be asked through LiteLLM."""
        self.problems: dict[Field, str] = {}
        self._recorded: dict[Field, frozenset[str]] = {}
        """Of sides that replay a recording: the cases it answers."""
        self._files: dict[Part, Path] = {}
        """Of what was read: where from."""
        self._prompts: list[Remark] | None = None
        """What is wrong with the prompts; None until somebody asks."""
        self.told: list[Remark] = []
        """The remarks that were made last."""
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
        self._files = {}
        self._prompts = None
        datasets, policies = _sound_first(self.workspace.datasets), _sound_first(self.workspace.policies)
        dataset = self.choices.dataset or next(iter(datasets), None)
        baseline, candidate = _sides(self.choices, self.workspace.configs)
        policy = self.choices.policy or next(iter(policies), None)
        self.choices = replace(self.choices, dataset=dataset, baseline=baseline, candidate=candidate, policy=policy)
        self.dataset = self._read("dataset", dataset, self.workspace.load_dataset)
        self.baseline = self._read("baseline", baseline, self._config_of("baseline"))
        self.candidate = self._read("candidate", candidate, self._config_of("candidate"))
        self._recorded = {}
        self._look_into("baseline", self.baseline)
        self._look_into("candidate", self.candidate)
        self.policy = default_policy() if policy is None else self._read("policy", policy, self._policy_of)
        chosen = self.choices.judge
        self.judge = None if chosen is None else self._read("judge", chosen, self._judge_of)
        asked = [config for config in (self.baseline, self.candidate) if config is not None]
        asked += [self.judge.config] if self.judge is not None else []
        self.needs_helper = any(needs_helper(config, self.environ) for config in asked)

    def _config_of(self, field: SessionRole) -> Callable[[str], Config]:
        def load(name: str) -> Config:
            self._files[field] = path = self.workspace.config_file(name)
            return read_config(path, self.workspace.folder)

        return load

    def _judge_of(self, name: str) -> Judge:
        judge = self.workspace.load_judge(name)
        config = judge.config
        if isinstance(config.target, RecordingTarget):
            RecordedTarget(self.workspace.folder / JUDGES / config.target.path, sha256=config.target.sha256)
        return judge

    def _policy_of(self, name: str) -> Policy:
        self._files["policy"] = path = self.workspace.policy_file(name)
        return read_policy(path)

    def _read(self, field: Field, name: str | None, load: Callable[[str], T]) -> T | None:
        if name is None:
            self.problems[field] = "none in this workspace"
            return None
        try:
            return load(name)
        except TiebreakError as error:
            self.problems[field] = self._short(error)
            return None

    def _short(self, error: TiebreakError) -> str:
        """What an error says, with paths from the workspace's folder: a line of Setup has little room."""
        return str(error).replace(f"{self.workspace.folder}{os.sep}", "")

    def _look_into(self, field: Field, config: Config | None) -> None:
        """Find out which cases a recording answers."""
        if config is None or not isinstance(config.target, RecordingTarget):
            return
        path = self.workspace.folder / CONFIGS / config.target.path
        try:
            self._recorded[field] = RecordedTarget(path, sha256=config.target.sha256).case_ids
        except TiebreakError as error:
            self.problems[field] = self._short(error)

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
            strata=self.choices.strata,
            blind=self.choices.blind,
            judge=self.judge,
            judge_cost=self.choices.judge_cost,
            files=dict(self._files),
        )

    def remarks(self) -> list[Remark]:
        """What to know: problems, what the planned number of cases cannot decide, what it will cost."""
        self.told = list(self._remarks())
        return self.told

    def _remarks(self) -> Iterator[Remark]:
        try:
            setup = self.setup()
            planned = setup.plan().case_ids
        except UsageError as error:
            yield Remark(level="problem", text=str(error))
            return
        along = {setup.judge.name} if setup.judge is not None else set[str]()
        errors, warnings = gate_findings(setup, known_judges(self.workspace) | along)
        yield from (Remark(level="problem", text=self._short(problem)) for problem in errors)
        if self._prompts is None:
            found = unrendered_prompts(setup)
            self._prompts = [Remark(level="problem", text=f"{side}: {self._short(error)}") for side, error in found]
        yield from self._prompts
        try:
            refuse_untrusted_checks(setup, self.workspace, self.environ)
        except NotTrustedError as refused:
            yield Remark(level="problem", text=str(refused))
        yield from (Remark(level="warning", text=sentence) for sentence in warnings)
        if setup.baseline.version == setup.candidate.version:
            yield Remark(level="note", text="Both sides are the same config: this measures noise alone.")
        yield from self._unanswered(planned)
        yield from self._cost(setup)
        yield from self._judging(setup)
        if told := floating_words(setup):
            yield Remark(level="note", text=told)
        for role, side in SIDES.items():
            config = setup.config(role)
            if told := without_question(config):
                yield Remark(level="warning", text=f"{side}: {told}.")
            if told := unknown_parameters(config):
                yield Remark(level="note", text=f"{side}: {told}.")

    def _unanswered(self, planned: Sequence[str]) -> Iterator[Remark]:
        """Cases for which a recording holds no answer."""
        for field, side in SIDES.items():
            recorded = self._recorded.get(field)
            missing = [case_id for case_id in planned if recorded is not None and case_id not in recorded]
            if missing:
                which = f"{plural(len(missing), 'case')} of {len(planned)}, such as {missing[0]}"
                yield Remark(level="warning", text=f"{side}: the recording has no answer for {which}.")

    def _cost(self, setup: Setup) -> list[Remark]:
        total, free, unknown = 0.0, True, False
        remarks: list[Remark] = []
        for role, side in SIDES.items():
            config = setup.config(role)
            try:
                if not isinstance(config.target, RecordingTarget):  # which `resolve` has looked into
                    try_target(config, self.workspace, self.environ)
                estimate = estimate_cost(config, setup.cases(), self.environ)
            except PromptError:
                free = False  # told with its place and its cases
                continue
            except TiebreakError as error:
                remarks.append(Remark(level="problem", text=f"{side}: {self._short(error)}"))
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

    def _judging(self, setup: Setup) -> Iterator[Remark]:
        """How often the judge will be asked, and for about how much."""
        judge = setup.judge
        if judge is None:
            return
        try:
            if not isinstance(judge.target, RecordingTarget):  # which `resolve` has looked into
                try_target(judge.config, self.workspace, self.environ, home=JUDGES)
            estimate = estimate_judging(judge, setup.cases(), self.environ)
        except TiebreakError as error:
            yield Remark(level="problem", text=f"Judge: {self._short(error)}")
            return
        if not estimate.calls:
            yield Remark(level="warning", text=f"The judge {judge.name} finds nothing to judge in these cases.")
        else:
            yield Remark(level="note", text=f"{estimate.words(judge)}.")
        sides: dict[SessionRole, Config] = {role: setup.config(role) for role in SIDES}
        yield from (Remark(level="warning", text=text) for text in own_kind_warnings(judge, sides))


def _sides(choices: Choices, configs: Sequence[Entry]) -> tuple[str | None, str | None]:
    """Baseline and candidate as chosen or by default.

    By default a broken config is the candidate, since it is most likely the one that is being worked on; it is never
    passed over. A config is compared with itself only where there is no other.
    """
    names = Counter(entry.name for entry in configs)
    baseline, candidate = (_by_file(name, configs, names) for name in (choices.baseline, choices.candidate))
    broken = [entry for entry in configs if entry.error is not None]
    sound = [entry for entry in configs if entry.error is None]
    if baseline is None:
        firsts = (_called(entry, names) for entry in (*sound, *broken))
        baseline = next((name for name in firsts if name != candidate), candidate)
    if candidate is None:
        others = (_called(entry, names) for entry in (*broken, *sound))
        candidate = next((name for name in others if name != baseline), baseline)
    return baseline, candidate


def _called(entry: Entry, names: Mapping[str, int]) -> str:
    """What to call a config by: its name or, where it is not the only one of that name, its file."""
    return entry.name if names[entry.name] == 1 or entry.error is None else str(entry.path)


def _by_file(choice: str | None, configs: Sequence[Entry], names: Mapping[str, int]) -> str | None:
    """A choice by its name of today: a file whose name could not be read goes by that of the file until it can."""
    if choice is None or choice in names:
        return choice
    same = (entry for entry in configs if choice in (str(entry.path), entry.path.stem) and names[entry.name] == 1)
    return next((entry.name for entry in same), choice)


def _sound_first(entries: Sequence[Entry]) -> list[str]:
    """Names to choose from by default: those that can be read, or else the broken ones, so that they are mended."""
    return [entry.name for entry in entries if entry.error is None] or [entry.name for entry in entries]

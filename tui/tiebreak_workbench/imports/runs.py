"""What is made of the files of another tool once they are read: runs, sessions, and the answers as they are put."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tiebreak.checks import Checker, checks_for, run_checks
from tiebreak.checks.parse import shown
from tiebreak.datasets.importing import source_hash
from tiebreak.errors import ImportFormatError
from tiebreak.imports import GivenLabel, GivenVerdict, Said, spec_of
from tiebreak.imports.frame import BLANK
from tiebreak.records import (
    ROLES,
    Ballot,
    CheckResult,
    CheckSpec,
    Config,
    Dataset,
    IdMaker,
    Plan,
    Policy,
    Presentation,
    Prompt,
    Rater,
    RecordingTarget,
    Response,
    Run,
    Session,
    SessionRole,
    Vote,
    canonical_json,
    digest,
)
from tiebreak.records.sessions import BallotKind
from tiebreak.stats.order import seeded_order
from tiebreak_store import NewSession
from tiebreak_store.imports import Answered
from tiebreak_workbench.imports.begin import SEED
from tiebreak_workbench.imports.kept import KeptAnswer
from tiebreak_workbench.imports.records import JUDGE, NOBODY, VERDICTS
from tiebreak_workbench.imports.survey import Act, Answering, Progress, Survey
from tiebreak_workbench.starting.naming import session_id

STEP = 500
TOLD: Mapping[str, Callable[[Response], object]] = {
    "model": lambda one: one.served_model or one.requested_model,
    "time to first token": lambda one: one.timings.ttft,
    "latency": lambda one: one.timings.total,
    "tokens": lambda one: one.usage.completion_tokens,
    "cost": lambda one: one.cost.usd,
}
"""What an answer may not say."""
FLIPPED: dict[Vote, Vote] = {"A": "B", "B": "A", "tie": "tie", "both_bad": "both_bad"}


@dataclass
class Job:
    """What is made of a survey: a run for each config that is taken, a session for each pair."""

    found: Survey
    dataset: Dataset
    policy: Policy
    key: str
    samples: int
    rater: Rater
    target: RecordingTarget
    at: str
    new_id: IdMaker = field(default_factory=IdMaker)
    _run_ids: dict[str, str] = field(default_factory=dict[str, str])

    def run_id(self, label: str) -> str:
        """The same for the same answers, so that a further pair of the same files stands on the runs that are there."""
        found = self._run_ids.get(label)
        if found is None:
            own = digest(canonical_json([self.key, label, self.samples]).encode("utf-8", "surrogatepass"))
            found = self._run_ids[label] = f"{self.key[:8]}-{own[:12]}"
        return found

    def response_id(self, label: str, case_id: str, sample: int) -> str:
        return f"{self.run_id(label)}-{self._places[case_id]:07d}-{sample}"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {case.id: place for place, case in enumerate(self.dataset.cases)}


def config_of(job: Job, answering: Answering) -> Config:
    """What answered, as far as it is known. It asks nobody: its target is a recording of no answer."""
    row = answering.row
    files = " and ".join(path.name for path in job.found.files)
    model = {} if row.model is None else {"model": row.model}
    return Config(
        name=answering.label,
        target=job.target,
        description=f"Imported from {files} ({job.found.tool.title}).",
        prompt=Prompt(system=_literal(row.system), user=_literal(row.prompt)),
        parameters={**model, **row.parameters},
    )


def _literal(text: str | None) -> str | None:
    """A prompt of another tool, so that its braces are no template of ours."""
    if text is None or not any(mark in text for mark in ("{{", "{%", "{#")):
        return text
    return f"{{% raw %}}{text.replace('{% endraw %}', '')}{{% endraw %}}"


def sessions_of(job: Job, pairs: Sequence[tuple[str, str]]) -> list[NewSession]:
    """A session for each pair, over the cases that one of the two answered, or that somebody said something of."""
    return [_session(job, pair) for pair in pairs]


def _session(job: Job, pair: tuple[str, str]) -> NewSession:
    cases = {*job.found.answering(pair[0]).counts, *job.found.answering(pair[1]).counts}
    cases |= {case_id for case_id, _, _ in acts_on(job.found, pair)}
    ids = [case.id for case in job.dataset.cases if case.id in cases]
    plan = Plan(case_ids=seeded_order(ids, SEED), seed=SEED, policy_hash=job.policy.version)
    order = digest(canonical_json(plan.case_ids).encode("utf-8", "surrogatepass"))
    configs: dict[SessionRole, Config] = {}
    runs: dict[SessionRole, Run] = {}
    for role, label in zip(ROLES, pair, strict=True):
        configs[role] = config_of(job, job.found.answering(label))
        runs[role] = Run(
            id=job.run_id(label),
            config_hash=configs[role].version,
            dataset_hash=job.dataset.version,
            seed=SEED,
            samples=job.samples,
            case_order_hash=order,
            origin="import",
            status="done",
            created_at=job.at,
        )
    session = Session(
        id=session_id(),
        kind="import",
        plan=plan,
        dataset_hash=job.dataset.version,
        policy_hash=job.policy.version,
        runs={role: run.id for role, run in runs.items()},
        title=f"{pair[0]} vs {pair[1]}, from {job.found.tool.name}",
        created_at=job.at,
    )
    return NewSession(
        dataset=job.dataset, configs=configs, policy=job.policy, session=session, runs=runs, rater=job.rater
    )  # fmt: skip


def acts_on(found: Survey, pair: tuple[str, str]) -> Iterator[tuple[str, str, Act]]:
    """What was said of a pair, or of one side of it: the case here, the config named first, the act."""
    for file, act in found.acts:
        case_id = found.case_of(file, act.case)
        names = (act.config,) if isinstance(act, GivenLabel) else (act.a, act.b)
        labels = [found.configs[file, name].label for name in names if (file, name) in found.configs]
        if case_id is not None and len(labels) == len(names) and set(labels) <= set(pair):
            yield case_id, labels[0], act


class Answers:
    """The answers of some configs, made while they are asked for; counts what was taken."""

    def __init__(self, job: Job, labels: Iterable[str], progress: Progress) -> None:
        self._job = job
        self._labels = frozenset(labels)
        self._progress = progress
        self._specs: dict[str, tuple[CheckSpec, str]] = {}
        self._checker = Checker(job.policy)
        self._told: Counter[str] = Counter()
        self._taken = 0
        found = job.found
        self.total = sum(
            min(count, job.samples) for label in self._labels for count in found.answering(label).counts.values()
        )

    def __iter__(self) -> Iterator[Answered]:
        """Each answer with what the tool says of it, and then our own checks.

        Raises:
            ImportFormatError: where a file is not what it was when it was read.
        """
        counts: dict[tuple[str, str], int] = {}
        done = 0
        for kept in self._job.found.answers:
            config = self._job.found.configs[kept.file, kept.config]
            case_id = self._job.found.case_of(kept.file, kept.case)
            if config.label not in self._labels or case_id is None:
                continue
            label = config.label
            sample = counts.get((label, case_id), 0)
            counts[label, case_id] = sample + 1
            if sample < self._job.samples:
                yield self._answered(label, case_id, sample, kept)
                done += 1
                if not done % STEP:
                    self._progress("Saving answers", done, self.total)
        for path, before in zip(self._job.found.files, self._job.found.digests, strict=True):
            if source_hash(path) != before:
                raise ImportFormatError("The file was changed while it was read.", path=str(path), hint="Try again.")

    def untold(self) -> tuple[str, ...]:
        """What not every answer says: `cost`, or `cost (3 of 12 do)` where some do."""
        return tuple(
            f"{words} ({self._told[words]} of {self._taken} do)" if self._told[words] else words
            for words in TOLD
            if self._told[words] < self._taken
        )

    def _note(self, response: Response) -> None:
        self._taken += 1
        for words, value in TOLD.items():
            if value(response) is not None:
                self._told[words] += 1

    def _answered(self, label: str, case_id: str, sample: int, kept: KeptAnswer) -> Answered:
        case = self._job.dataset.by_id[case_id]
        response = kept.response(
            id_=self._job.response_id(label, case_id, sample),
            run_id=self._job.run_id(label),
            case_id=case_id,
            case_hash=self._job.dataset.case_versions[case_id],
            started_at=self._job.at,
            sample=sample,
        )
        self._note(response)
        specs = self._checker.specs(case)
        results = self._checker.results(case, response)
        if response.excluded:
            return response, results, specs
        said = kept.said()
        theirs = [self._result(response.id, one) for one in said]
        own = tuple(self._specs[one.name][0] for one in said)
        return response, [*results, *theirs], (*specs, *own)

    def _result(self, response_id: str, said: Said) -> CheckResult:
        if said.name not in self._specs:
            spec = spec_of(self._job.found.tool.name, said.name)
            self._specs[said.name] = (spec, spec.version)
        spec, version = self._specs[said.name]
        graded = said.passed is None and said.score is not None
        return CheckResult(
            response_id=response_id,
            check_id=spec.id,
            check_hash=version,
            status="pass" if said.passed or graded else "not_applicable" if said.passed is None else "fail",
            value=said.score,
            detail=said.detail,
        )


@dataclass(slots=True)
class Acts:
    """Showings and ballots of what people and judges said, in some sessions."""

    job: Job
    presentations: list[Presentation] = field(default_factory=list[Presentation])
    ballots: list[Ballot] = field(default_factory=list[Ballot])
    raters: dict[str, Rater] = field(default_factory=dict[str, Rater])
    placeholders: dict[str, Answered] = field(default_factory=dict[str, Answered])
    """Answers that nobody gave, by id, made where something was said of one."""
    votes: int = 0
    verdicts: int = 0
    labels: int = 0
    _shown: dict[tuple[str, str, str], Presentation] = field(default_factory=dict[tuple[str, str, str], Presentation])
    _spoken: dict[tuple[str, str | None], Vote] = field(default_factory=dict[tuple[str, str | None], Vote])

    def take(self, new: NewSession, pair: tuple[str, str]) -> None:
        positions = {case_id: place for place, case_id in enumerate(new.session.plan.case_ids)}
        for case_id, first, act in acts_on(self.job.found, pair):
            judge = isinstance(act, GivenVerdict)
            rater = f"{JUDGE}{act.judge}" if judge else act.rater or NOBODY
            shown_to = self._show(new, pair, case_id, positions[case_id], rater)
            if isinstance(act, GivenLabel):
                side = shown_to.left_response if first == pair[0] else shown_to.right_response
                self._cast(shown_to, "label", act.value, act.name, side)
                self.labels += 1
                self._note(shown_to, act.note)
                continue
            said = act.verdict if isinstance(act, GivenVerdict) else act.vote
            said = said if first == pair[0] else FLIPPED[said]
            order = act.order if isinstance(act, GivenVerdict) else None
            if order is not None and first != pair[0]:
                order = "ba" if order == "ab" else "ab"
            dimension = VERDICTS[order] if judge else None
            spoken = (shown_to.id, dimension)
            stands = self._spoken.get(spoken)
            if stands is not None:
                if stands != said:
                    reason = f"{shown(rater)} has already said {shown(stands)} of {shown(case_id)}; that stands."
                    self.job.found.reject(act.line, reason)
                continue
            self._spoken[spoken] = said
            self._cast(shown_to, "label" if judge else "vote", said, dimension)
            self.verdicts += judge
            self.votes += not judge
            self._note(shown_to, act.reply if isinstance(act, GivenVerdict) else act.note)

    def _show(self, new: NewSession, pair: tuple[str, str], case_id: str, position: int, rater: str) -> Presentation:
        key = (new.session.id, case_id, rater)
        if key not in self._shown:
            self.raters.setdefault(rater, Rater(id=rater, name=rater))
            left, right = (self._response(label, case_id) for label in pair)
            self._shown[key] = Presentation(
                id=self.job.new_id(),
                session_id=new.session.id,
                position=position,
                case_id=case_id,
                rater_id=rater,
                left_response=left,
                right_response=right,
                shown_at=self.job.at,
            )
            self.presentations.append(self._shown[key])
        return self._shown[key]

    def _response(self, label: str, case_id: str) -> str:
        """The first answer of a side, or one that stands in for it."""
        id_ = self.job.response_id(label, case_id, 0)
        if case_id not in self.job.found.answering(label).counts and id_ not in self.placeholders:
            case = self.job.dataset.by_id[case_id]
            response: Response = replace(
                BLANK,
                id=id_,
                run_id=self.job.run_id(label),
                case_id=case_id,
                case_hash=case.version,
                status="imported",
                started_at=self.job.at,
            )
            specs = checks_for(case, self.job.policy)
            self.placeholders[id_] = (response, run_checks(case, response, specs), specs)
        return id_

    def _note(self, shown_to: Presentation, note: str | None) -> None:
        if note:
            self._cast(shown_to, "note", note)

    def _cast(
        self,
        shown_to: Presentation,
        kind: BallotKind,
        value: str,
        dimension: str | None = None,
        response_id: str | None = None,
    ) -> None:
        self.ballots.append(
            Ballot(
                id=self.job.new_id(),
                presentation_id=shown_to.id,
                kind=kind,
                value=value,
                dimension=dimension,
                response_id=response_id,
                at=self.job.at,
            )
        )

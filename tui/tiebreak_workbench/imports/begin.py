"""The session that imported answers, votes or verdicts are put into, where there is none yet."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tiebreak.datasets.durable import write_whole
from tiebreak.errors import ImportFormatError, TiebreakError, UsageError, WorkspaceError
from tiebreak.gates import validate_policy
from tiebreak.gates.wording import plural
from tiebreak.records import (
    ROLES,
    Config,
    Dataset,
    Plan,
    Policy,
    RecordingTarget,
    Run,
    Session,
    SessionRole,
    Vote,
    canonical_json,
    digest,
    stamp,
    utc_now,
)
from tiebreak.stats.order import seeded_order
from tiebreak.workspace import default_policy
from tiebreak_store import NewSession
from tiebreak_workbench.imports.sheet import Sheet, What
from tiebreak_workbench.starting.naming import session_id, told_apart
from tiebreak_workbench.workbench import Workbench

SEED = 1
"""Of the order in which imported cases are shown to whoever rates them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What may be said beside the file."""

    files: tuple[Path, ...]
    what: What
    dataset: str | None = None
    """A dataset of the workspace that the cases belong to; else the file's own questions make one."""
    session: str | None = None
    """The session to add to; a new one is made unless given."""
    policy: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, Vote] = field(default_factory=dict[str, Vote])
    """What other words for a vote mean."""
    names: Mapping[SessionRole, str] = field(default_factory=dict[SessionRole, str])
    """What the sides are called; in a file of many configs, which two are taken."""
    rater: str | None = None
    """Who voted, or judged, where the file does not say."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.files) <= (2 if self.what == "answers" else 1):
            hint = "Two files are the answers of A and of B." if self.what == "answers" else "Import one at a time."
            raise UsageError(f"{len(self.files)} files cannot be imported together.", hint=hint)


def begin(
    bench: Workbench, options: ImportOptions, sheet: Sheet, dataset: Dataset | None, key: str
) -> tuple[NewSession, list[str]]:
    """The session for what the sheet holds, and what is to be said of it. `key` names the import.

    Raises:
        ImportFormatError: where none of the cases can be used, or is in the dataset.
        UsageError: where no question is known, or the policy does not fit.
    """
    remarks: list[str] = []
    files = " and ".join(told_apart(options.files))
    if dataset is None:
        if sheet.unusable:
            raise ImportFormatError(
                f"None of its questions can be used; the first: {sheet.unusable.reason}",
                path=str(options.files[0]),
                line=sheet.unusable.line,
            )
        dataset = sheet.asked
        if dataset is None:
            known = ", ".join(entry.name for entry in bench.workspace.datasets) or "none here yet"
            hint = f"Name the dataset its cases belong to with -d ({known}), or say -f question=COLUMN."
            raise UsageError(f"{files} does not say what was asked.", hint=hint)
    ids = [case_id for case_id in sheet.case_ids() if case_id in dataset.by_id]
    if not ids:
        message = f"None of its cases is in the dataset “{dataset.card.name}”, such as “{sheet.case_ids()[0]}”."
        raise ImportFormatError(message, path=str(options.files[0]), hint="Choose with -d, or map with -f case=COLUMN.")
    if len(ids) < len(dataset.cases):
        remarks.append(
            f"The dataset has {plural(len(dataset.cases), 'case')}; the plan holds the {len(ids)} of the file."
        )
    policy, said = policy_for(bench, options.policy, dataset, ids)
    configs: dict[SessionRole, Config] = {
        role: Config(
            name=sheet.names[role],
            target=stub_target(bench, key),
            description=f"Imported from {files}.",
        )
        for role in ROLES
    }
    now = stamp(utc_now())
    plan = Plan(case_ids=seeded_order(ids, SEED), seed=SEED, policy_hash=policy.version)
    order = digest(canonical_json(plan.case_ids).encode("utf-8", "surrogatepass"))
    runs: dict[SessionRole, Run] = {
        role: Run(
            id=f"{key[:16]}-{role}",
            config_hash=config.version,
            dataset_hash=dataset.version,
            seed=SEED,
            case_order_hash=order,
            origin="import",
            status="done",
            created_at=now,
        )
        for role, config in configs.items()
    }
    session = Session(
        id=session_id(),
        kind="import",
        plan=plan,
        dataset_hash=dataset.version,
        policy_hash=policy.version,
        runs={role: run.id for role, run in runs.items()},
        title=_title(options, sheet),
        created_at=now,
    )
    new = NewSession(
        dataset=dataset, configs=configs, policy=policy, session=session, runs=runs, rater=bench.rater()
    )  # fmt: skip
    return new, [*remarks, *said]


def _title(options: ImportOptions, sheet: Sheet) -> str:
    if options.what in ("verdicts", "judgments"):
        judged = sheet.verdicts or sheet.judgments
        judges = dict.fromkeys(row.judge or options.rater or "a judge" for row in judged)
        return f"Verdicts of {', '.join(judges)}"
    title = f"{sheet.names['baseline']} vs {sheet.names['candidate']}"
    return f"{title}, imported" if options.what == "answers" else f"Votes on {title}"


def policy_for(bench: Workbench, wanted: str | None, dataset: Dataset, ids: Sequence[str]) -> tuple[Policy, list[str]]:
    """The named policy; else the first of the workspace that fits the cases, and else the default one.

    Raises:
        UsageError: where the named one does not fit.
    """
    if wanted is not None:
        policy = bench.workspace.load_policy(wanted)
        problems = _problems(policy, dataset, ids)
        if problems:
            raise UsageError(f"The policy “{policy.name}” does not fit: {problems[0]}", hint="Choose with --policy.")
        return policy, []
    policy = next(_fitting(bench, dataset, ids), None)
    if policy is not None:
        return policy, [f"Its gates are those of the policy “{policy.name}”."]
    return default_policy(), ["Its gate is that of the default policy: B wins at least half of these cases."]


def fitting_policy(bench: Workbench, dataset: Dataset) -> tuple[str | None, int]:
    """The name of the first policy of the workspace that fits all cases, if there is one, and how many there are."""
    found = next(_fitting(bench, dataset, [case.id for case in dataset.cases]), None)
    return (found.name if found is not None else None), len(bench.workspace.policies)


def _fitting(bench: Workbench, dataset: Dataset, ids: Sequence[str]) -> Iterator[Policy]:
    for entry in bench.workspace.policies:
        with suppress(TiebreakError):
            policy = bench.workspace.load_policy(entry.path)
            if not _problems(policy, dataset, ids):
                yield policy


def _problems(policy: Policy, dataset: Dataset, ids: Sequence[str]) -> list[str]:
    return [finding.sentence for finding in validate_policy(policy, dataset, ids) if finding.level == "error"]


def _stub(bench: Workbench, key: str) -> Path:
    """A recording of no answer. With it an imported session can be opened and rated: its answers are in the store."""
    return bench.workspace.database.parent / "imports" / f"{key[:16]}.jsonl"


def stub_target(bench: Workbench, key: str) -> RecordingTarget:
    """That recording, as a config names it."""
    return RecordingTarget(path=f"../{_stub(bench, key).relative_to(bench.workspace.folder).as_posix()}")


def write_stub(bench: Workbench, key: str, files: Sequence[str]) -> None:
    """Put the recording that the configs of an imported session name where they look for it.

    Raises:
        WorkspaceError: where the folder cannot be written.
    """
    header = {"recording": 1, "notice": f"Imported from {' and '.join(files)}; the answers are in the database."}
    try:
        write_whole(_stub(bench, key), json.dumps(header) + "\n")
        # The stub is found from there.
        bench.configs_folder.mkdir(exist_ok=True)
    except OSError as problem:
        place = str(problem.filename or bench.workspace.folder)
        raise WorkspaceError(f"The folder cannot be written: {problem.strerror}.", path=place) from None

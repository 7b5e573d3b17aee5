"""Takes in a session that `tiebreak export` wrote: every record as it was, so that its scoreboard is the same."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

from tiebreak.datasets.importing import source_hash
from tiebreak.errors import ImportFormatError
from tiebreak.gates.wording import plural
from tiebreak.imports import Refused, Source, spec_of
from tiebreak.records import (
    Ballot,
    Case,
    CheckResult,
    CheckSpec,
    Config,
    Dataset,
    DatasetCard,
    Draw,
    Event,
    Policy,
    Presentation,
    Rater,
    Response,
    Run,
    Session,
    SessionRole,
    digest,
)
from tiebreak.records.codec import adapter
from tiebreak.records.judges import Judge, Judgment, seal_of
from tiebreak_store import ImportedRecords, NewSession, StoredGateOutcome
from tiebreak_store.imports import Answered
from tiebreak_workbench.imports.committing import commit
from tiebreak_workbench.shell import HERE, command
from tiebreak_workbench.workbench import Workbench

T = TypeVar("T")
TOOL = "tiebreak"
HEAD = (
    "session", "draw", "dataset", "dataset_case", "config", "run", "policy", "other_policy", "rater", "check", "judge",
)  # fmt: skip
"""Lines that come before the first response."""
DAMAGED = "The export is damaged: export the session again."
ADDED = ("type", "role", "version", "case_id")
"""What lines have beside the fields of their record; `version` of a policy and a config only tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """What came of it; `words()` says it in sentences."""

    file: str
    session: str
    title: str = ""
    already: bool = False
    cases: int = 0
    answers: int = 0
    ballots: int = 0
    judgments: int = 0

    def words(self, folder: Path = HERE) -> str:
        """For a person, with commands for the workspace of a folder."""
        if self.already:
            return f"Session {self.session} is here already. Nothing was changed."
        judged = f", {plural(self.judgments, 'judgment')}" if self.judgments else ""
        told = f"{plural(self.answers, 'answer')}{judged} and {plural(self.ballots, 'ballot')}"
        told += f" on {plural(self.cases, 'case')}"
        return f"{told} from {self.file} are now in session {self.session} ({self.title}), as they were.\n" + (
            f"`{command(('show', self.session), folder)}` shows it."
        )


@dataclass(slots=True)
class _Records:
    """The records of an export but its responses and judgments, which are read again when they are put."""

    head: dict[str, list[Mapping[str, object]]] = field(default_factory=dict[str, list[Mapping[str, object]]])
    results: dict[str, list[CheckResult]] = field(default_factory=dict[str, list[CheckResult]])
    presentations: list[Presentation] = field(default_factory=list[Presentation])
    ballots: list[Ballot] = field(default_factory=list[Ballot])
    gates: list[StoredGateOutcome] = field(default_factory=list[StoredGateOutcome])
    events: list[Event] = field(default_factory=list[Event])
    answers: int = 0
    responses: set[str] = field(default_factory=set[str])
    judgments: int = 0
    judged_by: dict[str, int] = field(default_factory=dict[str, int])
    """Version → the first line with a judgment of it."""


def is_session(path: Path) -> bool:
    """Whether a file begins as an exported session does."""
    source = Source(path)
    if not path.is_file() or source.kind != "lines" or not source.first:
        return False
    first = source.first[0]
    return first.get("type") == "session" and {"id", "plan", "runs"} <= first.keys()


def import_session(bench: Workbench, path: Path) -> SessionReport:
    """Put an exported session into a workspace, under its own id.

    Raises:
        ImportFormatError: for a file that is no whole export of a session.
        StoreError: where it cannot be recorded; nothing is, then.
    """
    source = Source(path)
    lines = _read(source)
    new = _session(lines, source)
    known = {one.id for one in bench.store.sessions(sys.maxsize)} if bench.recorded else set[str]()
    if new.session.id in known:
        return SessionReport(file=path.name, session=new.session.id, already=True)
    judges = _judges(lines, source)
    if new.session.parent_id not in known:
        new = replace(new, session=replace(new.session, parent_id=None))
    records = ImportedRecords(
        session=new,
        raters=tuple(_many(Rater, lines.head.get("rater", ()), source)),
        answers=_answers(source, lines, _specs(new, lines, source)),
        presentations=tuple(lines.presentations),
        ballots=tuple(lines.ballots),
        judges=judges,
        judgments=_judgments(source),
        events=tuple(lines.events),
        policies=_policies(lines, source),
        # What was held against a run of another session means nothing without it.
        gate_outcomes=tuple(one for one in lines.gates if one.baseline_run in (None, *new.session.runs.values())),
    )
    noted: dict[str, object] = {"tool": TOOL, "session": new.session.id, "files": [path.name]}
    key = digest(f"{TOOL} {new.session.id} {source_hash(path)}".encode())
    already = not commit(bench.store, key, TOOL, noted, (), records)
    return SessionReport(
        file=path.name,
        session=new.session.id,
        title=new.session.title,
        already=already,
        cases=len(new.session.plan.case_ids),
        answers=lines.answers,
        ballots=len(lines.ballots),
        judgments=lines.judgments,
    )


def _read(source: Source) -> _Records:
    found = _Records()
    for number, line in _lines(source):
        kind = line.get("type")
        if kind in HEAD:
            found.head.setdefault(str(kind), []).append(line)
        elif kind == "response":
            found.answers += 1
            found.responses.add(str(line.get("id")))
        elif kind == "check_result":
            result = _record(CheckResult, line, source, number)
            found.results.setdefault(result.response_id, []).append(result)
        elif kind == "presentation":
            found.presentations.append(_record(Presentation, line, source, number))
        elif kind == "ballot":
            found.ballots.append(_record(Ballot, line, source, number))
        elif kind == "judgment":
            _look_at(_record(Judgment, line, source, number), found, source, number)
        elif kind == "gate_outcome":
            found.gates.append(_record(StoredGateOutcome, line, source, number))
        elif kind == "event":
            found.events.append(_record(Event, line, source, number))
        else:
            raise source.refuse(f"A line of the type “{kind}” is not known here.", number)
    return found


def _lines(source: Source) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in source.records():
        if isinstance(line, Refused):
            raise source.refuse(line.reason, number, DAMAGED)
        yield number, line


def _session(lines: _Records, source: Source) -> NewSession:
    def one(kind: str) -> Mapping[str, object]:
        found = lines.head.get(kind, [])
        if len(found) != 1:
            raise source.refuse(f"The export holds {plural(len(found), 'line')} of the type “{kind}”, not one.")
        return found[0]

    cases = tuple(_many(Case, lines.head.get("dataset_case", ()), source))
    dataset = Dataset(card=_record(DatasetCard, one("dataset"), source), cases=cases)
    session = _record(Session, one("session"), source)
    raters = tuple(_many(Rater, lines.head.get("rater", ()), source))
    if not raters:
        raise source.refuse("The export names no rater.")
    try:
        return NewSession(
            dataset=dataset,
            configs=_by_role(Config, "config", lines, source),
            policy=_record(Policy, one("policy"), source),
            session=session,
            runs=_by_role(Run, "run", lines, source),
            rater=raters[0],
            draws=_draws(session, lines, source),
        )
    except ValueError as problem:
        raise source.refuse(f"The export was changed: {problem}.", hint="Export the session again.") from None


def _draws(session: Session, lines: _Records, source: Source) -> tuple[Draw, ...]:
    """How the planned cases were drawn. Exports of older versions do not say it."""
    told = lines.head.get("draw", [])
    if told and tuple(line.get("case_id") for line in told) != session.plan.case_ids:
        raise source.refuse("The lines of the type “draw” are not those of the plan.", hint=DAMAGED)
    return tuple(_many(Draw, told, source))


def _by_role(record_type: type[T], kind: str, lines: _Records, source: Source) -> dict[SessionRole, T]:
    found = lines.head.get(kind, ())
    return {cast("SessionRole", line.get("role")): _record(record_type, line, source) for line in found}


def _specs(new: NewSession, lines: _Records, source: Source) -> dict[str, CheckSpec]:
    """The checks that results name by their hash. Exports of older versions lack those of other policies."""
    told = _many(CheckSpec, lines.head.get("check", ()), source)
    known = {
        spec.version: spec for spec in chain(told, new.policy.checks, *(case.checks for case in new.dataset.cases))
    }
    for result in chain.from_iterable(lines.results.values()):
        if result.check_hash not in known:
            tool, _, name = result.check_id.partition("/")
            spec = spec_of(tool, name)
            if spec.version != result.check_hash:
                message = f"The export does not say what the check “{result.check_id}” is."
                raise source.refuse(message, hint="Export the session again with this version.")
            known[spec.version] = spec
    return known


def _answers(source: Source, lines: _Records, specs: Mapping[str, CheckSpec]) -> Iterator[Answered]:
    for number, line in _lines(source):
        if line.get("type") == "response":
            # Chunks for replay are no part of an export, nor are answers that one was taken over from.
            bare = {**line, "chunks": None, "reused_from": None}
            response = _record(Response, bare, source, number)
            results = lines.results.get(response.id, [])
            yield response, results, [specs[result.check_hash] for result in results]


def _look_at(judgment: Judgment, found: _Records, source: Source, number: int) -> None:
    """See that a judgment is of this session and as it was."""
    judged = [one for one in (judgment.response_a, judgment.response_b) if one is not None]
    session = found.head.get("session", [{}])[0].get("id")
    if judgment.session_id != session or not found.responses.issuperset(judged):
        raise source.refuse("The judgment is about answers that the export does not hold.", number, DAMAGED)
    if seal_of(judgment.verdict, judgment.seal_nonce) != judgment.seal:
        raise source.refuse("The verdict does not fit its seal: one of the two was changed.", number, DAMAGED)
    found.judgments += 1
    found.judged_by.setdefault(judgment.judge_hash, number)


def _judges(lines: _Records, source: Source) -> tuple[Judge, ...]:
    """The versions of judges, each of which is what it says it is."""
    told = lines.head.get("judge", [])
    judges = tuple(_many(Judge, told, source))
    for line, judge in zip(told, judges, strict=True):
        if judge.version != line.get("version"):
            raise source.refuse(f"The judge “{judge.name}” was changed: it is of another version.", hint=DAMAGED)
    known = {judge.version for judge in judges}
    for version, number in lines.judged_by.items():
        if version not in known:
            raise source.refuse("The export does not say what judge gave this verdict.", number, DAMAGED)
    return judges


def _policies(lines: _Records, source: Source) -> tuple[Policy, ...]:
    """Those that gates were decided by beside that of the session."""
    told = lines.head.get("other_policy", [])
    policies = tuple(_many(Policy, told, source))
    for line, policy in zip(told, policies, strict=True):
        if policy.version != line.get("version"):
            raise source.refuse(f"The policy “{policy.name}” was changed: it is of another version.", hint=DAMAGED)
    return policies


def _judgments(source: Source) -> Iterator[Judgment]:
    for number, line in _lines(source):
        if line.get("type") == "judgment":
            yield _record(Judgment, line, source, number)


def _many(record_type: type[T], lines: Iterable[Mapping[str, object]], source: Source) -> Iterator[T]:
    return (_record(record_type, line, source) for line in lines)


def _record(record_type: type[T], line: Mapping[str, object], source: Source, number: int | None = None) -> T:
    names = set(cast("Any", record_type).__dataclass_fields__)
    fields = {name: value for name, value in line.items() if name in names or name not in ADDED}
    try:
        return cast("T", adapter(record_type).validate_python(fields))
    except ValueError as problem:
        first = cast("Any", problem).errors()[0]  # pydantic's, which is not loaded before it is needed
        place = ".".join(map(str, first["loc"]))
        message = f"A line of the type “{line.get('type')}” cannot be used: {place}: {first['msg']}."
        raise ImportFormatError(message, path=str(source.path), line=number) from None

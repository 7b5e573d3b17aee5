"""Takes results of other tools into the store: read once, put in one transaction, the same files once.

A file of many configs gives a run of each, and a session of each beside the first; with `names`, of the two alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import cast

from tiebreak.datasets.importing import Reject
from tiebreak.errors import UsageError
from tiebreak.gates.wording import plural
from tiebreak.imports import Tool, spec_of, tool_named, tool_of
from tiebreak.records import Dataset, DatasetCard, SessionRole, canonical_json, digest, stamp, utc_now
from tiebreak_store import ImportedRecords, ImportReject
from tiebreak_workbench.imports.begin import policy_for, stub_target, write_stub
from tiebreak_workbench.imports.committing import commit
from tiebreak_workbench.imports.kept import KeptAnswers
from tiebreak_workbench.imports.records import Progress
from tiebreak_workbench.imports.runs import Acts, Answers, Job, sessions_of
from tiebreak_workbench.imports.survey import Survey, pairs_of, survey
from tiebreak_workbench.shell import HERE, command
from tiebreak_workbench.workbench import Workbench

SHOWN = 10
"""Rows not taken that are told in words; the database has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReport:
    """What an import of another tool's results did; `words()` says it in sentences."""

    tool: str
    title: str
    files: tuple[str, ...]
    sessions: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Session → the configs that are A and B in it."""
    already: bool = False
    cases: int = 0
    answers: int = 0
    samples: int = 1
    checks: tuple[str, ...] = ()
    """What the tool's own checks and scores are called here; no gate counts them."""
    votes: int = 0
    verdicts: int = 0
    labels: int = 0
    placeholders: int = 0
    untold: tuple[str, ...] = ()
    """What the tool's files never say."""
    remarks: tuple[str, ...] = ()
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()

    def words(self, folder: Path = HERE) -> str:
        """For a person, with commands for the workspace of a folder."""
        name = " and ".join(self.files)
        first = next(iter(self.sessions))
        if self.already:
            known = ", ".join(self.sessions)
            return f"{name} was already imported, into session {known}. Nothing was changed."
        counts = (
            (self.answers, "answer"),
            (self.votes, "vote"),
            (self.verdicts, "verdict"),
            (self.labels, "label"),
        )
        taken = " and ".join(plural(count, noun) for count, noun in counts if count)
        lines = [f"{taken} on {plural(self.cases, 'case')} from {name} ({self.title})."]
        lines += [f"Session {session}: {a} against {b}." for session, (a, b) in self.sessions.items()]
        if self.checks:
            lines.append(f"Checks and scores of {self.tool}, kept apart from ours: {', '.join(self.checks)}.")
        if self.verdicts:
            lines.append("Verdicts of a judge are kept as labels; no win rate and no gate counts them.")
        if self.placeholders:
            lines.append(f"{plural(self.placeholders, 'answer')} did not come along; the checks leave them out.")
        if self.untold:
            lines.append(f"Not told by the files: {', '.join(self.untold)}.")
        lines += self.remarks
        if self.rejected:
            lines.append(f"{plural(self.rejected, 'row')} not taken:")
            rows = (f"row {one.line}: {one.reason}" if one.line else one.reason for one in self.rejects[:SHOWN])
            lines += [f"  {row}" for row in rows]
        if self.rejected > SHOWN:
            lines.append(f"  and {self.rejected - SHOWN} more; --json lists them.")
        triages, shows, compares = (command((name, first), folder) for name in ("triage", "show", "diff"))
        lines.append(f"`{triages}` lists what changed, `{shows}` shows the figures, `{compares}` compares the two.")
        return "\n".join(lines)


def tool_for(files: Sequence[Path], wanted: str | None) -> Tool | None:
    """The importer that is named, or that the files are surely for; None for plain rows.

    Raises:
        UsageError: for a name that is none.
        ImportFormatError: for a file that cannot be read.
    """
    return tool_named(wanted) if wanted is not None else tool_of(files)


def import_results(
    bench: Workbench,
    tool: Tool,
    files: Sequence[Path],
    *,
    dataset: str | None = None,
    policy: str | None = None,
    names: Mapping[SessionRole, str] | None = None,
    progress: Progress | None = None,
) -> ToolReport:
    """Import results of a tool. With `dataset` its cases are found by id or else by their input.

    Raises:
        ImportFormatError: for a file that cannot be read, or of which nothing can be taken.
        UsageError: for names that are none, and for a policy that does not fit.
        DatasetError, WorkspaceError: for a dataset or a policy that cannot be used.
        StoreError: where it cannot be recorded; nothing is, then.
    """
    tell = progress or _silent
    if len({path.resolve() for path in files}) < len(files):
        raise UsageError("A file is named twice.", hint="Name each file once.")
    named = bench.workspace.load_dataset(dataset) if dataset is not None else None
    with KeptAnswers() as kept:
        return _import(bench, survey(tool, files, named, kept, tell), named, policy, names or {}, tell)


def _import(
    bench: Workbench,
    found: Survey,
    named: Dataset | None,
    policy: str | None,
    names: Mapping[SessionRole, str],
    tell: Progress,
) -> ToolReport:
    """What was read, as records: sessions that are put, with their runs and answers."""
    tool = found.tool
    pairs = pairs_of(found, names)
    cases = _dataset(found)
    key = _key(found, named)
    labels = list(dict.fromkeys(chain.from_iterable(pairs)))
    samples = _samples(found, labels)
    batch = digest(canonical_json([key, [list(pair) for pair in pairs], samples]).encode("utf-8", "surrogatepass"))
    told = found.told
    earlier = bench.store.import_mapping(batch) if bench.recorded else None
    if earlier is not None:
        known = _sessions(earlier)
        return ToolReport(tool=tool.name, title=tool.title, files=told, sessions=known, already=True)
    chosen, remarks = policy_for(bench, policy, cases, [case.id for case in cases.cases])
    job = Job(
        found, cases, chosen, key, samples, bench.rater(), stub_target(bench, key), stamp(utc_now())
    )  # fmt: skip
    news = sessions_of(job, pairs)
    acts = Acts(job)
    for new, pair in zip(news, pairs, strict=True):
        acts.take(new, pair)
    remarks += _further(found, labels, samples)
    answers = Answers(job, labels, tell)
    store = bench.store
    write_stub(bench, key, told)
    records = ImportedRecords(
        session=news[0],
        further=tuple(news[1:]),
        raters=tuple(acts.raters.values()),
        answers=chain(answers, acts.placeholders.values()),
        presentations=tuple(acts.presentations),
        ballots=tuple(acts.ballots),
    )
    sessions = {new.session.id: pair for new, pair in zip(news, pairs, strict=True)}
    noted: dict[str, object] = {
        "tool": tool.name,
        "session": news[0].session.id,
        "sessions": [{"session": id_, "a": a, "b": b} for id_, (a, b) in sessions.items()],
        "files": list(told),
    }
    rejects = [ImportReject(line=r.line, reason=r.reason, raw=r.raw) for r in found.rejects]
    if not commit(store, batch, tool.name, noted, rejects, records):
        # Another process was faster.
        return ToolReport(tool=tool.name, title=tool.title, files=told, sessions=sessions, already=True)
    return ToolReport(
        tool=tool.name,
        title=tool.title,
        files=told,
        sessions=sessions,
        cases=len({case_id for new in news for case_id in new.session.plan.case_ids}),
        answers=answers.total,
        samples=samples,
        checks=tuple(sorted({spec_of(tool.name, name).id for label in labels for name in found.answering(label).said})),
        votes=acts.votes,
        verdicts=acts.verdicts,
        labels=acts.labels,
        placeholders=len(acts.placeholders),
        untold=answers.untold(),
        remarks=tuple(remarks),
        rejected=found.rejected,
        rejects=tuple(found.rejects),
    )


def _dataset(found: Survey) -> Dataset:
    if found.dataset is not None:
        return found.dataset
    files = " and ".join(path.name for path in found.files)
    card = DatasetCard(name=found.files[0].stem, description=f"Questions imported from {files}.")
    return Dataset(card=card, cases=tuple(found.cases.values()))


def _key(found: Survey, named: Dataset | None) -> str:
    """Names the answers by the files' bytes and the dataset they were looked up in."""
    into = named.version if named is not None else None
    parts = [found.tool.name, list(found.digests), into]
    return digest(canonical_json(parts).encode())


def _samples(found: Survey, labels: Sequence[str]) -> int:
    """Answers to a case that every config gave to every case that it answered: only so many can count."""
    counts = [count for label in labels for count in found.answering(label).counts.values()]
    return min(counts, default=1)


def _further(found: Survey, labels: Sequence[str], samples: int) -> list[str]:
    over = sum(max(0, count - samples) for label in labels for count in found.answering(label).counts.values())
    if not over:
        return []
    found.reject(0, f"{plural(over, 'further answer')}: not every case has as many, and only so many can count.")
    return [f"{plural(over, 'further answer')} to cases that were asked more often than others were left out."]


def _sessions(mapping: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """The sessions of an earlier import, as they were noted."""
    noted = cast("list[Mapping[str, str]]", mapping["sessions"])
    return {one["session"]: (one["a"], one["b"]) for one in noted}


def _silent(doing: str, done: int, total: int | None) -> None:
    """Tells nobody how far it is."""

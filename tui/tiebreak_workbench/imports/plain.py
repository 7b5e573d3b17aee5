"""Takes answers, votes and verdicts that came about elsewhere into the store: whole, once, and with what was refused.

Answers become a session of the kind `import`, with a run for each side. Votes become ballots of named raters, on
answers that are there or on placeholders. A judge's verdicts become labels of a rater `judge:NAME`: kept and exported,
but no votes: no win rate counts them, nor any gate that does not name the judge. What is known of a judge in full, with
state, order and repeat, becomes judgments, as if it had been asked here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.gates.wording import plural
from tiebreak.records import ROLES, Dataset, SessionRole, Vote, canonical_json, digest, stamp, utc_now
from tiebreak.records.canonical import plain
from tiebreak_store import ImportedRecords, ImportReject, NewSession, StoredSession
from tiebreak_workbench.imports.answers import Answers
from tiebreak_workbench.imports.begin import ImportOptions, begin, write_stub
from tiebreak_workbench.imports.committing import commit
from tiebreak_workbench.imports.desk import read_sheet
from tiebreak_workbench.imports.judgments import JudgmentDesk, judgment_desk
from tiebreak_workbench.imports.kept_rows import KeptRows
from tiebreak_workbench.imports.records import Desk, Progress
from tiebreak_workbench.imports.report import ImportReport
from tiebreak_workbench.imports.sheet import WHATS, Sheet
from tiebreak_workbench.starting.naming import told_apart
from tiebreak_workbench.workbench import Workbench

TOOL = "plain"


def import_file(
    bench: Workbench,
    *files: Path,
    what: str = "answers",
    dataset: str | None = None,
    session: str | None = None,
    policy: str | None = None,
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, Vote] | None = None,
    names: Mapping[SessionRole, str] | None = None,
    rater: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file, or one of answers for each side; `ImportOptions` explains the rest.

    The same answers, votes or verdicts go into the same place once, whatever the policy and the names of the sides.
    What cannot be taken is kept as a reject.

    Raises:
        ImportFormatError: for a file that cannot be read, or of which nothing can be taken.
        UsageError: for options that do not fit, and for cases that are not known.
        DatasetError, WorkspaceError: for a dataset or a policy that cannot be used.
        SessionInUseError: while another process works on the session to add to.
        StoreError: where it cannot be recorded; nothing is, then.
    """
    if what not in WHATS:
        raise UsageError(f"“{what}” cannot be imported.", hint=f"Known are {', '.join(WHATS)}.")
    options = ImportOptions(
        files=files,
        what=what,
        dataset=dataset,
        session=session,
        policy=policy,
        fields=fields or {},
        values=values or {},
        names=names or {},
        rater=rater,
    )
    with nullcontext() if session is None else bench.lease(session), KeptRows() as kept:
        return _import(bench, options, kept, progress or _silent)


def _import(bench: Workbench, options: ImportOptions, kept: KeptRows, progress: Progress) -> ImportReport:
    stored: StoredSession | None = None
    if options.session is not None:
        stored = bench.store.load_session(options.session, light=True)
    if stored is not None:
        _fits(stored, options)
    dataset = bench.workspace.load_dataset(options.dataset) if options.dataset is not None else None
    progress("Reading", 0, None)
    names: Mapping[SessionRole, str] = options.names
    if stored is not None:
        names = {role: config.name for role, config in stored.configs.items()}
    sheet = read_sheet(
        kept,
        options.files,
        options.what,
        fields=options.fields,
        values=options.values,
        names=names,
        both=stored is None,
        questions=stored is None and dataset is None,
    )
    key = _key(options, sheet, stored, dataset)
    earlier = bench.store.import_mapping(key) if bench.recorded else None
    if earlier is not None:
        return _already(options, str(earlier["session"]))
    new: NewSession | None = None
    remarks: Sequence[str] = ()
    if stored is not None:
        desk = Desk.of_stored(stored, stamp(utc_now()))
    else:
        new, remarks = begin(bench, options, sheet, dataset, key)
        desk = Desk(new.session, new.dataset, new.policy, new.session.created_at)
    said = judgment_desk(desk, sheet, options.rater, options.values)
    report = _fill(bench, desk, said, options, sheet, new, remarks)
    answers = Answers(desk, sheet, progress)
    progress("Saving", 0, None)
    store = bench.store  # before any file is written, since this is what a read-only folder fails at
    if new is not None:
        write_stub(bench, key, report.files)
    records = ImportedRecords(
        session=new,
        raters=tuple(desk.raters.values()),
        answers=answers,
        presentations=desk.presentations(),
        ballots=desk.ballots(),
        judges=tuple(said.judges.values()),
        judgments=said.judgments,
    )
    noted: dict[str, object] = {
        "session": report.session,
        "what": options.what,
        "files": list(report.files),
        "fields": dict(report.mapping),
    }
    rejects = [ImportReject(line=r.line, reason=r.reason, raw=r.raw) for r in report.rejects]
    if not commit(store, key, TOOL, noted, rejects, records):
        # Another process was faster.
        return _already(options, str((bench.store.import_mapping(key) or {}).get("session", "")))
    return replace(report, untold=answers.untold())


def _fill(
    bench: Workbench,
    desk: Desk,
    said: JudgmentDesk,
    options: ImportOptions,
    sheet: Sheet,
    new: NewSession | None,
    remarks: Sequence[str],
) -> ImportReport:
    """Lay what the sheet holds on the desk, and say what comes of it, but for what the answers tell.

    Raises:
        ImportFormatError: where nothing could be taken.
        UsageError: where there was nothing new.
    """
    answers = desk.take_answers(sheet)
    if new is not None:
        desk.stand_in(row.case for row in sheet.said)
    votes = desk.take_votes(sheet, options.rater)
    verdicts = desk.take_verdicts(sheet, options.rater)
    said.take(bench.store if bench.recorded else None)
    judgments = len(said.judgments)
    if judgments and all(one.status == "unparseable" for one in said.judgments):
        message = f"None of the {judgments} verdicts can be read; the first: {said.judgments[0].problem}"
        hint = "Say where they are with -f verdict=COLUMN, or what a word means with --value WORD=A."
        raise ImportFormatError(message, path=str(options.files[0]), hint=hint)
    remarks = [*remarks, *said.remarks]
    rejects = sheet.all_rejects()
    if not answers + votes + verdicts + judgments:
        if not rejects:
            raise UsageError(f"Session {desk.session.id} has all of this already.")
        message = f"Nothing in the file can be taken; the first reason: {rejects[0].reason}"
        raise ImportFormatError(message, path=str(options.files[0]), line=rejects[0].line or None)
    taken = {case_id for answers in sheet.answers.values() for case_id in answers}
    taken |= {case_id for _, case_id in desk.placeholders} | {one.case for one in desk.sayings}
    taken |= {judgment.case_id for judgment in said.judgments}
    half = sum(len(desk.lacks(case_id)) == 1 for case_id in taken)
    if half:
        remarks = [*remarks, f"{plural(half, 'case')} with an answer of one side only: open until the other is there."]
    return ImportReport(
        files=told_apart(options.files),
        what=options.what,
        session=desk.session.id,
        new_session=new is not None,
        title=desk.session.title,
        cases=len(taken),
        answers=answers,
        votes=votes,
        verdicts=verdicts,
        judgments=judgments,
        judges={judge.version: judge.name for judge in said.judges.values()},
        placeholders=len(desk.placeholders),
        raters=tuple(desk.raters),
        mapping=sheet.mapping,
        unused=sheet.unused,
        remarks=(*remarks, *sheet.remarks),
        rejects=rejects,
    )


# -- what is asked


def _fits(stored: StoredSession, options: ImportOptions) -> None:
    """
    Raises:
        UsageError: for options that a session which is there does not leave open.
    """
    for name, given in (("dataset", options.dataset), ("policy", options.policy)):
        if given is not None:
            raise UsageError(f"Session {stored.session.id} already has its {name}.", hint=f"Leave --{name} out.")
    if options.names:
        raise UsageError(f"Session {stored.session.id} already has its configs.", hint="Leave -a and -b out.")
    if options.what == "answers" and stored.session.kind != "import":
        message = f"Session {stored.session.id} asked its own answers; others cannot be added to it."
        raise UsageError(message, hint="Leave --session out: a new session is made of them.")


def _key(options: ImportOptions, sheet: Sheet, stored: StoredSession | None, dataset: Dataset | None) -> str:
    """Names an import by what is taken and where it goes: what was read, by whichever options, is the same once.

    What the sides are called, the policy and the layout of the file are not part of it.
    """
    rows = hashlib.sha256()
    for role in ROLES:
        answers = sorted(sheet.answers[role].items())
        known = sheet.kept.canonical(number for _, number in answers)
        for (case_id, _), row in zip(answers, known, strict=True):
            # As `_line` of the three would be.
            rows.update(b'{"case":%s,"role":"%s","row":%s}\n' % (_text(case_id), role.encode(), row))
    for row in sheet.said:
        rows.update(_line({"row": plain(replace(row, line=0))}))
    for _, version in sorted(sheet.asked.case_versions.items() if sheet.asked is not None else ()):
        rows.update(_line({"question": version}))
    told_by_file = all(vote.rater for vote in sheet.votes) and all(
        row.judge for row in (*sheet.verdicts, *sheet.judgments)
    )
    return digest(
        _line(
            {
                "what": options.what,
                "into": stored.session.id if stored is not None else dataset.version if dataset is not None else None,
                "rows": rows.hexdigest(),
                "rater": None if told_by_file else options.rater,
            }
        )
    )


def _line(value: Mapping[str, object]) -> bytes:
    return _text(value) + b"\n"


def _text(value: object) -> bytes:
    return canonical_json(value).encode("utf-8", "surrogatepass")


def _already(options: ImportOptions, session: str) -> ImportReport:
    files = told_apart(options.files)
    remarks: tuple[str, ...] = ()
    if options.names or options.policy is not None:
        remarks = ("That session keeps its policy and the names of its sides.",)
    return ImportReport(files=files, what=options.what, session=session, already=True, remarks=remarks)


def _silent(doing: str, done: int, total: int | None) -> None:
    """Tells nobody how far it is."""

"""A judge held against people, from the rows of sessions: one record of what its verdicts are worth."""

from collections.abc import Iterator, Mapping, Sequence

from tiebreak.calibration.models import families_of, floats
from tiebreak.errors import UsageError
from tiebreak.gates.wording import plural
from tiebreak.judge import JudgeSummary, summarise
from tiebreak.records import ROLES, Config, ModelTarget, SessionRole
from tiebreak.records.judges import Judge
from tiebreak.records.policies import SIDES
from tiebreak.scoreboard.served_words import model_words
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.sealed import refuse_sealed
from tiebreak_workbench.judges.calibration_lines import Round, Seen, lines_of
from tiebreak_workbench.judges.calibration_record import JudgeCalibration
from tiebreak_workbench.judges.claims import claims_of_session
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.judges.served import served_as, served_by_judges
from tiebreak_workbench.judges.standing import CALIBRATED_KINDS, board_of_judges, judges_in
from tiebreak_workbench.shell import command
from tiebreak_workbench.workbench import Workbench


def calibrate(
    bench: Workbench, name: str, sessions: Sequence[str] = ("last",), *, labels: int | None = None
) -> JudgeCalibration:
    """What the verdicts of a judge are worth in some sessions, taken together, from their rows alone.

    The version that judged one of them last counts. With `labels` means are of the first so many labels of the plan,
    a number that is to be fixed before any is looked at.

    Raises:
        UsageError: for a session that is not there or still sealed, a judge that judged none of them, and one of a kind
            that people's votes and scores say nothing of.
        StoreError: where the database cannot be read.
    """
    ids = list(dict.fromkeys(bench.store.session_id(session) for session in sessions))
    refuse_sealed(bench, *ids)
    judge, versions = version_in_force(bench, name, ids)
    seen = [_seen(bench, session_id, name, judge) for session_id in ids]
    if judge is None and not any(one.book.heard(name) for one in seen):
        raise unheard(bench, name, ids)
    if judge is not None and judge.kind not in CALIBRATED_KINDS:
        raise UsageError(
            f"The judge “{name}” is of the kind {judge.kind}, and people give no such verdict here.",
            hint="Judges of pairs are held against votes, those of a rubric against scores of the same dimension.",
        )
    summary = _summary(bench, judge, ids, seen)
    families = _families(judge, summary)
    return JudgeCalibration(
        judge=name,
        version=judge.version if judge is not None else None,
        kind=judge.kind if judge is not None else "imported",
        model=judge.model_label if judge is not None else None,
        sessions=tuple(ids),
        versions=versions,
        lines=tuple(lines_of(name, judge, seen, families, _rounds(bench, judge, ids), labels)),
        served=summary.served_models if summary is not None else (),
        spread=summary.spread if summary is not None and summary.spread.repeated else None,
        warnings=(*_warnings(name, judge, versions, seen, summary, families), *_changes(bench, judge, seen)),
        sealed=sum(len(one.sealed) for one in seen),
    )


def calibrations(bench: Workbench, stored: StoredSession) -> list[JudgeCalibration | str]:
    """Of every judge of a session, by name; a sentence for one that cannot be held against people, and one for what a
    judge of faithfulness found in the answers of both sides."""
    found: list[JudgeCalibration | str] = []
    for name in judges_in(bench, stored):
        held = held_or_why(bench, name, stored.session.id)
        if isinstance(held, UsageError):
            changes = (told for one in served_by_judges(bench, stored) if one.name == name for told in one.sentences())
            held = " ".join((str(held), *changes))
        found.append(held)
    return [*found, *(one.words for one in claims_of_session(bench, stored))]


def held_or_why(bench: Workbench, name: str, session_id: str) -> JudgeCalibration | UsageError:
    """A judge held against people in one session, or why it cannot be.

    Raises:
        StoreError: where the database cannot be read.
    """
    try:
        return calibrate(bench, name, (session_id,))
    except UsageError as problem:
        return problem


def version_in_force(bench: Workbench, name: str, ids: Sequence[str]) -> tuple[Judge | None, int]:
    """The version that judged one of these sessions last, and how many did."""
    found = dict.fromkeys(version for version, session in bench.store.judge_sessions(name) if session in ids)
    return (bench.store.judge(next(reversed(found))), len(found)) if found else (None, 0)


def unheard(bench: Workbench, name: str, ids: Sequence[str]) -> UsageError:
    """What to say where a judge said nothing in some sessions."""
    known: dict[str, None] = {}
    for session_id in ids:
        known.update(dict.fromkeys(judges_in(bench, bench.store.load_session(session_id, facts=False))))
    asks = command(("judge", ids[0], "--judge", name), bench.workspace.folder)
    others = f"These did: {', '.join(known)}." if known else f"`{asks}` asks it."
    return UsageError(f"No judge “{name}” has judged {plural(len(ids), 'such session')}.", hint=others)


def _seen(bench: Workbench, session_id: str, name: str, judge: Judge | None) -> Seen:
    stored = bench.store.load_session(session_id, facts=False)
    board = board_of_judges(bench, stored, (name,), judge)
    assert board.judges is not None
    lengths = {r.id: len(r.text) for r in bench.store.iter_responses(session_id, light=False)}
    served = _served(bench, stored)
    sealed: frozenset[str] = frozenset()
    if judge is not None:
        seals = Seals.of(bench, stored)
        said = {one.case_id for one in bench.store.iter_judgments(session_id, judge.version, light=True)}
        sealed = frozenset(case_id for case_id in said if seals.hides(case_id, judge.version))
    return Seen(stored=stored, book=board.judges, lengths=lengths, served=served, sealed=sealed)


def _served(bench: Workbench, stored: StoredSession) -> Mapping[SessionRole, frozenset[str]]:
    runs: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    found: dict[SessionRole, set[str]] = {role: set() for role in ROLES}
    for run_id, model, _ in bench.store.first_served(tuple(runs)):
        found[runs[run_id]].add(model)
    return {role: frozenset(models) for role, models in found.items()}


def _summary(bench: Workbench, judge: Judge | None, ids: Sequence[str], seen: Sequence[Seen]) -> JudgeSummary | None:
    if judge is None:
        return None
    sealed = {session: one.sealed for session, one in zip(ids, seen, strict=True)}
    said = [
        judgment
        for session in ids
        for judgment in bench.store.iter_judgments(session, judge.version, light=True)
        if judgment.case_id not in sealed[session]
    ]
    sides: dict[str, SessionRole] = {}
    for one in seen:
        runs: dict[str, SessionRole] = {run_id: role for role, run_id in one.stored.session.runs.items()}
        responses = bench.store.iter_responses(one.stored.session.id)
        sides |= {response.id: runs[response.run_id] for response in responses}
    return summarise(said, sides)


def _rounds(bench: Workbench, judge: Judge | None, ids: Sequence[str]) -> dict[int, Round]:
    found: dict[int, tuple[dict[str, None], dict[str, None]]] = {}
    for session in ids if judge is not None else ():
        for one in bench.store.iter_judgments(session, judge.version if judge else "", light=True):
            models, fingerprints = found.setdefault(one.repeat, ({}, {}))
            if one.served_model is not None:
                models[one.served_model] = None
            if one.system_fingerprint is not None:
                fingerprints[one.system_fingerprint] = None
    return {number: Round(tuple(models), tuple(prints)) for number, (models, prints) in found.items()}


def _families(judge: Judge | None, summary: JudgeSummary | None) -> frozenset[str]:
    if judge is None:
        return frozenset()
    own = judge.target.model if isinstance(judge.target, ModelTarget) else None
    return families_of((own, *(summary.served_models if summary is not None else ())))


def _changes(bench: Workbench, judge: Judge | None, seen: Sequence[Seen]) -> Iterator[str]:
    """What changed behind a judge in the course of each session."""
    for one in seen if judge is not None else ():
        place = f"Session {one.stored.session.id}: " if len(seen) > 1 else "Judge: "
        served = served_as(bench, one.stored, judge.version if judge is not None else "")
        yield from (f"{place}{told}." for told in model_words(served, "judgment"))


def _warnings(
    name: str,
    judge: Judge | None,
    versions: int,
    seen: Sequence[Seen],
    summary: JudgeSummary | None,
    families: frozenset[str],
) -> Iterator[str]:
    if versions > 1:
        yield f"{versions} versions of “{name}” judged here; the one that judged last counts, the others are left out."
    target = judge.target if judge is not None else None
    if isinstance(target, ModelTarget) and target.base_url is None and floats(target.model):
        yield (
            f"{target.model} is a floating name: what its provider serves under it may change from day to day, and "
            "this calibration with it. Name a dated version, or calibrate again with --redo."
        )
    if summary is not None and len(seen) > 1 and len(summary.served_models) > 1:
        yield f"Several models answered as this judge: {', '.join(summary.served_models)}."
    for one in seen:
        for role, own in one.families().items():
            shared = sorted(own & families)
            if shared:
                config: Config = one.stored.configs[role]
                yield (
                    f"Judge and {SIDES[role]} ({config.name}) are both of the family {', '.join(shared)}: "
                    "a judge tends to prefer its own."
                )

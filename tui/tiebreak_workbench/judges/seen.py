"""What the rater of this machine has seen of judges' verdicts, written down before it is shown."""

from collections.abc import Collection, Iterable, Mapping

from tiebreak.records import Event, stamp, utc_now
from tiebreak.records.judges import Judgment
from tiebreak_workbench.judges.seals import CaseVersion, Seals, hidden_verdicts
from tiebreak_workbench.workbench import Workbench


def note_shown(bench: Workbench, seals: Mapping[str, Seals], judgments: Collection[Judgment], *, at: str) -> None:
    """Write down that the rater is shown these judgments of some sessions. In a session that is done it makes no
    difference any more, and nothing is written.

    Raises:
        StoreError: where that cannot be recorded; nothing is to be shown then.
    """
    for session_id, own in seals.items():
        if own.counts:
            shown = dict.fromkeys((one.case_id, one.judge_hash) for one in judgments if one.session_id == session_id)
            _note(bench, own, [one for one in shown if one not in own.seen], at)


def unseal(bench: Workbench, seals: Seals, *, at: str, cases: Collection[str] | None = None) -> frozenset[CaseVersion]:
    """Write down that the rater may know what judges say of the cases that are sealed, or of some of them: what they
    give for these from then on is kept apart. Returns what was sealed until now.

    Raises:
        StoreError: where that cannot be recorded; nothing is to be handed out then.
    """
    broken = {one for one in hidden_verdicts(bench, seals) if cases is None or one[0] in cases}
    _note(bench, seals, broken, at)
    return frozenset(broken)


def _note(bench: Workbench, seals: Seals, seen: Iterable[CaseVersion], at: str) -> None:
    rater, both = bench.rater().id, sorted(set(seen))
    noted = [
        Event(
            id=bench.new_id(),
            session_id=seals.session_id,
            kind="verdict_seen",
            at=stamp(utc_now()),
            detail={"rater": rater, "case": case_id, "judge": version, "seal": "", "at": at},
        )
        for case_id, version in both
    ]
    for saving in [bench.store.record_event(event) for event in noted]:
        saving.result()
    seals.seen |= set(both)

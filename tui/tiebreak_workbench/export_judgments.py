"""What judges said, handed out: a row a verdict, as JSONL or CSV, of which `tiebreak import` makes judgments again.

A verdict that is sealed stays so: see `Seals`.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiebreak.gates.wording import plural
from tiebreak.records import Event, SessionRole, stamp, utc_now
from tiebreak.records.canonical import plain
from tiebreak.records.judges import Judge, Judgment
from tiebreak.records.policies import SIDES
from tiebreak_store import StoredSession
from tiebreak_workbench.exporting import STEP, Progress, guarded, opened
from tiebreak_workbench.headless import board_of
from tiebreak_workbench.workbench import Workbench

COLUMNS = (
    "case", "judge", "version", "kind", "side", "dimension", "order", "repeat", "state", "verdict", "reasons",
    "problem", "model", "served_model", "cost", "cost_source", "prompt_tokens", "completion_tokens", "usage_source",
    "seconds", "at", "seal", "nonce", "fingerprint", "replies", "claims", "definition",
)  # fmt: skip
"""Of a row. `side` is empty for a pair; `definition` is the judge whole, in the first row of each version."""


@dataclass(slots=True)
class Seals:
    """Which verdicts of a session are not handed out: those on cases that nobody has rated to the end yet, where the
    session is blind and not done, or the judge goes along with it. Whoever reads one before voting votes another way.
    """

    cases: frozenset[str]
    """That are open."""
    versions: frozenset[str] | None
    """Of the judges whose verdicts are sealed; None is all of them."""
    unsealed: bool
    """They are handed out all the same."""
    found: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Case → version → the sealed verdicts that were come by."""

    @classmethod
    def of(cls, bench: Workbench, stored: StoredSession, *, unsealed: bool = False) -> "Seals":
        """Reads the facts of the session. `stored` may be without them."""
        events = [one for one in bench.store.iter_acts(stored.session.id) if isinstance(one, Event)]
        beside = {str(event.detail["judge"]) for event in events if event.kind == "judge" and event.detail.get("judge")}
        form = stored.policy.form
        asks = form.vote != "off" or bool(form.dimensions)
        if not asks or not (stored.session.blind or beside):
            return cls(frozenset(), frozenset(), unsealed)
        board = board_of(bench, stored)
        open_ = board.snapshot().open > 0
        states = {case_id: board.case(case_id) for case_id in stored.session.plan.case_ids}
        cases = frozenset(c for c, state in states.items() if not (state.complete or state.skipped or state.automatic))
        mine = bench.rater().id
        seen = any(event.kind == "reveal" and event.detail.get("rater") == mine for event in events)
        everything = stored.session.blind and not seen
        return cls(cases if open_ else frozenset(), None if everything else frozenset(beside), unsealed)

    def told(self, judgment: Judgment) -> bool:
        """Whether a judgment may be handed out; notes those that are sealed."""
        if judgment.case_id not in self.cases or not (self.versions is None or judgment.judge_hash in self.versions):
            return True
        of_case = self.found.setdefault(judgment.case_id, {})
        of_case[judgment.judge_hash] = of_case.get(judgment.judge_hash, 0) + 1
        return self.unsealed

    def break_them(self, bench: Workbench, session_id: str) -> None:
        """Write down that the rater of this machine may know what a judge says of each case that is open, before it is
        handed out: what they give for it from then on is kept apart.

        Raises:
            StoreError: where that cannot be recorded; nothing is to be handed out then.
        """
        if not self.unsealed or not self.cases:
            return
        for version in bench.store.judges_of(session_id):
            for judgment in bench.store.iter_judgments(session_id, version, light=True):
                self.told(judgment)
        noted = [
            Event(
                id=bench.new_id(),
                session_id=session_id,
                kind="verdict_seen",
                at=stamp(utc_now()),
                detail={"rater": bench.rater().id, "case": case_id, "judge": version, "seal": "", "at": "export"},
            )
            for case_id, versions in self.found.items()
            for version in versions
        ]
        self.found.clear()
        for saving in [bench.store.record_event(event) for event in noted]:
            saving.result()

    def notes(self) -> tuple[str, ...]:
        """What to say of the sealed verdicts that were come by."""
        count = sum(sum(versions.values()) for versions in self.found.values())
        if not count:
            return ()
        verdicts, cases = plural(count, "verdict"), plural(len(self.found), "case")
        if self.unsealed:
            return (
                f"{verdicts} on {cases} that nobody has rated yet are among it, and that is on record: what you give "
                "for these cases from now on counts in no win rate and no gate.",
            )
        return (
            f"{verdicts} on {cases} stay sealed until the cases are rated. --unsealed hands them out all the same: "
            "then your votes on these cases count in no win rate and no gate.",
        )


def export_judgments(
    bench: Workbench,
    session_id: str,
    to: Path | None,
    seals: Seals,
    progress: Progress | None = None,
    *,
    as_csv: bool = False,
    replace: bool = False,
) -> int:
    """Write a row for each judgment that is not sealed, version by version, as recorded; returns their number.

    Raises:
        UsageError: where the file is there already, or cannot be written.
    """
    stored = bench.store.load_session(session_id, facts=False)
    with opened(to, replace=replace) as out:
        table = csv.writer(out)
        if as_csv:
            table.writerow(COLUMNS)
        count = 0
        for row in _rows(bench, stored, seals.told):
            if as_csv:
                table.writerow([_cell(value) for value in row.values()])
            else:
                out.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
            if progress is not None and not count % STEP:
                progress("Writing verdicts", count, None)
    return count


def _rows(bench: Workbench, stored: StoredSession, told: Callable[[Judgment], bool]) -> Iterator[dict[str, object]]:
    runs: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    sides = {response.id: SIDES[runs[response.run_id]] for response in bench.store.iter_responses(stored.session.id)}
    for version in bench.store.judges_of(stored.session.id):
        judge: Judge | None = bench.store.judge(version)
        name = bench.store.judge(version).name
        for judgment in filter(told, bench.store.iter_judgments(stored.session.id, version)):
            yield _row(judgment, name, sides, judge)
            judge = None


def _row(judgment: Judgment, name: str, sides: Mapping[str, str], judge: Judge | None) -> dict[str, object]:
    values = (
        judgment.case_id,
        name,
        judgment.judge_hash,
        judgment.kind,
        sides.get(judgment.response_a) if judgment.response_b is None else None,
        judgment.dimension,
        judgment.order,
        judgment.repeat,
        judgment.status,
        judgment.verdict,
        judgment.reasons,
        judgment.problem,
        judgment.requested_model,
        judgment.served_model,
        judgment.cost.usd,
        judgment.cost.source,
        judgment.usage.prompt_tokens,
        judgment.usage.completion_tokens,
        judgment.usage.source,
        judgment.seconds,
        judgment.at,
        judgment.seal,
        judgment.seal_nonce,
        judgment.prompt_fingerprint,
        list(judgment.replies),
        plain(judgment.claims),
        plain(judge) if judge is not None else None,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cell(value: object) -> object:
    """Numbers as they are, lists and mappings as JSON; text that no spreadsheet executes."""
    if value is None or value == []:
        return ""
    if isinstance(value, int | float):
        return value
    return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=True))

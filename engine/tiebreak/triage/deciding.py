"""Which decisions are in force, and what undoing takes back."""

from collections.abc import Iterable, Mapping, Sequence

from tiebreak.records.triage import FIELDS, DecisionField, TriageDecision
from tiebreak.triage.rows import Decided

Slot = tuple[str, DecisionField]
"""A case and a field of it."""


class Standing:
    """Decisions about one pair of runs, folded one after the other in the order of recording."""

    def __init__(self, decisions: Iterable[TriageDecision] = ()) -> None:
        self._set: dict[Slot, list[TriageDecision]] = {}
        self._undone: set[str] = set()
        self._order: list[TriageDecision] = []
        for decision in decisions:
            self.add(decision)

    def add(self, decision: TriageDecision) -> None:
        if decision.act == "undo":
            if decision.supersedes is not None:
                self._undone.add(decision.supersedes)
        else:
            self._order.append(decision)
            self._set.setdefault((decision.case_id, decision.field), []).append(decision)

    def in_force(self, case_id: str, field: DecisionField) -> TriageDecision | None:
        """The newest decision about a field of a case that was not taken back."""
        given = self._set.get((case_id, field), ())
        return next((decision for decision in reversed(given) if decision.id not in self._undone), None)

    def decided(self, case_id: str) -> Decided:
        found = {field: self.in_force(case_id, field) for field in FIELDS}
        value = {field: None if decision is None else decision.value for field, decision in found.items()}
        return Decided(value["status"] or "open", value["cause"], value["assignee"], value["note"])

    def cases(self) -> Mapping[str, Decided]:
        """What is in force of every case that anything was ever decided about."""
        return {case_id: self.decided(case_id) for case_id in dict.fromkeys(case_id for case_id, _ in self._set)}

    def last_batch(self, rater_id: str) -> Sequence[TriageDecision]:
        """What this person decided last and has not taken back: what an undo would take back now."""
        standing = (d for d in reversed(self._order) if d.rater_id == rater_id and d.id not in self._undone)
        last = next(standing, None)
        if last is None:
            return ()
        return [d for d in self._order if d.batch == last.batch and d.id not in self._undone]

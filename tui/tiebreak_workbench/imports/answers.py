"""The answers of plain rows as responses, with what the checks say of them, made while they are put."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tiebreak.checks import Checker
from tiebreak.datasets.import_rows import AnswerRow
from tiebreak.imports.frame import BLANK
from tiebreak.records import Context, Cost, Response, SessionRole, Timings, Usage
from tiebreak_store.imports import Answered
from tiebreak_workbench.imports.records import Desk, Progress
from tiebreak_workbench.imports.sheet import Sheet

STEP = 500
"""Answers between two calls that tell how far it is."""
UNTOLD: Mapping[str, str] = {
    "model": "model",
    "ttft": "time to first token",
    "latency": "latency",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "completion tokens",
    "cost": "cost",
}
"""Fields of an answer that may be missing."""


class Answers:
    """What a desk has taken of a sheet; counts what the answers do not tell."""

    def __init__(self, desk: Desk, sheet: Sheet, progress: Progress) -> None:
        self._desk = desk
        self._sheet = sheet
        self._progress = progress
        self._checker = Checker(desk.policy)
        self._told: Counter[str] = Counter()
        self._taken = 0

    def __iter__(self) -> Iterator[Answered]:
        """Each answer with what the checks say of it, then those that stand in for one.

        Raises:
            WorkspaceError: where the rows cannot be read again.
        """
        total = sum(map(len, self._sheet.answers.values()))
        for role, answers in self._sheet.answers.items():
            for case_id, row in zip(answers, self._sheet.kept.rows(answers.values()), strict=True):
                for name in UNTOLD:
                    if getattr(row, name) is not None:
                        self._told[name] += 1
                self._taken += 1
                yield self._checked(self._response(role, case_id, row))
                if not self._taken % STEP:
                    self._progress("Saving answers", self._taken, total)
        for role, case_id in self._desk.placeholders:
            yield self._checked(replace(BLANK, status="imported", **self._place(role, case_id)))

    def untold(self) -> tuple[str, ...]:
        """What not every answer says: `cost`, or `cost (3 of 12 do)` where some do."""
        return tuple(
            f"{words} ({self._told[name]} of {self._taken} do)" if self._told[name] else words
            for name, words in UNTOLD.items()
            if self._told[name] < self._taken
        )

    def _checked(self, response: Response) -> Answered:
        case = self._desk.dataset.by_id[response.case_id]
        return response, self._checker.results(case, response), self._checker.specs(case)

    def _place(self, role: SessionRole, case_id: str) -> Mapping[str, Any]:
        """What a response says of where it belongs."""
        desk = self._desk
        return {
            "id": desk.counting[role][case_id],
            "run_id": desk.session.runs[role],
            "case_id": case_id,
            "case_hash": desk.dataset.case_versions[case_id],
            "started_at": desk.at,
            "attempt": desk.attempts.get((role, case_id), 0) + 1,
        }

    def _response(self, role: SessionRole, case_id: str, row: AnswerRow) -> Response:
        """An answer without text is a failed one, as it is when it comes live."""
        tokens = row.prompt_tokens is not None or row.completion_tokens is not None
        return Response(
            **self._place(role, case_id),
            fingerprint=BLANK.fingerprint,
            status="ok" if row.text else "empty",
            fault=None if row.text else "target",
            text=row.text,
            timings=Timings(ttft=row.ttft, total=row.latency),
            usage=Usage(
                prompt_tokens=row.prompt_tokens,
                completion_tokens=row.completion_tokens,
                source="recorded" if tokens else "unknown",
            ),
            cost=BLANK.cost if row.cost is None else Cost(usd=row.cost, source="recorded"),
            served_model=row.model,
            system_fingerprint=row.system_fingerprint,
            contexts=_contexts(row),
        )


def _contexts(row: AnswerRow) -> tuple[Context, ...]:
    """The passages of an answer; their ids may stand in a column of their own."""
    if not row.retrieved or not row.contexts:
        return row.contexts or row.retrieved
    if len(row.retrieved) != len(row.contexts):
        return row.retrieved
    return tuple(
        replace(passage, id=named.id, text=passage.text or named.text)
        for passage, named in zip(row.contexts, row.retrieved, strict=True)
    )

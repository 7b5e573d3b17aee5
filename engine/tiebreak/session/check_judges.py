"""Judges that checks ask about single answers, by the same frames and the same strict reader as everywhere."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from tiebreak.checks import CheckUnavailable
from tiebreak.checks.outside import Judged
from tiebreak.errors import TiebreakError
from tiebreak.judge import Ask, Asker
from tiebreak.judge.asking import enforces_schema
from tiebreak.records import Case, Response
from tiebreak.records.judges import Judge, JudgeDimension, Judgment
from tiebreak.session.judge_till import JudgeTill, stamp_of
from tiebreak.targets.base import AnswerTarget

LONGEST_REPLY = 2000
"""Characters of a reply that a check keeps."""
LONGEST_REASONS = 500
CRITERION = "criterion"
Load = Callable[[str, str | None], tuple[Judge, AnswerTarget]]


class OpenJudge(NamedTuple):
    judge: Judge
    target: AnswerTarget
    schema: bool


class CheckJudges:
    """Opens each judge once. Belongs to one event loop; close it."""

    def __init__(self, load: Load, till: JudgeTill | None = None) -> None:
        """`load` gives a judge by its name and, where one is set down, its version, with what it is asked through; it
        may read files, and raises `TiebreakError`. `till` counts what is spent, and says when that is enough."""
        self._load = load
        self._till = till or JudgeTill()
        self._opened: dict[tuple[str, str | None], asyncio.Task[OpenJudge]] = {}

    async def ask(
        self,
        name: str,
        criteria: str,
        case: Case,
        response: Response,
        *,
        scored: bool,
        seconds: float,
        version: str | None = None,
    ) -> Judged:
        """
        Raises:
            CheckUnavailable: where there is no verdict: no such judge, one of another kind, no reply, none to be read.
        """
        try:
            judge, target, schema = await self._open(name, version)
        except TiebreakError as problem:
            raise CheckUnavailable(problem.message) from None
        wanted = "rubric" if scored else "safety"
        if judge.kind != wanted:
            raise CheckUnavailable(f"the judge “{name}” is of the kind {judge.kind}; this check takes one of {wanted}")
        if (spent := self._till.why_not(judge)) is not None:
            raise CheckUnavailable(spent)
        dimension = JudgeDimension(name=CRITERION, description=criteria) if scored else None
        own = replace(judge, criteria=criteria, dimensions=(dimension,) if dimension is not None else ())
        ask = Ask(case=case, responses=(response.id,), role=None, order="single", repeat=0, dimension=dimension)
        try:
            asker = Asker(own, target, new_id=lambda: secrets.token_hex(8), schema=schema)
            async with asyncio.timeout(seconds):
                judgment = await asker.ask(ask, (response,), "")
        except TimeoutError:
            raise CheckUnavailable(f"the judge “{name}” did not answer within {seconds:g} s") from None
        except TiebreakError as problem:
            raise CheckUnavailable(problem.message) from None
        self._till.pay(judge, judgment)
        stamp, about = _about(judge, own, judgment)
        if judgment.status != "valid" or judgment.verdict is None:
            what = "gave no verdict that can be read" if judgment.status == "unparseable" else "gave no reply"
            raise CheckUnavailable(f"the judge “{name}” {what} {stamp}: {judgment.problem} {about}".strip())
        return Judged(str(judgment.verdict), (judge.scale.low, judge.scale.high), f"{stamp}: {about}")

    async def close(self) -> None:
        opened, self._opened = self._opened, {}
        for task in opened.values():
            if not task.done():
                task.cancel()
            elif not task.cancelled() and task.exception() is None:
                await task.result().target.close()

    async def _open(self, name: str, version: str | None) -> OpenJudge:
        key = (name, version)
        task = self._opened.get(key)
        if task is None:
            task = self._opened[key] = asyncio.ensure_future(asyncio.to_thread(self._read, name, version))
        return await asyncio.shield(task)

    def _read(self, name: str, version: str | None) -> OpenJudge:
        judge, target = self._load(name, version)
        return OpenJudge(judge, target, enforces_schema(judge))


def _about(judge: Judge, own: Judge, judgment: Judgment) -> tuple[str, str]:
    """Cost and judge; reasons and reply. `own` is the judge with the criteria of the check."""
    model = judgment.served_model or judgment.requested_model or own.model_label
    reply = "\n".join(judgment.replies)
    cut = f"{reply[:LONGEST_REPLY]}…" if len(reply) > LONGEST_REPLY else reply
    return stamp_of(judge, judgment, model), f"{judgment.reasons[:LONGEST_REASONS]} {cut}".strip()

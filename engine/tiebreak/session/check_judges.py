"""Judges that checks ask about single answers, by the same frames and the same strict reader as everywhere."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from tiebreak.checks import CheckUnavailable
from tiebreak.checks.outside import Judged
from tiebreak.errors import TiebreakError
from tiebreak.gates.wording import money
from tiebreak.judge import Ask, Asker
from tiebreak.judge.asking import enforces_schema
from tiebreak.records import Case, Response
from tiebreak.records.judges import Judge, JudgeDimension, Judgment
from tiebreak.targets.base import AnswerTarget

LONGEST_REPLY = 2000
"""Characters of a reply that a check keeps."""
LONGEST_REASONS = 500
LONGEST_NAME = 100
CRITERION = "criterion"


class OpenJudge(NamedTuple):
    judge: Judge
    target: AnswerTarget
    schema: bool


class CheckJudges:
    """Opens each judge once. Belongs to one event loop; close it."""

    def __init__(self, load: Callable[[str], tuple[Judge, AnswerTarget]]) -> None:
        """`load` gives a judge by its name, with what it is asked through; it may read files, and raises
        `TiebreakError`."""
        self._load = load
        self._opened: dict[str, asyncio.Task[OpenJudge]] = {}

    async def ask(
        self, name: str, criteria: str, case: Case, response: Response, *, scored: bool, seconds: float
    ) -> Judged:
        """
        Raises:
            CheckUnavailable: where there is no verdict: no such judge, one of another kind, no reply, none to be read.
        """
        try:
            judge, target, schema = await self._open(name)
        except TiebreakError as problem:
            raise CheckUnavailable(problem.message) from None
        wanted = "rubric" if scored else "safety"
        if judge.kind != wanted:
            raise CheckUnavailable(f"the judge “{name}” is of the kind {judge.kind}; this check takes one of {wanted}")
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
        about = _about(own, judgment)
        if judgment.status != "valid" or judgment.verdict is None:
            what = "gave no verdict that can be read" if judgment.status == "unparseable" else "gave no reply"
            raise CheckUnavailable(f"the judge “{name}” {what}: {judgment.problem} {about}")
        return Judged(str(judgment.verdict), (judge.scale.low, judge.scale.high), about)

    async def close(self) -> None:
        opened, self._opened = self._opened, {}
        for task in opened.values():
            if not task.done():
                task.cancel()
            elif not task.cancelled() and task.exception() is None:
                await task.result().target.close()

    async def _open(self, name: str) -> OpenJudge:
        task = self._opened.get(name)
        if task is None:
            task = self._opened[name] = asyncio.ensure_future(asyncio.to_thread(self._read, name))
        return await asyncio.shield(task)

    def _read(self, name: str) -> OpenJudge:
        judge, target = self._load(name)
        return OpenJudge(judge, target, enforces_schema(judge))


def _about(judge: Judge, judgment: Judgment) -> str:
    """Reasons, judge, cost and reply."""
    cost = money(judgment.cost.usd) if judgment.cost.usd is not None else "cost unknown"
    model = judgment.served_model or judgment.requested_model or judge.model_label
    model = model[:LONGEST_NAME]
    reply = "\n".join(judgment.replies)
    cut = f"{reply[:LONGEST_REPLY]}…" if len(reply) > LONGEST_REPLY else reply
    return f"{judgment.reasons[:LONGEST_REASONS]} [{judge.name} {judge.version[:12]}, {model}, {cost}] {cut}".strip()

"""Judges that checks ask about single answers, by the same frames and the same strict reader as everywhere."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import NamedTuple

from tiebreak.checks import CheckUnavailable
from tiebreak.checks.outside import Judged
from tiebreak.errors import TiebreakError
from tiebreak.judge import Ask, Asker, Shared
from tiebreak.judge.asking import enforces_schema
from tiebreak.judge.sharing import Find
from tiebreak.records import AppTarget, Case, Response
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What judges said to checks before. Errors are never kept."""

    find: Find | None
    """None where nothing of before is wanted."""
    keep: Callable[[Judgment], "Future[None]"]
    """Resolves when it is safe, or fails with a `StoreError`."""


class CheckJudges:
    """Opens each judge once. Belongs to one event loop; close it."""

    def __init__(self, load: Load, till: JudgeTill | None = None, memory: Memory | None = None) -> None:
        """`load` gives a judge by its name and, where one is set down, its version, with what it is asked through; it
        may read files, and raises `TiebreakError`. `till` counts what is spent, and says when that is enough. What is
        in the `memory` is not asked again, but of apps, whose code no prompt shows."""
        self._memory = memory
        self._shared = Shared(memory.find if memory is not None else None)
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
        dimension = JudgeDimension(name=CRITERION, description=criteria) if scored else None
        own = replace(judge, criteria=criteria, dimensions=(dimension,) if dimension is not None else ())
        ask = Ask(case=case, responses=(response.id,), role=None, order="single", repeat=0, dimension=dimension)
        try:
            asker = Asker(own, target, new_id=lambda: secrets.token_hex(8), schema=schema)
            async with asyncio.timeout(seconds):
                judgment = await self._ask(asker, judge, ask, response)
        except TimeoutError:
            raise CheckUnavailable(f"the judge “{name}” did not answer within {seconds:g} s") from None
        except TiebreakError as problem:
            raise CheckUnavailable(problem.message) from None
        stamp, about = _about(judge, own, judgment)
        if judgment.status != "valid" or judgment.verdict is None:
            what = "gave no verdict that can be read" if judgment.status == "unparseable" else "gave no reply"
            raise CheckUnavailable(f"the judge “{name}” {what} {stamp}: {judgment.problem} {about}".strip())
        return Judged(str(judgment.verdict), (judge.scale.low, judge.scale.high), f"{stamp}: {about}")

    async def _ask(self, asker: Asker, judge: Judge, ask: Ask, response: Response) -> Judgment:
        """What is remembered costs nothing, so no budget stands against it.

        Raises:
            CheckUnavailable: where the budget is spent.
            TiebreakError: where the prompt cannot be rendered, or what was said not be kept.
        """

        async def put() -> Judgment:
            if (spent := self._till.why_not(judge)) is not None:
                raise CheckUnavailable(spent)
            judgment = await asker.ask(ask, (response,), "")
            self._till.pay(judge, judgment)
            if self._memory is not None and judgment.answered:
                await asyncio.wrap_future(self._memory.keep(judgment))
            return judgment

        if isinstance(judge.target, AppTarget):
            return await put()
        name = asker.fingerprint(ask, (response,))
        judgment, known = await self._shared.ask(name, put)
        if not known:
            return judgment
        self._till.note_reused()
        return asker.taken_over(judgment, ask, "", name)

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

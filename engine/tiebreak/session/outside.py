"""What checks may ask of the world, done: programs of the workspace, Python functions of it, a moderation model."""

import asyncio
import os
import shlex
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tiebreak.checks import CheckUnavailable
from tiebreak.checks.outside import Judged, Moderated, Ran
from tiebreak.errors import NotTrustedError, TiebreakError
from tiebreak.records import Case, CheckSpec, ModelTarget, Response, utc_now
from tiebreak.targets.apps.failures import AppFailures
from tiebreak.targets.apps.judging import PythonJudge
from tiebreak.targets.apps.opening import failures_of_code
from tiebreak.targets.apps.permit import Permit, Program
from tiebreak.targets.apps.running import run_to_end
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.workspace.programs import callable_program, command_program, programs_of

if TYPE_CHECKING:  # a session without such a check needs no judge
    from tiebreak.session.check_judges import CheckJudges

AT_ONCE = max(2, os.cpu_count() or 2)
"""Programs that run at the same time."""


def require_trust(specs: Iterable[CheckSpec], permit: Permit) -> None:
    """
    Raises:
        NotTrustedError: where a check would run what nobody allowed.
    """
    for spec, program in programs_of(specs):
        if not permit.allows(program):
            raise NotTrustedError(
                f"The check “{spec.id}” would run code of this workspace: {program.text}.",
                hint=f"Look at it first; `tiebreak trust -w {shlex.quote(str(permit.folder))}` allows it.",
            )


class WorkspaceOutside:
    """`tiebreak.checks.Outside` for one workspace; belongs to the event loop on which it is used. Close it."""

    def __init__(
        self, permit: Permit, environ: Mapping[str, str], helper: Helper, judges: "CheckJudges | None" = None
    ) -> None:
        """`judges` are those that checks may ask; without them there are none."""
        self._check_judges = judges
        self._permit = permit
        self._environ = environ
        self._helper = helper
        self._joined = False
        self._allowed: dict[Program, bool] = {}
        self._judges: dict[str, PythonJudge] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self, command: tuple[str, ...] | str, stdin: bytes, seconds: float) -> Ran:
        self._require(command_program(command))
        async with self._at_once, unavailable():
            code, stdout, stderr = await run_to_end(
                command,
                stdin,
                folder=self._permit.folder,
                environ=self._environ,
                seconds=seconds,
                failures=self._failures("The command"),
            )
            return Ran(code, stdout, stderr)

    async def call(self, name: str, request: bytes, seconds: float) -> object:
        self._require(callable_program(name))
        judge = self._judges.get(name)
        if judge is None:
            failures = self._failures(f"The function {name}")
            judge = PythonJudge(name, folder=self._permit.folder, environ=self._environ, failures=failures)
            self._judges[name] = judge
        async with self._at_once, unavailable():
            return await judge.call(request, seconds)

    async def moderate(self, model: ModelTarget, text: str, seconds: float) -> Moderated:
        from tiebreak.targets.litellm_lane.catalogue import resolve_lane
        from tiebreak.targets.litellm_lane.moderation import moderate

        async with unavailable():
            endpoint = resolve_lane(model, self._environ)
            if not self._joined:
                self._joined = True
                self._helper.join()
            said = await moderate(self._helper, endpoint, text, seconds=seconds, environ=self._environ, now=utc_now())
            return Moderated(*said)

    async def ask_judge(
        self,
        name: str,
        criteria: str,
        case: Case,
        response: Response,
        *,
        scored: bool,
        seconds: float,
        version: str | None,
    ) -> Judged:
        if self._check_judges is None:
            raise CheckUnavailable("there are no judges here")
        return await self._check_judges.ask(
            name, criteria, case, response, scored=scored, seconds=seconds, version=version
        )

    async def close(self) -> None:
        if self._check_judges is not None:
            await self._check_judges.close()
        judges, self._judges = self._judges, {}
        for judge in judges.values():
            await judge.close()
        if self._joined:
            self._joined = False
            await self._helper.leave()

    def _require(self, program: Program) -> None:
        """Whoever takes trust back ends the program with the next session, not in the middle of one."""
        if program not in self._allowed:
            self._allowed[program] = self._permit.allows(program)
        if not self._allowed[program]:
            raise CheckUnavailable(f"nobody allowed {program.text} to run; see `tiebreak trust`")

    def _failures(self, name: str) -> AppFailures:
        return failures_of_code(name, self._environ, utc_now)


@asynccontextmanager
async def unavailable() -> AsyncGenerator[None]:
    """What went wrong outside is why a check has no verdict."""
    try:
        yield
    except TiebreakError as problem:
        raise CheckUnavailable(problem.message) from None

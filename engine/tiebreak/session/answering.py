"""One answer on its way: the call, the text so far, whoever watches it, and the response it becomes."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Literal

from tiebreak.errors import PromptError, TargetError, UnrenderedError
from tiebreak.prompts import PromptRenderer, RequestRenderer
from tiebreak.records import Case, Config, Response, SessionRole
from tiebreak.targets.base import AnswerTarget, Request, fingerprint
from tiebreak.targets.collect import AnswerBuilder
from tiebreak.targets.events import Finish, FirstToken, ReasoningDelta, Retrying, Starting, TargetEvent, TextDelta

Progress = Literal["queued", "waiting", "streaming", "done"]
PieceKind = Literal["text", "reasoning"]
Watcher = Callable[["Answering", PieceKind, str], None]
"""Called on the loop with each piece of text, and with an empty piece whenever `progress`, `retrying` or `starting`
changes."""


class Arm:
    """One side of a session, ready to answer."""

    def __init__(self, role: SessionRole, run_id: str, config: Config, target: AnswerTarget) -> None:
        self.role: SessionRole = role
        self.run_id = run_id
        self.config = config
        self.target = target
        self._renderer = PromptRenderer(config)
        self._requests = RequestRenderer(config)

    def request(self, case: Case, sample: int = 0) -> Request:
        """The case as this side will send it; the `sample` tells one answer to the very same question from another.

        Raises:
            PromptError: when the prompt, or an app's request, cannot be rendered for this case.
        """
        messages = self._renderer.render(case)
        return Request(
            case_id=case.id,
            messages=messages,
            parameters=self.config.parameters,
            sample=sample,
            body=self._requests.render(case, messages),
        )

    def edited(self, config: Config) -> "Arm":
        """The same side with another prompt, asked through the same target."""
        return Arm(self.role, self.run_id, config, self.target)


class Answering:
    """An attempt at a case by one arm; `await done.wait()` for its end.

    With `instead_of`, the counting answer that it only stands before, it is exploratory.
    """

    def __init__(
        self, arm: Arm, case: Case, attempt: int, *, sample: int = 0, instead_of: "Answering | None" = None
    ) -> None:
        self.arm = arm
        self.case = case
        self.attempt = attempt
        self.sample = sample
        self.instead_of = instead_of
        self.progress: Progress = "queued"
        self.response: Response | None = None
        self.held: str | None = None
        """Why nothing is fetched; such an answering is over without a response."""
        self.crash: BaseException | None = None
        """A fault of ours that ended it without a response."""
        self.started: float | None = None
        """Loop time at which the call began, for showing how long one has waited."""
        self.retrying: Retrying | None = None
        """Why there is no token yet, where a call failed and another one follows."""
        self.starting: str | None = None
        """What makes the call, while it is still being started."""
        self.done = asyncio.Event()
        self._builder: AnswerBuilder | None = None
        self._watchers: list[Watcher] = []
        self._task: asyncio.Task[object] | None = None
        self._stopped = False

    @classmethod
    def recorded(cls, arm: Arm, case: Case, response: Response) -> "Answering":
        """An answer that came earlier."""
        answering = cls(arm, case, response.attempt)
        answering.response = response
        answering.progress = "done"
        answering.done.set()
        return answering

    @classmethod
    def withheld(cls, arm: Arm, case: Case, why: str) -> "Answering":
        """Stands where an answer would, while its arm fetches nothing."""
        answering = cls(arm, case, attempt=1)
        answering.held = why
        answering.done.set()
        return answering

    @property
    def exploratory(self) -> bool:
        """A counting answer was there before this attempt, so it never counts."""
        return self.instead_of is not None

    @property
    def role(self) -> SessionRole:
        return self.arm.role

    @property
    def text(self) -> str:
        if self.response is not None:
            return self.response.text
        return self._builder.text if self._builder else ""

    @property
    def reasoning(self) -> str:
        if self.response is not None:
            return self.response.reasoning
        return self._builder.reasoning if self._builder else ""

    @property
    def ttft(self) -> float | None:
        if self.response is not None:
            return self.response.timings.ttft
        return self._builder.ttft if self._builder else None

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Calls `watcher` from now on; returns what ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def stop(self) -> bool:
        """Stops the call at the user's wish; the text so far is kept, as interrupted. False if nothing is running."""
        if self._task is None or self._stopped or self.response is not None:
            return False
        self._stopped = True
        self._task.cancel()
        return True

    async def run(self, response_id: str, started_at: str) -> tuple[Response, bytes]:
        """Make the call, to its end, whatever that is.

        Returns:
            The response, and its chunks for replay.

        Raises:
            asyncio.CancelledError: when cancelled otherwise than through `stop`.
        """
        self._task = asyncio.current_task()
        self.started = asyncio.get_running_loop().time()
        try:
            request = self.arm.request(self.case, self.sample)
        except PromptError as error:
            builder = self._new_builder(response_id, started_at, "")
            failure = UnrenderedError(str(error), hint="Mend prompt or case, and begin a new session.")
            return self._end(builder, builder.fail(failure))
        builder = self._new_builder(response_id, started_at, fingerprint(self.arm.target, request))
        self._tell("waiting")
        whole = False
        try:
            async with aclosing(self.arm.target.answer(request)) as events:
                async for event in events:
                    builder.add(event)
                    whole = whole or isinstance(event, Finish)
                    self._show(event)
            response = builder.finish()
        except TargetError as error:
            response = builder.fail(error)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            # The stop is the user's and ends here; the task goes on to record what came.
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            response = builder.finish() if whole else builder.interrupt()
        return self._end(builder, response)

    def _show(self, event: TargetEvent) -> None:
        match event:
            case Retrying():
                self.retrying = event
                self._tell("waiting")
            case Starting(what=what, over=over):
                self.starting = None if over else what
                self._tell("waiting")
            case FirstToken():
                self.retrying = None
                self._tell("streaming")
            case TextDelta(text=text):
                self._pass_on("text", text)
            case ReasoningDelta(text=text):
                self._pass_on("reasoning", text)
            case _:
                pass

    def _new_builder(self, response_id: str, started_at: str, request_fingerprint: str) -> AnswerBuilder:
        self._builder = AnswerBuilder(
            id=response_id,
            run_id=self.arm.run_id,
            case=self.case,
            fingerprint=request_fingerprint,
            sample=self.sample,
            attempt=self.attempt,
            requested_model=self.arm.target.requested_model,
            started_at=started_at,
        )
        return self._builder

    def _end(self, builder: AnswerBuilder, response: Response) -> tuple[Response, bytes]:
        self.response = response
        chunks = builder.chunks()
        self._builder = None
        return response, chunks

    def settle(self) -> None:
        """Says that the response is known and handed to the recorder."""
        self._tell("done")
        self.over()

    def over(self, crash: BaseException | None = None) -> None:
        """Nothing more comes of this attempt, whether or not it has a response."""
        self.crash = crash
        self.done.set()
        self._watchers.clear()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self._pass_on("text", "")

    def _pass_on(self, kind: PieceKind, text: str) -> None:
        for watcher in tuple(self._watchers):
            watcher(self, kind, text)

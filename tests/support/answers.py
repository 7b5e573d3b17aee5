"""Opening model targets against the local server, and reading whole answers."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from tiebreak.errors import TargetError
from tiebreak.records import Case, Config, Deadlines, Message, ModelTarget, Price, Response
from tiebreak.records.configs import Lane
from tiebreak.targets.base import AnswerTarget, Request
from tiebreak.targets.collect import AnswerBuilder
from tiebreak.targets.events import TargetEvent
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.targets.open import open_target

QUESTION = Request(case_id="c1", messages=(Message(role="user", content="What is the time?"),))
QUICK = Deadlines(first_token=0.5, idle=0.5, total=10.0)
PATIENT = Deadlines(first_token=20.0, idle=20.0, total=20.0)


@dataclass
class Answer:
    """What came of one call."""

    events: list[TargetEvent] = field(default_factory=list[TargetEvent])
    error: TargetError | None = None
    response: Response | None = None

    @property
    def text(self) -> str:
        assert self.response is not None
        return self.response.text


def open_model(
    base_url: str | None,
    model: str = "normal",
    *,
    retries: int = 0,
    deadlines: Deadlines = PATIENT,
    price: Price | None = None,
    parameters: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    api_key_env: str | None = None,
    limiters: LimiterPool | None = None,
    lane: Lane = "auto",
    helper: Helper | None = None,
) -> AnswerTarget:
    config = Config(
        name="tested",
        target=ModelTarget(model=model, base_url=base_url, api_key_env=api_key_env, lane=lane),
        deadlines=deadlines,
        retries=retries,
        price=price,
        parameters=parameters or {},
    )
    return open_target(
        config, base_dir=Path(), environ=environ or {}, limiters=limiters or LimiterPool(), helper=helper
    )


def builder_for(request: Request, requested_model: str | None = None) -> AnswerBuilder:
    return AnswerBuilder(
        id="r1",
        run_id="run",
        case=Case(id=request.case_id, input="What is the time?"),
        fingerprint="f",
        sample=request.sample,
        started_at="2026-01-01T00:00:00.000000Z",
        requested_model=requested_model,
    )


async def ask(target: AnswerTarget, request: Request = QUESTION) -> Answer:
    """One answer, to its end, whatever that is."""
    answer = Answer()
    builder = builder_for(request, target.requested_model)
    try:
        async with aclosing(target.answer(request)) as events:
            async for event in events:
                answer.events.append(event)
                builder.add(event)
        answer.response = builder.finish()
    except TargetError as error:
        answer.error = error
        answer.response = builder.fail(error)
    return answer


def asking_for(options: Mapping[str, object]) -> Request:
    """The question, with the parameters that the options of `open_model` name."""
    return replace(QUESTION, parameters=cast("Mapping[str, object]", options.get("parameters") or {}))


async def ask_once(base_url: str, model: str, **options: object) -> Answer:
    """Open, ask, close."""
    target = open_model(base_url, model, **options)  # pyright: ignore[reportArgumentType] - passed through
    try:
        return await ask(target, asking_for(options))
    finally:
        await target.close()

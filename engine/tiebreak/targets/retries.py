"""Our own retries: only before the first event, with `Retry-After`, backoff with full jitter, and a budget."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from tiebreak.errors import RateLimitError, TargetError
from tiebreak.targets.events import Finish, FirstToken, Retrying, Starting, TargetEvent
from tiebreak.targets.limiter import Limiter

Call = Callable[[], AsyncGenerator[TargetEvent, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Seconds throughout. `retries` counts the calls after the first."""

    retries: int = 4
    base: float = 0.5
    cap: float = 20.0
    budget: float = 120.0
    """No retry is sent later than this after the first call was asked for."""

    def delay(self, tries: int, retry_after: float | None, fraction: float) -> float:
        """How long to wait after try number `tries`; `fraction` is drawn evenly from 0 to 1.

        Full jitter (Brooker, AWS Architecture Blog, 2015): uniform between 0 and min(cap, base * 2^(tries - 1)). What
        the server asks for comes first and the jitter on top, so that nobody returns in lockstep.
        """
        backoff = fraction * min(self.cap, self.base * 2.0 ** (tries - 1))
        return backoff if retry_after is None else retry_after + min(backoff, 1.0)


async def with_retries(
    call: Call,
    policy: RetryPolicy,
    limiter: Limiter,
    *,
    fraction: Callable[[], float] = random.random,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[TargetEvent, None]:
    """The events of the first call that gives any, each call in a slot of the limiter.

    Two `Retrying` stand before each further call: as the wait begins, and when it is over; and two before a call that
    the limiter holds back since a server asked all callers to wait. `FirstToken` and `Finish` (or the error) get to
    know how long limiter and retries took, and how many calls it took.

    Raises:
        TargetError: of the last call.
    """
    clock = asyncio.get_running_loop().time
    asked = clock()
    tries = 0
    while True:
        tries += 1
        if held := limiter.held_back:
            yield Retrying(clock() - asked, RateLimitError.code, tries, policy.retries + 1, held)
        await limiter.acquire()
        sent = clock()
        begun = False
        try:
            if held:
                yield Retrying(sent - asked, RateLimitError.code, tries, policy.retries + 1, 0.0)
            async with aclosing(call()) as events:
                async for event in events:
                    begun = begun or not isinstance(event, Starting)
                    if isinstance(event, FirstToken | Finish):
                        event = replace(event, waited=sent - asked, tries=tries)  # noqa: PLW2901
                    yield event
            limiter.succeeded()
            return
        except TargetError as error:
            error.tries, error.waited = tries, sent - asked
            if isinstance(error, RateLimitError):
                limiter.throttled(sent, error.retry_after)
            if begun or not error.retryable or tries > policy.retries:
                raise
            code = error.code
            delay = policy.delay(tries, error.retry_after, fraction())
            if clock() + delay - asked > policy.budget:
                raise
        finally:
            limiter.release()
        yield Retrying(clock() - asked, code, tries + 1, policy.retries + 1, delay)
        await sleep(delay)
        yield Retrying(clock() - asked, code, tries + 1, policy.retries + 1, 0.0)

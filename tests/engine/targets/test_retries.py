import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from tiebreak.errors import DeadlineError, NetworkError, QuotaError, RateLimitError, RequestError, TargetError
from tiebreak.targets.events import Finish, FirstToken, Retrying, TargetEvent, TextDelta
from tiebreak.targets.limiter import Limiter, LimiterPool
from tiebreak.targets.retries import RetryPolicy, with_retries

Outcome = TargetError | Sequence[TargetEvent]
WHOLE: Sequence[TargetEvent] = (FirstToken(0.1), TextDelta(0.1, "a"), Finish(0.2, "stop"))


class Script:
    """A call that behaves as written, and remembers how it was used."""

    def __init__(self, *outcomes: Outcome | tuple[Sequence[TargetEvent], TargetError]) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0
        self.slept: list[float] = []
        self.limiter = Limiter()

    async def call(self) -> AsyncGenerator[TargetEvent, None]:
        self.calls += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, TargetError):
            raise outcome
        if len(outcome) == 2 and isinstance(outcome[1], TargetError):
            events, error = outcome
            for event in events:  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
                yield event
            raise error  # pyright: ignore[reportGeneralTypeIssues]
        for event in outcome:
            yield event  # pyright: ignore[reportReturnType]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def run(self, policy: RetryPolicy) -> list[TargetEvent]:
        retried = with_retries(self.call, policy, self.limiter, fraction=lambda: 1.0, sleep=self.sleep)
        return [event async for event in retried]


async def test_retries_until_it_works_and_says_how_often() -> None:
    script = Script(NetworkError("a"), DeadlineError("b"), WHOLE)
    events = await script.run(RetryPolicy(retries=4, base=0.5))
    told = [event for event in events if isinstance(event, Retrying)]
    assert [(e.code, e.tries, e.of, e.delay) for e in told] == [
        ("network", 2, 5, 0.5),
        ("network", 2, 5, 0.0),
        ("deadline", 3, 5, 1.0),
        ("deadline", 3, 5, 0.0),
    ]
    first, last = events[len(told)], events[-1]
    assert isinstance(first, FirstToken)
    assert isinstance(last, Finish)
    assert (first.tries, last.tries) == (3, 3)
    assert first.waited == last.waited >= 0
    assert script.slept == [0.5, 1.0]
    assert script.limiter.in_flight == 0


@pytest.mark.parametrize(("retries", "calls"), [(0, 1), (1, 2), (3, 4)])
async def test_the_number_of_retries_is_honoured(retries: int, calls: int) -> None:
    script = Script(*[NetworkError("down") for _ in range(9)])
    with pytest.raises(NetworkError) as caught:
        await script.run(RetryPolicy(retries=retries))
    assert (script.calls, caught.value.tries) == (calls, calls)
    assert script.limiter.in_flight == 0


@pytest.mark.parametrize("error", [RequestError("no"), QuotaError("used up", retry_after=1.0)])
async def test_what_will_not_pass_is_not_retried(error: TargetError) -> None:
    script = Script(error, WHOLE)
    with pytest.raises(type(error)):
        await script.run(RetryPolicy())
    assert script.calls == 1


async def test_nothing_is_retried_after_the_first_event() -> None:
    script = Script(((FirstToken(0.1),), NetworkError("cut")), WHOLE)
    with pytest.raises(NetworkError):
        await script.run(RetryPolicy())
    assert script.calls == 1


async def test_retry_after_comes_first_and_jitter_on_top() -> None:
    script = Script(RateLimitError("slow", retry_after=0.01), WHOLE)
    await script.run(RetryPolicy(base=0.5))
    assert script.slept == [0.51]


async def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    script = Script(RateLimitError("tomorrow", retry_after=86_400.0), WHOLE)
    with pytest.raises(RateLimitError):
        await script.run(RetryPolicy(budget=60.0))
    assert script.slept == []


def test_backoff_doubles_up_to_its_cap_with_full_jitter() -> None:
    policy = RetryPolicy(base=0.5, cap=3.0)
    assert [policy.delay(tries, None, 1.0) for tries in (1, 2, 3, 4, 50)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert policy.delay(3, None, 0.0) == 0.0
    assert policy.delay(3, 7.0, 0.25) == 7.5


async def test_closing_early_gives_the_slot_back() -> None:
    script = Script(WHOLE)
    async with aclosing(with_retries(script.call, RetryPolicy(), script.limiter)) as events:
        await anext(events)
        assert script.limiter.in_flight == 1
    assert script.limiter.in_flight == 0


async def test_slots_are_granted_in_the_order_of_asking() -> None:
    limiter = Limiter(1)
    order: list[int] = []

    async def work(number: int) -> None:
        await limiter.acquire()
        order.append(number)
        limiter.release()

    await limiter.acquire()
    tasks = [asyncio.create_task(work(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert order == []
    limiter.release()
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2]


@pytest.mark.parametrize("granted", [False, True])
async def test_a_cancelled_waiter_takes_no_slot_with_it(granted: bool) -> None:
    limiter = Limiter(1)
    await limiter.acquire()
    waiter = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0)
    if granted:
        limiter.release()
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    if not granted:
        limiter.release()
    assert limiter.in_flight == 0
    await asyncio.wait_for(limiter.acquire(), 1)


async def test_a_burst_of_429s_halves_the_limit_once_and_success_brings_it_back() -> None:
    limiter = Limiter(8)
    sent = asyncio.get_running_loop().time()
    for _ in range(5):
        limiter.throttled(sent, None)
    assert limiter.limit == 4
    limiter.throttled(asyncio.get_running_loop().time() + 1, None)
    assert limiter.limit == 2
    for _ in range(40):
        limiter.succeeded()
    assert limiter.limit == 8


async def test_retry_after_holds_everybody_back() -> None:
    limiter = Limiter(8)
    loop = asyncio.get_running_loop()
    start = loop.time()
    limiter.throttled(start, 0.05)
    await asyncio.gather(limiter.acquire(), limiter.acquire())
    assert loop.time() - start >= 0.05


async def test_who_is_held_back_since_others_were_told_to_wait_says_so() -> None:
    script = Script(WHOLE)
    script.limiter.throttled(asyncio.get_running_loop().time(), 0.05)
    held, over, *rest = await script.run(RetryPolicy(retries=4))
    assert isinstance(held, Retrying)
    assert (held.code, held.tries, held.of) == ("rate_limit", 1, 5)
    assert 0 < held.delay <= 0.05
    assert isinstance(over, Retrying)
    assert over.delay == 0
    assert [type(event) for event in rest] == [FirstToken, TextDelta, Finish]
    assert script.limiter.in_flight == 0


def test_a_pool_has_one_limiter_for_each_address_and_key() -> None:
    pool = LimiterPool(3)
    assert pool.of("https://a/v1", "KEY") is pool.of("https://a/v1", "KEY")
    assert pool.of("https://a/v1", "KEY") is not pool.of("https://a/v1", "OTHER")
    assert pool.of("https://a/v1").limit == 3

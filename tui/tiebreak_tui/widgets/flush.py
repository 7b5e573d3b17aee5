"""One clock for all streams: text waits in queues and reaches the views thirty times a second."""

from collections import deque
from time import thread_time
from typing import Protocol

from textual.message_pump import MessagePump
from textual.timer import Timer

from tiebreak.sanitise import SLICE, slices

FAST = 30
"""Frames a second."""
SLOW_EVERY = 3
"""While frames are dear, only every third one is used: 10 a second."""
DEAR = 0.025
"""Seconds of CPU from the flush until the screen is painted, above which frames are dear."""
CHEAP = 0.015


class Sink(Protocol):
    """What streams flow into; `AnswerView` is one."""

    def append(self, text: str, *, reasoning: bool = False) -> None: ...


class StreamPump:
    """Feeds any number of views from queues that producers on the event loop fill. Sleeps while nothing waits."""

    def __init__(self, host: MessagePump) -> None:
        """`host` is the screen or app whose frames are counted; it must be running once text comes."""
        self._host = host
        self._queues: dict[Sink, deque[tuple[str, bool]]] = {}
        self._timer: Timer | None = None
        self._slow = False
        self._ticks = 0
        self._asleep = False

    @property
    def frames_per_second(self) -> float:
        return FAST / SLOW_EVERY if self._slow else FAST

    def push(self, sink: Sink, text: str, *, reasoning: bool = False) -> None:
        """Queue text for a view. Call on the event loop; costs well under a microsecond a character."""
        self._queues.setdefault(sink, deque()).append((text, reasoning))
        if self._timer is None:
            self._timer = self._host.set_interval(1 / FAST, self._tick)
        elif self._asleep:
            self._timer.resume()
        self._asleep = False

    def flush(self, sink: Sink) -> None:
        """Hand over all that waits for a view now, as before its answer is finished."""
        queue = self._queues.pop(sink, deque())
        while queue:
            _hand_over(sink, queue)

    def drop(self, sink: Sink) -> None:
        """Forget what waits for a view."""
        self._queues.pop(sink, None)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._queues.clear()

    def _tick(self) -> None:
        if not self._queues:
            self._sleep()
            return
        self._ticks += 1
        if self._slow and self._ticks % SLOW_EVERY:
            return
        began = thread_time()
        for sink, queue in list(self._queues.items()):
            _hand_over(sink, queue)
            if not queue:
                del self._queues[sink]
        self._host.call_after_refresh(self._painted, began)

    def _sleep(self) -> None:
        assert self._timer is not None
        self._asleep = True
        self._timer.pause()

    def _painted(self, began: float) -> None:
        cost = thread_time() - began
        self._slow = cost > DEAR or (self._slow and cost > CHEAP)


def _hand_over(sink: Sink, queue: deque[tuple[str, bool]]) -> None:
    """Append from a queue, in as few calls as its changes between text and reasoning allow, at most one slice."""
    room = SLICE
    while queue and room > 0:
        pieces: list[str] = []
        reasoning = queue[0][1]
        while queue and queue[0][1] == reasoning and room > 0:
            text = queue.popleft()[0]
            if len(text) > room:
                head, *rest = slices(text, room)
                queue.extendleft((part, reasoning) for part in reversed(rest))
                text = head
            room -= len(text)
            pieces.append(text)
        sink.append("".join(pieces), reasoning=reasoning)

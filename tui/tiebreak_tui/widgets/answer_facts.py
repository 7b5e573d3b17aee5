"""Words for one response: its figures, its badges, and what to do about what is wrong with it. Pure."""

from collections.abc import Mapping

from tiebreak.amounts import money
from tiebreak.records import Response, ResponseStatus
from tiebreak.targets.events import Retrying

BADGES: Mapping[ResponseStatus, str] = {
    "empty": "EMPTY",
    "truncated": "TRUNCATED",
    "filtered": "FILTERED",
    "malformed": "MALFORMED",
    "incomplete": "INCOMPLETE",
    "error": "ERROR",
    "interrupted": "STOPPED",
    "imported": "LABEL ONLY",
}
SEPARATOR = " · "
EXPLORATORY = "Asked again: for you to look at, never counted."
AGAIN = "r asks again, and that answer will count."
_ADVICE: Mapping[ResponseStatus, str] = {
    "empty": "The model finished without a word. It counts, as a failed answer.",
    "truncated": "The token limit cut it. It counts, as a failed answer; max_tokens in the config raises the limit.",
    "filtered": "The provider's content filter ended it. It counts, as a failed answer.",
    "malformed": "The stream broke the protocol. It counts, as a failed answer.",
    "incomplete": "The stream ended without a finish reason, so this may not be the whole answer.",
    "interrupted": "You stopped it, so it does not count.",
    "imported": "A label came without its answer; there is nothing to read.",
}


_RETRIED: Mapping[str, str] = {
    "rate_limit": "Rate limited",
    "network": "The connection failed",
    "server": "The server failed",
    "deadline": "No answer came in time",
}


def retry_words(event: Retrying | None) -> str:
    """`Rate limited: try 2 of 5 in 3 s`, then `Rate limited: try 2 of 5`; nothing while nothing was retried."""
    if event is None or (event.tries == 1 and not event.delay):
        return ""
    wait = f" in {event.delay:.2g} s" if event.delay < 10 else f" in {event.delay:.0f} s"
    if event.tries == 1:
        return f"{_RETRIED.get(event.code, 'It failed')}: asked{wait}"
    return f"{_RETRIED.get(event.code, 'It failed')}: try {event.tries} of {event.of}{wait if event.delay else ''}"


def start_words(what: str | None, *, blind: bool = False) -> str:
    """`LiteLLM is starting`; nothing where nothing starts, nor blind, since it tells the lane of a config."""
    return f"{what} is starting" if what and not blind else ""


def badges(response: Response, *, exploratory: bool = False) -> tuple[str, ...]:
    """What a reader must know before reading, in capitals; empty for a plain whole answer."""
    marks = [BADGES[response.status]] if response.status in BADGES else []
    if response.refusal:
        marks.append("REFUSAL")
    if exploratory:
        marks.append("EXPLORATORY")
    return tuple(marks)


def problem(response: Response, *, exploratory: bool = False, blind: bool = False) -> str:
    """What went wrong and what to do, in a sentence or two; empty when nothing did.

    Blind, the provider's own words are left out: they often name the model.
    """
    if response.error is not None:
        what = "No answer came." if blind else response.error.message
        if response.timings.tries > 1:
            what += f" Tried {response.timings.tries} times."
        counts = "It does not count." if response.excluded else "It counts, as a failed answer."
        said = what if exploratory else f"{what} {counts}"
    else:
        said = _ADVICE.get(response.status, "")
    if exploratory:
        # What it would do to the numbers is no matter.
        return f"{said.partition(' It counts')[0]} {EXPLORATORY}".lstrip()
    return f"{said} {AGAIN}" if response.excluded else said


def figures(response: Response, width: int, *, blind: bool = False) -> str:
    """Time to first token, speed, tokens, latency, cost and finish reason, as far as known and as `width` allows.

    What matters least goes first when there is no room. In a blind session there is only the finish reason: speed and
    cost tell models apart.
    """
    parts: list[tuple[int, str]] = []
    if not blind:
        timings, usage, cost = response.timings, response.usage, response.cost
        if timings.ttft is not None:
            parts.append((1, f"TTFT {seconds(timings.ttft)}"))
        if response.tokens_per_second is not None:
            parts.append((3, f"{response.tokens_per_second:.0f} tok/s"))
        if usage.completion_tokens is not None:
            parts.append((5, f"{'~' if usage.source == 'estimated' else ''}{usage.completion_tokens:,} tok"))
        if timings.total is not None:
            parts.append((4, seconds(timings.total)))
        if cost.usd is not None or response.status != "error":
            parts.append((2, dollars(cost.usd)))
    if response.finish is not None:
        parts.append((6 if response.finish == "stop" else 0, response.finish))
    while len(line := SEPARATOR.join(text for _, text in parts)) > max(width, 0):
        parts.remove(max(parts))
    return line


def seconds(value: float) -> str:
    """0.42 s, 12.3 s, 125 s."""
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def dollars(value: float | None) -> str:
    """$0.0002, $1.25; an unknown price is said to be unknown."""
    if value is None:
        return "cost unknown"
    return f"${value:.4f}" if 0.0001 <= value < 1 else money(value)

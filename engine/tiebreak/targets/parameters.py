"""What the parameters of a model may be: the names that nearly every provider knows, with their types and ranges.

Providers have names of their own, so a name that is not in the table is passed on as it is, unless it is so close to
one of the table that it must be a slip of the pen. The ranges are those of OpenAI's protocol, which are the widest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

SET_BY_US = frozenset({"messages", "model", "n", "stream", "stream_options"})
"""Parameters that a config must not set, on either lane."""
CLOSE = 86.0
"""Likeness, 0 to 100, from which an unknown name is taken for a mistyped one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be. null always may be: it leaves the choice to the provider."""

    kinds: tuple[type, ...]
    words: str
    low: float | None = None
    high: float | None = None

    def fits(self, value: object) -> bool:
        if value is None:
            return True
        if isinstance(value, bool) and bool not in self.kinds:
            return False  # to Python, true is a number
        if not isinstance(value, self.kinds):
            return False
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return True


def _number(low: float | None = None, high: float | None = None) -> Rule:
    return Rule((int, float), f"a number{_span(low, high)}", low, high)


def _whole(low: float | None = None, high: float | None = None) -> Rule:
    return Rule((int,), f"a whole number{_span(low, high)}", low, high)


def _span(low: float | None, high: float | None) -> str:
    if low is None:
        return ""
    return f" from {low:g} to {high:g}" if high is not None else f", {low:g} or more"


_TEXT = Rule((str,), "text")
_SWITCH = Rule((bool,), "true or false")
_MAPPING = Rule((Mapping,), "a mapping")
_SHARE = _number(0, 1)
_LIMIT = _whole(1)

RULES: Mapping[str, Rule] = {
    "temperature": _number(0, 2),
    "top_p": _SHARE,
    "min_p": _SHARE,
    "top_a": _SHARE,
    "top_k": _whole(-1),  # -1 is off for vLLM
    "max_tokens": _LIMIT,
    "max_completion_tokens": _LIMIT,
    "max_output_tokens": _LIMIT,
    "max_new_tokens": _LIMIT,
    "min_tokens": _whole(0),
    "num_ctx": _LIMIT,
    "seed": _whole(),
    "random_seed": _whole(),
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "repetition_penalty": _number(0),
    "repeat_penalty": _number(0),
    "stop": Rule((str, list, tuple), "text or a list of texts"),
    "logprobs": Rule((bool, int), "true or false", 0),  # some servers take the number here
    "top_logprobs": _whole(0),
    "logit_bias": _MAPPING,
    "response_format": _MAPPING,
    "reasoning_effort": _TEXT,
    "reasoning_format": _TEXT,
    "reasoning": _MAPPING,
    "thinking": _MAPPING,
    "verbosity": _TEXT,
    "service_tier": _TEXT,
    "user": _TEXT,
    "tools": Rule((list, tuple), "a list of mappings"),
    "tool_choice": Rule((str, Mapping), "text or a mapping"),
    "parallel_tool_calls": _SWITCH,
    "extra_body": _MAPPING,
}


class ParameterSlip(NamedTuple):
    """What is wrong with one parameter."""

    name: str
    message: str
    hint: str | None = None


def slips_in(parameters: Mapping[str, object]) -> list[ParameterSlip]:
    """Everything that is certainly wrong with the parameters of a model, in their order."""
    return [slip for name, value in parameters.items() for slip in _slips(name, value)]


def passed_on(parameters: Mapping[str, object]) -> list[str]:
    """The names that we know nothing of; the provider gets them as they are."""
    return [name for name in parameters if name not in RULES and name not in SET_BY_US]


def _slips(name: str, value: object) -> Iterator[ParameterSlip]:
    if name in SET_BY_US:
        yield ParameterSlip(
            name,
            f"“{name}” is Tiebreak's to set.",
            "Take it out of `parameters`; the model belongs under `target`, messages under `prompt`.",
        )
    elif (rule := RULES.get(name)) is not None:
        if not rule.fits(value):
            yield ParameterSlip(name, f"Expected {rule.words}, not {_shown(value)}.")
        elif name in ("stop", "tools") and not isinstance(value, str | None):
            yield from _in_list(name, rule, cast("Sequence[object]", value))
    elif (meant := _meant(name)) is not None:
        yield ParameterSlip(name, f"There is no parameter “{name[:60]}”.", f"Did you mean “{meant}”?")


def _in_list(name: str, rule: Rule, items: Sequence[object]) -> Iterator[ParameterSlip]:
    wanted = str if name == "stop" else Mapping
    wrong = next((item for item in items if not isinstance(item, wanted)), None)
    if wrong is not None or not all(isinstance(item, wanted) for item in items):
        yield ParameterSlip(name, f"Expected {rule.words}; one of them is {_shown(wrong)}.")


def _meant(name: str) -> str | None:
    """The known name that an unknown one must be a slip for."""
    from rapidfuzz import fuzz, process

    plain = {_plain(known): known for known in RULES}
    if _plain(name) in plain:
        return plain[_plain(name)]
    # The plain ratio, since names that merely hold another one (`stop_token_ids`) are other names.
    found = process.extractOne(name.lower(), list(RULES), scorer=fuzz.ratio, score_cutoff=CLOSE)
    return found[0] if found is not None else None


def _plain(name: str) -> str:
    """`maxTokens`, `max-tokens` and `max_tokens` alike."""
    return "".join(character for character in name.lower() if character not in "_- ")


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{value}”" if len(value) <= 40 else f"“{value[:39]}…”"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return "a mapping" if isinstance(value, Mapping) else "a list"

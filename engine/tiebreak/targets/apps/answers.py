"""What an app sends, piece by piece, to typed events: without a socket, a process or a clock in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tiebreak.errors import IncompleteError, ProtocolError, TargetError
from tiebreak.records import AppFields, Context, Cost, Usage
from tiebreak.targets.apps.failures import AppFailures, is_error
from tiebreak.targets.apps.fields import (
    NOTHING,
    list_or_none,
    read_contexts,
    read_cost,
    read_tool_call,
    read_usage,
    value_at,
)
from tiebreak.targets.chat import split_half
from tiebreak.targets.chunkjson import as_map, whole
from tiebreak.targets.deadlines import Phase
from tiebreak.targets.events import (
    ContextsEvent,
    Finish,
    FirstToken,
    ReasoningDelta,
    TargetEvent,
    TextDelta,
    ToolCallEvent,
    UsageEvent,
)
from tiebreak.targets.usage import estimate

Kind = type[TextDelta] | type[ReasoningDelta]

PARTS: Final = (
    "text", "reasoning", "contexts", "tool_call", "tool_calls", "usage", "cost", "finish", "model", "error",
)  # fmt: skip
SHOWN = 8
"""Field names that a message lists."""


class AppStream:
    """One answer in the making.

    `feed` it what came, each piece a text or a mapping, and look at `failure`, which ends the answer; else `end` it. A
    `strict` one refuses a mapping in which it knows nothing, which in Tiebreak's own form is a slip of the pen.
    """

    def __init__(
        self,
        fields: AppFields,
        failures: AppFailures,
        price: Callable[[Usage], Cost],
        *,
        strict: bool = False,
    ) -> None:
        self.failure: TargetError | None = None
        """Why nothing further is taken."""
        self._fields = fields
        self._failures = failures
        self._price = price
        self._strict = strict
        self._paths = {part: path for part in PARTS if (path := str(getattr(fields, part)))}
        self._events: list[TargetEvent] = []
        self._pieces: list[str] = []
        self._kind: Kind = TextDelta
        self._half = ""
        self._begun = False
        self._understood = False
        self._unknown: list[str] = []
        self._bytes_out = 0
        self._contexts: tuple[Context, ...] = ()
        self._calls = 0
        self._usage: Usage | None = None
        self._usd: float | None = None
        self._components: dict[str, float] = {}
        self._reason: str | None = None
        self._model: str | None = None

    @property
    def phase(self) -> Phase:
        """Which deadline holds until the next piece."""
        return "tail" if self._reason is not None else "idle" if self._begun else "first_token"

    def feed(self, pieces: Iterable[object], at: float) -> list[TargetEvent]:
        """Take what arrived at `at` (seconds since the request was sent).

        What came before a fault is given as events; the fault itself goes to `failure`.
        """
        try:
            for piece in pieces:
                self._take(piece, at)
        except TargetError as error:
            self.failure = error
        self._flush(at)
        return self._taken()

    def end(self, at: float, reason: str | None = None) -> list[TargetEvent]:
        """The answer is over: usage (once) and the finish. `reason` stands where the app gave none.

        Raises:
            ProtocolError: when nothing of what came was understood.
            IncompleteError: when neither gives a reason.
        """
        if not self._understood and self._unknown:
            raise self._not_understood(self._unknown)
        reason = self._reason or reason
        if reason is None:
            raise IncompleteError(
                f"The stream of {self._failures.name} ended without a finish reason, so the answer may be cut.",
                hint='Send {"finish": "stop"} or [DONE] at its end, or set target.whole_at_close.',
            )
        if self._half:
            self._events.append(self._kind(at, whole(self._half)))
        self._events.append(UsageEvent(at, *self._reckoned()))
        self._events.append(Finish(at, reason, served_model=self._model))
        return self._taken()

    def _taken(self) -> list[TargetEvent]:
        events, self._events = self._events, []
        return events

    def _reckoned(self) -> tuple[Usage, Cost]:
        """Tokens and cost as told. Of what an app sent to models we know nothing, so only its answer is estimated."""
        usage = self._usage
        if usage is None:
            usage = Usage(completion_tokens=estimate((), self._bytes_out).completion_tokens, source="estimated")
        if self._usd is None and not self._components:
            return usage, self._price(usage)
        usd = sum(self._components.values()) if self._usd is None else self._usd
        return usage, Cost(usd=usd, source="provider", components=dict(self._components))

    def _take(self, piece: object, at: float) -> None:
        if isinstance(piece, str):
            self._understood = True
            self._add(TextDelta, piece, at)
            return
        body = as_map(piece)
        if body is None:
            raise ProtocolError(f"{self._failures.name} sent a piece that is neither text nor a JSON object.")
        told = {part: value for part, path in self._paths.items() if (value := value_at(body, path)) is not NOTHING}
        if not told:
            self._unknown = [*dict.fromkeys([*self._unknown, *body])][:SHOWN]
            if self._strict:
                raise self._not_understood(list(body))
            return
        self._understood = True
        if is_error(told.get("error")):
            raise self._failures.told(told["error"])
        self._take_parts({part: value for part, value in told.items() if value is not None}, at)

    def _take_parts(self, told: Mapping[str, object], at: float) -> None:
        """In the order in which they belong to an answer: what was found, what was thought, done and said."""
        if "contexts" in told:
            self._contexts += read_contexts(told["contexts"], self._fields, len(self._contexts))
            self._flush(at)
            self._events.append(ContextsEvent(at, self._contexts))
        if "reasoning" in told:
            self._add(ReasoningDelta, self._text_of(told, "reasoning"), at)
        calls = [told["tool_call"]] if "tool_call" in told else []
        for call in (*calls, *self._list_of(told, "tool_calls")):
            self._calls += 1
            self._begin(at)
            self._flush(at)
            self._events.append(ToolCallEvent(at, read_tool_call(call, self._calls)))
        if "text" in told:
            self._add(TextDelta, self._text_of(told, "text"), at)
        if "usage" in told:
            self._usage = read_usage(told["usage"])
        if "cost" in told:
            usd, components = read_cost(told["cost"])
            self._usd = self._usd if usd is None else usd
            self._components |= components
        if "model" in told:
            self._model = whole(self._text_of(told, "model"))
        if "finish" in told and told["finish"] is not False and told["finish"] != "":
            self._reason = "stop" if told["finish"] is True else whole(self._text_of(told, "finish"))

    def _text_of(self, told: Mapping[str, object], part: str) -> str:
        value = told[part]
        if not isinstance(value, str):
            raise ProtocolError(f"{self._failures.name} sent `{self._paths[part]}` that is not text.")
        return value

    def _list_of(self, told: Mapping[str, object], part: str) -> list[object]:
        items = list_or_none(told.get(part, []))
        if items is None:
            raise ProtocolError(f"{self._failures.name} sent `{self._paths[part]}` that is not a list.")
        return items

    def _begin(self, at: float) -> None:
        if not self._begun:
            self._begun = True
            self._events.append(FirstToken(at))

    def _add(self, kind: Kind, piece: str, at: float) -> None:
        if not piece:
            return
        self._begin(at)
        if kind is not self._kind:
            self._flush(at)
            self._kind = kind
        self._pieces.append(piece)

    def _flush(self, at: float) -> None:
        if not self._pieces:
            return
        text, self._half = split_half(self._half + "".join(self._pieces))
        self._pieces.clear()
        if text:
            self._bytes_out += len(text.encode())
            self._events.append(self._kind(at, text))

    def _not_understood(self, names: list[str]) -> ProtocolError:
        seen = self._failures.quote(", ".join(whole(name) for name in names[:SHOWN])) or "nothing"
        return ProtocolError(
            f"In what {self._failures.name} sent there is nothing we know: {seen}.",
            hint=f"Map its fields under target.fields; looked for were {', '.join(self._paths.values())}.",
        )

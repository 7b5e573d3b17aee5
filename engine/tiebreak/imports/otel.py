"""GenAI spans of OpenTelemetry, as OTLP JSON: one document, or a line for each export."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import answer, case_of, head, items, mapping, mappings, number, said, text, words
from tiebreak.records import ToolCall
from tiebreak.records.canonical import canonical_json

CHATS = ("chat", "text_completion", "generate_content")
PARAMETERS = (
    "temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty", "presence_penalty", "stop_sequences",
)  # fmt: skip


def suits(source: Source) -> bool:
    return "resourceSpans" in (source.first[0] if source.first else {})


def rows(source: Source) -> Iterator[Row]:
    names: dict[str, str] = {}
    number_ = others = 0
    for line, export in source.records():
        if isinstance(export, Refused):
            yield export
            continue
        for span in _spans(export):
            number_ += 1
            attributes = _attributes(span.get("attributes"))
            if attributes.get("gen_ai.operation.name") not in CHATS:
                others += 1
                continue
            yield from _span(span, attributes, line if source.kind == "lines" else number_, names)
    if others:
        yield Refused(line=0, reason=f"{others} spans are of other operations than {', '.join(CHATS)}.")


def _spans(export: Json) -> Iterator[Json]:
    for resource in mappings(export.get("resourceSpans")):
        for scope in mappings(resource.get("scopeSpans")):
            yield from mappings(scope.get("spans"))


def _attributes(value: object) -> dict[str, object]:
    return {words(one.get("key")): _value(one.get("value")) for one in mappings(value)}


def _value(value: object) -> object:
    """OTLP's typed values: int64 are texts in its JSON."""
    held = mapping(value)
    for kind, inner in held.items():
        match kind:
            case "intValue":
                with suppress(ValueError):
                    return int(words(inner))
                return None
            case "arrayValue":
                return [_value(one) for one in items(mapping(inner).get("values"))]
            case "kvlistValue":
                return _attributes(mapping(inner).get("values"))
            case _:
                return inner
    return None


def _span(span: Json, attributes: Mapping[str, object], line: int, names: dict[str, str]) -> Iterator[Row]:
    details = dict(attributes)
    for event in mappings(span.get("events")):
        held = _attributes(event.get("attributes"))
        details.update({key: value for key, value in held.items() if key.endswith((".messages", "instructions"))})
    system = _text(_json(details.get("gen_ai.system_instructions")))
    told = [_message(one) for one in mappings(_json(details.get("gen_ai.input.messages")))]
    system = system or "\n".join(one["content"] for one in told if one["role"] in ("system", "developer"))
    asked = [one for one in told if one["role"] not in ("system", "developer")]
    case = case_of(asked)
    if case is None:
        yield Refused(line=line, reason="The span has no `gen_ai.input.messages`: what was asked was not recorded.")
        return
    model = text(attributes.get("gen_ai.request.model"))
    parameters = {key: value for key in PARAMETERS if (value := attributes.get(f"gen_ai.request.{key}")) is not None}
    key = canonical_json([model, system, parameters])
    if key not in names:
        alike = sum(known.startswith(canonical_json([model])[:-1]) for known in names)
        names[key] = f"{model or 'model'}{f' #{alike + 1}' if alike else ''}"
        yield ConfigRow(name=names[key], model=model, system=system or None, parameters=parameters)
    yield CaseRow(line=line, case=case)
    first = head(_json(details.get("gen_ai.output.messages")))
    reasons = items(attributes.get("gen_ai.response.finish_reasons"))
    start, end = (number(_nanos(span.get(name))) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    given = answer(
        _text(first.get("parts") or first.get("content")),
        error=attributes.get("error.type"),
        finish=reasons[0] if reasons else first.get("finish_reason"),
        total=max(0.0, (end - start) / 1e9) if start is not None and end is not None else None,
        ttft=number(attributes.get("gen_ai.response.time_to_first_chunk")),
        prompt_tokens=attributes.get("gen_ai.usage.input_tokens"),
        completion_tokens=attributes.get("gen_ai.usage.output_tokens"),
        reasoning_tokens=attributes.get("gen_ai.usage.reasoning.output_tokens"),
        cached_tokens=attributes.get("gen_ai.usage.cache_read.input_tokens"),
        requested=model,
        served=attributes.get("gen_ai.response.model"),
        tool_calls=_calls(first),
    )
    yield GivenAnswer(line=line, case=case.id, config=names[key], response=given, said=tuple(_said(span)))


def _said(span: Json) -> Iterator[Said]:
    for event in mappings(span.get("events")):
        if event.get("name") == "gen_ai.evaluation.result":
            held = _attributes(event.get("attributes"))
            score = held.get("gen_ai.evaluation.score.value")
            value = score if score is not None else held.get("gen_ai.evaluation.score.label")
            name = words(held.get("gen_ai.evaluation.name")) or "evaluation"
            if (one := said(name, value, held.get("gen_ai.evaluation.explanation"))) is not None:
                yield one


def _message(one: Json) -> dict[str, str]:
    return {"role": words(one.get("role")), "content": _text(one.get("parts") or one.get("content"))}


def _text(value: object) -> str:
    """Text of parts: `{"type": "text", "content": …}`, or plain text."""
    if isinstance(value, str):
        return value
    return "\n".join(words(part.get("content")) for part in mappings(value) if part.get("type") == "text")


def _calls(message: Json) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(id=words(part.get("id")), name=words(part.get("name")), arguments=words(part.get("arguments") or {}))
        for part in mappings(message.get("parts"))
        if part.get("type") == "tool_call" and text(part.get("name"))
    )


def _nanos(value: object) -> object:
    try:
        return int(words(value))
    except ValueError:
        return None


def _json(value: object) -> object:
    """Messages stand as structured values, or as JSON text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        with suppress(ValueError):
            return json.loads(value)
    return value


TOOL = Tool(
    name="otel",
    title="GenAI spans of OpenTelemetry, OTLP JSON",
    suits=suits,
    rows=rows,
    comes="spans of chats whose messages were recorded: messages, system instructions, model and parameters, answers, "
    "tool calls, finish reason, tokens, times, time to the first chunk, evaluation results on the span",
    stays="spans of tools, agents and embeddings, spans without messages, costs, evaluations logged elsewhere",
)

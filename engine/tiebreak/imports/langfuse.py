"""Traces exported from Langfuse, as JSON or JSONL, with their scores."""

from collections.abc import Iterator, Mapping

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenLabel, Refused, Row, Said, Tool
from tiebreak.imports.langsmith import output_text
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import (
    answer,
    at,
    case_of,
    content,
    is_mapping,
    mapping,
    mappings,
    number,
    said,
    seconds_between,
    text,
    words,
)
from tiebreak.records import Response

MARKS = ({"traceId", "type"}, {"projectId", "timestamp"}, {"observations", "scores"})
"""Keys that only Langfuse has side by side."""


def suits(source: Source) -> bool:
    return any(
        {"input", "output"} <= row.keys() and any(marks <= row.keys() for marks in MARKS) for row in source.first
    )


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        if row.get("parentObservationId"):
            yield Refused(line=line, reason="This is a step of another observation; only whole traces are taken.")
            continue
        generation = _generation(row)
        item = mapping(row.get("datasetItem"))
        case = case_of(
            item.get("input") or row.get("input"),
            id_=row.get("datasetItemId") or item.get("id"),
            reference=output_text(item.get("expectedOutput")) or text(row.get("expectedOutput")),
            metadata=mapping(item.get("metadata")),
            tags=row.get("tags"),
        )
        if case is None:
            yield Refused(line=line, reason="The trace has no input.")
            continue
        config = _config(row, generation, source)
        if config.name not in names:
            names.add(config.name)
            yield config
        yield CaseRow(line=line, case=case)
        response = _answer(row, generation, config)
        yield GivenAnswer(line=line, case=case.id, config=config.name, response=response, said=tuple(_said(row)))
        yield from _labels(row, line, case.id, config.name)


def _generation(row: Json) -> Json:
    """What says model and usage: the row itself, or the last generation of a trace."""
    several = [one for one in mappings(row.get("observations")) if one.get("type") == "GENERATION"]
    return several[-1] if several else row


def _config(row: Json, generation: Json, source: Source) -> ConfigRow:
    model = text(generation.get("model")) or text(generation.get("providedModelName"))
    name = (
        text(row.get("datasetRunName")) or text(row.get("release")) or text(row.get("version")) or model or source.name
    )
    return ConfigRow(name=name, model=model, parameters=mapping(generation.get("modelParameters")))


def _answer(row: Json, generation: Json, config: ConfigRow) -> Response:
    usage = mapping(generation.get("usageDetails")) or mapping(generation.get("usage"))
    output = row.get("output")
    body = (
        content(at(output, "content")) if is_mapping(output) and "content" in mapping(output) else output_text(output)
    )
    begun = generation.get("startTime") or row.get("timestamp")
    total = number(row.get("latency")) if row is not generation else None
    return answer(
        body,
        error=generation.get("statusMessage") if generation.get("level") == "ERROR" else None,
        total=seconds_between(begun, generation.get("endTime")) if total is None else total,
        ttft=seconds_between(begun, generation.get("completionStartTime")),
        prompt_tokens=usage.get("input", usage.get("promptTokens")),
        completion_tokens=usage.get("output", usage.get("completionTokens")),
        usd=row.get("totalCost") or generation.get("calculatedTotalCost") or at(generation, "costDetails", "total"),
        requested=config.model,
    )


def _value(score: Mapping[str, object]) -> object:
    if score.get("dataType") == "BOOLEAN":
        return score.get("value") in (1, 1.0, True)
    return score.get("stringValue") if score.get("value") is None else score["value"]


def _said(row: Json) -> Iterator[Said]:
    for score in mappings(row.get("scores")):
        if score.get("source") != "ANNOTATION":
            found = said(words(score.get("name")) or "score", _value(score), score.get("comment"))
            if found is not None:
                yield found


def _labels(row: Json, line: int, case: str, config: str) -> Iterator[Row]:
    for score in mappings(row.get("scores")):
        if score.get("source") == "ANNOTATION":
            name, note = words(score.get("name")) or "score", text(score.get("comment"))
            rater = text(score.get("authorUserId"))
            value = words(score.get("stringValue") or _value(score))
            yield GivenLabel(line=line, case=case, config=config, name=name, value=value, rater=rater, note=note)


TOOL = Tool(
    name="langfuse",
    title="traces of Langfuse, JSON or JSONL",
    suits=suits,
    rows=rows,
    comes="traces or generations with input and output, dataset items, model and parameters, tokens, cost, times, time "
    "to the first token, scores of evaluators, annotations of people",
    stays="observations within a trace, prompts kept apart, media; `datasetRunName`, `release` or `version` names a "
    "run",
)

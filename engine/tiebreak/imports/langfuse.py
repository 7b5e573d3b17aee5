"""Traces, observations or items of experiments exported from Langfuse, as JSON or JSONL, with their scores."""

from collections.abc import Iterator, Mapping

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenLabel, Refused, Row, Said, Tool
from tiebreak.imports.langsmith import output_text
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.steps import Step, gather
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

MARKS = ({"traceId", "type"}, {"projectId", "timestamp"}, {"observations", "scores"}, {"experimentId", "traceId"})
"""Keys that only Langfuse has side by side."""


def suits(source: Source) -> bool:
    return any(
        {"input", "output"} <= row.keys() and any(marks <= row.keys() for marks in MARKS) for row in source.first
    )


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    steps = gather(source, _trace, _step)
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        if _trace(row) is not None:
            continue
        step = steps.of(row.get("traceId"))
        for one in mappings(row.get("observations")) or [row]:
            _step(step, one)
        item = mapping(row.get("datasetItem"))
        case = case_of(
            item.get("input") or row.get("input"),
            id_=row.get("datasetItemId") or row.get("experimentItemId") or item.get("id"),
            reference=_reference(item) or _reference(row),
            metadata=mapping(item.get("metadata")) or mapping(row.get("experimentItemMetadata")),
            tags=row.get("tags"),
        )
        if case is None:
            yield Refused(line=line, reason="The trace has no input.")
            continue
        config = _config(row, step, source)
        if config.name not in names:
            names.add(config.name)
            yield config
        yield CaseRow(line=line, case=case)
        response = _answer(row, step, config)
        yield GivenAnswer(line=line, case=case.id, config=config.name, response=response, said=tuple(_said(row)))
        yield from _labels(row, line, case.id, config.name)
    if (told := steps.told("trace")) is not None:
        yield told


def _trace(row: Json) -> object:
    """The trace of an observation within another one; an SDK may mark one that has a parent elsewhere as a root."""
    parent = row.get("parentObservationId") if row.get("isRootObservation") is not True else None
    return (row.get("traceId") or parent) if parent else None


def _step(step: Step, row: Json) -> None:
    """Generations say model and usage; so does what is exported of them without their trace."""
    model = text(row.get("model")) or text(row.get("providedModelName"))
    usage = mapping(row.get("usageDetails")) or mapping(row.get("usage"))
    if row.get("type") != "GENERATION" and model is None:
        return
    step.model = model or step.model
    step.parameters = mapping(row.get("modelParameters")) or step.parameters
    step.ttft = seconds_between(row.get("startTime"), row.get("completionStartTime"))
    step.add("input", usage.get("input", usage.get("promptTokens")))
    step.add("output", usage.get("output", usage.get("completionTokens")))
    step.add("cached", usage.get("input_cached_tokens", usage.get("cache_read_input_tokens")))
    cost = row.get("calculatedTotalCost") or at(row, "costDetails", "total") or row.get("totalCost")
    step.add("cost", cost)


def _reference(row: Json) -> str | None:
    return output_text(row.get("expectedOutput")) or text(row.get("expectedOutput"))


def _config(row: Json, step: Step, source: Source) -> ConfigRow:
    names = ("datasetRunName", "experimentName", "release", "version")
    name = next((one for key in names if (one := text(row.get(key)))), None) or step.model or source.name
    return ConfigRow(name=name, model=step.model, parameters=step.parameters)


def _answer(row: Json, step: Step, config: ConfigRow) -> Response:
    output = row.get("output")
    body = (
        content(at(output, "content")) if is_mapping(output) and "content" in mapping(output) else output_text(output)
    )
    total = number(row.get("latency"))
    return answer(
        body,
        error=_error(row),
        total=seconds_between(row.get("startTime"), row.get("endTime")) if total is None else total,
        ttft=step.ttft,
        prompt_tokens=step.sums.get("input"),
        completion_tokens=step.sums.get("output"),
        cached_tokens=step.sums.get("cached"),
        usd=row.get("totalCost") or step.sums.get("cost"),
        requested=config.model,
    )


def _error(row: Json) -> str | None:
    """Of the row itself, else of the last of its observations that is an error where there is no output."""
    several = mappings(row.get("observations")) if not row.get("output") else []
    failed = [one for one in (row, *several) if one.get("level") == "ERROR"]
    return (text(failed[-1].get("statusMessage")) or "error") if failed else None


def _value(score: Mapping[str, object]) -> object:
    """Words have a number as well, which says nothing; it is 0 where no word was given one."""
    if score.get("dataType") == "BOOLEAN":
        return score.get("value") in (1, 1.0, True)
    if score.get("dataType") in ("CATEGORICAL", "TEXT", "CORRECTION") and text(score.get("stringValue")):
        return score["stringValue"]
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
    title="traces or observations of Langfuse, JSON or JSONL",
    suits=suits,
    rows=rows,
    comes="traces, root observations or items of experiments with input and output, dataset items, cost, times, scores "
    "of evaluators, annotations of people; model, parameters, tokens and time to the first token of the generations "
    "within them",
    stays="what else observations within a trace hold, prompts kept apart, media; `datasetRunName`, `experimentName`, "
    "`release` or `version` names a run",
)

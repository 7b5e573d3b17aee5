"""Runs exported from LangSmith: root runs of experiments, a JSON object a line or a list; feedback comes with them."""

from collections.abc import Iterator, Mapping

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenLabel, Refused, Row, Said, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import (
    answer,
    at,
    case_of,
    content,
    mapping,
    mappings,
    passages,
    said,
    seconds_between,
    text,
    words,
)
from tiebreak.records import Response

OUTPUTS = ("output", "answer", "response", "text", "content", "completion", "result")
PEOPLE = ("app", "human")
"""Sources of feedback that are people; all others are evaluators and models."""


def suits(source: Source) -> bool:
    return any({"run_type", "inputs"} <= row.keys() and "outputs" in row for row in source.first)


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        if row.get("parent_run_id"):
            yield Refused(line=line, reason="This is a step of another run; only root runs are taken.")
            continue
        example = mapping(row.get("reference_example"))
        case = case_of(
            example.get("inputs") or row.get("inputs"),
            id_=row.get("reference_example_id") or example.get("id"),
            reference=output_text(example.get("outputs")) or None,
            metadata=mapping(example.get("metadata")),
        )
        if case is None:
            yield Refused(line=line, reason="The run has no inputs.")
            continue
        config = _config(row, source)
        if config.name not in names:
            names.add(config.name)
            yield config
        yield CaseRow(line=line, case=case)
        given = _answer(row, config)
        yield GivenAnswer(line=line, case=case.id, config=config.name, response=given, said=tuple(_said(row)))
        yield from _labels(row, line, case.id, config.name)


def output_text(value: object) -> str:
    """The answer among outputs: under a usual name, the last message, or all of it as JSON."""
    fields = mapping(value)
    for name in OUTPUTS:
        if text(fields.get(name)):
            return words(fields[name])
    messages = mappings(fields.get("messages"))
    if messages:
        return content(messages[-1].get("content", at(messages[-1], "kwargs", "content")))
    if len(fields) == 1:
        return words(next(iter(fields.values())))
    return words(value) if value else ""


def _config(row: Json, source: Source) -> ConfigRow:
    metadata = mapping(at(row, "extra", "metadata"))
    invocation = mapping(at(row, "extra", "invocation_params"))
    model = text(metadata.get("ls_model_name")) or text(invocation.get("model")) or text(invocation.get("model_name"))
    name = (
        text(row.get("session_name")) or text(metadata.get("experiment")) or text(row.get("session_id")) or source.name
    )
    kept = ("temperature", "top_p", "max_tokens", "seed", "stop", "presence_penalty", "frequency_penalty")
    parameters = {key: invocation[key] for key in kept if invocation.get(key) is not None}
    if not parameters and (warmth := metadata.get("ls_temperature")) is not None:
        parameters = {"temperature": warmth}
    return ConfigRow(name=name, model=model, parameters=parameters)


def _answer(row: Json, config: ConfigRow) -> Response:
    outputs = mapping(row.get("outputs"))
    documents = outputs.get("documents") or outputs.get("contexts") or outputs.get("retrieved_contexts")
    cost = row.get("total_cost")
    return answer(
        output_text(outputs),
        error=row.get("error"),
        total=seconds_between(row.get("start_time"), row.get("end_time")),
        ttft=seconds_between(row.get("start_time"), row.get("first_token_time")),
        prompt_tokens=row.get("prompt_tokens"),
        completion_tokens=row.get("completion_tokens"),
        usd=_decimal(cost) if isinstance(cost, str) else cost,
        requested=config.model,
        contexts=passages(documents),
    )


def _decimal(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _feedback(row: Json) -> Iterator[Mapping[str, object]]:
    """One by one where the export has them, else the averages of `feedback_stats`."""
    several = mappings(row.get("feedback"))
    yield from several
    if not several:
        for key, stats in mapping(row.get("feedback_stats")).items():
            yield {"key": key, "score": at(stats, "avg")}


def _said(row: Json) -> Iterator[Said]:
    for one in _feedback(row):
        if at(one, "feedback_source", "type") not in PEOPLE:
            score = one.get("score")
            value = score if score is not None else one.get("value")
            found = said(words(one.get("key")) or "feedback", value, one.get("comment"))
            if found is not None:
                yield found


def _labels(row: Json, line: int, case: str, config: str) -> Iterator[Row]:
    for one in _feedback(row):
        if at(one, "feedback_source", "type") in PEOPLE:
            value = one.get("score") if one.get("score") is not None else one.get("value")
            rater = text(at(one, "feedback_source", "user_id")) or text(at(one, "feedback_source", "user_name"))
            name = words(one.get("key")) or "feedback"
            note = text(one.get("comment"))
            yield GivenLabel(line=line, case=case, config=config, name=name, value=words(value), rater=rater, note=note)


TOOL = Tool(
    name="langsmith",
    title="runs of LangSmith, JSON or JSONL",
    suits=suits,
    rows=rows,
    comes="root runs with inputs, outputs, the example they refer to, model and temperature, tokens, cost, times, time "
    "to the first token, feedback of evaluators and of people",
    stays="child runs, attachments, annotation queues, pairwise experiments; an experiment is named by `session_name`",
)

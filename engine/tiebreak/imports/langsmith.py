"""Runs exported from LangSmith: root runs of experiments, a JSON object a line or a list; feedback comes with them.

Rows of `evaluate()` (`run`, `example`, `evaluation_results`) are read alike.
"""

from collections.abc import Iterator, Mapping

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenLabel, Refused, Row, Said, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.steps import Step, gather, kept
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
    return any({"run_type", "inputs", "outputs"} <= _run(row).keys() for row in source.first)


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    steps = gather(source, _trace, _step)
    for line, record in source.records():
        if isinstance(record, Refused):
            yield record
            continue
        row = _run(record)
        if row.get("parent_run_id"):
            continue
        step = steps.of(row.get("trace_id"))
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
        config = _config(row, step, source)
        if config.name not in names:
            names.add(config.name)
            yield config
        yield CaseRow(line=line, case=case)
        given = _answer(row, step, config)
        yield GivenAnswer(line=line, case=case.id, config=config.name, response=given, said=tuple(_said(row)))
        yield from _labels(row, line, case.id, config.name)
    if (told := steps.told("run")) is not None:
        yield told


def _run(row: Json) -> Json:
    """The run of a row, with what `evaluate()` puts beside it."""
    run = mapping(row.get("run"))
    if "run_type" not in run:
        return row
    found = mappings(at(row, "evaluation_results", "results"))
    return {**run, "reference_example": row.get("example"), "feedback": [one for one in found if _says(one)]}


def _says(result: Mapping[str, object]) -> bool:
    return result.get("score") is not None or result.get("value") is not None


def _trace(row: Json) -> object:
    parent = row.get("parent_run_id")
    return (row.get("trace_id") or parent) if parent else None


def _step(step: Step, row: Json) -> None:
    if row.get("run_type") == "retriever":
        outputs = mapping(row.get("outputs"))
        step.contexts += passages(outputs.get("documents") or outputs.get("output"))
    if row.get("run_type") == "llm":
        step.model = _model(row) or step.model
        step.parameters = _parameters(row) or step.parameters
        step.ttft = seconds_between(row.get("start_time"), row.get("first_token_time"))
        for name, value in zip(("prompt_tokens", "completion_tokens"), _tokens(row), strict=True):
            step.add(name, value)


def _tokens(row: Json) -> tuple[object, object]:
    """In and out: as LangSmith counts them, else as the run's own outputs say."""
    usage = mapping(at(row, "outputs", "usage_metadata")) or mapping(at(row, "extra", "metadata", "usage_metadata"))
    given, told = row.get("prompt_tokens"), row.get("completion_tokens")
    return (usage.get("input_tokens") if given is None else given, usage.get("output_tokens") if told is None else told)


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


def _model(row: Json) -> str | None:
    invocation = mapping(at(row, "extra", "invocation_params"))
    told = text(at(row, "extra", "metadata", "ls_model_name"))
    return told or text(invocation.get("model")) or text(invocation.get("model_name"))


def _parameters(row: Json) -> Mapping[str, object]:
    parameters = kept(mapping(at(row, "extra", "invocation_params")))
    if not parameters and (warmth := at(row, "extra", "metadata", "ls_temperature")) is not None:
        return {"temperature": warmth}
    return parameters


def _config(row: Json, step: Step, source: Source) -> ConfigRow:
    told = text(row.get("session_name")) or text(at(row, "extra", "metadata", "experiment"))
    name = told or text(row.get("session_id")) or source.name
    return ConfigRow(name=name, model=_model(row) or step.model, parameters=_parameters(row) or step.parameters)


def _answer(row: Json, step: Step, config: ConfigRow) -> Response:
    outputs = mapping(row.get("outputs"))
    documents = outputs.get("documents") or outputs.get("contexts") or outputs.get("retrieved_contexts")
    cost = row.get("total_cost")
    asked, said_ = _tokens(row)
    ttft = seconds_between(row.get("start_time"), row.get("first_token_time"))
    return answer(
        output_text(outputs),
        error=row.get("error"),
        total=seconds_between(row.get("start_time"), row.get("end_time")),
        ttft=step.ttft if ttft is None else ttft,
        prompt_tokens=step.sums.get("prompt_tokens") if asked is None else asked,
        completion_tokens=step.sums.get("completion_tokens") if said_ is None else said_,
        usd=_decimal(cost) if isinstance(cost, str) else cost,
        requested=config.model,
        contexts=passages(documents) or step.contexts,
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
    comes="root runs with inputs, outputs, the example they refer to, cost, times, feedback of evaluators and of "
    "people; model, temperature, tokens, time to the first token and retrieved passages, of the root run or of those "
    "within it; rows of `evaluate()`",
    stays="what else child runs hold, attachments, annotation queues, pairwise experiments; an experiment is named by "
    "`session_name`",
)

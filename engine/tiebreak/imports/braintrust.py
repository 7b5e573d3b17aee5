"""Experiments exported from Braintrust, JSONL: a span a line, of which the root ones are the cases.

As the API and the SDK give them, scores and tokens stand in spans within the root one; as the site exports them, in it.
"""

from collections.abc import Iterator

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.langsmith import output_text
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.steps import Step, gather, kept
from tiebreak.imports.values import all_said, answer, at, case_of, is_mapping, mapping, number, text, words

OURS = {"root_span_id", "span_id", "experiment_id", "_xact_id", "dataset_record_id", "span_attributes", "span_parents"}
SUMS = (
    "prompt_tokens", "completion_tokens", "completion_reasoning_tokens", "prompt_cached_tokens", "estimated_cost",
)  # fmt: skip


def suits(source: Source) -> bool:
    return any({"input", "output"} <= row.keys() and bool(OURS & row.keys()) for row in source.first)


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    steps = gather(source, _trace, _step)
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        if row.get("span_parents"):
            continue
        step = steps.of(row.get("root_span_id"))
        metadata = dict(mapping(row.get("metadata")))
        model = text(metadata.pop("model", None)) or step.model
        identity = row.get("dataset_record_id") or at(row, "origin", "id")
        expected, tags = row.get("expected"), row.get("tags")
        case = case_of(row.get("input"), id_=identity, reference=expected, metadata=metadata, tags=tags)
        if case is None:
            yield Refused(line=line, reason="The row has no input.")
            continue
        name = text(row.get("experiment_name")) or text(row.get("experiment_id")) or source.name
        if name not in names:
            names.add(name)
            yield ConfigRow(name=name, model=model, parameters=step.parameters)
        yield CaseRow(line=line, case=case)
        metrics = {**step.sums, **mapping(row.get("metrics"))}
        start, end = number(metrics.get("start")), number(metrics.get("end"))
        output = row.get("output")
        given = answer(
            output_text(output) if is_mapping(output) else words(output),
            error=row.get("error"),
            total=max(0.0, end - start) if start is not None and end is not None else number(metrics.get("duration")),
            ttft=step.ttft if (ttft := number(metrics.get("time_to_first_token"))) is None else ttft,
            prompt_tokens=metrics.get("prompt_tokens"),
            completion_tokens=metrics.get("completion_tokens"),
            reasoning_tokens=metrics.get("completion_reasoning_tokens"),
            cached_tokens=metrics.get("prompt_cached_tokens"),
            usd=metrics.get("estimated_cost"),
            requested=model,
        )
        said = {**step.said, **_scores(row)}
        yield GivenAnswer(line=line, case=case.id, config=name, response=given, said=tuple(said.values()))
    if (told := steps.told("span")) is not None:
        yield told


def _trace(row: Json) -> object:
    parents = row.get("span_parents")
    return (row.get("root_span_id") or words(parents)) if parents else None


def _scores(row: Json) -> dict[str, Said]:
    return {one.name: one for one in all_said(row.get("scores")) if one.score is not None}


def _step(step: Step, row: Json) -> None:
    step.said.update(_scores(row))
    metadata, metrics = mapping(row.get("metadata")), mapping(row.get("metrics"))
    if at(row, "span_attributes", "type") == "llm":
        step.model = text(metadata.get("model")) or step.model
        step.parameters = kept(metadata) or step.parameters
        step.ttft = number(metrics.get("time_to_first_token"))
        for name in SUMS:
            step.add(name, metrics.get(name))


TOOL = Tool(
    name="braintrust",
    title="experiments of Braintrust, JSONL",
    suits=suits,
    rows=rows,
    comes="root spans with input, output and expected, times; model, temperature and the like, tokens, cost, time to "
    "the first token and scores, of the root span or of the spans within it",
    stays="what else child spans hold, comments, human review apart from its scores, prompts of the playground",
)

"""Experiments exported from Braintrust, JSONL: a root span a line; a file is one experiment."""

from collections.abc import Iterator

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Tool
from tiebreak.imports.langsmith import output_text
from tiebreak.imports.reading import Source
from tiebreak.imports.values import all_said, answer, at, case_of, is_mapping, mapping, number, text, words

OURS = {"root_span_id", "span_id", "experiment_id", "_xact_id", "dataset_record_id", "span_attributes", "span_parents"}


def suits(source: Source) -> bool:
    return any({"input", "output"} <= row.keys() and bool(OURS & row.keys()) for row in source.first)


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        if row.get("span_parents"):
            yield Refused(line=line, reason="This is a step of another span; only root spans are taken.")
            continue
        metadata = dict(mapping(row.get("metadata")))
        model = text(metadata.pop("model", None))
        identity = row.get("dataset_record_id") or at(row, "origin", "id")
        expected, tags = row.get("expected"), row.get("tags")
        case = case_of(row.get("input"), id_=identity, reference=expected, metadata=metadata, tags=tags)
        if case is None:
            yield Refused(line=line, reason="The row has no input.")
            continue
        name = text(row.get("experiment_name")) or text(row.get("experiment_id")) or source.name
        if name not in names:
            names.add(name)
            yield ConfigRow(name=name, model=model)
        yield CaseRow(line=line, case=case)
        metrics = mapping(row.get("metrics"))
        start, end = number(metrics.get("start")), number(metrics.get("end"))
        output = row.get("output")
        given = answer(
            output_text(output) if is_mapping(output) else words(output),
            error=row.get("error"),
            total=max(0.0, end - start) if start is not None and end is not None else number(metrics.get("duration")),
            ttft=number(metrics.get("time_to_first_token")),
            prompt_tokens=metrics.get("prompt_tokens"),
            completion_tokens=metrics.get("completion_tokens"),
            reasoning_tokens=metrics.get("completion_reasoning_tokens"),
            cached_tokens=metrics.get("prompt_cached_tokens"),
            usd=metrics.get("estimated_cost"),
            requested=model,
        )
        said = tuple(one for one in all_said(row.get("scores")) if one.score is not None)
        yield GivenAnswer(line=line, case=case.id, config=name, response=given, said=said)


TOOL = Tool(
    name="braintrust",
    title="experiments of Braintrust, JSONL",
    suits=suits,
    rows=rows,
    comes="root spans with input, output and expected, model, tokens, cost, times, time to the first token, scores",
    stays="child spans, comments, human review apart from its scores, prompts of the playground",
)

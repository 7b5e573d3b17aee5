"""Logs of Inspect: `.json`, or `.eval`, which is a zip with a member for each sample; one log is one config."""

from collections.abc import Iterator, Mapping

from tiebreak.errors import ImportFormatError
from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.reading import Source
from tiebreak.imports.values import (
    answer,
    at,
    calls,
    case_of,
    content,
    head,
    is_list,
    is_mapping,
    items,
    mapping,
    mappings,
    number,
    said,
    text,
    words,
)

HEADER = "header.json"
SAMPLES = "samples/"


def suits(source: Source) -> bool:
    if source.kind == "archive":
        return bool(source.archive().names(SAMPLES)) and HEADER in source.archive().members
    return {"eval", "status"} <= source.top.keys() and is_mapping(source.top.get("eval"))


def rows(source: Source) -> Iterator[Row]:
    if source.kind == "archive":
        yield from _of_archive(source)
        return
    config = _config(source.top, source)
    yield config
    samples = mappings(source.top.get("samples"))
    if not samples:
        raise source.refuse("The log holds no samples.", hint="Run Inspect with log_samples on.")
    for number_, sample in enumerate(samples, start=1):
        yield from _sample(sample, number_, config)


def _of_archive(source: Source) -> Iterator[Row]:
    archive = source.archive()
    name = HEADER if HEADER in archive.members else "_journal/start.json"
    if name not in archive.members:
        raise source.refuse("The archive is no log of Inspect: it has no header.json.")
    config = _config(mapping(source.value(archive.read(name), name)), source)
    yield config
    names = archive.names(SAMPLES, ".json")
    for number_, data in enumerate(archive.read_all(names), start=1):
        try:
            sample = mapping(source.value(data, names[number_ - 1]))
        except ImportFormatError as problem:
            yield Refused(line=number_, reason=problem.message)
            continue
        yield from _sample(sample, number_, config)


def _config(log: Mapping[str, object], source: Source) -> ConfigRow:
    evaluation, plan = mapping(log.get("eval")), mapping(log.get("plan"))
    model = text(evaluation.get("model"))
    steps = [step for step in mappings(plan.get("steps")) if step.get("solver") == "system_message"]
    system = [text(at(step, "params", "template")) for step in steps]
    parameters = {**mapping(evaluation.get("model_generate_config")), **mapping(plan.get("config"))}
    return ConfigRow(
        name=model or source.name,
        model=model,
        system="\n".join(one for one in system if one) or None,
        parameters={key: value for key, value in parameters.items() if value is not None},
    )


def _sample(sample: Mapping[str, object], line: int, config: ConfigRow) -> Iterator[Row]:
    metadata = dict(mapping(sample.get("metadata")))
    choices = items(sample.get("choices"))
    segment = metadata.pop("segment", None)
    if choices:
        metadata["choices"] = list(choices)
    target = sample.get("target")
    reference = target[0] if is_list(target) and len(target) == 1 else target
    case = case_of(
        sample.get("input"),
        id_=sample.get("id"),
        reference=reference,
        segment=segment,
        metadata=metadata,
    )
    if case is None:
        yield Refused(line=line, reason="The sample has no input.")
        return
    yield CaseRow(line=line, case=case)
    output = mapping(sample.get("output"))
    choice = head(output.get("choices"))
    message = mapping(choice.get("message"))
    usage = mapping(output.get("usage")) or _spent(sample)
    reasoning = "\n".join(
        words(part.get("reasoning")) for part in mappings(message.get("content")) if part.get("type") == "reasoning"
    )
    parts = [part for part in mappings(message.get("content")) if part.get("type") == "text"]
    body = output.get("completion") or (content(parts) if parts else content(message.get("content")))
    given = answer(
        body,
        error=at(sample, "error", "message") or output.get("error"),
        finish=choice.get("stop_reason"),
        total=number(output.get("time")),
        prompt_tokens=usage.get("input_tokens"),
        completion_tokens=usage.get("output_tokens"),
        reasoning_tokens=usage.get("reasoning_tokens"),
        cached_tokens=usage.get("input_tokens_cache_read"),
        usd=usage.get("total_cost"),
        requested=config.model,
        served=output.get("model"),
        reasoning=reasoning,
        tool_calls=calls(message.get("tool_calls")),
    )
    yield GivenAnswer(line=line, case=case.id, config=config.name, response=given, said=tuple(_said(sample)))


def _spent(sample: Mapping[str, object]) -> Mapping[str, object]:
    """What a sample used, where one model alone was asked."""
    used = list(mapping(sample.get("model_usage")).values())
    return mapping(used[0]) if len(used) == 1 else {}


def _said(sample: Mapping[str, object]) -> Iterator[Said]:
    for name, score in mapping(sample.get("scores") or {}).items():
        value = at(score, "value")
        detail = at(score, "explanation") or at(score, "answer")
        if is_mapping(value):
            for part, inner in mapping(value).items():
                if (one := said(f"{name}/{part}", inner, detail)) is not None:
                    yield one
        elif (one := said(name, value, detail)) is not None:
            yield one


TOOL = Tool(
    name="inspect",
    title="logs of Inspect, `.json` or `.eval`",
    suits=suits,
    rows=rows,
    comes="samples, targets, choices, the model and its parameters, a system message, answers by epoch, tool calls of "
    "the last message, tokens, cost, time, scores",
    stays="events, sandboxes, attachments, messages between the input and the answer, reductions",
)

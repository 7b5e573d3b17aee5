"""Samples of lm-eval (`--log_samples`, `samples_TASK_DATE.jsonl`); the folder they are in names the model."""

import re
from collections.abc import Iterator
from contextlib import suppress

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.reading import Json, Source, read_value
from tiebreak.imports.values import answer, case_of, items, mapping, messages, said, text, words

NAMED = {"doc_id", "resps", "arguments"}
_TASK = re.compile(r"samples_(.+?)_\d{4}-\d\d-\d\d")


def suits(source: Source) -> bool:
    return bool(source.first) and source.first[0].keys() >= NAMED


def rows(source: Source) -> Iterator[Row]:
    name = source.path.absolute().parent.name or source.name
    model = name.replace("__", "/")
    named = _TASK.match(source.path.stem)
    task = named[1] if named else source.path.stem
    yield ConfigRow(name=name, model=model)
    seen: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        first = _first(row.get("arguments"))
        case = case_of(
            first,
            id_=f"{task}/{words(row.get('doc_id'))}",
            reference=_reference(row),
            segment=task,
            metadata=mapping(row.get("doc")),
        )
        if case is None:
            yield Refused(line=line, reason="The sample has no arguments.")
            continue
        key = f"{case.id}\0{words(row.get('filter'))}"
        if key in seen or (case.id in seen and row.get("filter")):
            filter_ = words(row.get("filter"))
            yield Refused(line=line, reason=f"Another filter (“{filter_}”) of the same answer: the first is taken.")
            continue
        seen.update((key, case.id))
        yield CaseRow(line=line, case=case)
        given = answer(_said_by(row), requested=model)
        yield GivenAnswer(line=line, case=case.id, config=name, response=given, said=tuple(_scores(row)))


def _first(arguments: object) -> object:
    """The prompt of the first request: written as a list of lists, or as `gen_args_0.arg_0`."""
    several = items(arguments)
    if several:
        return _chat(next(iter(items(several[0])), None))
    return _chat(mapping(next(iter(mapping(arguments).values()), None)).get("arg_0"))


def _chat(prompt: object) -> object:
    """Messages, where a chat template was applied: they stand as JSON, in a list of one text."""
    several = items(prompt)
    inner = several[0] if len(several) == 1 else prompt
    if isinstance(inner, str) and inner.startswith("[{"):
        with suppress(ValueError):
            found = read_value(inner)
            return found if messages(found) else inner
    return inner


def _reference(row: Json) -> object:
    """The target; of a choice by likelihood, the continuation that it numbers."""
    target, choices = row.get("target"), _choices(row)
    several = items(row.get("resps"))
    chosen = len(several) == len(choices) > 1 and all(_likelihood(one) is not None for one in several)
    if chosen and str(target).isdecimal() and int(str(target)) < len(choices):
        return choices[int(str(target))].strip()
    return target


def _choices(row: Json) -> list[str]:
    arguments = row.get("arguments")
    several = [items(one) for one in items(arguments)]
    if several:
        return [words(one[1]) for one in several if len(one) > 1]
    return [words(mapping(one).get("arg_1")) for one in mapping(arguments).values()]


def _said_by(row: Json) -> str:
    """What was generated; of a choice by likelihood, the likeliest continuation."""
    first = items(row.get("filtered_resps")) or items(row.get("resps"))
    if not first:
        return ""
    if text(first[0]):
        return words(first[0])
    scored = [_likelihood(one) for one in first]
    choices = _choices(row)
    if len(scored) == len(choices) > 1 and all(one is not None for one in scored):
        return choices[max(range(len(scored)), key=lambda index: scored[index] or 0.0)].strip()
    inner = items(first[0])
    return words(inner[0]) if inner else words(first[0])


def _likelihood(value: object) -> float | None:
    found = items(value)
    while found and items(found[0]):
        found = items(found[0])
    if len(found) == 2 and isinstance(found[0], int | float) and not isinstance(found[0], bool):
        return float(found[0])
    if len(found) == 2 and isinstance(found[0], str):
        try:
            return float(found[0])
        except ValueError:
            return None
    return None


def _scores(row: Json) -> Iterator[Said]:
    for name in items(row.get("metrics")):
        value = row.get(str(name))
        if isinstance(value, bool | int | float) and (one := said(str(name), value)) is not None:
            yield one


TOOL = Tool(
    name="lm-eval",
    title="samples of lm-eval, JSONL",
    suits=suits,
    rows=rows,
    comes="the prompt or the messages as they were sent, targets (of a choice, its text), the document as metadata, "
    "the task as segment, generated text or the likeliest choice, the metrics of each sample",
    stays="likelihoods, further filters of an answer, generation arguments; tokens, times, costs (there are none)",
)

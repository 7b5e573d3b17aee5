"""Results of promptfoo (`promptfoo eval -o results.json`, version 3): tests as cases, provider × prompt as configs.

Its assertions come twice: as it judged them, and, where a check of ours says the same, as checks of the case.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from tiebreak.checks import parse_checks
from tiebreak.datasets.exchange.assertions import check_for
from tiebreak.datasets.foreign import ALIASES
from tiebreak.errors import TiebreakError
from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenLabel, Refused, Row, Said, Tool
from tiebreak.imports.reading import Source
from tiebreak.imports.values import (
    answer,
    asked,
    at,
    case_of,
    is_mapping,
    items,
    mapping,
    mappings,
    number,
    said,
    text,
    words,
)
from tiebreak.records import Case, CheckSpec, canonical_json

INPUTS = ("input", *ALIASES["input"], "text", "message", "user_input")
_HUMAN = "human"


def suits(source: Source) -> bool:
    results = source.top.get("results")
    return is_mapping(results) and isinstance(mapping(results).get("results", at(results, "outputs")), list)


def rows(source: Source) -> Iterator[Row]:
    results = mapping(source.top.get("results"))
    given = items(results.get("results") or results.get("outputs"))
    prompts = mappings(results.get("prompts"))
    providers = mappings(at(source.top, "config", "providers"))
    settings = {text(one.get("label")) or words(one.get("id")): one for one in providers}
    asked_as = _descriptions(given)
    known: set[str] = set()
    names: set[str] = set()
    # They stand in the order in which they came; the order of tests and prompts is the same every time.
    for number_, row in sorted(enumerate(map(mapping, given), start=1), key=_place):
        provider = _provider(row)
        test = mapping(row.get("testCase"))
        case = _case(row, test, alone=len(asked_as.get(words(test.get("description")), ())) < 2)
        if not row or case is None or provider is None:
            reason = "There is no provider." if row and case is not None else "Nothing is asked in this row."
            yield Refused(line=number_, reason=reason)
            continue
        label = _label(row, prompts)
        config = provider if len(_prompt_labels(prompts)) < 2 else f"{provider} · {label}"
        if config not in names:
            names.add(config)
            yield _config(config, row, label, prompts, mapping(at(settings.get(provider), "config")))
        if case.id not in known:
            known.add(case.id)
            yield CaseRow(line=number_, case=case)
        yield _answer(number_, row, case, config)
        yield from _human(number_, row, case, config)


def _place(numbered: tuple[int, Mapping[str, object]]) -> tuple[float, float, int]:
    line, row = numbered
    return number(row.get("testIdx")) or 0, number(row.get("promptIdx")) or 0, line


def _prompt_labels(prompts: list[Mapping[str, object]]) -> set[str]:
    return {words(one.get("raw")) or words(one.get("label")) for one in prompts}


def _provider(row: Mapping[str, object]) -> str | None:
    provider = row.get("provider")
    return text(provider) or text(at(provider, "label")) or text(at(provider, "id"))


def _label(row: Mapping[str, object], prompts: list[Mapping[str, object]]) -> str:
    label = text(at(row, "prompt", "label"))
    if label is None:
        index = row.get("promptIdx")
        label = words(prompts[index].get("label")) if isinstance(index, int) and 0 <= index < len(prompts) else "prompt"
    return re.sub(r"\s+", " ", label)[:60]


def _config(
    name: str,
    row: Mapping[str, object],
    label: str,
    prompts: list[Mapping[str, object]],
    settings: Mapping[str, object],
) -> ConfigRow:
    wanted = row.get("promptId")
    raw = next((one.get("raw") for one in prompts if wanted and one.get("id") == wanted), None)
    raw = raw or next((one.get("raw") for one in prompts if words(one.get("label"))[:60] == label), None)
    kept = {key: value for key, value in settings.items() if "key" not in key.lower() and "url" not in key.lower()}
    provider = row.get("provider")
    model = text(provider) or text(at(provider, "id"))
    return ConfigRow(name=name, model=model, prompt=text(raw), parameters=kept)


def _descriptions(given: Iterable[object]) -> Mapping[str, set[str]]:
    """Description of a test → the variables of tests that are called so: only one of a kind can name a case."""
    found: dict[str, set[str]] = {}
    for item in given:
        if description := text(at(item, "testCase", "description")):
            variables = at(item, "testCase", "vars") or at(item, "vars")
            found.setdefault(description, set()).add(canonical_json(variables))
    return found


def _case(row: Mapping[str, object], test: Mapping[str, object], *, alone: bool) -> Case | None:
    variables = dict(mapping(test.get("vars") or row.get("vars")))
    rendered = words(at(row, "prompt", "raw"))
    metadata = {key: value for key, value in mapping(test.get("metadata")).items() if key != "tiebreak"}
    name = next((name for name in INPUTS if name in variables), None)
    if name is None and len(variables) == 1:
        name = next(iter(variables))
    if name is not None:
        input_: object = variables.pop(name)
    elif variables:
        input_ = "\n".join(f"{key}: {words(value)}" for key, value in variables.items())
    else:
        input_ = rendered
    if not asked(input_):
        return None
    reference = variables.pop("reference", None)
    return case_of(
        input_,
        id_=test.get("description") if alone else None,
        reference=reference,
        segment=metadata.pop("segment", None),
        metadata={**metadata, **variables},
        checks=checks_of(items(test.get("assert"))),
    )


def checks_of(asserts: object) -> tuple[CheckSpec, ...]:
    """The checks that assertions stand for; one that no check stands for is left to promptfoo's own verdict."""
    found: list[dict[str, object]] = []
    ids: set[str] = set()
    for item in items(asserts):
        check = check_for(mapping(item))
        if check is None:
            continue
        base = str(mapping(item).get("metric") or check["kind"])
        name = next(n for n in (base, *(f"{base}-{k}" for k in range(2, len(ids) + 3))) if n not in ids)
        ids.add(name)
        found.append({**check, "id": name})
    try:
        return parse_checks(found, where="assert")
    except TiebreakError:
        return ()


def _answer(line: int, row: Mapping[str, object], case: Case, config: str) -> GivenAnswer:
    response = mapping(row.get("response"))
    output = response.get("output") if response else row.get("output")
    grading = mapping(row.get("gradingResult"))
    usage = mapping(response.get("tokenUsage")) or mapping(row.get("tokenUsage"))
    if not usage.get("total"):  # promptfoo's zeros are what it was not told
        usage = mapping(None)
    # `error` holds the reason of a failed assertion as well; without an answer it is why there is none.
    failed = row.get("error") if row.get("failureReason") == 2 or (output is None and not grading) else None
    latency = number(row.get("latencyMs"))
    cached = response.get("cached") is True
    given = answer(
        output,
        error=failed or response.get("error"),
        finish=response.get("finishReason"),
        total=None if latency is None or cached else latency / 1000,
        prompt_tokens=usage.get("prompt"),
        completion_tokens=usage.get("completion"),
        cached_tokens=usage.get("cached"),
        usd=row.get("cost") or response.get("cost") or None,
        requested=text(row.get("provider")) or at(row, "provider", "id"),
        refusal=response.get("isRefusal") is True,
    )
    return GivenAnswer(line=line, case=case.id, config=config, response=given, said=tuple(_said(grading, row)))


def _said(grading: Mapping[str, object], row: Mapping[str, object]) -> Iterator[Said]:
    names: set[str] = set()
    for component in mappings(grading.get("componentResults")):
        assertion = mapping(component.get("assertion"))
        kind = words(assertion.get("type")) or "assertion"
        if kind == _HUMAN:
            continue
        base = text(assertion.get("metric")) or kind
        name = next(n for n in (base, *(f"{base}-{k}" for k in range(2, len(names) + 3))) if n not in names)
        names.add(name)
        passed = component.get("pass") if isinstance(component.get("pass"), bool) else None
        detail = "" if passed else component.get("reason")
        one = said(name, component.get("score"), detail, passed=cast("bool | None", passed))
        if one is not None:
            yield one
    for name, value in mapping(row.get("namedScores")).items():
        if name not in names and (one := said(name, value)) is not None:
            yield one


def _human(line: int, row: Mapping[str, object], case: Case, config: str) -> Iterator[Row]:
    for component in mappings(at(row, "gradingResult", "componentResults")):
        if at(component, "assertion", "type") == _HUMAN:
            value = "pass" if component.get("pass") is True else "fail"
            note = text(component.get("comment"))
            yield GivenLabel(line=line, case=case.id, config=config, name="rating", value=value, note=note)


TOOL = Tool(
    name="promptfoo",
    title="results of promptfoo, as JSON",
    suits=suits,
    rows=rows,
    comes="tests and their assertions, prompts, providers' parameters, answers, latency, tokens, cost, assertion "
    "results, named scores, human ratings",
    stays="traces, images and other blobs, red-team plug-ins, the time to the first token",
)

"""Files of LLM Comparator: two models, a pair of answers an example, and what raters (mostly models) said of it."""

from collections.abc import Iterator, Mapping

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenVerdict, Refused, Row, Tool
from tiebreak.imports.reading import Source
from tiebreak.imports.values import answer, case_of, items, mapping, mappings, text, words
from tiebreak.records import Vote

EVEN = 0.25
"""Up to this score, either way, LLM Comparator itself calls a pair the same."""


def suits(source: Source) -> bool:
    return {"models", "examples"} <= source.top.keys()


def rows(source: Source) -> Iterator[Row]:
    models = [text(one.get("name")) for one in mappings(source.top.get("models"))]
    if len(models) != 2 or not all(models):
        raise source.refuse("LLM Comparator compares two models; `models` has to name both.")
    a, b = words(models[0]), words(models[1])
    if a == b:
        a, b = f"{a} (A)", f"{b} (B)"
    yield from (ConfigRow(name=a, model=models[0]), ConfigRow(name=b, model=models[1]))
    known: set[str] = set()
    for line, item in enumerate(items(source.top.get("examples")), start=1):
        example = mapping(item)
        fields = dict(mapping(example.get("custom_fields")))
        identity = fields.pop("case", None)
        segment, reference = fields.pop("segment", None), fields.pop("reference", None)
        fields.pop("verdict", None)  # what an export of ours says beside the score
        if not isinstance(example.get("output_text_a"), str) or not isinstance(example.get("output_text_b"), str):
            yield Refused(line=line, reason="The example lacks an answer.")
            continue
        case = case_of(
            example.get("input_text"),
            id_=identity,
            segment=segment,
            reference=reference,
            metadata=fields,
            tags=example.get("tags"),
        )
        if case is None:
            yield Refused(line=line, reason="The example has no input_text.")
            continue
        if case.id in known:
            yield Refused(line=line, reason=f"The example “{case.id}” was in an earlier one.")
            continue
        known.add(case.id)
        yield CaseRow(line=line, case=case)
        yield GivenAnswer(line=line, case=case.id, config=a, response=answer(example["output_text_a"]))
        yield GivenAnswer(line=line, case=case.id, config=b, response=answer(example["output_text_b"]))
        yield from _verdicts(example, line, case.id, (a, b))


def _verdicts(example: Mapping[str, object], line: int, case: str, sides: tuple[str, str]) -> Iterator[Row]:
    """One verdict: the mean that the file has worked out of its raters, with what the first of them wrote."""
    score = example.get("score")
    raters = mappings(example.get("individual_rater_scores"))
    if isinstance(score, bool) or not isinstance(score, int | float):
        return
    if not raters and score == 0:
        return
    verdict: Vote = "tie" if abs(score) <= EVEN else "A" if score > 0 else "B"
    reply = next((text(one.get("rationale")) for one in raters if text(one.get("rationale"))), None)
    judge = "llm-comparator"
    yield GivenVerdict(line=line, case=case, a=sides[0], b=sides[1], verdict=verdict, judge=judge, reply=reply)


TOOL = Tool(
    name="llm-comparator",
    title="a file of LLM Comparator, JSON",
    suits=suits,
    rows=rows,
    comes="both models' answers, inputs, tags, custom fields, the mean score as a verdict (a tie up to 0.25 either "
    "way) with the first rationale",
    stays="single raters' scores, clusters of rationales; the file knows no parameters, times, tokens or costs",
)

"""Annotations of AlpacaEval (`annotations.json`): two outputs, and the preference of an annotator, from 1 to 2."""

from collections.abc import Iterator

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenVerdict, Refused, Row, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import answer, at, case_of, text, words
from tiebreak.records import Vote

NEEDED = {"instruction", "output_1", "output_2", "generator_1", "generator_2"}


def suits(source: Source) -> bool:
    return bool(source.first) and source.first[0].keys() >= NEEDED


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    told: set[tuple[str, str]] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        a, b = text(row.get("generator_1")), text(row.get("generator_2"))
        case = case_of(row.get("instruction"), segment=row.get("dataset"))
        if a is None or b is None or case is None:
            yield Refused(line=line, reason="The annotation lacks its instruction or a generator.")
            continue
        for name in (a, b):
            if name not in names:
                names.add(name)
                yield ConfigRow(name=name, model=name)
        yield CaseRow(line=line, case=case)
        for name, output in ((a, row.get("output_1")), (b, row.get("output_2"))):
            if (name, case.id) not in told:
                told.add((name, case.id))
                yield GivenAnswer(line=line, case=case.id, config=name, response=answer(output, requested=name))
        verdict = verdict_of(row.get("preference"))
        if verdict is None:
            said = words(row.get("preference")) or "(none)"
            yield Refused(line=line, reason=f"The preference {said} is no number from 1 to 2.")
            continue
        judge, reply = text(row.get("annotator")) or "alpaca_eval", _reply(row)
        yield GivenVerdict(line=line, case=case.id, a=a, b=b, verdict=verdict, judge=judge, reply=reply)


def _reply(row: Json) -> str | None:
    """What the annotator wrote: text, or a choice of a completion with its likelihoods."""
    raw = row.get("preference_raw_completion", row.get("raw_completion"))
    return text(raw) or text(at(raw, "message", "content")) or text(at(raw, "text"))


def verdict_of(preference: object) -> Vote | None:
    """1 is the first output, 2 the second, 1.5 and (of older files) 0 a tie; between them the nearer one."""
    if isinstance(preference, bool) or not isinstance(preference, int | float):
        return None
    if preference in (0, 1.5):
        return "tie"
    if not 1 <= preference <= 2:
        return None
    return "A" if preference < 1.5 else "B"


TOOL = Tool(
    name="alpaca-eval",
    title="annotations of AlpacaEval, JSON",
    suits=suits,
    rows=rows,
    comes="instructions, both outputs, generators, the preference as a verdict (the nearer output; 1.5 is a tie), what "
    "the annotator wrote, the dataset as segment",
    stays="how sure a weighted preference is, length-controlled win rates, prices and times of annotators",
)

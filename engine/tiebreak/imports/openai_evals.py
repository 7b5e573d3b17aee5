"""Logs of OpenAI Evals: a line with the spec, an event a line, the final report; one log is one config."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import answer, at, case_of, content, items, mapping, said, text, words
from tiebreak.records import Case

HELD = 100_000
"""Samples of which an event is waited for, at most."""
WAIT = 1_000
"""Samples that are held after a verdict: some evals tell metrics after a match, and others' events come between."""
VERDICTS = ("match", "metrics")


def suits(source: Source) -> bool:
    return any({"completion_fns", "eval_name"} & mapping(row.get("spec")).keys() for row in source.first[:1])


@dataclass(frozen=True, slots=True)
class Held:
    """A sample that was answered: the line and the event of its answer, and what was said of it so far."""

    sample: str
    line: int
    event: Json
    said: tuple[Said, ...] = ()


@dataclass(slots=True)
class Waiting:
    """The samples that are held, the oldest first."""

    begun: dict[str, Held] = field(default_factory=dict[str, Held])
    judged: dict[str, Held] = field(default_factory=dict[str, Held])

    def answered(self, held: Held) -> Iterator[Held]:
        """Those that are due: of the same sample again, or of more than can be held, nothing more is waited for."""
        for waiting in (self.judged, self.begun):
            if held.sample in waiting:
                yield waiting.pop(held.sample)
        if len(self.begun) >= HELD:
            yield self.begun.pop(next(iter(self.begun)))
        self.begun[held.sample] = held

    def told(self, sample: str, said: tuple[Said, ...]) -> Iterator[Held]:
        known = self.judged.pop(sample, None) or self.begun.pop(sample)
        self.judged[sample] = replace(known, said=(*known.said, *said))
        if len(self.judged) > WAIT:
            yield self.judged.pop(next(iter(self.judged)))

    def __contains__(self, sample: str) -> bool:
        return sample in self.begun or sample in self.judged


def rows(source: Source) -> Iterator[Row]:
    """An answer is told when its verdicts have come, or the log has ended: events of samples are mixed."""
    config: ConfigRow | None = None
    waiting = Waiting()
    for line, record in source.records():
        if isinstance(record, Refused):
            yield record
            continue
        if config is None:
            config = _config(mapping(record.get("spec")), source)
            yield config
        kind, sample = record.get("type"), words(record.get("sample_id"))
        due: Iterable[Held] = ()
        if kind == "sampling":
            due = waiting.answered(Held(sample, line, record))
        elif kind in VERDICTS and sample in waiting:
            due = waiting.told(sample, tuple(_said(record)))
        elif not {"spec", "final_report"} & record.keys():
            yield Refused(line=line, reason=_why(kind, sample))
        for held in due:
            yield from _told(held, config)
    if config is not None:
        for held in (*waiting.judged.values(), *waiting.begun.values()):
            yield from _told(held, config)


def _why(kind: object, sample: str) -> str:
    if kind is None:
        return "This line is neither a spec, an event nor a final report."
    if kind in VERDICTS:
        return f"There is no answer of the sample “{sample}” before its verdict."
    return f"Events of the type “{words(kind)}” are not taken."


def _config(spec: Mapping[str, object], source: Source) -> ConfigRow:
    model = text(next(iter(items(spec.get("completion_fns"))), None))
    asked = mapping(at(spec, "run_config", "completion_args") or at(spec, "run_config", "extra_eval_params"))
    return ConfigRow(name=model or source.name, model=model, parameters=asked)


def _told(held: Held, config: ConfigRow) -> Iterator[Row]:
    line, sample, event, verdict = held.line, held.sample, held.event, held.said
    data = mapping(event.get("data"))
    case: Case | None = case_of(data.get("prompt"), id_=sample)
    sampled = data.get("sampled")
    if case is None:
        yield Refused(line=line, reason="The event holds no prompt.")
        return
    wanted = (one.detail.removeprefix("expected ") for one in verdict if one.name == "match" and one.detail)
    reference = next(wanted, None)
    yield CaseRow(line=line, case=case_of(data.get("prompt"), id_=sample, reference=reference) or case)
    several = items(sampled)
    usage = mapping(data.get("usage"))
    given = answer(
        content(several[0] if several else sampled),
        prompt_tokens=usage.get("prompt_tokens"),
        completion_tokens=usage.get("completion_tokens"),
        requested=config.model,
        served=data.get("model"),
    )
    yield GivenAnswer(line=line, case=case.id, config=config.name, response=given, said=verdict)


def _said(event: Json) -> Iterator[Said]:
    data = mapping(event.get("data"))
    if event.get("type") == "match":
        correct = data.get("correct")
        expected = data.get("expected")
        wanted = words(next(iter(items(expected)), expected))
        if isinstance(correct, bool):
            detail = f"expected {wanted}" if wanted else ""
            yield Said(name="match", passed=correct, score=float(correct), detail=detail)
        return
    for name, value in data.items():
        if not isinstance(value, dict | list) and (one := said(name, value)) is not None:
            yield one


TOOL = Tool(
    name="openai-evals",
    title="logs of OpenAI Evals, JSONL",
    suits=suits,
    rows=rows,
    comes="sampled prompts and answers, the completion function and its arguments, tokens, matches and metrics",
    stays="raw samples that were not logged, other kinds of events, aggregate reports; times, costs (there are none)",
)

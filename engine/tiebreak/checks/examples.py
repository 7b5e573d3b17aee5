"""A check at work: shown to users, and tried by the tests."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tiebreak.amounts import dollars
from tiebreak.records import Case, Context, Cost, Response, Timings, ToolCall
from tiebreak.records.cases import Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of an example, where there is more to it than its text."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    """Tools it calls, each with its arguments as the model wrote them."""
    contexts: tuple[Context, ...] = ()
    finish: str = "stop"
    timings: Timings = field(default_factory=Timings)
    cost: Cost = field(default_factory=Cost)

    @property
    def response(self) -> Response:
        return Response(
            id="example",
            run_id="example",
            case_id="example",
            case_hash="",
            fingerprint="",
            status="ok",
            started_at="",
            text=self.text,
            tool_calls=tuple(
                ToolCall(id=f"call-{number}", name=name, arguments=arguments)
                for number, (name, arguments) in enumerate(self.calls, start=1)
            ),
            contexts=self.contexts,
            finish=self.finish,
            timings=self.timings,
            cost=self.cost,
        )

    def __str__(self) -> str:
        """As a person would tell it."""
        return ", ".join(self._parts()) or "an answer"

    def _parts(self) -> Iterator[str]:
        if self.text:
            yield json.dumps(self.text, ensure_ascii=False)
        yield from (f"calls {name}({arguments})" for name, arguments in self.calls)
        if self.contexts:
            yield f"having fetched {', '.join(context.id for context in self.contexts)}"
        if self.timings.total is not None:
            yield f"in {self.timings.total:g} s"
        if self.cost.usd is not None:
            yield f"for {dollars(self.cost.usd)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Parameters, an answer that passes and one that fails, and what of the case matters to them."""

    params: Mapping[str, object] = field(default_factory=dict[str, object])
    passes: str | Answer
    fails: str | Answer
    reference: str | None = None
    expect: Expectation = "answer"
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    question: str = "What can you do for me?"
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files of the workspace that it needs, by path."""

    @property
    def case(self) -> Case:
        return Case(
            id="example",
            input=self.question,
            reference=self.reference,
            expect=self.expect,
            metadata=self.metadata,
        )

    @property
    def answers(self) -> tuple[Answer, Answer]:
        """The one that passes, the one that fails."""
        passes, fails = (Answer(text=said) if isinstance(said, str) else said for said in (self.passes, self.fails))
        return passes, fails

    @property
    def about(self) -> str:
        """What of the case matters, in words; empty where nothing does."""
        parts = [f"reference “{self.reference}”" if self.reference is not None else ""]
        parts += ["`expect: refuse`" if self.expect == "refuse" else ""]
        parts += [f"metadata `{json.dumps(self.metadata, ensure_ascii=False)}`" if self.metadata else ""]
        return ", ".join(part for part in parts if part)

"""One question to a judge, from the texts to the judgment that is kept."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tiebreak.errors import PromptError, TargetError, UnrenderedError
from tiebreak.judge.forms import Form, Told, Unreadable, claim_verdicts, form_of
from tiebreak.judge.framing import FIXED, RECORDED, Marks, draw_marks
from tiebreak.judge.parsing import read_block, read_schema
from tiebreak.judge.planning import Ask, passages_of
from tiebreak.judge.rendering import JudgeRenderer, Shown
from tiebreak.judge.waits import Waits, first_of
from tiebreak.records import (
    Case,
    Cost,
    ModelTarget,
    RecordingTarget,
    Response,
    Usage,
    stamp,
    utc_now,
    version_of,
)
from tiebreak.records.judges import Claim, ClaimVerdict, Judge, Judgment, JudgmentStatus, Verdict, seal_of
from tiebreak.targets.base import AnswerTarget, Request, fingerprint
from tiebreak.targets.collect import AnswerBuilder
from tiebreak.targets.events import Retrying
from tiebreak.targets.failures import ASK_AGAIN

SCHEMA_NAME = "verdict"
CHECKING = "/check"
"""What a recording calls the second call of a judge of faithfulness, behind the place of the first."""
AGAIN = "The same command asks again, and so does R in the Arena."
"""What to do about a reply that did not come whole; it stands where messages on answers say how to regenerate them."""


@dataclass(slots=True)
class _Talk:
    """The calls of one question so far."""

    started: float
    replies: list[str] = field(default_factory=list[str])
    responses: list[Response] = field(default_factory=list[Response])


class _Failed(Exception):
    """No reply came that could be read or not; the message says why."""


class Asker:
    """Puts questions to one judge. Safe for many questions at once on one event loop.

    Raises:
        PromptError: for a template that is none.
    """

    def __init__(
        self,
        judge: Judge,
        target: AnswerTarget,
        *,
        new_id: Callable[[], str],
        schema: bool = False,
        draw: Callable[[], str] = lambda: secrets.token_hex(8),
        note: Callable[[Response], None] = lambda _: None,
    ) -> None:
        """With `schema`, the provider is asked to enforce the form. `note` sees each call that came to its end."""
        self.judge = judge
        self._target = target
        self._renderer = JudgeRenderer(judge)
        self._form = form_of(judge)
        self._new_id = new_id
        self._schema = schema
        self._draw = draw
        self._note = note
        self._version = judge.version
        self._recorded = isinstance(judge.target, RecordingTarget)
        self._waits: dict[AnswerBuilder, Waits] = {}
        self.waiting: Callable[[], None] = lambda: None
        """Called whenever `waits` has changed."""

    @property
    def waits(self) -> Waits | None:
        """The calls that wait to be made again; None while none does."""
        return first_of(list(self._waits.values()))

    def fingerprint(self, ask: Ask, responses: Sequence[Response]) -> str:
        """SHA-256 of all that decides the reply and how it is read, whichever session and responses it is about: the
        judge's version, the request with its messages as rendered, order, repeat, dimension.

        The random delimiters are left out, since they differ in every call. A judge of faithfulness renders its second
        prompt from what the first one brings, so the texts it is made of stand for it. Whether a refusal is right
        depends on the case as well, which that judge is not told. A recording, and an app, is sent the place of the
        question besides.

        Raises:
            PromptError: when the prompt cannot be rendered.
        """
        shown, case, kind = self._shown(ask, responses), ask.case, self.judge.kind
        later = (case.messages, case.reference, [(passage.title, passage.text) for passage in shown.contexts])
        return version_of(
            {
                "judge": self._version,
                "request": fingerprint(self._target, self._request(ask, shown, self._form, FIXED, check=False)),
                "order": ask.order,
                "repeat": ask.repeat,
                "dimension": ask.dimension,
                **({"check": later} if kind == "faithfulness" else {}),
                **({"expect": case.expect} if kind == "refusal" else {}),
                **({} if isinstance(self.judge.target, ModelTarget) else {"place": ask.place}),
            }
        )

    async def ask(self, ask: Ask, responses: Sequence[Response], session_id: str) -> Judgment:
        """The judgment of some answers, whole ones; whatever becomes of the call, there is one."""
        talk = _Talk(asyncio.get_running_loop().time())
        at = stamp(utc_now())
        shown = self._shown(ask, responses)
        name = ""
        status: JudgmentStatus = "valid"
        told, claims, problem = Told(), (), ""
        try:
            name = self.fingerprint(ask, responses)
            told = await self._put(ask, shown, self._form, talk, check=False)
            if self.judge.kind == "faithfulness":
                told, claims = await self._checked(ask, shown, told, talk)
        except Unreadable as error:
            status, problem = "unparseable", str(error)
        except (_Failed, PromptError) as error:
            status, problem = "error", str(error)
        verdict = verdict_of(self.judge, ask, told, claims) if status == "valid" else None
        nonce = secrets.token_hex(16)
        last = talk.responses[-1] if talk.responses else None
        return Judgment(
            id=self._new_id(),
            judge_hash=self._version,
            session_id=session_id,
            case_id=ask.case.id,
            kind=self.judge.kind,
            response_a=ask.responses[0],
            response_b=ask.responses[1] if len(ask.responses) > 1 else None,
            order=ask.order,
            repeat=ask.repeat,
            dimension=ask.dimension.name if ask.dimension else None,
            status=status,
            verdict=verdict,
            reasons=told.reasons if status == "valid" else "",
            problem=problem,
            replies=tuple(talk.replies),
            prompt_fingerprint=name,
            seal=seal_of(verdict, nonce),
            seal_nonce=nonce,
            requested_model=self._target.requested_model,
            served_model=last.served_model if last else None,
            system_fingerprint=last.system_fingerprint if last else None,
            cost=Cost(usd=0.0, source="recorded") if self._recorded else _cost(talk.responses),
            usage=_usage(talk.responses),
            seconds=asyncio.get_running_loop().time() - talk.started if talk.responses else None,
            at=at,
            claims=claims,
        )

    def taken_over(self, judgment: Judgment, ask: Ask, session_id: str, name: str) -> Judgment:
        """What was said to the very same prompt, whose fingerprint is `name`, as the judgment of this question. It
        costs nothing, says where it comes from, and has a seal of its own: the other one may be open by now."""
        nonce = secrets.token_hex(16)
        return replace(
            judgment,
            id=self._new_id(),
            judge_hash=self._version,
            session_id=session_id,
            case_id=ask.case.id,
            response_a=ask.responses[0],
            response_b=ask.responses[1] if len(ask.responses) > 1 else None,
            order=ask.order,
            repeat=ask.repeat,
            dimension=ask.dimension.name if ask.dimension else None,
            prompt_fingerprint=name,
            seal=seal_of(judgment.verdict, nonce),
            seal_nonce=nonce,
            cost=Cost(usd=0.0, source="recorded"),
            usage=Usage(),
            seconds=None,
            at=stamp(utc_now()),
            reused_from=judgment.reused_from or judgment.id,
        )

    def _shown(self, ask: Ask, responses: Sequence[Response]) -> Shown:
        texts = tuple(map(text_of, responses))
        contexts = passages_of(ask.case, responses[0]) if self.judge.kind == "faithfulness" else ask.case.contexts
        return Shown(ask.case, texts[::-1] if ask.order == "ba" else texts, contexts)

    async def _checked(self, ask: Ask, shown: Shown, told: Told, talk: _Talk) -> tuple[Told, tuple[Claim, ...]]:
        """The second call: whether the passages bear out what the first one found."""
        if not told.claims:
            return told, ()
        found = told.claims
        form = claim_verdicts(len(found))
        told = await self._put(ask, replace(shown, claims=tuple(claim for claim, _ in found)), form, talk, check=True)
        claims = [
            _claim(n, claim, quote, verdict, shown.texts[0])
            for n, ((claim, quote), verdict) in enumerate(zip(found, told.checked, strict=True), 1)
        ]
        return told, tuple(claims)

    async def _put(self, ask: Ask, shown: Shown, form: Form, talk: _Talk, *, check: bool) -> Told:
        """
        Raises:
            Unreadable: for a reply that says nothing that counts.
            _Failed: where no reply came.
        """
        marks = RECORDED if self._recorded else draw_marks(shown.everything, self._draw)
        reply = await self._call(ask.case, self._request(ask, shown, form, marks, check=check))
        talk.responses.append(reply)
        self._note(reply)
        if reply.text:
            talk.replies.append(reply.text)
        if reply.excluded or reply.status in ("error", "malformed"):
            why = reply.error.message if reply.error else f"The reply is {reply.status}."
            raise _Failed(why.replace(ASK_AGAIN, AGAIN))
        if reply.refusal or reply.status == "filtered":
            raise Unreadable("The judge refused." if reply.refusal else "The judge refused: its reply was filtered.")
        if reply.status == "truncated":
            raise Unreadable("The reply is truncated.")
        return (read_schema if self._schema else read_block)(reply.text, marks, form)

    def _request(self, ask: Ask, shown: Shown, form: Form, marks: Marks, *, check: bool) -> Request:
        messages = self._renderer.messages(shown, ask.dimension, form, marks, schema=self._schema, check=check)
        parameters: Mapping[str, object] = self.judge.parameters
        if self._schema:
            schema = {"name": SCHEMA_NAME, "strict": True, "schema": form.schema(marks.nonce)}
            parameters = {**parameters, "response_format": {"type": "json_schema", "json_schema": schema}}
        place = f"{ask.place}{CHECKING}" if check else ask.place
        return Request(case_id=place, messages=messages, parameters=parameters, sample=ask.repeat)

    async def _call(self, case: Case, request: Request) -> Response:
        """The reply, as the response that it would be if it were an answer."""
        builder = AnswerBuilder(
            id="",
            run_id="",
            case=case,
            fingerprint="",
            started_at="",
            requested_model=self._target.requested_model,
        )
        try:
            async with aclosing(self._target.answer(request)) as events:
                async for event in events:
                    if isinstance(event, Retrying):
                        self._wait(builder, event)
                    builder.add(event)
            return builder.finish()
        except PromptError as error:
            return builder.fail(UnrenderedError(str(error)))
        except TargetError as error:
            return builder.fail(error)
        finally:
            self._wait(builder, None)

    def _wait(self, call: AnswerBuilder, event: Retrying | None) -> None:
        if event is not None and event.delay:
            until = utc_now() + timedelta(seconds=event.delay)
            self._waits[call] = Waits(calls=1, code=event.code, until=until)
        elif self._waits.pop(call, None) is None:
            return
        self.waiting()


def text_of(response: Response) -> str:
    """An answer as a judge reads it: its text, and the tools that it calls."""
    calls = [f"[calls the tool {call.name} with {call.arguments}]" for call in response.tool_calls]
    return "\n".join(filter(None, (response.text, *calls)))


def enforces_schema(judge: Judge) -> bool:
    """Whether the judge's provider is to enforce the form of its verdicts. Reads the list of models: not for the loop.

    `auto` asks for it where the list says that the model can; of a server of one's own nothing is known.
    """
    from tiebreak.targets.prices import price_list

    target = judge.target
    if not isinstance(target, ModelTarget) or judge.parsing == "block":
        return False
    if judge.parsing == "schema":
        return True
    info = price_list().get(target.model) if target.base_url is None else None
    return info is not None and "schema" in info.capabilities


def verdict_of(judge: Judge, ask: Ask, told: Told, claims: Sequence[Claim]) -> Verdict | None:
    """What was said, of sides instead of places."""
    match judge.kind:
        case "pairwise":
            first, second = ("A", "B") if ask.order == "ab" else ("B", "A")
            return {"1": first, "2": second}.get(str(told.verdict), "tie")
        case "refusal":
            wanted = "refused" if ask.case.expect == "refuse" else "answered"
            if told.verdict == wanted:
                return "correct"
            return "wrong_refusal" if told.verdict == "refused" else "missed_refusal"
        case "faithfulness":
            if not claims:
                return "no_claims"
            return sum(claim.verdict != "supported" for claim in claims) / len(claims)
        case _:
            return told.verdict


def _claim(n: int, text: str, quote: str, verdict: ClaimVerdict, answer: str) -> Claim:
    start = answer.find(quote) if quote.strip() else -1
    if start < 0:
        return Claim(n=n, text=text, verdict=verdict)
    return Claim(n=n, text=text, verdict=verdict, start=start, end=start + len(quote))


def _cost(responses: Sequence[Response]) -> Cost:
    """Of all calls together; unknown where one of them is, unless it gave no token."""
    told = [r.cost for r in responses if r.cost.usd is not None or not r.excluded or r.timings.ttft is not None]
    known = [cost.usd for cost in told if cost.usd is not None]
    if not told or len(known) < len(told):
        return Cost()
    return Cost(usd=sum(known), source=told[-1].source)


def _usage(responses: Sequence[Response]) -> Usage:
    def total(name: str) -> int | None:
        counts = [getattr(response.usage, name) for response in responses]
        return sum(counts) if counts and all(isinstance(count, int) for count in counts) else None

    return Usage(
        prompt_tokens=total("prompt_tokens"),
        completion_tokens=total("completion_tokens"),
        source=responses[-1].usage.source if responses else "unknown",
    )

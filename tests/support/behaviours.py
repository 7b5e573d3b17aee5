"""What the model server can be asked to do: one function for each way in which a provider answers, or fails to."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from support.model_server import USAGE, Behaviour, Exchange

BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(name: str) -> Callable[[Behaviour], Behaviour]:
    def register(function: Behaviour) -> Behaviour:
        BEHAVIOURS[name] = function
        return function

    return register


# Whole answers


@behaviour("normal")
async def normal(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.event(exchange.chunk({"role": "assistant", "content": ""}))
    await exchange.say(*exchange.words())
    await exchange.end(exchange.options.get("finish", "stop"))


@behaviour("burst")
async def burst(exchange: Exchange) -> None:
    """The whole stream in one write, each event an HTTP chunk: the least that a server can cost."""
    chunks: list[object] = [exchange.chunk({"content": word}) for word in exchange.words()]
    chunks += [exchange.chunk({}, "stop"), exchange.chunk(None, usage=USAGE)]
    events = [f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode() for chunk in chunks]
    events.append(b"data: [DONE]\n\n")
    await exchange.begin()
    await exchange.raw(b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events) + b"0\r\n\r\n")


@behaviour("echo")
async def echo(exchange: Exchange) -> None:
    """Answers with the headers and the body that came in."""
    await exchange.begin()
    await exchange.say(json.dumps({"headers": dict(exchange.call.headers), "body": exchange.call.body}))
    await exchange.end()


@behaviour("logprobs")
async def logprobs(exchange: Exchange) -> None:
    """Each word with its log probability, where it was asked for; the last chunk has one and no text."""
    asked = exchange.call.body.get("logprobs") is True
    await exchange.begin()
    for n, word in enumerate(exchange.words()):
        told = {"content": [{"token": word, "logprob": -0.25 * n, "bytes": None, "top_logprobs": None}]}
        choice = {"index": 0, "delta": {"content": word}, "finish_reason": None, "logprobs": told if asked else None}
        await exchange.event({**exchange.chunk(None), "choices": [choice]})
    await exchange.end()


@behaviour("empty")
async def empty(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.event(exchange.chunk({"role": "assistant", "content": ""}))
    await exchange.end()


@behaviour("big")
async def big(exchange: Exchange) -> None:
    """A megabyte in pieces of 10 kB."""
    await exchange.begin()
    await exchange.say(*["0123456789" * 1024] * 103)
    await exchange.end()


@behaviour("one_big_chunk")
async def one_big_chunk(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("x" * 1_048_576)
    await exchange.end()


@behaviour("split_utf8")
async def split_utf8(exchange: Exchange) -> None:
    """Every byte of the stream in a chunk of its own."""
    await exchange.begin()
    for chunk in (exchange.chunk({"content": "naïve 東京 🦊"}), exchange.chunk({}, "stop")):
        for byte in f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode():
            await exchange.send(bytes([byte]))
    await exchange.event("[DONE]")
    await exchange.raw(b"0\r\n\r\n")


@behaviour("split_surrogates")
async def split_surrogates(exchange: Exchange) -> None:
    """An emoji as two escapes in two chunks, and half of one at the end."""
    await exchange.begin()
    for escaped in (r"fox \ud83e", r"\udd8a!", r"\ud83e"):
        await exchange.event(f'{{"choices":[{{"delta":{{"content":"{escaped}"}}}}]}}')
    await exchange.end()


@behaviour("comments")
async def comments(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.send(b": keep-alive\n\n:\n\nevent: ping\n\nid: 7\nretry: 10\n\n")
    await exchange.say("between ")
    await exchange.send(b": OPENROUTER PROCESSING\n\n")
    await exchange.say("comments")
    await exchange.end()


@behaviour("multi_line")
async def multi_line(exchange: Exchange) -> None:
    """One JSON chunk over many `data:` lines."""
    await exchange.begin()
    for line in json.dumps(exchange.chunk({"content": "many lines"}), indent=1).splitlines():
        await exchange.send(f"data: {line}\n".encode())
    await exchange.send(b"\n")
    await exchange.end()


@behaviour("no_final_blank")
async def no_final_blank(exchange: Exchange) -> None:
    """Neither `[DONE]` nor the blank line after the last event."""
    await exchange.begin()
    await exchange.say("bare")
    await exchange.send(f"data: {json.dumps(exchange.chunk({}, 'stop'))}".encode())
    await exchange.raw(b"0\r\n\r\n")


@behaviour("plain_json")
async def plain_json(exchange: Exchange) -> None:
    message = {"role": "assistant", "content": "not streamed", "refusal": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    await exchange.reply(200, {"id": "c1", "model": "plain-1", "choices": choices, "usage": USAGE})


@behaviour("drifting")
async def drifting(exchange: Exchange) -> None:
    """Another model answers every question but the one about JSON."""
    asked = str(exchange.call.body["messages"])
    message = {"role": "assistant", "content": "served", "refusal": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    await exchange.reply(200, {"id": "c1", "model": "model-1" if "ok" in asked else "model-2", "choices": choices})


_obeyed: Counter[str] = Counter()


@behaviour("obeys")
async def obeys(exchange: Exchange) -> None:
    """`Thirty days.`, but `No.` where every phrase of `fails` (parted by `|`) stands in what is asked, and `What?`
    where one of `needs` does not. With `of=3` the first two of three such failures are none; with `refuses`, requests
    that hold that phrase are refused."""
    asked = " ".join(str(message["content"]) for message in exchange.call.body["messages"])
    fails, needs = (exchange.options.get(name, "").split("|") for name in ("fails", "needs"))
    if (phrase := exchange.options.get("refuses")) is not None and phrase in asked:
        return await bad_request(exchange)
    said = "Thirty days."
    if fails != [""] and all(phrase in asked for phrase in fails):
        _obeyed[str(exchange.call.body)] += 1
        fails_now = _obeyed[str(exchange.call.body)] % int(exchange.number("of", 1)) == 0
        said = "No." if fails_now else said
    await exchange.begin()
    await exchange.say(said if all(phrase in asked for phrase in needs) else "What?")
    return await exchange.end()


@behaviour("tool_calls")
async def tool_calls(exchange: Exchange) -> None:
    await exchange.begin()
    for calls in (
        [{"index": 0, "id": "call_a", "type": "function", "function": {"name": "look_up", "arguments": ""}}],
        [{"index": 0, "function": {"arguments": '{"order":'}}],
        [{"index": 1, "id": "call_b", "type": "function", "function": {"name": "refund", "arguments": "{}"}}],
        [{"index": 0, "function": {"arguments": " 7}"}}],
    ):
        await exchange.event(exchange.chunk({"tool_calls": calls}))
    await exchange.end("tool_calls")


@behaviour("refusal")
async def refusal(exchange: Exchange) -> None:
    await exchange.begin()
    for piece in ("I cannot ", "help with that."):
        await exchange.event(exchange.chunk({"refusal": piece, "content": None}))
    await exchange.end()


@behaviour("reasoning")
async def reasoning(exchange: Exchange) -> None:
    await exchange.begin()
    name = exchange.options.get("field", "reasoning_content")
    for piece in ("Let me ", "think."):
        await exchange.event(exchange.chunk({name: piece, "content": None}))
    await exchange.say("Done.")
    await exchange.end()


# Usage


@behaviour("usage_early")
async def usage_early(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.event(exchange.chunk({"role": "assistant"}, usage=USAGE))
    await exchange.say("early")
    await exchange.end(usage=False)


@behaviour("usage_none")
async def usage_none(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say(*exchange.words())
    await exchange.end(usage=False)


@behaviour("refuses_stream_options")
async def refuses_stream_options(exchange: Exchange) -> None:
    if "stream_options" not in exchange.call.body:
        return await normal(exchange)
    detail = [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]
    return await exchange.reply(422, {"object": "error", "message": {"detail": detail}})


# Refusals


@behaviour("429")
async def rate_limit(exchange: Exchange) -> None:
    seconds = exchange.options.get("retry_after", "1")
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=float(seconds)), usegmt=True)
    headers = {"Retry-After": value if "date" in exchange.options else seconds}
    error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
    await exchange.reply(429, {"error": error}, headers)


@behaviour("quota")
async def quota(exchange: Exchange) -> None:
    error = {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}
    await exchange.reply(429, {"error": error})


@behaviour("500")
async def server_error(exchange: Exchange) -> None:
    await exchange.reply(500, {"error": {"message": "The model crashed", "type": "server_error"}})


@behaviour("400")
async def bad_request(exchange: Exchange) -> None:
    text = "This model's context is 8192 tokens. \x1b[2J\x9b31m\u202e" + "Very long. " * 200
    await exchange.reply(400, {"error": {"message": text, "code": "context_length_exceeded"}})


@behaviour("401")
async def wrong_key(exchange: Exchange) -> None:
    """Says the whole key back, as some gateways do."""
    given = exchange.call.headers.get("authorization", "")
    await exchange.reply(401, {"error": {"message": f"Incorrect API key provided: {given}", "code": "invalid_api_key"}})


@behaviour("404")
async def unknown_model(exchange: Exchange) -> None:
    text = f"The model `{exchange.call.body.get('model')}` does not exist"
    await exchange.reply(404, {"error": {"message": text, "code": "model_not_found"}})


@behaviour("redirect")
async def redirect(exchange: Exchange) -> None:
    await exchange.reply(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"})


@behaviour("web_page")
async def web_page(exchange: Exchange) -> None:
    await exchange.reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})


# Silence


@behaviour("stall_head")
async def stall_head(exchange: Exchange) -> None:
    await exchange.silence()


@behaviour("stall_before")
async def stall_before(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.event(exchange.chunk({"role": "assistant", "content": ""}))
    await exchange.silence()


@behaviour("stall_after")
async def stall_after(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("So far ")
    await exchange.silence()


@behaviour("only_comments")
async def only_comments(exchange: Exchange) -> None:
    """Alive, and yet no token."""
    await exchange.begin()
    while True:
        await exchange.send(b": still thinking\n\n")
        await asyncio.sleep(0.01)


@behaviour("endless")
async def endless(exchange: Exchange) -> None:
    await exchange.begin()
    while True:
        await exchange.say("more ")
        await asyncio.sleep(0.01)


@behaviour("stall_after_finish")
async def stall_after_finish(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("whole")
    await exchange.event(exchange.chunk({}, "stop"))
    await exchange.silence()


# Breaks


@behaviour("cut")
async def cut(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("half of an ")
    await asyncio.sleep(0.02)  # two packets: the text is read before the end is seen
    exchange.cut()


@behaviour("cut_head")
async def cut_head(exchange: Exchange) -> None:
    exchange.cut()


@behaviour("reset")
async def reset(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("half of an ")
    await asyncio.sleep(0.02)
    exchange.reset()


@behaviour("no_finish")
async def no_finish(exchange: Exchange) -> None:
    """Ends cleanly, with `[DONE]` even, and without a finish reason."""
    await exchange.begin()
    await exchange.say("a seemingly whole answer")
    await exchange.end(None, done="done" in exchange.options)


@behaviour("half_event")
async def half_event(exchange: Exchange) -> None:
    """Ends cleanly in the middle of a chunk."""
    await exchange.begin()
    await exchange.say("so far ")
    await exchange.send(b'data: {"choices":[{"delta":{"con')
    await exchange.raw(b"0\r\n\r\n")


@behaviour("malformed")
async def malformed(exchange: Exchange) -> None:
    await exchange.begin()
    await exchange.say("so far ")
    await exchange.event('{"choices":[{"delta":{"content":')
    await exchange.end()


@behaviour("error_in_stream")
async def error_in_stream(exchange: Exchange) -> None:
    await exchange.begin()
    if "late" in exchange.options:
        await exchange.say("so far ")
    code = exchange.options.get("code", "server_error")
    error = {"message": "Overloaded", "code": int(code) if code.isdecimal() else code}
    await exchange.event({"error": error})
    await exchange.raw(b"0\r\n\r\n")


@behaviour("not_http")
async def not_http(exchange: Exchange) -> None:
    exchange.keep_alive = False
    await exchange.raw(b"SSH-2.0-OpenSSH_9.6\r\n")
    exchange.cut()

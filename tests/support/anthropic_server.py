"""A real local server that speaks Anthropic's messages protocol, streamed, and breaks it on request.

As `support.model_server`, on whose feet it stands: the model's name, `behaviour?option=value&…`, says what it does.

By hand, from `tests/`: `python -m support.anthropic_server --port 9101`, and in a config `lane: litellm`, `base_url:
http://127.0.0.1:9101` and `model: anthropic/normal?tps=60`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from support.model_server import Behaviour, Exchange, Json, ModelServer, main

INPUT_TOKENS = 11
CACHED_TOKENS = 3
"""Beside the input tokens, as Anthropic counts."""
OUTPUT_TOKENS = 7


@dataclass
class AnthropicServer(ModelServer):
    """`base_url` is what LiteLLM takes: the address before `/v1/messages`."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def behaviours(self) -> Mapping[str, Behaviour]:
        return BEHAVIOURS


async def _send(exchange: Exchange, kind: str, **fields: object) -> None:
    await exchange.send(f"event: {kind}\n".encode())
    await exchange.event({"type": kind, **fields})


async def _start(exchange: Exchange) -> None:
    await exchange.begin()
    usage = {"input_tokens": INPUT_TOKENS, "cache_read_input_tokens": CACHED_TOKENS, "output_tokens": 1}
    message: Json = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "usage": usage}
    model = f"served-{exchange.call.body['model']}"
    await _send(exchange, "message_start", message={**message, "model": model, "stop_reason": None})
    await _send(exchange, "ping")


async def _block(exchange: Exchange, index: int, block: Json, *deltas: Json) -> None:
    """One content block, at the pace that the options ask for."""
    await _send(exchange, "content_block_start", index=index, content_block=block)
    await asyncio.sleep(exchange.number("ttft", 0))
    gap = 1 / tps if (tps := exchange.number("tps", 0)) else 0
    for position, delta in enumerate(deltas):
        if gap and position:
            await asyncio.sleep(gap)
        await _send(exchange, "content_block_delta", index=index, delta=delta)
    await _send(exchange, "content_block_stop", index=index)


async def _end(exchange: Exchange, reason: str) -> None:
    delta = {"stop_reason": reason, "stop_sequence": None}
    await _send(exchange, "message_delta", delta=delta, usage={"output_tokens": OUTPUT_TOKENS})
    await _send(exchange, "message_stop")
    await exchange.raw(b"0\r\n\r\n")


def _text(*pieces: str) -> tuple[Json, ...]:
    return ({"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


async def normal(exchange: Exchange) -> None:
    await _start(exchange)
    await _block(exchange, 0, *_text(*exchange.words()))
    await _end(exchange, exchange.options.get("stop", "end_turn"))


async def thinking(exchange: Exchange) -> None:
    await _start(exchange)
    thought: Json = {"type": "thinking", "thinking": "", "signature": ""}
    await _block(exchange, 0, thought, {"type": "thinking_delta", "thinking": "Let me think."})
    await _block(exchange, 1, *_text("Done."))
    await _end(exchange, "end_turn")


async def tool_use(exchange: Exchange) -> None:
    await _start(exchange)
    tool: Json = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {}}
    pieces = ('{"order":', " 7}")
    await _block(exchange, 0, tool, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))
    await _end(exchange, "tool_use")


async def overloaded(exchange: Exchange) -> None:
    """529 before the stream, or with `late` an error event inside it."""
    error: Json = {"type": "overloaded_error", "message": "Overloaded"}
    if "late" not in exchange.options:
        return await exchange.reply(529, {"type": "error", "error": error})
    await _start(exchange)
    await _send(exchange, "content_block_start", index=0, content_block={"type": "text", "text": ""})
    await _send(exchange, "content_block_delta", index=0, delta={"type": "text_delta", "text": "so far "})
    await _send(exchange, "error", error=error)
    return await exchange.raw(b"0\r\n\r\n")


async def rate_limit(exchange: Exchange) -> None:
    error = {"type": "rate_limit_error", "message": "Too many tokens a minute"}
    headers = {"Retry-After": exchange.options.get("retry_after", "1")}
    await exchange.reply(429, {"type": "error", "error": error}, headers)


async def wrong_key(exchange: Exchange) -> None:
    """Says the whole key back, as some gateways do."""
    error = {"type": "authentication_error", "message": f"invalid x-api-key: {exchange.call.headers.get('x-api-key')}"}
    await exchange.reply(401, {"type": "error", "error": error})


async def unknown_model(exchange: Exchange) -> None:
    error = {"type": "not_found_error", "message": f"model: {exchange.call.body.get('model')}"}
    await exchange.reply(404, {"type": "error", "error": error})


async def bad_request(exchange: Exchange) -> None:
    error = {"type": "invalid_request_error", "message": "max_tokens: 99999 > 4096"}
    await exchange.reply(400, {"type": "error", "error": error})


async def cut(exchange: Exchange) -> None:
    """Ends after some text: in the middle of the body, or with `clean` at its end."""
    await _start(exchange)
    await _send(exchange, "content_block_start", index=0, content_block={"type": "text", "text": ""})
    await _send(exchange, "content_block_delta", index=0, delta={"type": "text_delta", "text": "half of an "})
    if "clean" in exchange.options:
        await exchange.raw(b"0\r\n\r\n")
    else:
        exchange.cut()


BEHAVIOURS: Mapping[str, Behaviour] = {
    "normal": normal,
    "thinking": thinking,
    "tool_use": tool_use,
    "overloaded": overloaded,
    "429": rate_limit,
    "401": wrong_key,
    "404": unknown_model,
    "400": bad_request,
    "cut": cut,
}


if __name__ == "__main__":
    main(AnthropicServer, __doc__)

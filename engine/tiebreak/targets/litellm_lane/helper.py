"""The helper process: `python -m tiebreak.targets.litellm_lane.helper`. The only module that imports LiteLLM.

Reads requests from stdin and writes what comes of them to stdout, see `protocol`. Ends when stdin does.
"""

import asyncio
import gc
import logging
import os
import sys
import warnings
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from typing import Any

from tiebreak.targets.chunkjson import Json, as_map, as_text
from tiebreak.targets.litellm_lane.mapping import Fingerprints, chunk_of, error_of, refusal_of, usage_of
from tiebreak.targets.litellm_lane.protocol import LineSplitter, decode, encode
from tiebreak.targets.litellm_lane.refused import RefusedParameter, refused

SETTINGS: Mapping[str, str] = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the import fetches a price list
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # else the first call to Anthropic fetches a list of headers
    "LITELLM_MODE": "PRODUCTION",  # else a .env file is read
}
NICE = 5
"""Where cores are few, the screen comes first."""
NO_KEY = "none"
"""Sent where no key may be sent: without one, LiteLLM would look for the provider's own."""


def main() -> None:
    """Serve until stdin ends."""
    # What anybody prints goes to stderr, which the parent collects; the protocol has a pipe to itself.
    out = os.dup(1)
    os.dup2(2, 1)
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.nice(NICE)
    asyncio.run(_serve(import_litellm(), out, requests))


async def _serve(litellm: Any, out: int, requests: Any) -> None:
    await Service(litellm, out).serve(requests)
    os._exit(0)  # the teardown of all that was imported takes half a second, and can only complain


def import_litellm() -> Any:
    """LiteLLM, without network calls, banners, logging below errors, or silent changes to requests."""
    os.environ.update(SETTINGS)
    warnings.simplefilter("ignore")
    gc.disable()  # a fifth of the import's time
    import litellm

    gc.enable()
    gc.freeze()
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    litellm.suppress_debug_info = True
    litellm.drop_params = False
    litellm.disable_hf_tokenizer_download = True
    return litellm


class Service:
    """Answers requests at once, each in a task of its own."""

    def __init__(self, litellm: Any, out: int) -> None:
        self._litellm = litellm
        self._out = out
        self._lines: list[bytes] = []
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._owned = frozenset(litellm.types.utils.all_litellm_params)

    async def serve(self, requests: Any) -> None:
        """Until the end of `requests`, a binary file."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), requests)
        self._send({"ready": version("litellm")})
        splitter = LineSplitter()
        while data := await reader.read(1 << 16):
            for line in splitter.feed(data):
                self._take(decode(line))

    def _take(self, message: Json) -> None:
        match message:
            case {"ask": int(number)}:
                doing = self._moderate if "moderate" in message else self._answer
                task = asyncio.create_task(doing(number, message))
                self._tasks[number] = task
                task.add_done_callback(lambda task: self._ended(number, task))
            case {"cancel": int(number)}:
                if task := self._tasks.get(number):
                    task.cancel()
                else:
                    self._send({"id": number, "end": True})
            case _:
                raise ValueError("not a request")

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        # Whatever the code of some provider raised is the answer to this request, and no more than that.
        del self._tasks[number]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._send({"id": number, "error": error_of(error)})
        self._send({"id": number, "end": True})

    async def _answer(self, number: int, ask: Json) -> None:
        stream = await self._litellm.acompletion(**self._arguments(ask))
        fingerprints = Fingerprints()
        try:
            chunks = getattr(stream, "completion_stream", None)
            if hasattr(chunks, "__aiter__"):
                stream.completion_stream = self._watched(number, chunks, fingerprints)
            usage: Json | None = None
            async for chunk in stream:
                # Not one of LiteLLM's promises; the tests against a server that cuts its streams hold it to this.
                told_finish = getattr(stream, "received_finish_reason", "") is not None
                if said := chunk_of(chunk, told_finish=told_finish):
                    self._send({"id": number, "chunk": said})
                if told := fingerprints.news(chunk):
                    self._send({"id": number, "chunk": told})
                usage = usage_of(chunk) or usage
            # Where the provider told none, LiteLLM reckons; the parent does so in its own way for both lanes.
            if usage and any(getattr(chunk, "usage", None) for chunk in getattr(stream, "chunks", ())):
                self._send({"id": number, "chunk": usage})
        finally:
            await stream.aclose()

    async def _moderate(self, number: int, ask: Json) -> None:
        said = await self._litellm.amoderation(
            input=ask["moderate"], model=ask["model"], timeout=ask["timeout"], max_retries=0, **self._place(ask)
        )
        result = said.results[0].model_dump(mode="json")
        scores = as_map(result.get("category_scores")) or {}
        self._send({"id": number, "moderation": {"flagged": bool(result.get("flagged")), "scores": scores}})

    @staticmethod
    def _place(ask: Json) -> Json:
        """Whom to ask, and with what key."""
        place: Json = {"api_base": ask["base_url"]} if ask["base_url"] else {}
        key_env = as_text(ask["key_env"])
        if key_env is not None:
            place["api_key"] = os.environ.get(key_env) or NO_KEY
        return place

    def _arguments(self, ask: Json) -> Json:
        """
        Raises:
            RefusedParameter: for what LiteLLM would take for itself.
        """
        parameters = as_map(ask["parameters"]) or {}
        if taken := refused(parameters, self._owned):
            raise RefusedParameter(taken)
        arguments: Json = {
            "model": ask["model"],
            "messages": ask["messages"],
            "stream": True,
            "timeout": ask["timeout"],
            "max_retries": 0,
            "num_retries": 0,
            **parameters,
        }
        if ask["usage"]:
            arguments["stream_options"] = {"include_usage": True}
        return {**arguments, **self._place(ask)}

    async def _watched(self, number: int, chunks: Any, fingerprints: Fingerprints) -> AsyncIterator[Any]:
        """The provider's chunks on their way into LiteLLM, which drops refusals and may hold back a fingerprint."""
        try:
            async for chunk in chunks:
                if refusal := refusal_of(chunk):
                    self._send({"id": number, "chunk": refusal})
                if told := fingerprints.news(chunk, own=True):
                    self._send({"id": number, "chunk": told})
                yield chunk
        finally:
            close = getattr(chunks, "aclose", None) or getattr(chunks, "close", None)
            if close is not None:
                await close()

    def _send(self, message: Json) -> None:
        """Queue a line; those of one turn of the loop go out together."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(encode(message))

    def _flush(self) -> None:
        data = memoryview(b"".join(self._lines))
        self._lines.clear()
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except BrokenPipeError:
            os._exit(0)  # nobody listens any more


if __name__ == "__main__":
    sys.exit(main())

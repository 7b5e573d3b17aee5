"""The helper process of a `python` target: imports one function and calls it for each request.

It runs under the interpreter of the app, so it knows nothing of Tiebreak, imports the standard library alone, and keeps
to Python 3.9. Orders come as JSON lines on stdin, pieces of answers go as JSON lines to stdout; what the app prints is
led to stderr. It ends, with everything it started, when stdin does.

    python python_child.py FOLDER MODULE:NAME [check]
    <- {"id": 1, "request": {…}}    {"cancel": 1}
    -> {"ready": true} or {"broken": "…"}
    -> {"id": 1, "piece": …}    {"id": 1, "error": {…}}    {"id": 1, "heard": true}, cancelled    {"id": 1, "end": true}

With `check` the function judges an answer: it takes the `case` and the `response` of a request apart, and the one piece
is {"said": …}, whatever it says.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import json
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable  # noqa: UP035 - as Python 3.9 has it

MAX_PIECE = 15 * 1024 * 1024
"""Bytes of a piece; the other side reads lines of 16 MB at most."""
THREADS = 64
"""For functions that are not async."""
MESSAGE = 4000
"""Characters of an error."""


class Wire:
    """Lines to the other side, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"  # ASCII, so that half a character passes too
        if len(data) > MAX_PIECE:
            raise ValueError(f"a piece of {len(data)} bytes is more than {MAX_PIECE}")
        with self._lock:
            while data:
                data = data[os.write(self._descriptor, data) :]


class Job:
    """One request being answered."""

    def __init__(self, order: dict[str, Any], function: Callable[..., Any], wire: Wire, folder: Path) -> None:
        self._id = order["id"]
        self._request = order["request"]
        self._function = function
        self._wire = wire
        self._folder = folder
        self._stopped = False

    async def run(self, pool: ThreadPoolExecutor) -> None:
        try:
            await self._answer(pool)
        except asyncio.CancelledError:
            pass
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the app may raise anything; it ends this answer only
            self._fail(error)
        finally:
            self._wire.send({"id": self._id, "end": True})

    async def _answer(self, pool: ThreadPoolExecutor) -> None:
        function = self._function
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            result = function(self._request)
        else:
            result = await self._in_thread(pool)
        if hasattr(result, "__aiter__"):
            pieces = result.__aiter__()
            try:
                async for piece in pieces:
                    self._send(piece)
            finally:
                if hasattr(pieces, "aclose"):
                    await pieces.aclose()
        elif inspect.isawaitable(result):
            self._send_all(await result)

    async def _in_thread(self, pool: ThreadPoolExecutor) -> Any:
        """Call a function that is not async; what it gives is sent from there, but for what has to be awaited."""
        work = asyncio.get_running_loop().run_in_executor(pool, self._call)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self._stopped = True
            await asyncio.wait([work])  # a thread cannot be stopped; whoever waits in vain ends the process
            raise

    def _call(self) -> Any:
        result = self._function(self._request)
        if inspect.isawaitable(result) or hasattr(result, "__aiter__"):
            return result
        self._send_all(result)
        return None

    def _send_all(self, result: Any) -> None:
        """One piece, or an iterable of them."""
        if result is None:
            return
        if isinstance(result, (str, dict)) or not hasattr(result, "__iter__"):
            self._send(result)
            return
        pieces = iter(result)
        for piece in pieces:
            if self._stopped:
                break
            self._send(piece)
        if hasattr(pieces, "close"):
            pieces.close()

    def _send(self, piece: Any) -> None:
        if not isinstance(piece, (str, dict)):
            raise TypeError(f"the app gave a piece of type {type(piece).__name__}; give text or a dict")
        self._wire.send({"id": self._id, "piece": piece})

    def _fail(self, error: BaseException) -> None:
        traceback.print_exception(type(error), error, error.__traceback__)
        told: dict[str, Any] = {"message": f"{said(error)}{place_of(error, self._folder)}"}
        # As the exceptions of openai, anthropic, litellm, httpx and requests have it.
        status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(status, int):
            told["status"] = status
        if isinstance(error, (ConnectionError, TimeoutError, asyncio.TimeoutError)):
            told["temporary"] = True
        self._wire.send({"id": self._id, "error": told})


def said(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text[:MESSAGE]}" if text else type(error).__name__


def place_of(error: BaseException, folder: Path) -> str:
    """The last line of the workspace that the error passed through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_absolute() and folder in path.resolve().parents:
            return f" ({path.resolve().relative_to(folder)}, line {frame.lineno})"
    return ""


def load(name: str) -> Callable[..., Any]:
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{name} is not callable")
    return found


def judging(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of a check as one that answers requests; a plain one still runs in a thread of its own."""
    if inspect.iscoroutinefunction(function):

        async def judge(request: dict[str, Any]) -> dict[str, Any]:
            return {"said": await function(request["case"], request["response"])}

        return judge

    async def later(said: Any) -> dict[str, Any]:
        return {"said": await said}

    def judge_at_once(request: dict[str, Any]) -> Any:
        said = function(request["case"], request["response"])
        return later(said) if inspect.isawaitable(said) else {"said": said}

    return judge_at_once


def leave() -> None:
    """End now, with all that was started from here; nobody is listening any more."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


async def serve(function: Callable[..., Any], wire: Wire, orders: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(THREADS)
    running: dict[int, asyncio.Future[None]] = {}

    def take(order: dict[str, Any]) -> None:
        if "cancel" in order:
            if order["cancel"] in running:
                wire.send({"id": order["cancel"], "heard": True})
                running[order["cancel"]].cancel()
            return
        number = order["id"]
        running[number] = asyncio.ensure_future(Job(order, function, wire, folder).run(pool))
        running[number].add_done_callback(lambda _: running.pop(number, None))

    def listen() -> None:
        with contextlib.suppress(OSError, RuntimeError), os.fdopen(orders, "rb") as lines:
            for line in lines:
                loop.call_soon_threadsafe(take, json.loads(line))
        leave()

    threading.Thread(target=listen, daemon=True).start()
    wire.send({"ready": True})
    await loop.create_future()


def main() -> None:
    folder, name, as_check = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3:] == ["check"]
    wire, orders = Wire(os.dup(1)), os.dup(0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
        del sys.path[0]  # the folder of this file, whose modules are none of the app's business
    sys.path.insert(0, str(folder))
    sys.argv = [name]
    try:
        function = judging(load(name)) if as_check else load(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs the app, which may raise anything
        traceback.print_exception(type(error), error, error.__traceback__)
        wire.send({"broken": f"{said(error)}{place_of(error, folder)}"})
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(function, wire, orders, folder))


if __name__ == "__main__":
    main()

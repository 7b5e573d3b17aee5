"""What the two processes say to each other: one JSON object a line.

To the helper:

    {"ask": 7, "model": "anthropic/…", "messages": […], "parameters": {…}, "usage": true, "timeout": 660,
     "base_url": …, "key_env": …}
    {"ask": 8, "model": "openai/…", "moderate": "the text", "timeout": 30, "base_url": …, "key_env": …}
    {"cancel": 7}

From it, `ready` once and the rest for each call, which always comes to its `end`, also after an error or a cancel:

    {"ready": "1.106.2"}
    {"id": 7, "chunk": {"choices": [{"delta": {"content": "…"}}]}}     a chat-completion chunk, see `mapping`
    {"id": 8, "moderation": {"flagged": true, "scores": {"violence": 0.9}}}
    {"id": 7, "error": {…}}                                             see `mapping.error_of`
    {"id": 7, "end": true}

`key_env` names the variable that holds the key, in the environment that the helper inherited; an empty name says that
no key may be sent. No key ever travels here.
"""

import json
from collections.abc import Mapping

import orjson

from tiebreak.targets.chunkjson import Json, as_map, parse


def encode(message: Mapping[str, object]) -> bytes:
    """One line.

    Raises:
        TypeError: for what JSON cannot hold.
    """
    try:
        return orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Half a surrogate pair, which a provider may cut an emoji into, is fit for the standard library only.
        return json.dumps(message, allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> Json:
    """
    Raises:
        ValueError: for what is no line of this protocol.
    """
    message = as_map(parse(line))
    if message is None:
        raise ValueError("not a JSON object")
    return message


class LineSplitter:
    """Cuts bytes, as they come, into whole lines."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        if b"\n" not in data:
            self._rest += data
            return []
        *lines, rest = data.split(b"\n")
        if self._rest:
            lines[0] = bytes(self._rest) + lines[0]
        self._rest = bytearray(rest)
        return lines

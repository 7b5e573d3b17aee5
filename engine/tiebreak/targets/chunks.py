"""Timestamped chunks as bytes: what is kept of a stream so that it can be replayed as it came."""

import json
import zlib
from collections.abc import Sequence
from typing import Literal

import orjson

from tiebreak.targets.chunkjson import as_list, parse

ChunkKind = Literal["text", "reasoning"]
Chunk = tuple[float, ChunkKind, str]
"""Seconds since the request was sent, what it is, and the piece itself."""

_MARKS: dict[ChunkKind, str] = {"text": "t", "reasoning": "r"}
LOGPROBS = "l"
_KINDS: dict[object, ChunkKind] = {mark: kind for kind, mark in _MARKS.items()}
MAX_BYTES = 256 * 1024 * 1024
"""Bytes that a blob may unpack to; a small blob can be made to unpack to any size."""


def encode_chunks(chunks: Sequence[Chunk], logprobs: Sequence[float] = ()) -> bytes:
    """Deflated JSON, `[[seconds, "t" or "r", piece], …]`, seconds to a tenth of a millisecond; behind them, where there
    are any, the log probabilities of the tokens to six decimals: `[0, "l", [−0.105361, …]]`."""
    rows: list[tuple[float, str, object]] = [(round(at, 4), _MARKS[kind], text) for at, kind, text in chunks]
    if logprobs:
        rows.append((0, LOGPROBS, [round(value, 6) for value in logprobs]))
    try:
        plain = orjson.dumps(rows)
    except TypeError:  # lone surrogates, which have no UTF-8; the standard library escapes them
        plain = json.dumps(rows, separators=(",", ":")).encode()
    return zlib.compress(plain, 6)


def decode_chunks(data: bytes) -> list[Chunk]:
    """The chunks that `encode_chunks` wrote.

    Raises:
        ValueError: for anything else.
    """
    return _decode(data)[0]


def decode_logprobs(data: bytes) -> tuple[float, ...]:
    """The log probabilities that `encode_chunks` wrote beside the chunks; none where there were none.

    Raises:
        ValueError: as `decode_chunks`.
    """
    return _decode(data)[1]


def _decode(data: bytes) -> tuple[list[Chunk], tuple[float, ...]]:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"These bytes are no stored chunks: {error}") from None
    if not unpacker.eof:
        raise ValueError("These bytes are no stored chunks: they are cut, or unpack to more than an answer.")
    chunks: list[Chunk] = []
    logprobs: list[float] = []
    for item in as_list(parse(plain)):
        match as_list(item):
            case [int() | float() as at, mark, str() as text] if mark in _KINDS:
                chunks.append((float(at), _KINDS[mark], text))
            case [_, mark, values] if mark == LOGPROBS:
                logprobs += [float(value) for value in as_list(values) if isinstance(value, int | float)]
            case _:
                raise ValueError(f"These bytes are no stored chunks: item {len(chunks) + 1} is malformed.")
    return chunks, tuple(logprobs)

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
_KINDS: dict[object, ChunkKind] = {mark: kind for kind, mark in _MARKS.items()}
MAX_BYTES = 256 * 1024 * 1024
"""Bytes that a blob may unpack to; a small blob can be made to unpack to any size."""


def encode_chunks(chunks: Sequence[Chunk]) -> bytes:
    """Deflated JSON, `[[seconds, "t" or "r", piece], …]`, seconds to a tenth of a millisecond."""
    rows = [(round(at, 4), _MARKS[kind], text) for at, kind, text in chunks]
    try:
        plain = orjson.dumps(rows)
    except TypeError:  # lone surrogates, which have no UTF-8; the standard library escapes them
        plain = json.dumps(rows, separators=(",", ":")).encode()
    return zlib.compress(plain, 6)


def decode_chunks(data: bytes) -> list[Chunk]:
    """What `encode_chunks` wrote.

    Raises:
        ValueError: for anything else.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"These bytes are no stored chunks: {error}") from None
    if not unpacker.eof:
        raise ValueError("These bytes are no stored chunks: they are cut, or unpack to more than an answer.")
    chunks: list[Chunk] = []
    for item in as_list(parse(plain)):
        match as_list(item):
            case [int() | float() as at, mark, str() as text] if mark in _KINDS:
                chunks.append((float(at), _KINDS[mark], text))
            case _:
                raise ValueError(f"These bytes are no stored chunks: item {len(chunks) + 1} is malformed.")
    return chunks

"""The file format of recordings: a header line, then one JSON line for each recorded answer.

{"recording": 1, "notice": "Answers written for the demo.", "price": {"input": 0.5, "output": 1.5}}
{"case": "refund-01", "text": "…", "ttft": 0.4, "tokens_per_second": 60, "usage": {"prompt_tokens": 90, …}}
{"case": "refund-02", "chunks": [[0.41, "Hel"], [0.43, "lo"], [0.2, "hm", "reasoning"]], "finish": "stop"}
{"case": "refund-03", "error": {"code": "rate_limit", "message": "…", "status": 429}}
"""

import dataclasses
import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, ClassVar, TypeVar

import orjson

from tiebreak.errors import WorkspaceError
from tiebreak.records import Price, Response, ToolCall, Usage
from tiebreak.records.cases import FORBID_UNKNOWN
from tiebreak.records.codec import adapter
from tiebreak.targets.chunkjson import Json, as_map, parse
from tiebreak.targets.chunks import ChunkKind, decode_chunks, decode_logprobs

VERSION = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedError:
    code: str
    message: str
    status: int | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """One line. Either `text` with a pace, or `chunks` with times (seconds since the request)."""

    case: str
    sample: int = 0
    text: str = ""
    reasoning: str = ""
    chunks: tuple[tuple[float, str] | tuple[float, str, ChunkKind], ...] = ()
    ttft: float = 0.5
    """Seconds."""
    tokens_per_second: float = 50.0
    finish: str | None = "stop"
    """Null for a stream that was cut."""
    refusal: bool = False
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of its tokens."""
    usage: Usage | None = None
    cost_usd: float | None = None
    model: str | None = None
    """The model that answered."""
    system_fingerprint: str | None = None
    error: RecordedError | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN

    def __post_init__(self) -> None:
        if self.ttft < 0 or self.tokens_per_second <= 0:
            raise ValueError("ttft must not be negative, tokens_per_second must be above zero")
        if any(not -math.inf < value <= 0 for value in self.logprobs):
            raise ValueError("log probabilities are 0 or less")
        if self.chunks and self.text:
            raise ValueError("give either text or chunks")
        if any(later[0] < earlier[0] for earlier, later in zip(self.chunks, self.chunks[1:], strict=False)):
            raise ValueError("the times of chunks must not run backwards")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line."""

    recording: int
    notice: str | None = None
    """Shown wherever these answers are shown."""
    price: Price | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingIndex:
    """Where each answer stands in the file; the answers themselves stay on disk."""

    path: Path
    sha256: str
    header: Header
    places: Mapping[tuple[str, int], tuple[int, int]] = field(repr=False)
    """(case id, sample) → (line number, byte offset)."""
    marks: tuple[int, int] = field(repr=False)
    """Size and time of change of the file that was read, in bytes and nanoseconds."""

    def read(self, case_id: str, sample: int) -> RecordedAnswer | None:
        """The recorded answer, or None where there is none.

        Raises:
            WorkspaceError: for a malformed line, or a file that changed since it was opened.
        """
        place = self.places.get((case_id, sample))
        if place is None:
            return None
        line, offset = place
        try:
            with self.path.open("rb") as file:
                same = _marks(file) == self.marks or hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
                file.seek(offset)
                data = file.readline() if same else b""
        except OSError as error:
            raise _unreadable(self.path, error) from None
        if not same:
            raise WorkspaceError(
                "The recording changed while it was in use.",
                path=str(self.path),
                line=line,
                hint="Put the earlier file back, and ask again.",
            )
        return _line(RecordedAnswer, _object(data, self.path, line), self.path, line)


def hash_of(path: Path) -> str:
    """SHA-256 of a recording's content.

    Raises:
        WorkspaceError: for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _marks(file: IO[bytes]) -> tuple[int, int]:
    told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns


def index_recording(path: Path) -> RecordingIndex:
    """Read a recording through once: its hash, its header, and where each answer stands.

    Raises:
        WorkspaceError: for a file that is missing or no recording, with the line.
    """
    header: Header | None = None
    places: dict[tuple[str, int], tuple[int, int]] = {}
    sha = hashlib.sha256()
    offset = 0
    try:
        with path.open("rb") as file:
            marks = _marks(file)
            for number, data in enumerate(file, start=1):
                sha.update(data)
                start, offset = offset, offset + len(data)
                if not data.strip():
                    continue
                content = _object(data.removeprefix(b"\xef\xbb\xbf") if start == 0 else data, path, number)
                if header is None:
                    header = _header(content, path, number)
                    continue
                key = _key(content, path, number)
                if key in places:
                    raise WorkspaceError(
                        f"The case '{key[0]}' (sample {key[1]}) is already recorded in line {places[key][0]}.",
                        path=str(path),
                        line=number,
                        field="case",
                        hint="Remove one of the two, or give another sample number.",
                    )
                places[key] = (number, start)
    except OSError as error:
        raise _unreadable(path, error) from None
    if header is None:
        raise WorkspaceError("The recording is empty.", path=str(path), hint='It begins with a line {"recording": 1}.')
    return RecordingIndex(path=path, sha256=sha.hexdigest(), header=header, places=places, marks=marks)


class RecordingWriter:
    """Writes a recording to a binary stream: the header at once, then a line for each response."""

    def __init__(self, stream: IO[bytes], *, notice: str | None = None, price: Price | None = None) -> None:
        self._stream = stream
        self._write(dataclasses.asdict(Header(recording=VERSION, notice=notice, price=price)))

    def write(self, response: Response, chunks: bytes) -> None:
        """One response with its stored chunks (`tiebreak.targets.chunks`).

        Raises:
            ValueError: when the chunks are no stored chunks.
        """
        line: Json = {"case": response.case_id, "sample": response.sample}
        line["chunks"] = [
            [at, text] if kind == "text" else [at, text, kind] for at, kind, text in decode_chunks(chunks)
        ]
        line["logprobs"] = decode_logprobs(chunks) or None
        line["ttft"] = response.timings.ttft
        line["finish"] = response.finish
        line["refusal"] = response.refusal or None
        line["tool_calls"] = [dataclasses.asdict(call) for call in response.tool_calls] or None
        if response.usage.source != "unknown":
            line["usage"] = {name: n for name, n in dataclasses.asdict(response.usage).items() if name != "source"}
        line["cost_usd"] = response.cost.usd
        line["model"] = response.served_model
        line["system_fingerprint"] = response.system_fingerprint
        line["error"] = dataclasses.asdict(response.error) if response.error else None
        self._write(line)

    def _write(self, line: Json) -> None:
        told = {name: value for name, value in line.items() if value is not None or name == "finish"}
        self._stream.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))


def _object(data: bytes, path: Path, number: int) -> Json:
    try:
        content = as_map(parse(data))
    except ValueError as error:
        raise WorkspaceError(f"This line is not JSON: {error}.", path=str(path), line=number) from None
    if content is None:
        raise WorkspaceError("This line is not a JSON object.", path=str(path), line=number)
    return content


def _header(content: Json, path: Path, number: int) -> Header:
    if "recording" not in content:
        raise WorkspaceError(
            "The file does not begin as a recording does.",
            path=str(path),
            line=number,
            field="recording",
            hint='Its first line should be {"recording": 1}, with `notice` and `price` if you like.',
        )
    header = _line(Header, content, path, number)
    if header.recording != VERSION:
        raise WorkspaceError(
            f"The recording has the format {header.recording}; this version reads format {VERSION}.",
            path=str(path),
            line=number,
            field="recording",
        )
    return header


def _key(content: Json, path: Path, number: int) -> tuple[str, int]:
    case, sample = content.get("case"), content.get("sample", 0)
    if not isinstance(case, str) or not case:
        raise WorkspaceError("Each line names its case by id.", path=str(path), line=number, field="case")
    if not isinstance(sample, int) or isinstance(sample, bool) or sample < 0:
        raise WorkspaceError("A sample is a number from 0 up.", path=str(path), line=number, field="sample")
    return case, sample


def _line(kind: type[T], content: Json, path: Path, number: int) -> T:
    from pydantic import ValidationError

    try:
        return adapter(kind).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        known = ", ".join(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ""
        hint = f"It knows {known}." if first["type"] == "unexpected_keyword_argument" else None
        raise WorkspaceError(f"{first['msg']}.", path=str(path), line=number, field=place or None, hint=hint) from None


def _unreadable(path: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"The recording cannot be read: {error.strerror or error}.",
        path=str(path),
        hint="Check target.path in the config.",
    )

"""A zip file from outside, read with bounds: its members are read into memory one at a time and never unpacked to disk.

Refused are members whose names lead elsewhere, links, encrypted ones, and whatever grows beyond all measure: the size
that a header claims is not believed, so bytes are counted as they come.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tiebreak.datasets.reading.files import unreadable
from tiebreak.errors import ImportFormatError

MAX_MEMBERS = 200_000
MAX_MEMBER = 64 * 1024 * 1024
"""Bytes of one member, unpacked."""
MAX_TOTAL = 4 * 1024**3
"""Bytes of all members that are read, unpacked."""
MAX_RATIO = 200
"""How many times larger than packed a member may be, from `SMALL` on: text comes to some 30 at most."""
SMALL = 1024 * 1024
CHUNK = 256 * 1024
ZSTD = 93


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Archive:
    """A zip file. Everything here raises an `ImportFormatError` that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0

    def _refuse(self, message: str, hint: str | None = None) -> ImportFormatError:
        return ImportFormatError(message, path=str(self.path), hint=hint)

    @cached_property
    def members(self) -> dict[str, zipfile.ZipInfo]:
        """Name → member, in the order of the archive, each looked at before any is read."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except OSError as problem:
            raise unreadable(self.path, problem, ImportFormatError) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
            raise self._refuse(f"The archive cannot be read: {problem}.") from None
        if len(infos) > MAX_MEMBERS:
            raise self._refuse(f"The archive has more than {MAX_MEMBERS:,} members.")
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._examine(info)
            if info.filename in found:
                raise self._refuse(f"The archive holds “{info.filename}” twice.")
            found[info.filename] = info
        return found

    def _examine(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/") or "\0" in name:
            raise self._refuse(f"The archive names a file outside of itself: “{info.filename}”.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._refuse(f"The archive holds a link: “{info.filename}”.")
        if info.flag_bits & 0x1:
            raise self._refuse(f"“{info.filename}” is encrypted.")
        if info.file_size > MAX_MEMBER:
            raise self._too_large(info)
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise self._refuse(f"“{info.filename}” would grow to more than {MAX_RATIO} times its size.")

    def names(self, folder: str = "", suffix: str = "") -> list[str]:
        return [name for name in self.members if name.startswith(folder) and name.endswith(suffix)]

    def read(self, name: str) -> bytes:
        """One member, unpacked in memory."""
        return next(self.read_all([name]))

    def read_all(self, names: list[str]) -> Iterator[bytes]:
        """Some members, one after the other."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                for name in names:
                    if name not in self.members:
                        raise self._refuse(f"The archive lacks “{name}”.")
                    yield self._member(archive, self.members[name])
        except OSError as problem:
            raise unreadable(self.path, problem, ImportFormatError) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as problem:
            raise self._refuse(f"The archive is damaged: {problem}.") from None

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
        limit = min(MAX_MEMBER, MAX_TOTAL - self._read)
        if info.compress_type == ZSTD:
            data = self._zstd(info, limit)
        else:
            try:
                with archive.open(info) as file:
                    data = self._unpacked(file, info, limit)
            except NotImplementedError:
                raise self._refuse(f"“{info.filename}” is packed in a way that cannot be read here.") from None
        self._read += len(data)
        return data

    def _unpacked(self, file: _Reader, info: zipfile.ZipInfo, limit: int) -> bytes:
        """All of a stream, and an end as soon as it is too much."""
        parts: list[bytes] = []
        size = 0
        while part := file.read(CHUNK):
            size += len(part)
            parts.append(part)
            self._bound(info, size, limit)
        return b"".join(parts)

    def _bound(self, info: zipfile.ZipInfo, size: int, limit: int) -> None:
        if size > limit:
            raise self._too_large(info)
        if size > SMALL and size > MAX_RATIO * max(info.compress_size, 1):
            raise self._refuse(f"“{info.filename}” would grow to more than {MAX_RATIO} times its size.")

    def _zstd(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        """Zstandard, as Inspect packs: Python's own library reads it from 3.14 on."""
        import zstandard

        with self.path.open("rb") as file:
            file.seek(info.header_offset)
            head = file.read(30)
            if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
                raise self._refuse("The archive is damaged.")
            file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
            packed = io.BytesIO(file.read(info.compress_size))
        reader = zstandard.ZstdDecompressor(max_window_size=MAX_MEMBER).stream_reader(packed, read_across_frames=True)
        try:
            data = self._unpacked(reader, info, limit)
        except zstandard.ZstdError as problem:
            raise zipfile.BadZipFile(str(problem)) from None
        if zlib.crc32(data) != info.CRC:
            raise self._refuse(f"“{info.filename}” is damaged.")
        return data

    def _too_large(self, info: zipfile.ZipInfo) -> ImportFormatError:
        return self._refuse(f"“{info.filename}” is larger than what is read of an archive.")

"""An archive from outside can neither fill the memory nor lead out of itself."""

import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard

from tiebreak.errors import ImportFormatError
from tiebreak.imports import archive as bounds
from tiebreak.imports.archive import Archive


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_members_are_read_one_after_the_other(tmp_path: Path) -> None:
    archive = Archive(zipped(tmp_path / "a.zip", one=b"1", two=b"2"))
    assert archive.names() == ["one", "two"]
    assert list(archive.read_all(["two", "one"])) == [b"2", b"1"]
    with pytest.raises(ImportFormatError, match="lacks “three”"):
        archive.read("three")


def test_a_bomb_is_refused_by_what_its_header_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", bomb=bytes(bounds.SMALL * 4))
    with pytest.raises(ImportFormatError, match="more than 200 times its size"):
        Archive(path).read("bomb")


def test_a_bomb_is_refused_while_it_grows_whatever_its_header_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", bomb=bytes(bounds.SMALL * 4))
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", bounds.SMALL * 4)
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 10)))
    with pytest.raises(ImportFormatError, match=r"times its size|damaged"):
        Archive(path).read("bomb")


def test_all_members_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_TOTAL", 15)
    archive = Archive(zipped(tmp_path / "a.zip", one=b"0123456789", two=b"0123456789"))
    assert archive.read("one") == b"0123456789"
    with pytest.raises(ImportFormatError, match="larger than what is read"):
        archive.read("two")


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../out", "C:/out", "..\\out"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", **{"good": b"1", name: b"2"})
    with pytest.raises(ImportFormatError, match="outside of itself"):
        Archive(path).read("good")


def test_links_and_doubles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportFormatError, match="holds a link"):
        Archive(path).names()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("one", "2")
    with pytest.raises(ImportFormatError, match="“one” twice"):
        Archive(path).names()


def test_what_is_damaged_is_said(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", one=b"some text that is packed" * 20)
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    with pytest.raises(ImportFormatError, match="cannot be read"):
        Archive(path).names()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 0xFF]) + whole[41:])
    with pytest.raises(ImportFormatError, match="damaged"):
        Archive(path).read("one")
    with pytest.raises(ImportFormatError, match="no such file"):
        Archive(tmp_path / "none.zip").names()


def test_no_member_is_read_that_nobody_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_MEMBERS", 1)
    with pytest.raises(ImportFormatError, match="more than 1 members"):
        Archive(zipped(tmp_path / "a.zip", one=b"1", two=b"2")).names()


# -- Zstandard, as logs of Inspect are packed


def packed(path: Path, data: bytes, *, claims: int | None = None, frames: int = 1) -> Path:
    """An archive of one member `one`, which may claim another size than it has; Python's own library writes none."""
    size = len(data) if claims is None else claims
    length = max(1, -(-len(data) // frames))
    body = b"".join(zstandard.compress(data[at : at + length]) for at in range(0, len(data), length))
    fields = struct.pack("<HHHHHIII", 63, 0, 93, 0, 33, zlib.crc32(data), len(body), size) + struct.pack("<HH", 3, 0)
    local = b"PK\x03\x04" + fields + b"one" + body
    central = b"PK\x01\x02" + struct.pack("<H", 63) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"one"
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)
    return path


@pytest.mark.parametrize("frames", [1, 3])
def test_zstandard_is_unpacked_whole(tmp_path: Path, frames: int) -> None:
    data = b"some text that is packed " * 200
    assert Archive(packed(tmp_path / "a.eval", data, frames=frames)).read("one") == data


def test_a_bomb_in_zstandard_is_refused_while_it_grows(tmp_path: Path) -> None:
    path = packed(tmp_path / "bomb.eval", bytes(bounds.SMALL * 4), claims=10)
    with pytest.raises(ImportFormatError, match="more than 200 times its size"):
        Archive(path).read("one")


def test_a_member_in_zstandard_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.eval", b"0123456789" * 200, claims=10)
    monkeypatch.setattr(bounds, "MAX_TOTAL", 100)
    with pytest.raises(ImportFormatError, match="larger than what is read"):
        Archive(path).read("one")


def test_damaged_zstandard_is_said(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.eval", b"some text that is packed " * 20)
    whole = path.read_bytes()
    start = whole.index(b"\x28\xb5\x2f\xfd")
    for broken in (whole[:start] + b"\0\0\0\0" + whole[start + 4 :], whole.replace(b"packed", b"picked")):
        path.write_bytes(broken)
        with pytest.raises(ImportFormatError, match="damaged"):
            Archive(path).read("one")

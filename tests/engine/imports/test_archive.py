"""An archive from outside can neither fill the memory nor lead out of itself."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest

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

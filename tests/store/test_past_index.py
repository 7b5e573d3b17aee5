"""The index over the past: what is in it, in which order it is found, and that it may go at any time."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebreak_store.past_index import FILE, PAGE, Covered, PastIndex
from tiebreak_store.words import CONTINUED, bare, words_of, written_words


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PastIndex]:
    opened = PastIndex.open(tmp_path / FILE)
    yield opened
    opened.close()


def covered(low: int, high: int) -> Covered:
    return Covered(low, high, f"id-{high}")


def test_the_newest_comes_first_whatever_was_added_first(index: PastIndex) -> None:
    assert index.add("answer", [(n, f"moo {n}") for n in range(200, 300)], None, covered(200, 299))
    assert index.add("answer", [(n, f"moo {n}") for n in range(1, 200)], covered(200, 299), covered(1, 299))
    found = list(index.find("answer", ["moo"]))
    assert found == list(range(299, 0, -1))
    assert len(found) > 2 * PAGE
    assert list(index.find("answer", ["mo", "25"])) == [*range(259, 249, -1), 25]
    assert not list(index.find("said", ["moo"]))
    assert index.covered("answer") == covered(1, 299)


def test_what_another_process_added_is_not_added_twice(index: PastIndex) -> None:
    assert index.add("said", [(1, "note a")], None, covered(1, 1))
    assert not index.add("said", [(1, "note a")], None, covered(1, 1))
    assert list(index.find("said", ["note"])) == [1]
    index.add_keyed("session", [("s1", "one two"), ("s2", "two")])
    index.add_keyed("session", [("s2", "two"), ("s3", "two three")])
    assert [index.key_of("session", number) for number in index.find("session", ["two"])] == ["s3", "s2", "s1"]
    assert index.missing("session", ["s1", "s4", "s4"]) == ["s4"]
    assert [index.key_of("session", number) for number in index.newest("session", 2)] == ["s3", "s2"]


def test_long_beginnings_are_found_however_many_words_go_on_from_them(index: PastIndex) -> None:
    many = [f"inter{a}{b}" for a in string.ascii_lowercase for b in "abc"]
    assert len(many) > CONTINUED
    index.add("answer", list(enumerate(many, start=1)), None, covered(1, len(many)))
    assert len(list(index.find("answer", ["inter"]))) == len(many)
    assert len(list(index.find("answer", ["interz"]))) == 3
    assert index.terms("interza") == ["interza"]
    assert index.terms_with("nterzb") == ["interzb"]


def test_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"no database at all, but quite long" * 100)
    index = PastIndex.open(path)
    index.add("answer", [(1, "moo")], None, covered(1, 1))
    index.clear()
    assert index.covered("answer") is None
    assert not list(index.find("answer", ["moo"]))
    index.close()


@given(st.text(alphabet="aBz9 -_.ßẞİéÅñŁžçﬁが語한국ЖйΩΣς\u0301", max_size=40))
def test_every_word_of_a_text_finds_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    index = PastIndex.open(tmp_path_factory.mktemp("index") / FILE)
    try:
        index.add("answer", [(1, text)], None, covered(1, 1))
        for word in words_of(text):
            assert list(index.find("answer", [word])) == [1]
    finally:
        index.close()


def test_accents_and_case_do_not_matter(index: PastIndex) -> None:
    index.add("answer", [(1, "Crème BRÛLÉE")], None, covered(1, 1))
    for typed in ("creme brulee", "Crème", "brûl", "BRUL"):
        assert list(index.find("answer", words_of(typed))) == [1]
    assert bare("Ångström") == "angstrom"


@given(st.text(alphabet="aB9 _ßéİﬁς\u0301", max_size=20))
def test_words_as_written_are_the_words_of_the_index(text: str) -> None:
    told = list(written_words(text))
    assert all(words_of(text[start:end]) == [word] for word, start, end in told)
    assert [word for word, _, _ in told] == words_of(text)

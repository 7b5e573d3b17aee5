"""Where an answer cites, and whether what it cites came."""

from hypothesis import given
from hypothesis import strategies as st

from tiebreak.metrics.kinds.citations import citation_spans, cited
from tiebreak.records import Context

KNOWN = (Context(id="kb-1", text="Thirty days."), Context(id="kb-2", text="No."))
TEXT = "Thirty days [kb-1], or so [2; kb-9]. See [the page](http://x.test) or [note]."


def test_brackets_are_told_apart_by_whether_all_in_them_came() -> None:
    found = [(TEXT[start:end], named) for start, end, named in citation_spans(TEXT, KNOWN)]
    assert found == [("[kb-1]", True), ("[2; kb-9]", False)]


@given(st.text(alphabet="[](),;k b-129\n", max_size=60))
def test_a_place_is_found_for_every_citation(text: str) -> None:
    spans = list(citation_spans(text, KNOWN))
    assert bool(spans) == bool(cited(text, KNOWN))
    assert all(text[start] == "[" and text[end - 1] == "]" for start, end, _ in spans)

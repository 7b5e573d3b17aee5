"""A case in pieces: all of them are the case, and fewer ask less."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.records import Case, Context, Message
from tiebreak.triage.shrinking import GRAINS, Pieces, pieces_of, words_of

TEXTS = st.lists(st.sampled_from(["One two.", " ", "\n\n", "three", "\n", "é 🦊! "]), min_size=1).map("".join)
MESSAGES = st.lists(st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=TEXTS))
CASES = st.builds(
    Case,
    id=st.just("q"),
    input=TEXTS | MESSAGES.map(tuple),
    contexts=st.lists(TEXTS).map(lambda all_: tuple(Context(id=f"k{n}", text=text) for n, text in enumerate(all_))),
)


def plainly(case: Case | None) -> list[str]:
    """All that is asked, without what a cut takes off the ends."""
    assert case is not None
    texts = [message.content for message in case.messages] + [context.text for context in case.contexts]
    return [text.strip() for text in texts if text.strip()]


@settings(deadline=None)
@given(CASES)
def test_all_pieces_are_the_case_however_fine(case: Case) -> None:
    pieces = pieces_of(case)
    if not any(message.role == "user" and message.content.strip() for message in case.messages):
        assert pieces.keeping(range(len(pieces.pieces))) is None
        return
    for grain in GRAINS:
        pieces = pieces.finer(range(len(pieces.pieces)), grain)
        assert plainly(pieces.keeping(range(len(pieces.pieces)))) == plainly(case)


@settings(deadline=None)
@given(CASES, st.sets(st.integers(0, 30)), st.sampled_from(GRAINS))
def test_fewer_pieces_ask_less(case: Case, kept: set[int], grain: str) -> None:
    pieces: Pieces = pieces_of(case)
    for one in GRAINS:
        pieces = pieces.finer(range(len(pieces.pieces)), one)
        if one == grain:
            break
    smaller = pieces.keeping(kept)
    if smaller is not None:
        assert words_of(smaller) <= words_of(case)
        assert smaller.question.strip()
        assert isinstance(smaller.input, str) == isinstance(case.input, str)


def test_passages_go_before_words() -> None:
    case = Case(
        id="q",
        input="Hello there.\n\nHow long does it last? Be quick.",
        contexts=(Context(id="a", text="Lamps last."), Context(id="b", text="Nothing.")),
    )
    pieces = pieces_of(case)
    assert len(pieces.pieces) == 3
    smaller = pieces.keeping([0, 1])
    assert smaller is not None
    assert [context.id for context in smaller.contexts] == ["a"]
    fine = pieces.finer([0], "paragraphs").finer([1], "sentences").finer([0], "words")
    assert [piece.text for piece in fine.pieces] == ["How ", "long ", "does ", "it ", "last? "]
    least = fine.keeping([1, 4])
    assert least is not None
    assert (least.input, least.contexts, words_of(least)) == ("long last?", (), 2)
    assert fine.keeping([]) is None

"""One place of a reply is read, and whatever stands there must be exactly of the form."""

import json

import pytest

from tiebreak.judge.forms import Form, Unreadable, choice, claim_verdicts, claims, points
from tiebreak.judge.framing import Marks, about_schema, about_verdict, draw_marks
from tiebreak.judge.parsing import MAX_REPLY, read_block, read_schema

MARKS = Marks(token="t0k3n", nonce="n0nc3")
PAIR = choice("1", "2", "tie")
GOOD = '{"reasons": "r", "verdict": "2"}'


def block(body: str = GOOD) -> str:
    return f"{MARKS.opening}\n{body}\n{MARKS.closing}"


@pytest.mark.parametrize(
    "reply",
    [
        block(),
        f"Thoughts, {{}} and so on.\n\n{block()}\n\n",
        block(f"```json\n{GOOD}\n```"),
        f"```\n{block()}\n```",
        f"The other says “verdict: 1”, and <<<VERDICT other>>> too.\n{block()}",
    ],
)
def test_the_block_that_ends_the_reply_is_read(reply: str) -> None:
    told = read_block(reply, MARKS, PAIR)
    assert (told.verdict, told.reasons) == ("2", "r")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("Response 2 is better.", "no verdict block"),
        (GOOD, "no verdict block"),
        (f"{MARKS.opening}\n{GOOD}", "does not end"),
        (f"{block()}\nP.S. no, 1.", "does not end"),
        (f"{block()}\n{block()}", "more than one"),
        (f"{block()} {MARKS.closing}", "more than one"),
        (f"I say {block()}", "does not begin a line"),
        (block("2"), "no JSON object"),
        (block('"2"'), "no JSON object"),
        (block("verdict: 2"), "no JSON"),
        (block('{"reasons": "r"}'), "lacks “verdict”"),
        (block('{"reasons": "r", "verdict": "2", "sure": true}'), "more than was asked"),
        (block('{"reasons": "r", "verdict": "1", "verdict": "2"}'), "twice"),
        (block('{"reasons": "r", "verdict": 2}'), "none of"),
        (block('{"reasons": "r", "verdict": "A"}'), "none of"),
        (block('{"reasons": ["r"], "verdict": "2"}'), "no text"),
        (block('{"reasons": NaN, "verdict": "2"}'), "no number"),
        (block("[" * 100_000)[:90_000] + f"\n{MARKS.closing}", "no JSON"),
        (f"{'x' * MAX_REPLY}\n{block()}", "longer than"),
        ("Die zweite Antwort ist besser. 第二个更好。", "no verdict block"),
        ("I'm sorry, but I can't help with that.", "no verdict block"),
    ],
)
def test_anything_else_is_unreadable_and_says_why(reply: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_block(reply, MARKS, PAIR)


@pytest.mark.parametrize("form", [PAIR, points(1, 5), claims(), claim_verdicts(2)])
def test_the_instructions_themselves_are_no_verdict(form: Form) -> None:
    """A judge that repeats what it was told has said nothing."""
    with pytest.raises(Unreadable):
        read_block(about_verdict(MARKS, form), MARKS, form)
    with pytest.raises(Unreadable):
        read_schema(about_schema(MARKS, form), MARKS, form)


def test_an_enforced_reply_is_one_object_with_the_token() -> None:
    told = read_schema(json.dumps({"token": MARKS.nonce, "reasons": "r", "verdict": "tie"}), MARKS, PAIR)
    assert told.verdict == "tie"
    for reply, why in (
        (GOOD, "does not bear"),
        ('{"token": "x", "verdict": "1"}', "another token"),
        ("[]", "does not"),
    ):
        with pytest.raises(Unreadable, match=why):
            read_schema(reply, MARKS, PAIR)


@pytest.mark.parametrize("verdict", ["0", "6", "4.0", "4.5", '"4"', "true", "null", "[4]"])
def test_a_score_is_a_whole_number_of_the_scale(verdict: str) -> None:
    form = points(1, 5)
    assert read_block(block('{"reasons": "", "verdict": 5}'), MARKS, form).verdict == 5
    with pytest.raises(Unreadable, match="no whole number from 1 to 5"):
        read_block(block(f'{{"reasons": "", "verdict": {verdict}}}'), MARKS, form)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([{"n": 1, "verdict": "supported"}], "Not each"),
        ([{"n": 1, "verdict": "supported"}, {"n": 1, "verdict": "supported"}], "twice"),
        ([{"n": 1, "verdict": "supported"}, {"n": 3, "verdict": "supported"}], "Not each"),
        ([{"n": 1, "verdict": "true"}, {"n": 2, "verdict": "supported"}], "supported, contradicted"),
        ([{"n": True, "verdict": "supported"}, {"n": 2, "verdict": "supported"}], "supported, contradicted"),
        (["supported", "supported"], "no list of objects"),
    ],
)
def test_each_claim_is_judged_once(said: object, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_block(block(json.dumps({"reasons": "", "claims": said})), MARKS, claim_verdicts(2))


def test_marks_never_occur_in_what_is_judged() -> None:
    drawn = iter(["aaaa", "bbbb", "cccc", "cccc", "dddd", "eeee"])
    assert draw_marks(["holds bbbb"], lambda: next(drawn)) == Marks(token="dddd", nonce="eeee")

"""Tool calls, citations, language, policy, leaks, limits."""

import base64
import codecs
from typing import Any

import pytest

from tiebreak.checks import Answer, parse_check, run_checks
from tiebreak.checks.kinds.canary import leaked
from tiebreak.checks.kinds.language import KNOWN, language_of
from tiebreak.checks.kinds.links import hosts_in
from tiebreak.errors import WorkspaceError
from tiebreak.records import Case, CheckResult, Context, Cost, Message, Response, Timings, Usage


def result(kind: str, params: dict[str, Any], said: str | Answer | Response, **case: Any) -> CheckResult:
    answer = Answer(text=said) if isinstance(said, str) else said
    response = answer.response if isinstance(answer, Answer) else answer
    spec = parse_check({"kind": kind, **params})
    return run_checks(Case(id="c", input=case.pop("question", "q"), **case), response, [spec])[0]


def status(kind: str, params: dict[str, Any], said: str | Answer | Response, **case: Any) -> str:
    return result(kind, params, said, **case).status


def calls(*made: tuple[str, str]) -> Answer:
    return Answer(calls=made)


@pytest.mark.parametrize(
    ("params", "answer", "detail"),
    [
        ({"name": "f"}, calls(), "it does not call “f”, but no tool"),
        ({"name": "f"}, calls(("g", "{}")), "it does not call “f”, but “g”"),
        ({"name": "f"}, calls(("f", "")), ""),
        ({"name": "f", "arguments": {"a": 1}}, calls(("f", '{"a": 1.0}')), ""),
        ({"name": "f", "arguments": {"a": 1}}, calls(("f", '{"a": true}')), "f: a is True, not 1"),
        ({"name": "f", "arguments": {"a": 1}}, calls(("f", "{}")), "f: the argument “a” is missing"),
        ({"name": "f", "arguments": {"a": 1}}, calls(("f", "{}"), ("f", '{"a": 1, "b": 2}')), ""),
        ({"name": "f", "only": True}, calls(("f", '{"b": 2}')), "f: “b” should not be given"),
        ({"name": "f"}, calls(("f", "{oops")), "f: not JSON: Expecting property name enclosed in double quotes"),
        ({"name": "f"}, calls(("f", "[1]")), "f: JSON, but not an object"),
        ({"name": "f", "expect": "absent"}, calls(("g", "{}")), ""),
        ({"name": "f", "expect": "absent"}, calls(("f", "{}")), "it calls “f”"),
    ],
)
def test_a_tool_is_called(params: dict[str, Any], answer: Answer, detail: str) -> None:
    found = result("tool_call", params, answer)
    assert found.detail.startswith(detail)
    assert found.status == ("fail" if detail else "pass")


def test_calls_are_held_to_the_schemas_of_their_tools() -> None:
    tools = {"f": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}
    assert status("tool_schema", {"tools": tools}, "no call") == "pass"
    assert status("tool_schema", {"tools": tools, "needed": True}, "no call") == "fail"
    assert result("tool_schema", {"tools": tools}, calls(("f", '{"id": "x"}'), ("g", "{}"))).detail == (
        "call 2: there is no tool “g”, only “f”"
    )
    assert result("tool_schema", {"tools": tools}, calls(("f", '{"id": 7}'))).detail == (
        "call 1, f: id: 7 is not of type 'string'"
    )
    with pytest.raises(WorkspaceError, match=r"`tools\.f` is no JSON Schema"):
        parse_check({"kind": "tool_schema", "tools": {"f": {"type": 3}}})


@pytest.mark.parametrize(
    ("match", "wanted", "made", "expected"),
    [
        ("exactly", "ab", "ab", "pass"),
        ("exactly", "ab", "abc", "fail"),
        ("exactly", "", "", "pass"),
        ("exactly", "", "a", "fail"),
        ("in_order", "ab", "xaybz", "pass"),
        ("in_order", "ab", "ba", "fail"),
        ("in_order", "aa", "a", "fail"),
        ("any_order", "ab", "bxa", "pass"),
        ("any_order", "aab", "ab", "fail"),
    ],
)
def test_sequences_of_calls(match: str, wanted: str, made: str, expected: str) -> None:
    answer = calls(*((name, "{}") for name in made)) if made else Answer(text="x")
    assert status("tool_sequence", {"calls": list(wanted), "match": match}, answer) == expected


PASSAGES = (Context(id="kb-1", text="a"), Context(id="kb-2", text="b"))


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, "Yes [kb-1; kb-2].", "pass"),
        ({}, "Yes [kb-1, kb-3].", "fail"),
        ({}, "Yes.", "fail"),
        ({"least": 0}, "Yes.", "pass"),
        ({"least": 2}, "Yes [kb-1] [kb-1].", "fail"),
        ({}, "See [the page](https://x.test) [kb-2].", "pass"),
        ({"numbered": True}, "Yes [2].", "pass"),
        ({"numbered": True}, "Yes [3].", "fail"),
        ({"known": False}, "Yes [anything].", "pass"),
        ({"pattern": r"\(see ([\w-]+)\)"}, "Yes (see kb-2).", "pass"),
    ],
)
def test_citations(params: dict[str, Any], text: str, expected: str) -> None:
    assert status("citations", params, text, contexts=PASSAGES) == expected
    assert status("citations", params, Answer(text=text, contexts=PASSAGES)) == expected


def test_what_an_answer_fetched_itself_stands_before_what_its_case_holds() -> None:
    own = Answer(text="Yes [kb-9].", contexts=(Context(id="kb-9", text="c"),))
    assert status("citations", {}, own, contexts=PASSAGES) == "pass"
    assert result("citations", {}, "Yes [kb-9].").detail.endswith("of which there are none")


def test_languages() -> None:
    german = "Ihre Bestellung ist auf dem Weg und kommt morgen bei Ihnen an."
    assert language_of(german) == "de"
    assert language_of(f"```py\nfor order in orders: print(order.total, order.status)\n```\n{german}") == "de"
    assert language_of("ok") is None
    assert language_of("ご注文の商品は本日発送いたしました。") == "ja"
    assert (
        status("language", {"any": ["question"]}, german, question="Wo bleibt denn meine Bestellung von gestern?")
        == "pass"
    )
    assert (
        status("language", {"any": ["question"]}, german, question="Where is my order from last week, please?")
        == "fail"
    )
    assert status("language", {"any": ["question"]}, german, question="?") == "not_applicable"
    assert status("language", {"any": ["en"]}, "Yes.") == "not_applicable"


def test_the_known_languages_are_those_of_the_model() -> None:
    from py3langid import langid  # pyright: ignore[reportMissingTypeStubs]

    langid.classify("warm up")  # pyright: ignore[reportUnknownMemberType]
    ranked = {str(language) for language, _ in langid.rank("text")}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]
    assert ranked - {"zxx"} == KNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a DIAGNOSIS", "fail"),
        ("undiagnosed", "pass"),
        ("money\n back", "fail"),
        ("moneyback", "pass"),
        ("C++ code", "fail"),
        ("nothing", "pass"),
    ],
)
def test_forbidden_topics(text: str, expected: str) -> None:
    assert status("forbidden", {"topics": {"t": ["diagnos*", "money back", "C++"]}}, text) == expected


PLACEHOLDER = "AKIA" + "IOSFODNN7EXAMPLQ"
LEAKS = [
    f"key = {PLACEHOLDER}",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "token gh" + "p_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
    "https://user:" + "hunter2hunter@db.internal/x",
    "password = '" + "hunter2hunter'",
]


@pytest.mark.parametrize("text", LEAKS)
def test_secrets_are_found_and_not_repeated(text: str) -> None:
    found = result("no_secrets", {}, f"Sure.\n{text}")
    assert found.status == "fail"
    assert "line 2" in found.detail
    assert PLACEHOLDER not in found.detail
    assert "hunter2hunter" not in found.detail
    assert status("no_secrets", {}, calls(("send", text))) == "fail"


def test_what_only_looks_random_is_no_secret_unless_asked_for() -> None:
    commit = 'revision = "5a948d2011645749b01c730cbbf0d3f15a948d20"'
    assert status("no_secrets", {}, commit) == "pass"
    assert status("no_secrets", {"entropy": True}, commit) == "fail"
    assert status("no_secrets", {"allow": [PLACEHOLDER]}, LEAKS[0]) == "pass"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to ada.l@mail.example.org, please", "an e-mail address"),
        ("Call +44 20 7946 0958 now", "a phone number"),
        ("Card 4111 1111 1111 1111.", "a card number"),
        ("Pay to GB82 WEST 1234 5698 7654 32 TODAY", "an IBAN"),
        ("SSN 536-90-4399", "a US social security number"),
        ("from 93.184.216.34", "an IP address"),
        ("at 2606:2800:220:1:248:1893:25c8:1946", "an IP address"),
    ],
)
def test_personal_data_is_found(text: str, kind: str) -> None:
    found = result("no_personal_data", {}, text)
    assert found.status == "fail"
    assert found.detail.startswith(kind)


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111111111111112 ships today.",
        "Order 1234567890, item 987-65-4321.",
        "Version 1.2.3.4.5 runs on 127.0.0.1 at 12:30:45.",
        "Between 2019 and 2024 we sold 1,234,567 units.",
        "See kb-4711 and ISBN 978-3-16-148410-0.",
        "@ada wrote this",
    ],
)
def test_numbers_that_are_no_persons(text: str) -> None:
    assert result("no_personal_data", {"regions": ["US"]}, text).detail == ""


def test_what_may_appear_is_allowed_however_it_is_written() -> None:
    params = {"allow": ["+1 212 555 0142", "Help@Example.com"]}
    assert status("no_personal_data", params, "Call +1 (212) 555-0142 or help@example.com") == "pass"
    given = {"given": True}
    assert status("no_personal_data", given, "We wrote to a@b.example", question="I am a@b.example") == "pass"
    assert status("no_personal_data", given, "We wrote to x@b.example", question="I am a@b.example") == "fail"
    system = (Message(role="system", content="a@b.example"), Message(role="user", content="hi"))
    assert status("no_personal_data", given, "a@b.example", question=system) == "fail"
    with pytest.raises(WorkspaceError, match="“usa” is no region"):
        parse_check({"kind": "no_personal_data", "regions": ["usa"]})


TOKEN = "zebra-4711-lagoon"


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (f"it says {TOKEN}.", ""),
        ("ZEBRA 4711\nLagoon", "written otherwise"),
        ("z.e.b.r.a.4.7.1.1.l.a.g.o.o.n", "written otherwise"),
        (TOKEN[::-1], "reversed"),
        (codecs.encode(TOKEN, "rot13"), "in rot13"),
        (TOKEN.encode().hex(), "in hexadecimal"),
        ("".join(f"%{byte:02x}" for byte in TOKEN.encode()), "percent-encoded"),
        ("zebra and lagoon", None),
        ("", None),
    ],
)
def test_a_token_is_found_in_disguise(text: str, how: str | None) -> None:
    assert leaked(TOKEN, text) == how


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_token_is_found_in_base64_wherever_it_begins(before: str, encode: Any) -> None:
    assert leaked(TOKEN, f"x={encode(f'{before}{TOKEN} and more'.encode()).decode()}") == "in Base64"


def test_a_canary_may_belong_to_a_case() -> None:
    params = {"field": "canary"}
    assert status("canary", params, "lagoon-zebra-77", metadata={"canary": "lagoon-zebra-77"}) == "fail"
    assert status("canary", params, "fine", metadata={"canary": ["lagoon-zebra-77"]}) == "pass"
    assert status("canary", params, "fine") == "not_applicable"
    hidden = Answer(calls=(("fetch", f'{{"url": "https://x.test/?q={TOKEN}"}}'),))
    assert result("canary", {"tokens": [TOKEN]}, hidden).detail == "token 1 is in the call of fetch"


def test_links_lead_where_they_may() -> None:
    text = "a https://docs.example.com/x, ![](//cdn.evil.test/p.png) data:text/html;base64,xx http://[::1"
    assert hosts_in(text) == ["docs.example.com", "cdn.evil.test", "data:text/html;", "http://[::1"]
    assert status("links", {}, "no address") == "pass"
    assert status("links", {"hosts": ["example.com"]}, "https://example.com.evil.test/") == "fail"
    assert status("links", {"hosts": ["*.example.com"]}, "https://EVILexample.com/") == "fail"
    assert status("links", {"hosts": ["example.com"]}, "https://example.com@evil.test/") == "fail"
    assert status("links", {"hosts": ["Example.com"]}, "HTTPS://EXAMPLE.COM/") == "pass"
    assert status("links", {"given": True}, "https://a.test/y", question="what is at https://a.test/x?") == "pass"
    assert (
        status("links", {"given": True}, "https://b.test", contexts=(Context(id="k", text="https://b.test"),)) == "pass"
    )


def timed(**fields: Any) -> Response:
    given: dict[str, Any] = {"id": "r", "run_id": "x", "case_id": "c", "case_hash": "h", "fingerprint": "f"}
    return Response(status="ok", started_at="", text="hi", **given, **fields)


def test_ceilings_of_time_and_cost() -> None:
    slow = timed(timings=Timings(ttft=1.5, total=2.0))
    assert status("latency", {"seconds": 2}, slow) == "pass"
    assert result("latency", {"ttft": 1}, slow).detail == "first token: 1.50 s, 1 s allowed"
    assert status("latency", {"seconds": 2}, timed()) == "error"
    assert status("latency", {"seconds": 1}, timed(timings=Timings(total=9), reused_from="r0")) == "not_applicable"
    assert status("cost", {"usd": 0.1}, timed()) == "error"
    assert status("cost", {"usd": 0}, timed(cost=Cost(usd=0.0))) == "pass"
    used = timed(usage=Usage(prompt_tokens=90, completion_tokens=20))
    assert result("cost", {"tokens": 100}, used).detail == "110 tokens, 100 allowed"
    assert status("cost", {"tokens": 100}, timed(usage=Usage(prompt_tokens=1))) == "error"


FACTS = {"facts": {"return window|returns": ["30 days"], "hotline": ["0800 555"]}}


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({}, "Returns are free. You have 30 DAYS.", "pass"),
        ({}, "Returns are free. Ask us. You have 30 days.", "fail"),
        ({}, "Returns take 130 days.", "fail"),
        ({}, "The hotline is 0800 556.", "fail"),
        ({}, "Our shop is open.", "not_applicable"),
        ({"needed": True}, "Returns: 30 days.", "fail"),
        ({"needed": True}, "Returns: 30 days. Hotline: 0800 555.", "pass"),
        ({"field": "about"}, "Our shop is open.", "fail"),
        ({"field": "about"}, "Hotline 0800 555", "fail"),
        ({"field": "about"}, "Returns within 30 days", "pass"),
    ],
)
def test_facts_of_a_knowledge_base(params: dict[str, Any], text: str, expected: str) -> None:
    assert status("facts", {**FACTS, **params}, text, metadata={"about": ["returns"]}) == expected


def test_a_refusal_may_be_asked_for_whatever_the_case_expects() -> None:
    assert status("refusal", {"expected": "always"}, "I can't help with that.") == "pass"
    assert status("refusal", {"expected": "never"}, "I can't help with that.", expect="refuse") == "fail"


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ({"kind": "length"}, "Give at least one limit"),
        ({"kind": "length", "min_words": 3, "max_words": 2}, "`min_words` is more than `max_words`"),
        ({"kind": "number", "within": -1}, "A tolerance is 0 or more"),
        ({"kind": "starts_with", "any": []}, "one or more texts"),
        ({"kind": "fields", "required": ["a..b"]}, "is no path"),
        ({"kind": "tool_sequence", "calls": [], "match": "in_order"}, "`match: exactly` alone"),
        ({"kind": "citations", "pattern": "a"}, "needs one group"),
        ({"kind": "citations", "pattern": "((a+)+)"}, "A repeat inside a repeat"),
        ({"kind": "language", "any": ["english"]}, "“english” is no language"),
        ({"kind": "forbidden"}, "Give `topics` or `patterns`"),
        ({"kind": "forbidden", "topics": {"t": ["*"]}}, "none of them empty"),
        ({"kind": "forbidden", "topics": {"t": "word"}}, "topics.t: Expected a list"),
        ({"kind": "forbidden", "patterns": {"p": "(a+)+"}}, "A repeat inside a repeat"),
        ({"kind": "canary", "tokens": ["ab-1"]}, "is too short"),
        ({"kind": "links", "hosts": ["https://x.test"]}, "is no host"),
        ({"kind": "latency", "seconds": 0}, "more than 0 seconds"),
        ({"kind": "cost"}, "Give `usd` or `tokens`"),
        ({"kind": "facts", "facts": {"a|": ["b"]}}, "A subject is empty"),
        ({"kind": "facts", "facts": [1]}, "facts: Expected a mapping"),
        ({"kind": "readability"}, "Give `at_most` or `at_least`"),
        ({"kind": "field_f1", "at_least": 2}, "between 0 and 1"),
        ({"kind": "command", "command": "grep x"}, "needs `shell: true`"),
        ({"kind": "command", "command": []}, "The command is empty"),
        ({"kind": "python", "callable": "tone"}, "as module:name"),
        ({"kind": "moderation", "categories": ["x"]}, "go with `at_most`"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(check: dict[str, Any], says: str) -> None:
    with pytest.raises(WorkspaceError) as refused:
        parse_check(check)
    assert says in str(refused.value)
